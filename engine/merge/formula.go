package merge

import (
	"context"
	"slices"
)

// formula is what a tensor, or one expert's part of it, is computed with.
type formula interface {
	// prepare finds out whatever depends on the whole of the inputs, which are open.
	prepare(ctx context.Context, threads int) error
	// compute sets dst to the result's weights from index from on, a multiple
	// of chunk; dst is a chunk, or what is left. Many goroutines call it.
	compute(dst []float32, from int, r *room) error
	// inputs are the views it reads.
	inputs() []*view
}

// scaled is a copy: x·factor, with noise added before.
type scaled struct {
	x      *view
	factor float32
	noise  float32 // standard deviation
	seed   int64
	name   string // of the result, for the noise
	number int    // of the expert
}

// unchanged reports whether the result is x itself.
func (f *scaled) unchanged() bool { return f.factor == 1 && f.noise == 0 && f.x.rows == nil }

func (f *scaled) prepare(context.Context, int) error { return nil }
func (f *scaled) inputs() []*view                    { return []*view{f.x} }

func (f *scaled) compute(dst []float32, from int, r *room) error {
	if err := f.x.read(dst, from); err != nil {
		return err
	}
	if f.noise != 0 {
		noise := r.of(0, len(dst))
		newRandom(f.seed, f.name, f.number, from/chunk).normal(noise)
		for i, n := range noise {
			dst[i] += n * f.noise
		}
	}
	if f.factor != 1 {
		for i := range dst {
			dst[i] *= f.factor
		}
	}
	return nil
}

// values is a tensor that is at hand already: a router.
type values []float32

func (f values) prepare(context.Context, int) error { return nil }
func (f values) inputs() []*view                    { return nil }

func (f values) compute(dst []float32, from int, _ *room) error {
	copy(dst, f[from:])
	return nil
}

// linear is Σ wᵢθᵢ, divided by Σ wᵢ if normalized ("model soups", Wortsman et al. 2022).
type linear struct {
	models  []*view
	weights []float32
	divisor float32
}

func (f *linear) prepare(context.Context, int) error { return nil }
func (f *linear) inputs() []*view                    { return f.models }

func (f *linear) compute(dst []float32, from int, r *room) error {
	clear(dst)
	x := r.of(0, len(dst))
	for i, m := range f.models {
		if err := m.read(x, from); err != nil {
			return err
		}
		w := f.weights[i]
		for j, v := range x {
			dst[j] += w * v
		}
	}
	for j := range dst {
		dst[j] /= f.divisor
	}
	return nil
}

// total adds up what a pass found in each chunk. The order is that of the
// chunks, so that the sum does not depend on which goroutine was faster.
func total(perChunk []float64) float64 {
	sum := 0.0
	for _, v := range perChunk {
		sum += v
	}
	return sum
}

// pass reads views chunk by chunk on all cores; x[i] belongs to views[i].
func pass(ctx context.Context, threads int, views []*view, do func(chunk int, x [][]float32)) error {
	rooms := make([]room, threads)
	weights := weightsOf(views[0].shape)
	return each(ctx, threads, chunksOf(weights), func(worker, c int) error {
		from := c * chunk
		n := min(chunk, weights-from)
		x := make([][]float32, len(views))
		for i, v := range views {
			x[i] = rooms[worker].of(i, n)
			if err := v.read(x[i], from); err != nil {
				return err
			}
		}
		do(c, x)
		return nil
	})
}

func allShapes(name string, views []*view) error {
	for _, v := range views[1:] {
		if err := sameShape(name, views[0], v); err != nil {
			return err
		}
	}
	return nil
}

func openAll(views []*view) error {
	for _, v := range views {
		if err := v.open(); err != nil {
			return err
		}
	}
	return nil
}

func closeAll(views []*view) {
	for _, v := range slices.Backward(views) {
		v.close()
	}
}
