package kernel

import (
	"encoding/binary"
	"math"
	"testing"

	"beyonder/engine/quant"
)

// agree reports whether a tier's result is as good as the reference: both not
// finite, or near each other. Terms beyond 1e36 may overflow in one order and
// not in the other.
func agree(got float32, want, magnitude float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(float64(got)) || math.IsInf(float64(got), 0)
	}
	if magnitude > 1e36 {
		return true
	}
	return math.Abs(float64(got)-want) <= 1e-5*magnitude+1e-30
}

// floatsOf makes n float32 of any bytes.
func floatsOf(b []byte, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		var word [4]byte
		for j := range word {
			if len(b) > 0 {
				word[j] = b[(4*i+j)%len(b)]
			}
		}
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(word[:]))
		if a := math.Abs(float64(x[i])); a > 1e18 && !math.IsInf(a, 0) {
			x[i] *= 1e-20 // sums of products stay finite, or an infinity would be right
		}
	}
	return x
}

// FuzzProducts multiplies blocks of any bytes with activations of any bytes, in
// every tier, as Gemv and as Gemm.
func FuzzProducts(f *testing.F) {
	for i := range intTypes() {
		f.Add(uint8(i), uint8(3), uint8(2), []byte("\x00\x3c\x01\x80 some weights \xff\x7f"), []byte("\x00\x00\x80\x3f\x00\x00\x80\xbf\xcd\xcc\x4c\x3e"))
		f.Add(uint8(i), uint8(17), uint8(9), []byte{0xff}, []byte{0, 0, 0x80, 0x7f})
	}
	f.Fuzz(func(t *testing.T, typ, rows, blocks uint8, bytes, values []byte) {
		types := intTypes()
		tt := types[int(typ)%len(types)]
		r, n := 1+int(rows)%33, tt.BlockElems()*(1+int(blocks)%9)
		w := make([]byte, r*tt.RowBytes(n))
		for i := range w {
			if len(bytes) > 0 {
				w[i] = bytes[i%len(bytes)] + byte(i/len(bytes))
			}
		}
		if tt == quant.MXFP4 { // its scales alone overflow
			finite(tt, w, nil)
		}
		x := floatsOf(values, n)
		for _, name := range Tiers() {
			k, _ := Tier(name)
			fuzzProducts(t, k, int(typ)%len(types), w, r, x)
			if k.sixteen != nil {
				fuzzProducts16(t, k, tt, w, r, x)
			}
		}
		fuzzProducts16(t, portable16(), tt, w, r, x)
	})
}

func fuzzProducts(t *testing.T, k *Kernels, typ int, w []byte, rows int, x []float32) {
	tt := intTypes()[typ]
	var q Q8
	var s Scratch
	k.QuantizeQ8(&q, x)
	one, many, tile := make([]float32, rows), make([]float32, 5*rows), make([]Tile, 1)
	k.Gemv(tt, one, w, &q)
	k.Interleave(&tile[0], []*Q8{&q, &q, &q, &q, &q})
	k.Gemm(tt, many, rows, w, rows, tile, &s)
	for r := range one {
		f, row := integers()[tt], w[r*tt.RowBytes(len(x)):]
		want, magnitude := product(f, f.fine, row, &q)
		if !agree(one[r], want, magnitude) {
			t.Fatalf("%s %s: row %d gives %g, want %g of terms that add up to %g", k.Name, tt, r, one[r], want, magnitude)
		}
		for _, got := range []float32{many[r], many[4*rows+r]} {
			if !agree(got, want, magnitude) {
				t.Fatalf("%s %s: row %d of a matrix gives %g, want %g of terms that add up to %g", k.Name, tt, r, got, want, magnitude)
			}
		}
	}
}

func fuzzProducts16(t *testing.T, k *Kernels, typ quant.Type, w []byte, rows int, values []float32) {
	var x Rows16
	var s Scratch
	const cols = 21
	x.Resize(cols, len(values))
	for c := range cols {
		k.Set16(&x, c, values)
	}
	out := make([]float32, cols*rows)
	k.Gemm16(typ, out, rows, w, rows, &x, &s)
	for r, weights := range weights16(k, typ, w, rows, len(values)) {
		want, magnitude := 0.0, 0.0
		for i, v := range weights {
			p := float64(fromBF16(v)) * float64(fromBF16(x.at(0, i)))
			want, magnitude = want+p, magnitude+math.Abs(p)
		}
		for c := range cols {
			// Smaller numbers than float32's smallest normal one count as zero.
			if got := out[c*rows+r]; !agree(got, want, magnitude+1e-30) {
				t.Fatalf("%s %s: row %d, column %d gives %g, want %g of terms that add up to %g", k.Name, typ, r, c, got, want, magnitude)
			}
		}
	}
}

// FuzzVectors runs the vector steps on any numbers in every tier and compares
// with the portable tier.
func FuzzVectors(f *testing.F) {
	f.Add(uint8(1), []byte("\x00\x00\x80\x3f"))
	f.Add(uint8(33), []byte("\x00\x00\xa0\x40\x00\x00\x80\xbf\x12\x34\x56\xc2\xcd\xcc\x4c\x3e"))
	f.Add(uint8(200), []byte{0xff, 0xff, 0x7f, 0x7f, 0, 0, 0xc0, 0x7f, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, length uint8, values []byte) {
		x := floatsOf(values, 1+int(length))
		for _, name := range Tiers()[1:] {
			k, _ := Tier(name)
			fuzzVectors(t, k, x)
		}
	})
}

func fuzzVectors(t *testing.T, k *Kernels, x []float32) {
	g, n := generic(), len(x)
	h, wantH := make([]uint16, n), make([]uint16, n)
	k.F16Row(h, x)
	g.F16Row(wantH, x)
	for i := range h {
		if h[i] != wantH[i] && x[i] == x[i] {
			t.Fatalf("%s: %g as a half is %04x, want %04x", k.Name, x[i], h[i], wantH[i])
		}
	}
	magnitude := 0.0
	for i, v := range x {
		magnitude += math.Abs(float64(v)) * math.Abs(float64(x[n-1-i]))
	}
	if !(magnitude < 1e36) {
		return
	}
	back := make([]float32, n)
	for i := range back {
		back[i] = x[n-1-i]
	}
	if got, want := k.DotF32(x, back), g.DotF32(x, back); !agree(got, float64(want), magnitude) {
		t.Fatalf("%s: dot product %g, want %g", k.Name, got, want)
	}
	fuzzExponentials(t, k, x)
}

func fuzzExponentials(t *testing.T, k *Kernels, x []float32) {
	top := k.Max(x)
	if want := generic().Max(x); top != want {
		t.Fatalf("%s: largest %g, want %g", k.Name, top, want)
	}
	e := append([]float32{}, x...)
	k.ExpSum(e, top)
	for i, v := range x {
		want := math.Exp(float64(v - top))
		if math.Abs(float64(e[i])-want) > 3e-7*want+1e-37 {
			t.Fatalf("%s: e^(%g−%g) = %g, want %g", k.Name, v, top, e[i], want)
		}
	}
}
