package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"beyonder/engine/quant"
)

// portable16 are the portable products of bfloat16, which no tier uses: AMX is
// proved against them.
func portable16() *Kernels {
	k := generic()
	k.sixteen = &products16{least: 1, round: round16Go, widen: widen16Go, multiply: multiply16Go}
	return k
}

// each16 runs a test on every tier that multiplies numbers of bfloat16.
func each16(t *testing.T, test func(t *testing.T, k *Kernels)) {
	t.Helper()
	t.Run("portable", func(t *testing.T) { test(t, portable16()) })
	eachTier(t, func(t *testing.T, k *Kernels) {
		if k.sixteen == nil {
			t.Skip("this tier has no products of bfloat16")
		}
		test(t, k)
	})
}

// TestRound16 compares with the portable rounding, bit for bit.
func TestRound16(t *testing.T) {
	each16(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(51, 52))
		var x Rows16
		for _, n := range []int{32, 96, 512} {
			const rows = 21
			x.Resize(rows, n)
			for i := range rows {
				row := make([]float32, n)
				for j := range row {
					row[j] = math.Float32frombits(r.Uint32()) // NaN, infinities and all
				}
				row[0], row[1], row[2] = math.Float32frombits(0x7fffffff), math.Float32frombits(0xff800000), 1+1.0/256
				k.Set16(&x, i, row)
				for j, v := range row {
					if got, want := x.at(i, j), toBF16(v); got != want && (v == v || got&0x7fff != want) {
						t.Fatalf("%08x became %04x, want %04x", math.Float32bits(v), got, want)
					}
				}
			}
		}
	})
}

// at is value j of row i.
func (x *Rows16) at(i, j int) uint16 {
	return x.data[i/tile16*tile16*x.N+j/step16*words16+i%tile16*step16+j%step16]
}

// weights16 is what a tier makes of rows of weights.
func weights16(k *Kernels, typ quant.Type, w []byte, rows, n int) [][]uint16 {
	f, s := k.ints[typ], new(Scratch)
	s.need16(1, 1)
	all := make([][]uint16, rows)
	for r := range all {
		all[r] = make([]uint16, n)
	}
	for at := 0; at < n; at += pack16 {
		for r := 0; r < rows; r += tile16 {
			deep := min(pack16, n-at)
			k.panel16(&f, s, 0, w[r*typ.RowBytes(n)+at/f.elems*f.bytes:], typ.RowBytes(n), min(tile16, rows-r), deep)
			for i := range min(tile16, rows-r) {
				for j := range deep {
					all[r+i][at+j] = s.wide16[j/2*2*tile16+2*i+j%2]
				}
			}
		}
	}
	return all
}

// TestWiden: weights are the file's, rounded to eight bits.
func TestWiden(t *testing.T) {
	each16(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(53, 54))
		for _, typ := range intTypes() {
			f := integers()[typ]
			for _, n := range []int{f.elems, 256, 512 + f.elems, 1024} {
				const rows = 19
				w := weights(r, typ, rows, n)
				checkWiden(t, k, typ, w, rows, n)
			}
		}
	})
}

func checkWiden(t *testing.T, k *Kernels, typ quant.Type, w []byte, rows, n int) {
	t.Helper()
	f := integers()[typ]
	var u [256]uint8
	var scale, offset [16]float32
	for r, row := range weights16(k, typ, w, rows, n) {
		for at := 0; at < n; at += f.elems {
			f.unpack(u[:], scale[:], offset[:], w[r*typ.RowBytes(n)+at/f.elems*f.bytes:])
			for i, got := range row[at : at+f.elems] {
				s, o := float64(scale[i/f.run]), float64(offset[i/f.run])
				want := s*float64(u[i]) + o
				// Half a unit of eight bits; and what adding 256 units to the offset costs.
				off := math.Abs(want)/256*(1+1e-4) + 256*math.Abs(s)*1.2e-7 + math.Abs(o)*1.2e-7
				if !(math.Abs(float64(fromBF16(got))-want) <= off) {
					t.Fatalf("%s: weight %d of row %d is %g, want %g", typ, at+i, r, fromBF16(got), want)
				}
			}
		}
	}
}

func TestGemm16(t *testing.T) {
	each16(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(55, 56))
		for _, typ := range intTypes() {
			t.Run(typ.String(), func(t *testing.T) {
				elems := typ.BlockElems()
				for _, s := range [][3]int{ // rows, weights, columns
					{1, elems, 1}, {16, 256, 8}, {17, 512, 17}, {32, 256, 32}, {33, 768, 33}, {48, 2 * elems, 64},
					{80, 512 + elems, 47}, {64, 1024, 16}, {112, 256, 5}, {300, 256, 49}, {272, elems, 96},
				} {
					checkGemm16(t, k, r, typ, s[0], s[1], s[2])
				}
			})
		}
	})
}

func checkGemm16(t *testing.T, k *Kernels, r *rand.Rand, typ quant.Type, rows, n, cols int) {
	t.Helper()
	w, ldo := weights(r, typ, rows, n), rows+3
	var x Rows16
	x.Resize(cols, n)
	for c := range cols {
		k.Set16(&x, c, activations(r, n))
	}
	out := make([]float32, cols*ldo)
	for i := range out {
		out[i] = float32(i)
	}
	var s Scratch
	k.Gemm16(typ, out, ldo, w, rows, &x, &s)
	checkProducts16(t, fmt.Sprintf("%s %d×%d×%d", typ, rows, n, cols), out, ldo, weights16(k, typ, w, rows, n), &x)
}

// checkProducts16 holds results against products of what was multiplied, in float64.
func checkProducts16(t *testing.T, what string, out []float32, ldo int, w [][]uint16, x *Rows16) {
	t.Helper()
	for c := range x.Rows {
		for i, got := range out[c*ldo:][:ldo] {
			if i >= len(w) {
				if got != float32(c*ldo+i) {
					t.Fatalf("%s wrote beside its results", what)
				}
				continue
			}
			want, magnitude := 0.0, 0.0
			for j, v := range w[i] {
				p := float64(fromBF16(v)) * float64(fromBF16(x.at(c, j)))
				want, magnitude = want+p, magnitude+math.Abs(p)
			}
			near(t, fmt.Sprintf("%s row %d column %d", what, i, c), got, want, magnitude)
		}
	}
}

// A result is the same to the bit wherever its rows stand and with however many
// others they are multiplied.
func TestGemm16Alone(t *testing.T) {
	each16(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(57, 58))
		const rows, n, cols = 70, 768, 53
		for _, typ := range []quant.Type{quant.Q4_K, quant.Q6_K, quant.Q8_0} {
			w, s, all := weights(r, typ, rows, n), new(Scratch), make([]float32, rows*cols)
			var x, some Rows16
			x.Resize(cols, n)
			values := make([][]float32, cols)
			for c := range cols {
				values[c] = activations(r, n)
				k.Set16(&x, c, values[c])
			}
			k.Gemm16(typ, all, rows, w, rows, &x, s)
			for _, part := range [][4]int{{0, 1, 0, 1}, {5, 40, 3, 30}, {16, 70, 17, 53}, {69, 70, 52, 53}} { // rows, columns
				from, to, first, last := part[0], part[1], part[2], part[3]
				some.Resize(last-first, n)
				for c := first; c < last; c++ {
					k.Set16(&some, c-first, values[c])
				}
				out := make([]float32, (to-from)*(last-first))
				k.Gemm16(typ, out, to-from, w[from*typ.RowBytes(n):], to-from, &some, s)
				for i, got := range out {
					c, row := first+i/(to-from), from+i%(to-from)
					if got != all[c*rows+row] {
						t.Fatalf("%s: row %d, column %d is %v, within all %v", typ, row, c, got, all[c*rows+row])
					}
				}
			}
		}
	})
}
