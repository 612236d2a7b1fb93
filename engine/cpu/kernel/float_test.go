package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"beyonder/engine/quant"
)

// dot64 is a·b in float64, and the sum of its terms' magnitudes.
func dot64(a, b []float32) (sum, magnitude float64) {
	for i, v := range a {
		p := float64(v) * float64(b[i])
		sum, magnitude = sum+p, magnitude+math.Abs(p)
	}
	return sum, magnitude
}

func toHalves(x []float32) (h []uint16, rounded []float32) {
	h, rounded = make([]uint16, len(x)), make([]float32, len(x))
	for i, v := range x {
		h[i] = quant.F32ToF16(v)
		rounded[i] = quant.F16ToF32(h[i])
	}
	return h, rounded
}

var lengths = []int{1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 255, 256, 1000, 4096}

func TestDotAndAxpy(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(9, 10))
		for _, n := range lengths {
			a, b := activations(r, n), activations(r, n)
			h, b16 := toHalves(b)
			want, magnitude := dot64(a, b)
			near(t, fmt.Sprintf("DotF32 of %d", n), k.DotF32(a, b), want, magnitude)
			want, magnitude = dot64(a, b16)
			near(t, fmt.Sprintf("DotF16 of %d", n), k.DotF16(a, h), want, magnitude)
			checkAxpy(t, k, a, b, b16, h)
		}
	})
}

func checkAxpy(t *testing.T, k *Kernels, a, b, b16 []float32, h []uint16) {
	t.Helper()
	n, w := len(a), float32(-0.7)
	y, y16 := append(make([]float32, 0, n+1), a...), append(make([]float32, 0, n+1), a...)
	y[:n+1][n], y16[:n+1][n] = 42, 42
	k.AxpyF32(y, w, b)
	k.AxpyF16(y16, w, h)
	for i := range y {
		near(t, fmt.Sprintf("AxpyF32[%d] of %d", i, n), y[i], float64(a[i])+float64(w)*float64(b[i]), 1)
		near(t, fmt.Sprintf("AxpyF16[%d] of %d", i, n), y16[i], float64(a[i])+float64(w)*float64(b16[i]), 1)
	}
	if y[:n+1][n] != 42 || y16[:n+1][n] != 42 {
		t.Fatalf("Axpy of %d wrote behind its end", n)
	}
}

// TestHalves converts every half to float32 and back, and what lies between two.
func TestHalves(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		all, wide := make([]uint16, 1<<16), make([]float32, 1<<16)
		for i := range all {
			all[i] = uint16(i)
		}
		k.fromF16(wide, all)
		for i, got := range wide {
			want := quant.F16ToF32(all[i])
			if got != want && (got == got || want == want) {
				t.Fatalf("half %04x is %g, want %g", all[i], got, want)
			}
		}
		checkNarrow(t, k, wide)
		for _, n := range lengths {
			checkNarrow(t, k, wide[0x3c00:][:n])
		}
		for i, v := range wide[:0x7c00] {
			wide[i] = (v + wide[i+1]) / 2
		}
		checkNarrow(t, k, wide)
		checkNarrow(t, k, []float32{65519, 65520, 1e30, -1e30, 1e-9, -1e-9, 2.9e-8, 3e-8})
	})
}

func checkNarrow(t *testing.T, k *Kernels, x []float32) {
	t.Helper()
	got := make([]uint16, len(x))
	k.F16Row(got, x)
	for i, h := range got {
		if want := quant.F32ToF16(x[i]); h != want && x[i] == x[i] {
			t.Fatalf("%g as a half is %04x, want %04x", x[i], h, want)
		}
		if x[i] != x[i] && (h&0x7c00 != 0x7c00 || h&0x3ff == 0) {
			t.Fatalf("a NaN became the half %04x", h)
		}
	}
}

func TestGemvF32(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(11, 12))
		for _, typ := range append(intTypes(), quant.F32, quant.F16, quant.BF16) {
			n, rows := 512+typ.BlockElems(), 19
			w, x := weights(r, typ, rows, n), activations(r, n)
			out := make([]float32, rows)
			var s Scratch
			k.GemvF32(typ, out, w, x, &s)
			for i, got := range out {
				want, magnitude := dot64(x, decoded(typ, w, n, i))
				near(t, fmt.Sprintf("%s row %d", typ, i), got, want, magnitude)
			}
			k.GemvF32(typ, out[:2], append([]byte{0}, w...)[1:], x, &s) // at an odd address
			want, magnitude := dot64(x, decoded(typ, w, n, 1))
			near(t, fmt.Sprintf("unaligned %s", typ), out[1], want, magnitude)
		}
	})
}

func decoded(t quant.Type, w []byte, n, row int) []float32 {
	dst := make([]float32, n)
	quant.Dequantize(t, dst, w[row*t.RowBytes(n):][:t.RowBytes(n)])
	return dst
}

func TestGemmF32(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(13, 14))
		for _, typ := range []quant.Type{quant.F32, quant.F16, quant.BF16, quant.Q4_K, quant.Q8_0} {
			for _, s := range [][3]int{{16, 256, 8}, {1, 256, 1}, {17, 512, 9}, {5, 256, 3}, {33, deepF32 + 256, 17}, {16, 3 * deepF32, 8}} {
				checkGemmF32(t, k, r, typ, s[0], s[1], s[2])
			}
		}
		checkGemmF32(t, k, r, quant.F16, 18, 100, 10)
		checkGemmF32(t, k, r, quant.F32, 16, 7, 8)
	})
}

func checkGemmF32(t *testing.T, k *Kernels, r *rand.Rand, typ quant.Type, rows, n, cols int) {
	t.Helper()
	w, xs, tiles := weights(r, typ, rows, n), make([][]float32, cols), make([]TileF32, (cols+7)/8)
	for c := range xs {
		xs[c] = activations(r, n)
	}
	for i := range tiles {
		k.InterleaveF32(&tiles[i], xs[i*8:min(cols, i*8+8)])
	}
	ldo := rows + 1
	out := make([]float32, cols*ldo)
	var s Scratch
	k.GemmF32(typ, out, ldo, w, rows, tiles, &s)
	for c, x := range xs {
		for i, got := range out[c*ldo:][:rows] {
			want, magnitude := dot64(x, decoded(typ, w, n, i))
			near(t, fmt.Sprintf("%s %d×%d×%d row %d column %d", typ, rows, n, cols, i, c), got, want, magnitude)
		}
		if out[c*ldo+rows] != 0 {
			t.Fatalf("%s %d×%d×%d wrote beside its results", typ, rows, n, cols)
		}
	}
}

func TestSoftmax(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(15, 16))
		for _, n := range lengths {
			x := activations(r, n)
			for i := range x {
				x[i] *= 20
			}
			if n > 2 {
				x[n/2] = float32(math.Inf(-1))
			}
			checkSoftmax(t, k, x)
		}
		for _, bad := range lengths {
			x := activations(r, bad)
			x[bad/2] = float32(math.NaN())
			if s := k.ExpSum(x, 1); s == s {
				t.Fatalf("a NaN among %d was lost: sum %g", bad, s)
			}
		}
	})
}

func checkSoftmax(t *testing.T, k *Kernels, x []float32) {
	t.Helper()
	top, sum := math.Inf(-1), 0.0
	for _, v := range x {
		top = max(top, float64(v))
	}
	want, slack := make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		want[i] = math.Exp(float64(v) - top)
		slack[i] = 2e-6 + 1.2e-7*min(200, top-float64(v)) // the difference is rounded to float32
		sum += want[i]
	}
	if got := k.Max(x); float64(got) != top {
		t.Fatalf("the largest of %d is %g, want %g", len(x), got, top)
	}
	k.Softmax(x)
	for i, got := range x {
		p := want[i] / sum
		if math.Abs(float64(got)-p) > slack[i]*p+1e-37 {
			t.Fatalf("probability %d of %d is %g, want %g", i, len(x), got, p)
		}
	}
}

func TestRMSNorm(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(17, 18))
		for _, n := range lengths {
			x, gain, dst := activations(r, n), activations(r, n), make([]float32, n+1)
			sum, _ := dot64(x, x)
			by := 1 / math.Sqrt(sum/float64(n)+1e-5)
			k.RMSNorm(dst[:n], x, gain, 1e-5)
			for i, got := range dst[:n] {
				want := float64(x[i]) * by * float64(gain[i])
				near(t, fmt.Sprintf("RMSNorm[%d] of %d", i, n), got, want, math.Abs(want))
			}
			if dst[n] != 0 {
				t.Fatalf("RMSNorm of %d wrote behind its end", n)
			}
		}
	})
}

func TestSiLUMul(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(19, 20))
		for _, n := range lengths {
			gate, up := activations(r, n), activations(r, n)
			gate[0] = []float32{-200, 200, 0, -88, 88, -100}[n%6]
			dst := make([]float32, n+1)
			k.SiLUMul(dst[:n], gate, up)
			for i, got := range dst[:n] {
				g := float64(gate[i])
				want := g / (1 + math.Exp(-g)) * float64(up[i])
				near(t, fmt.Sprintf("SiLUMul(%g)", g), got, want, math.Abs(want))
			}
			if dst[n] != 0 {
				t.Fatalf("SiLUMul of %d wrote behind its end", n)
			}
		}
		out := []float32{0}
		if k.SiLUMul(out, []float32{float32(math.NaN())}, []float32{1}); out[0] == out[0] {
			t.Fatal("SiLUMul lost a NaN")
		}
	})
}

// Sums of 16 columns with 4 and 8 rows that lie apart, set and added, and nothing
// written beside them.
func TestMix(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(31, 32))
		for _, cols := range []int{4, 8} {
			for _, deep := range []int{1, 2, 7, 128} {
				checkMix(t, k, r, cols, deep)
			}
		}
	})
}

func checkMix(t *testing.T, k *Kernels, r *rand.Rand, cols, deep int) {
	t.Helper()
	const ldo, stride = 19, 21
	ldx := deep + 3
	panel := guardedF32(t, activations(r, (deep-1)*stride+16))
	halves, rounded := toHalves(panel)
	halves = guardedF16(t, halves)
	x := guardedF32(t, activations(r, (cols-1)*ldx+deep))
	for _, add := range []bool{false, true} {
		for _, p := range [][]float32{panel, rounded} {
			out := guardedF32(t, activations(r, (cols-1)*ldo+16))
			before := append([]float32{}, out...)
			if &p[0] == &panel[0] {
				k.MixF32(out, ldo, p, stride, x, ldx, cols, deep, add)
			} else {
				k.MixF16(out, ldo, halves, stride, x, ldx, cols, deep, add)
			}
			for i, got := range out {
				c, row := i/ldo, i%ldo
				if row >= 16 {
					if got != before[i] {
						t.Fatalf("%d rows, %d deep: wrote beside its results", cols, deep)
					}
					continue
				}
				want, magnitude := 0.0, 0.0
				if add {
					want, magnitude = float64(before[i]), math.Abs(float64(before[i]))
				}
				for j := range deep {
					term := float64(p[j*stride+row]) * float64(x[c*ldx+j])
					want, magnitude = want+term, magnitude+math.Abs(term)
				}
				near(t, fmt.Sprintf("%d rows, %d deep, column %d row %d", cols, deep, c, row), got, want, magnitude)
			}
		}
	}
}
