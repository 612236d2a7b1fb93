package quant

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestF16ToF32(t *testing.T) {
	for h := range 1 << 16 {
		got, want := F16ToF32(uint16(h)), slowF16(uint16(h))
		if math.Float32bits(got) != math.Float32bits(want) && (got == got || want == want) {
			t.Fatalf("F16ToF32(%#04x) = %v, want %v", h, got, want)
		}
	}
}

// TestF32ToF16 takes every half, the midpoint to the next one, and the two
// float32 beside the midpoint: all the places where rounding decides.
func TestF32ToF16(t *testing.T) {
	for h := uint16(0); h < 0x7c00; h++ {
		lo, hi := float64(slowF16(h)), float64(slowF16(h+1))
		if h+1 == 0x7c00 {
			hi = 65536
		}
		mid := float32((lo + hi) / 2)
		even := h + h&1
		checkF32ToF16(t, float32(lo), h)
		checkF32ToF16(t, math.Nextafter32(mid, 0), h)
		checkF32ToF16(t, mid, even)
		checkF32ToF16(t, math.Nextafter32(mid, math.MaxFloat32), h+1)
	}
	checkF32ToF16(t, math.MaxFloat32, 0x7c00)
	checkF32ToF16(t, float32(math.Inf(1)), 0x7c00)
	checkF32ToF16(t, math.SmallestNonzeroFloat32, 0)
	for _, bits := range []uint32{0x7f800001, 0x7fc00000, 0xffffffff} {
		if h := F32ToF16(math.Float32frombits(bits)); h&0x7c00 != 0x7c00 || h&0x3ff == 0 {
			t.Errorf("F32ToF16 makes %#04x of the NaN %#08x", h, bits)
		}
	}
}

func checkF32ToF16(t *testing.T, x float32, want uint16) {
	t.Helper()
	if got := F32ToF16(x); got != want {
		t.Fatalf("F32ToF16(%v) = %#04x, want %#04x", x, got, want)
	}
	if got := F32ToF16(-x); got != want|0x8000 {
		t.Fatalf("F32ToF16(%v) = %#04x, want %#04x", -x, got, want|0x8000)
	}
}

func TestBF16(t *testing.T) {
	for h := range 1 << 16 {
		x := BF16ToF32(uint16(h))
		if got := F32ToBF16(x); x == x && got != uint16(h) {
			t.Fatalf("%#04x comes back as %#04x", h, got)
		}
		if x != x && !math.IsNaN(float64(BF16ToF32(F32ToBF16(x)))) {
			t.Fatalf("the NaN %#04x becomes a number", h)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 1_000_000 {
		x := math.Float32frombits(random.Uint32())
		if x != x || math.IsInf(float64(x), 0) {
			continue
		}
		checkF32ToBF16(t, x)
	}
	checkF32ToBF16(t, math.Float32frombits(0x3f808000)) // ties
	checkF32ToBF16(t, math.Float32frombits(0x3f818000))
}

// checkF32ToBF16 compares the distances to the neighbours.
func checkF32ToBF16(t *testing.T, x float32) {
	t.Helper()
	down := uint16(math.Float32bits(x) >> 16)
	lo, hi := float64(BF16ToF32(down)), float64(BF16ToF32(down+1))
	if math.IsInf(hi, 0) {
		hi = math.Copysign(0x1p128, hi)
	}
	below, above := math.Abs(float64(x)-lo), math.Abs(hi-float64(x))
	want := down
	if below > above || below == above && down&1 == 1 {
		want++
	}
	if got := F32ToBF16(x); got != want {
		t.Fatalf("F32ToBF16(%v) = %#04x, want %#04x", x, got, want)
	}
}
