package merge

import (
	"context"
	"math"
)

// slerp goes from a to b along the sphere (Shoemake 1985), a whole tensor being
// one vector:
//
//	sin((1−t)Ω)/sinΩ · a + sin(tΩ)/sinΩ · b,  cosΩ = ⟨a/‖a‖, b/‖b‖⟩
//
// a and b keep their lengths. Where they point almost the same or the opposite
// way, sinΩ is too small to divide by, and the way is a straight line.
type slerp struct {
	a, b *view
	t    float64

	shareA, shareB float32
}

func (f *slerp) inputs() []*view { return []*view{f.a, f.b} }

const (
	almostParallel = 0.9995
	almostZero     = 1e-8 // a vector so short has no direction; mergekit leaves it as it is
)

func (f *slerp) prepare(ctx context.Context, threads int) error {
	n := chunksOf(weightsOf(f.a.shape))
	aa, bb, ab := make([]float64, n), make([]float64, n), make([]float64, n)
	err := pass(ctx, threads, f.inputs(), func(c int, x [][]float32) {
		for i, a := range x[0] {
			a, b := float64(a), float64(x[1][i])
			aa[c] += a * a
			bb[c] += b * b
			ab[c] += a * b
		}
	})
	shareA, shareB := slerpShares(total(aa), total(bb), total(ab), f.t)
	f.shareA, f.shareB = float32(shareA), float32(shareB)
	return err
}

// slerpShares are the factors of a and b, given ⟨a,a⟩, ⟨b,b⟩ and ⟨a,b⟩.
func slerpShares(aa, bb, ab, t float64) (float64, float64) {
	cos := ab
	for _, square := range []float64{aa, bb} {
		if length := math.Sqrt(square); length > almostZero {
			cos /= length
		}
	}
	if math.Abs(cos) > almostParallel {
		return 1 - t, t
	}
	angle := math.Acos(cos)
	return math.Sin((1-t)*angle) / math.Sin(angle), math.Sin(t*angle) / math.Sin(angle)
}

func (f *slerp) compute(dst []float32, from int, r *room) error {
	if err := f.a.read(dst, from); err != nil {
		return err
	}
	b := r.of(0, len(dst))
	if err := f.b.read(b, from); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = f.shareA*dst[i] + f.shareB*b[i]
	}
	return nil
}
