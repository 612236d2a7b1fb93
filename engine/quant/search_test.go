package quant

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomBlock is weights of very different sizes, with zeros and equal ones, and
// how much they count.
func randomBlock(random *rand.Rand, n int) (x, w []float32) {
	x, w = make([]float32, n), make([]float32, n)
	scale := math.Ldexp(1, random.IntN(40)-30)
	for i := range x {
		switch random.IntN(8) {
		case 0:
		case 1:
			x[i] = float32(scale) * float32(random.IntN(7)-3)
		default:
			x[i] = float32(random.NormFloat64() * scale)
		}
		if random.IntN(10) > 0 {
			w[i] = random.Float32() * 3
		}
	}
	return x, w
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// TestSearchesAgree compares what the processor's own instructions compute with
// the portable loops, bit for bit.
func TestSearchesAgree(t *testing.T) {
	if affineWidth() == 1 {
		t.Skip("SKIPPED: this processor has no AVX2; the portable loops are all there is")
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		n := []int{8, 16, 32}[random.IntN(3)]
		x, w := randomBlock(random, n)
		compareSymmetric(t, random, x, w)
		compareAffine(t, random, x, w)
	}
}

func compareSymmetric(t *testing.T, random *rand.Rand, x, w []float32) {
	t.Helper()
	top := []int32{4, 8, 16, 32}[random.IntN(4)]
	var inv, lx, l2, px, p2 lanes
	for k := range inv {
		inv[k] = (float32(top) + random.Float32()) / max(tiny, abs(extreme(x)))
	}
	symmetricSums(x, w, top, &inv, &lx, &l2, len(inv))
	symmetricSumsPortable(x, w, top, &inv, &px, &p2, len(inv))
	if !sameBits(lx[:], px[:]) || !sameBits(l2[:], p2[:]) {
		t.Fatalf("±%d: %v %v, portable %v %v, of %v", top, lx, l2, px, p2, x)
	}
}

func compareAffine(t *testing.T, random *rand.Rand, x, w []float32) {
	t.Helper()
	lo, hi := bounds(x)
	if lo = min(lo, 0); hi <= lo {
		return
	}
	a := affineTrial{lo: lo, n: float32([]int{3, 15, 31}[random.IntN(3)]), absolute: uint32(random.IntN(2))}
	for i, v := range x {
		a.sumW += w[i]
		a.sumX += float32(w[i] * v)
	}
	for k := range a.inverse {
		a.inverse[k] = (a.n + 2*random.Float32() - 1) / (hi - lo)
	}
	b := a
	a.try(x, w, len(lanes{}))
	b.tryPortable(x, w, len(lanes{}))
	if !sameBits(a.err[:], b.err[:]) {
		t.Fatalf("errors %v, portable %v, of %v", a.err, b.err, x)
	}
	for k, e := range a.err {
		if !math.IsInf(float64(e), 1) && (a.scale[k] != b.scale[k] || a.min[k] != b.min[k]) {
			t.Fatalf("lane %d: %v·l + %v, portable %v·l + %v", k, a.scale[k], a.min[k], b.scale[k], b.min[k])
		}
	}
}

// TestStepsAgree does the same for the formats without a search.
func TestStepsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		block, _ := randomBlock(random, 32)
		x := (*[32]float32)(block)
		lo, hi := bounds(x[:])
		plo, phi := boundsPortable(x[:])
		if lo != plo || hi != phi {
			t.Fatalf("from %v to %v, portable %v to %v", lo, hi, plo, phi)
		}
		if m := extreme32(x[:]); m != extreme(x[:]) {
			t.Fatalf("the farthest from zero is %v, portable %v, of %v", m, extreme(x[:]), x)
		}
		var a, b [32]uint8
		id := 31 * inverse(hi-lo)
		steps(&a, x, lo, id, 0.5, 30)
		stepsPortable(&b, x, lo, id, 0.5, 30)
		if a != b {
			t.Fatalf("%v, portable %v, of %v", a, b, x)
		}
		id = 127 * inverse(max(hi, -lo))
		rounds(&a, x, id)
		roundsPortable(&b, x, id)
		if a != b {
			t.Fatalf("%v, portable %v, of %v", a, b, x)
		}
	}
}

// roundAway is C's round in all cases near ties.
func TestRoundAway(t *testing.T) {
	for n := range 260 {
		for _, x := range []float32{float32(n), float32(n) + 0.5, math.Nextafter32(float32(n)+0.5, 0), math.Nextafter32(float32(n)+0.5, 1e9)} {
			for _, v := range []float32{x, -x} {
				if got, want := roundAway(v), int32(math.Round(float64(v))); got != want {
					t.Errorf("%v becomes %d, want %d", v, got, want)
				}
				if got, want := nearest(v), int32(math.RoundToEven(float64(v))); got != want {
					t.Errorf("%v to even becomes %d, want %d", v, got, want)
				}
			}
		}
	}
}

// nearestIQ4 and nearestE2M1 find what trying all values finds.
func TestNearestValues(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 200000 {
		x := float32(random.NormFloat64() * 60)
		if random.IntN(4) == 0 {
			x = float32(random.IntN(560)-280) / 2
		}
		want := 0
		for i, v := range iq4Values {
			if abs(v-x) <= abs(iq4Values[want]-x) {
				want = i
			}
		}
		if got := nearestIQ4(x); got != want {
			t.Fatalf("IQ4: %v becomes %d, want %d", x, got, want)
		}
		d := []float32{0.25, 1, 3, 3.5}[random.IntN(4)]
		best := 0
		for i, v := range e2m1 {
			if abs(v*d-x) < abs(e2m1[best]*d-x) {
				best = i
			}
		}
		if got := nearestE2M1(x, d); int(got) != best {
			t.Fatalf("E2M1·%v: %v becomes %d, want %d", d, x, got, best)
		}
	}
}

// FuzzQuantize encodes any weights in every type: there is an error, or what
// comes back is finite.
func FuzzQuantize(f *testing.F) {
	// The codebooks are built when first needed: in an instrumented program that takes
	// longer than an input may.
	for _, book := range []func() *codebook{bookIQ1, bookIQ2XXS, bookIQ2XS, bookIQ2S, bookIQ3XXS, bookIQ3S} {
		book()
	}
	f.Add([]byte("any weights at all, as the bytes of float32"), false)
	f.Add([]byte{0, 0, 128, 127, 1, 0, 0, 0, 255, 255, 127, 127}, true)
	f.Fuzz(func(t *testing.T, b []byte, weighted bool) {
		if len(b) < 4 {
			return
		}
		x, importance := make([]float32, 512), make([]float32, 512)
		for i := range x {
			var v [4]byte
			copy(v[:], b[i*4%len(b):])
			Dequantize(F32, x[i:i+1], v[:])
			importance[i] = float32(v[0]) / 9
		}
		for i := range layouts {
			if typ := Type(i); Encodable(typ) && typ.BlockElems() > 1 {
				fuzzType(t, typ, x, importance, weighted)
			}
		}
	})
}

func fuzzType(t *testing.T, typ Type, x, importance []float32, weighted bool) {
	dst, y := make([]byte, typ.RowBytes(len(x))), make([]float32, len(x))
	var err error
	if weighted || NeedsImportance(typ) {
		err = QuantizeWeighted(typ, dst, x, importance)
	} else {
		err = Quantize(typ, dst, x)
	}
	if err != nil {
		return
	}
	Dequantize(typ, y, dst)
	for i, v := range y {
		if v-v != 0 {
			t.Fatalf("%v: weight %d, %v, becomes %v", typ, i, x[i], v)
		}
	}
}

// TestNearestRowsAgree compares the choice of a codebook's row with the portable
// one: for rows that tie, weights that do not count, sums that are infinite or no
// numbers.
func TestNearestRowsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, book := range []func() *codebook{bookIQ2XXS, bookIQ2XS, bookIQ2S, bookIQ3XXS, bookIQ3S} {
		b := book()
		tried := 0
		for tried < 4000 {
			code := random.IntN(len(b.near))
			if len(b.near[code]) == 0 {
				continue
			}
			tried++
			x, w := randomBlock(random, 8)
			scale := abs(extreme(x)) / float32(1+random.IntN(16))
			switch random.IntN(20) {
			case 0:
				clear(w)
			case 1:
				x[random.IntN(b.elems)] = inf
			case 2:
				w[random.IntN(b.elems)] = nan
			case 3:
				scale = 0
			}
			got, want := nearestRow(b, code, x, w, scale), nearestRowPortable(b, code, x, w, scale)
			if got != want {
				t.Fatalf("code %d: row %d of %d, portable %d (x %v, w %v, scale %v)", code, got, len(b.near[code]), want, x, w, scale)
			}
		}
	}
}
