package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"beyonder/engine/quant"
)

// TestUnpackRun: the assembly's decoders give the portable ones' bytes and
// scales to the bit, whatever the block holds.
func TestUnpackRun(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(21, 22))
		for _, typ := range intTypes() {
			f, portable := k.ints[typ], integers()[typ]
			if f.unpackRun == nil {
				continue
			}
			for range 100 {
				w := make([]byte, 3*f.runBytes()-f.bytes)
				for i := range w {
					w[i] = byte(r.Uint32())
				}
				checkDecode(t, typ, &f, &portable, w)
			}
		}
	})
}

func checkDecode(t *testing.T, typ quant.Type, f, portable *integer, w []byte) {
	t.Helper()
	decode := func(f *integer) ([]uint8, []float32, []float32) {
		u, scale, offset := make([]uint8, 768), make([]float32, 48), make([]float32, 48)
		f.decode(u, scale, offset, w)
		n := len(w) / f.bytes * f.elems
		return u[:n], scale[:n/f.run], offset[:n/f.run]
	}
	u, scale, offset := decode(f)
	wantU, wantScale, wantOffset := decode(portable)
	if !slices.Equal(u, wantU) {
		t.Fatalf("%s: bytes of %x are %v, want %v", typ, w, u, wantU)
	}
	if !slices.EqualFunc(scale, wantScale, sameBits) || !slices.EqualFunc(offset, wantOffset, sameBits) {
		t.Fatalf("%s: scales of %x are %v %v, want %v %v", typ, w, scale, offset, wantScale, wantOffset)
	}
}

// TestPackRun: sixteen rows decoded and interleaved at once are, to the bit, those
// that the portable tier decodes one by one, whatever the blocks hold.
func TestPackRun(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(41, 42))
		for _, typ := range intTypes() {
			for _, n := range []int{256, 768, 512 + typ.BlockElems()} {
				w := make([]byte, panelRows*typ.RowBytes(n))
				for range 20 {
					for i := range w {
						w[i] = byte(r.Uint32())
					}
					checkPack(t, k, typ, w, n)
				}
			}
		}
	})
}

func checkPack(t *testing.T, k *Kernels, typ quant.Type, w []byte, n int) {
	t.Helper()
	pack := func(k *Kernels) *panel {
		f, s := k.ints[typ], new(Scratch)
		p := s.panel(0, f.run)
		k.pack(&f, p, &s.stage, w, typ.RowBytes(n), panelRows, n)
		return p
	}
	got, want := pack(k), pack(generic())
	runs := n / got.run * panelRows
	if !slices.Equal(got.u[:n*panelRows], want.u[:n*panelRows]) {
		t.Fatalf("%s: the interleaved bytes of %d weights differ", typ, n)
	}
	if !slices.EqualFunc(got.scale[:runs], want.scale[:runs], sameBits) || !slices.EqualFunc(got.offset[:runs], want.offset[:runs], sameBits) {
		t.Fatalf("%s: the interleaved scales of %d weights differ", typ, n)
	}
}

// sameBits takes all NaN for the same.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// TestEdges multiplies the largest and smallest quants, scales and activations.
func TestEdges(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		for _, typ := range intTypes() {
			for _, fill := range []byte{0x00, 0xff, 0x55, 0xaa, 0x80, 0x7f, 0x0f, 0xf0} {
				for _, scale := range []uint16{0x7bff, 0xfbff, 0x0001, 0x83ff, 0x0000, 0x8000, 0x3c00} {
					checkEdge(t, k, typ, fill, scale)
				}
			}
		}
	})
}

func checkEdge(t *testing.T, k *Kernels, typ quant.Type, fill byte, scale uint16) {
	t.Helper()
	const rows, n = 16, 256
	w := make([]byte, rows*typ.RowBytes(n))
	for i := range w {
		w[i] = fill
	}
	finite(typ, w, func() uint16 { return scale })
	for _, sign := range []float32{1, -1, 0} {
		x := make([]float32, n)
		for i := range x {
			if x[i] = sign; sign == 0 {
				x[i] = float32(i%2*2 - 1)
			}
		}
		checkGemv(t, k, typ, w, rows, x)
		checkColumns(t, k, typ, w, rows, n, x)
	}
}

// checkColumns multiplies with eight equal columns.
func checkColumns(t *testing.T, k *Kernels, typ quant.Type, w []byte, rows, n int, x []float32) {
	t.Helper()
	var q Q8
	var s Scratch
	k.QuantizeQ8(&q, x)
	tile, out := make([]Tile, 1), make([]float32, rows*tileCols)
	k.Interleave(&tile[0], []*Q8{&q, &q, &q, &q, &q, &q, &q, &q})
	k.Gemm(typ, out, rows, w, rows, tile, &s)
	for r := range rows {
		want, magnitude := product(integers()[typ], integers()[typ].fine, w[r*typ.RowBytes(n):], &q)
		for c := range tileCols {
			near(t, fmt.Sprintf("%s row %d column %d", typ, r, c), out[c*rows+r], want, magnitude)
		}
	}
}

// TestNotFiniteShows: a weight or an activation that is not finite makes the
// results that depend on it not finite, and no other.
func TestNotFiniteShows(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(23, 24))
		for _, typ := range intTypes() {
			if halves[typ] == nil {
				continue
			}
			const rows, n = 5, 512
			w, x := weights(r, typ, rows, n), activations(r, n)
			at := 2*typ.RowBytes(n) + halves[typ][0]
			w[at], w[at+1] = 0xff, 0x7e
			var q Q8
			k.QuantizeQ8(&q, x)
			out := make([]float32, rows)
			k.Gemv(typ, out, w, &q)
			for i, v := range out {
				if (v != v) != (i == 2) {
					t.Fatalf("%s: row 2 holds a NaN, and row %d gives %g", typ, i, v)
				}
			}
			x[n-1] = float32(math.Inf(1))
			k.QuantizeQ8(&q, x)
			k.Gemv(typ, out, w, &q)
			for i, v := range out {
				if v == v {
					t.Fatalf("%s: an activation is infinite, and row %d gives %g", typ, i, v)
				}
			}
		}
	})
}

// TestAVX2Only: the assembler would encode a register beyond the sixteenth with
// AVX-512, and a processor that has only AVX2 would stop the program there.
func TestAVX2Only(t *testing.T) {
	beyond := regexp.MustCompile(`\b[XY](1[6-9]|[23][0-9])\b|\b[ZK][0-9]|_BCST|\bVMOVDQU(8|16|32|64)\b`)
	for _, name := range []string{"integer256_amd64.s", "vector256_amd64.s", "quantize_amd64.s"} {
		text, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			t.Fatal(err)
		}
		if hit := beyond.Find(text); hit != nil {
			t.Errorf("%s uses %s", name, hit)
		}
	}
}
