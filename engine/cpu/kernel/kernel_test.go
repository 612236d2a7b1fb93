package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"beyonder/engine/quant"
)

// eachTier runs a test on every tier, saying so where the processor lacks one.
func eachTier(t *testing.T, test func(t *testing.T, k *Kernels)) {
	t.Helper()
	for _, name := range []string{"generic", "avx2", "avx512", "amx", "neon"} {
		t.Run(name, func(t *testing.T) {
			k, ok := Tier(name)
			if !ok {
				t.Skipf("this processor has no %s: that tier is NOT tested here", name)
			}
			test(t, k)
		})
	}
}

// intTypes are the types with an integer path, in order.
func intTypes() []quant.Type {
	var types []quant.Type
	for t := range integers() {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// halves says where in a block of each type the half-precision scales stand.
var halves = map[quant.Type][]int{
	quant.Q4_0: {0}, quant.Q4_1: {0, 2}, quant.Q5_0: {0}, quant.Q5_1: {0, 2}, quant.Q8_0: {0},
	quant.IQ4_NL: {0}, quant.Q2_K: {80, 82}, quant.Q3_K: {108}, quant.Q4_K: {0, 2},
	quant.Q5_K: {0, 2}, quant.Q6_K: {208}, quant.IQ4_XS: {0}, quant.MXFP4: nil,
	quant.TQ2_0: {64},
	quant.F16:   {0}, quant.BF16: {0}, quant.F32: {2},
}

// weights makes rows of random blocks whose scales are finite.
func weights(r *rand.Rand, t quant.Type, rows, n int) []byte {
	w := make([]byte, rows*t.RowBytes(n))
	for i := range w {
		w[i] = byte(r.Uint32())
	}
	finite(t, w, func() uint16 { return quant.F32ToF16(float32(r.NormFloat64())) })
	return w
}

// finite sets every scale of w.
func finite(t quant.Type, w []byte, scale func() uint16) {
	for b := 0; b < len(w); b += t.BlockBytes() {
		for _, at := range halves[t] {
			binary.LittleEndian.PutUint16(w[b+at:], scale())
		}
		if t == quant.MXFP4 {
			w[b] = w[b]%40 + 110
		}
	}
}

func activations(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// product is w·x in float64 from the integers, and the sum of its terms'
// magnitudes. It takes both bytes of the activations, or the high one alone.
func product(f integer, fine bool, row []byte, x *Q8) (sum, magnitude float64) {
	var u [256]uint8
	var scale, offset [16]float32
	for i := 0; i < x.N; i += f.elems {
		f.unpack(u[:], scale[:], offset[:], row[i/f.elems*f.bytes:])
		for j := range f.elems / f.run {
			d := x.coarse.d[(i+j*f.run)/group]
			for e := range f.run {
				q := int(x.high[i+j*f.run+e])
				if fine {
					q, d = 256*q+int(x.low[i+j*f.run+e]), x.fine.d[(i+j*f.run)/group]
				}
				v := float64(d) * float64(q)
				a, b := float64(scale[j])*float64(u[j*f.run+e])*v, float64(offset[j])*v
				sum, magnitude = sum+a+b, magnitude+math.Abs(a)+math.Abs(b)
			}
		}
	}
	return sum, magnitude
}

// near fails unless got is want up to 1e-5 of the terms' magnitudes.
func near(t *testing.T, what string, got float32, want, magnitude float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 1e-5*magnitude+1e-30) {
		t.Fatalf("%s = %g, want %g (terms add up to %g)", what, got, want, magnitude)
	}
}

func TestTiers(t *testing.T) {
	t.Setenv(envTier, "")
	names := Tiers()
	if names[0] != "generic" {
		t.Fatalf("tiers %v do not begin with generic", names)
	}
	if best := Best().Name; best != names[len(names)-1] {
		t.Errorf("Best is %s of %v", best, names)
	}
	t.Setenv(envTier, "generic")
	if best := Best().Name; best != "generic" {
		t.Errorf("%s=generic gives %s", envTier, best)
	}
	t.Setenv(envTier, "avx1024")
	if best := Best().Name; best != names[len(names)-1] {
		t.Errorf("an unknown tier gives %s of %v", best, names)
	}
}

// TestUnpack holds the integer forms against the decoders of package quant.
func TestUnpack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, typ := range intTypes() {
		t.Run(typ.String(), func(t *testing.T) {
			f := integers()[typ]
			for range 200 {
				checkUnpack(t, typ, f, weights(r, typ, 1, f.elems))
			}
		})
	}
}

func checkUnpack(t *testing.T, typ quant.Type, f integer, block []byte) {
	t.Helper()
	var u [256]uint8
	var scale, offset [16]float32
	f.unpack(u[:], scale[:], offset[:], block)
	want := make([]float32, f.elems)
	quant.Dequantize(typ, want, block)
	for i, w := range want {
		s, o := float64(scale[i/f.run]), float64(offset[i/f.run])
		got := s*float64(u[i]) + o
		if math.Abs(got-float64(w)) > 1e-6*(math.Abs(s*float64(u[i]))+math.Abs(o)) {
			t.Fatalf("weight %d of %x is %g, want %g", i, block, got, w)
		}
	}
}

func TestQuantizeQ8(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(3, 4))
		var got Q8
		for _, n := range []int{32, 64, 96, 256, 288, 1024, 4096 + 32} {
			x := activations(r, n)
			k.QuantizeQ8(&got, x)
			checkQ8(t, &got, x)
		}
		for _, v := range []float32{0, 1e-38, 1e-31, 1e-29, 1e36, -127, 0.5} {
			x := make([]float32, 64)
			x[5], x[40], x[41] = v, v, v/2
			k.QuantizeQ8(&got, x)
			checkQ8(t, &got, x)
		}
	})
}

// checkQ8 compares with the portable quantizer, integers exactly, and the
// portable one with the definition.
func checkQ8(t *testing.T, got *Q8, x []float32) {
	t.Helper()
	var want Q8
	generic().QuantizeQ8(&want, x)
	if !slices.Equal(got.high, want.high) || !slices.Equal(got.low, want.low) {
		t.Fatalf("bytes differ: %v %v, want %v %v", got.high, got.low, want.high, want.low)
	}
	if !slices.Equal(got.steps, want.steps) || !slices.Equal(got.even, want.even) || !slices.Equal(got.split, want.split) {
		t.Fatalf("what kernels of four rows read differs: %v, want %v", got.steps, want.steps)
	}
	high, both := make([]int, len(x)), make([]int, len(x))
	for i, h := range want.high {
		high[i], both[i] = int(h), int(h)*256+int(want.low[i])
	}
	checkScaled(t, "high byte", got.coarse, want.coarse, high, x, 0.51)
	checkScaled(t, "both bytes", got.fine, want.fine, both, x, 1.5)
}

// checkScaled checks one precision: no value is off by more than some units.
func checkScaled(t *testing.T, what string, got, want scaled, q []int, x []float32, off float64) {
	t.Helper()
	if !slices.Equal(got.d, want.d) || !slices.Equal(got.s, want.s) || !slices.Equal(got.h, want.h) {
		t.Fatalf("%s: scales or sums differ: %v, want %v", what, got, want)
	}
	for g, d := range want.d {
		sums, size := [2]float64{}, 0.0
		for i := g * group; i < (g+1)*group; i++ {
			v := float64(d) * float64(q[i])
			if e := math.Abs(float64(x[i]) - v); e > off*float64(d)+tiny {
				t.Fatalf("%s: value %d of %g became %g", what, i, x[i], v)
			}
			sums[i/16%2] += v
			size += math.Abs(v)
		}
		near(t, what+": sum", got.s[g], sums[0]+sums[1], size)
		near(t, what+": first half", got.h[2*g], sums[0], size)
		near(t, what+": second half", got.h[2*g+1], sums[1], size)
	}
}

// What is not finite shows in all that shares a unit with it, and in nothing else.
func TestQuantizeNotFinite(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for at := range run + 96 {
				x := make([]float32, run+96)
				x[(at+1)%len(x)], x[at] = 3, float32(bad)
				var q Q8
				k.QuantizeQ8(&q, x)
				for g := range len(x) / group {
					isBad := g*group/run == at/run
					for _, s := range []scaled{q.coarse, q.fine} {
						isNaN := s.d[g] != s.d[g] && s.s[g] != s.s[g] && s.h[2*g] != s.h[2*g] && s.h[2*g+1] != s.h[2*g+1]
						if isNaN != isBad {
							t.Fatalf("%g at %d: group %d has the scale %g", bad, at, g, s.d[g])
						}
					}
					if unit := q.steps[g*group/run].unit; (unit != unit) != isBad {
						t.Fatalf("%g at %d: the unit of group %d is %g", bad, at, g, unit)
					}
				}
			}
		}
	})
}

// All scales of a run being multiples of one unit costs a group that is k times
// smaller than the largest at most k/255 of its precision.
func TestQuantizeScales(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	eachTier(t, func(t *testing.T, k *Kernels) {
		for range 100 {
			x := activations(r, 4*run)
			for g := range len(x) / group {
				by := float32(math.Exp(-6 * r.Float64()))
				for i := range group {
					x[g*group+i] *= by
				}
			}
			var q Q8
			k.QuantizeQ8(&q, x)
			for g, d := range q.coarse.d {
				s := &q.steps[g*group/run]
				if d != s.d[g%8] || d != float32(s.mult[g%8])*s.unit {
					t.Fatalf("group %d: scales %g and %g, %d times %g", g, d, s.d[g%8], s.mult[g%8], s.unit)
				}
				own, all := largestOf(x[g*group:][:group]), largestOf(x[g*group/run*run:][:run])
				if limit := own / 127 * (1 + all/own/multiples); float64(d) > limit*(1+1e-6) || float64(d) < own/127*(1-1e-6) {
					t.Fatalf("group %d: scale %g, but the largest is %g, of the run %g", g, d, own, all)
				}
			}
		}
	})
}

func largestOf(x []float32) (top float64) {
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	return top
}

func TestGemv(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, typ := range intTypes() {
			t.Run(typ.String(), func(t *testing.T) {
				f := integers()[typ]
				for _, n := range []int{f.elems, 2 * f.elems, 3 * f.elems, 7 * f.elems, 256, 512, 1024 + f.elems, 5632} {
					for _, rows := range []int{1, 2, 3, 5, 16, 17} {
						checkGemv(t, k, typ, weights(r, typ, rows, n), rows, activations(r, n))
					}
				}
			})
		}
	})
}

func checkGemv(t *testing.T, k *Kernels, typ quant.Type, w []byte, rows int, x []float32) {
	t.Helper()
	var q Q8
	k.QuantizeQ8(&q, x)
	out := make([]float32, rows)
	k.Gemv(typ, out, w, &q)
	f := integers()[typ]
	for r, got := range out {
		want, magnitude := product(f, f.fine, w[r*typ.RowBytes(q.N):], &q)
		near(t, fmt.Sprintf("%s %d×%d row %d", typ, rows, q.N, r), got, want, magnitude)
	}
}

// A row's product is the same to the bit wherever it stands: cores may divide a
// matrix as they like.
func TestGemvRowsAlone(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(41, 42))
		const rows, n = 11, 512
		for _, typ := range intTypes() {
			var x Q8
			k.QuantizeQ8(&x, activations(r, n))
			w, together, alone := weights(r, typ, rows, n), make([]float32, rows), make([]float32, 1)
			k.Gemv(typ, together, w, &x)
			for row := range rows {
				k.Gemv(typ, alone, w[row*typ.RowBytes(n):][:typ.RowBytes(n)], &x)
				if alone[0] != together[row] {
					t.Errorf("%s: row %d is %v, alone %v", typ, row, together[row], alone[0])
				}
			}
		}
	})
}

func TestGemm(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, typ := range intTypes() {
			t.Run(typ.String(), func(t *testing.T) {
				f := integers()[typ]
				for _, s := range [][3]int{ // rows, weights, columns
					{1, f.elems, 1}, {16, 256, 8}, {17, 512, 9}, {3, f.elems, 5}, {33, 768, 4},
					{80, 256 + f.elems, 17}, {16, panelDeep + 256, 8}, {20, 2*panelDeep + f.elems, 13},
				} {
					checkGemm(t, k, r, typ, s[0], s[1], s[2])
				}
			})
		}
	})
}

func checkGemm(t *testing.T, k *Kernels, r *rand.Rand, typ quant.Type, rows, n, cols int) {
	t.Helper()
	w, qs, tiles := weights(r, typ, rows, n), make([]Q8, cols), make([]Tile, (cols+7)/8)
	for c := range qs {
		k.QuantizeQ8(&qs[c], activations(r, n))
	}
	for i := range tiles {
		k.Interleave(&tiles[i], pointers(qs[i*8:min(cols, i*8+8)]))
	}
	ldo := rows + 3
	out := make([]float32, cols*ldo)
	for i := range out {
		out[i] = float32(i)
	}
	var s Scratch
	k.Gemm(typ, out, ldo, w, rows, tiles, &s)
	f := integers()[typ]
	for c := range cols {
		for i, got := range out[c*ldo : (c+1)*ldo] {
			if i >= rows {
				if got != float32(c*ldo+i) {
					t.Fatalf("%s %d×%d×%d wrote beside its results", typ, rows, n, cols)
				}
				continue
			}
			want, magnitude := product(f, f.fine, w[i*typ.RowBytes(n):], &qs[c])
			near(t, fmt.Sprintf("%s %d×%d×%d row %d column %d", typ, rows, n, cols, i, c), got, want, magnitude)
		}
	}
}

func pointers(qs []Q8) []*Q8 {
	p := make([]*Q8, len(qs))
	for i := range qs {
		p[i] = &qs[i]
	}
	return p
}

// TestInterleave compares tiles with their rows, number by number.
func TestInterleave(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(11, 12))
		var tile Tile
		for _, n := range []int{800, 32, 256, 96, 2048} { // memory of longer rows is used again
			for _, cols := range []int{8, 1, 5} {
				qs := make([]Q8, cols)
				for c := range qs {
					k.QuantizeQ8(&qs[c], activations(r, n))
				}
				k.Interleave(&tile, pointers(qs))
				for c := range qs {
					checkColumn(t, k, &tile, c, &qs[c])
				}
			}
		}
	})
}

func checkColumn(t *testing.T, k *Kernels, tile *Tile, c int, q *Q8) {
	t.Helper()
	column(t, "high", words(tile.high), c, words(q.high))
	column(t, "low", words(tile.low), c, words(q.low))
	for i, s := range []*scaled{&q.coarse, &q.fine} {
		of := []*scaled{&tile.coarse, &tile.fine}[i]
		column(t, "d", of.d, c, s.d)
		column(t, "s", of.s, c, s.s)
		column(t, "h", of.h, c, s.h)
	}
	if k.lacks == nil {
		return
	}
	lacks := make([]int32, q.N/16)
	for i := range lacks {
		lacks[i] = -sum8(q.high[16*i:][:16])
	}
	column(t, "lacks16", tile.lacks16, c, lacks)
	for i := range q.N / group {
		lacks[i] = -sum8(q.high[group*i:][:group])
	}
	column(t, "lacks32", tile.lacks32, c, lacks[:q.N/group])
}

func column[T comparable](t *testing.T, what string, tile []T, c int, want []T) {
	t.Helper()
	for i, v := range want {
		if got := tile[i*tileCols+c]; got != v {
			t.Fatalf("column %d of a tile: %s %d is %v, in its row %v", c, what, i, got, v)
		}
	}
}
