package sample

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExpAndLnAreAccurate(t *testing.T) {
	r := rand.New(rand.NewPCG(101, 102))
	for range 200000 {
		x := r.Float64()*1416 - 707
		if got, want := exp(x), math.Exp(x); math.Abs(got/want-1) > 5e-16 {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		y := math.Exp(r.Float64()*1400 - 700)
		if got, want := ln(y), math.Log(y); math.Abs(got-want) > 5e-16*math.Abs(want) {
			t.Fatalf("ln(%v) = %v, want %v", y, got, want)
		}
		z := 1 + (r.Float64()-0.5)/1024 // where the logarithm is near 0
		if got, want := ln(z), math.Log(z); math.Abs(got-want) > 5e-16*math.Abs(want) {
			t.Fatalf("ln(%v) = %v, want %v", z, got, want)
		}
	}
}

func TestExpAndLnAtTheEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"exp 0", exp(0), 1}, {"exp -inf", exp(-inf), 0}, {"exp inf", exp(inf), inf},
		{"exp -709", exp(-709), 0}, {"exp 710", exp(710), inf}, {"exp nan", exp(nan), nan},
		{"ln 1", ln(1), 0}, {"ln 0", ln(0), -inf}, {"ln inf", ln(inf), inf},
		{"ln -1", ln(-1), nan}, {"ln nan", ln(nan), nan},
		{"0 to the 0", pow(0, 0), 1}, {"0 to the 2", pow(0, 2), 0}, {"2 to the 0", pow(2, 0), 1}, {"1 to the inf", pow(1, 5), 1},
		{"log2 1", log2(1), 0}, {"log2 0", log2(0), -inf},
	} {
		if tt.got != tt.want && !(math.IsNaN(tt.got) && math.IsNaN(tt.want)) {
			t.Errorf("%s is %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestExpStepsArePowersOfTwo(t *testing.T) {
	for i, got := range exp2Steps {
		if want := math.Exp2(float64(i) / 32); math.Abs(got/want-1) > 3e-16 {
			t.Errorf("step %d is %v, want %v", i, got, want)
		}
	}
}

func TestCeil32(t *testing.T) {
	r := rand.New(rand.NewPCG(103, 104))
	for range 10000 {
		x := r.NormFloat64() * 20
		f := ceil32(x)
		if below := math.Nextafter32(f, float32(math.Inf(-1))); float64(f) < x || float64(below) >= x {
			t.Fatalf("ceil32(%v) = %v", x, f)
		}
	}
}

func TestKeysAreInTheOrderOfTheirFloats(t *testing.T) {
	ascending := []float32{-math.MaxFloat32, -3, -2.5, -1e-30, -1e-45, 0, 1e-45, 0.1, 7, math.MaxFloat32}
	for i, x := range ascending {
		if logitOf(keyOf(x)) != x {
			t.Errorf("%v comes back as %v", x, logitOf(keyOf(x)))
		}
		if i > 0 && keyOf(ascending[i-1]) >= keyOf(x) {
			t.Errorf("the key of %v is not above that of %v", x, ascending[i-1])
		}
	}
	if keyOf(float32(math.Copysign(0, -1))) != keyOf(0) {
		t.Error("the two zeros have different keys")
	}
}
