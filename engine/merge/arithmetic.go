package merge

import (
	"context"
	"math"
)

// arithmetic is the family of methods that add changes to a base: what each
// model has learned beyond it, δᵢ = θᵢ − θ₀, made sparse, weighted, and summed.
//
//	task_arithmetic: θ₀ + λ·Σ wᵢδᵢ                           (Ilharco et al. 2022)
//	ties:  only the largest of each δᵢ, and of those only
//	       what has the sign that outweighs                  (Yadav et al. 2023)
//	dare:  each element of δᵢ with the probability density,
//	       what is left enlarged                             (Yu et al. 2023)
type arithmetic struct {
	base      *view
	changes   []*change
	consensus bool // of signs
	normalize bool // divide by the sum of the weights that took part
	lambda    float32
}

// change is one model's difference from the base.
type change struct {
	of      *view
	weight  float32
	density float64 // share of elements that are kept
	random  bool    // kept by chance, not by size
	rescale bool    // enlarge what is kept until the sum of absolute values is as before
	seed    int64
	name    string // of the result, for the chances
	number  int    // of the source

	keep   keeper // after prepare
	factor float32
}

func (f *arithmetic) inputs() []*view {
	views := []*view{f.base}
	for _, c := range f.changes {
		views = append(views, c.of)
	}
	return views
}

func (f *arithmetic) prepare(ctx context.Context, threads int) error {
	for _, c := range f.changes {
		if err := c.prepare(ctx, threads, f.base); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) prepare(ctx context.Context, threads int, base *view) error {
	c.factor = 1
	weights := weightsOf(base.shape)
	deltas := func(do func(chunk int, delta []float32)) error {
		return pass(ctx, threads, []*view{c.of, base}, func(chunk int, x [][]float32) {
			subtract(x[0], x[1])
			do(chunk, x[0])
		})
	}
	switch {
	case c.density >= 1:
		return nil
	case c.density <= 0:
		c.keep = keepNone{}
		return nil
	case c.random:
		c.keep = keepByChance{c}
	default:
		largest, err := findLargest(deltas, weights, max(1, int(c.density*float64(weights))))
		if err != nil {
			return err
		}
		c.keep = largest
	}
	if !c.rescale {
		return nil
	}
	return c.measure(deltas, chunksOf(weights))
}

// measure finds the factor that gives what is kept the whole's sum of absolute values.
func (c *change) measure(deltas func(func(int, []float32)) error, chunks int) error {
	before, after := make([]float64, chunks), make([]float64, chunks)
	err := deltas(func(chunk int, delta []float32) {
		before[chunk] = absSum(delta)
		c.keep.apply(delta, chunk)
		after[chunk] = absSum(delta)
	})
	// Below this, mergekit does not divide.
	if b, a := total(before), total(after); b >= 1e-7 && a >= 1e-7 {
		c.factor = float32(b / a)
	}
	return err
}

func absSum(x []float32) (sum float64) {
	for _, v := range x {
		sum += math.Abs(float64(v))
	}
	return sum
}

func subtract(x, y []float32) {
	for i := range x {
		x[i] -= y[i]
	}
}

// read sets delta to the sparse, weighted change.
func (c *change) read(delta, base []float32, from int) error {
	if err := c.of.read(delta, from); err != nil {
		return err
	}
	subtract(delta, base)
	if c.keep != nil {
		c.keep.apply(delta, from/chunk)
	}
	for i := range delta {
		delta[i] = delta[i] * c.factor * c.weight
	}
	return nil
}

func (f *arithmetic) compute(dst []float32, from int, r *room) error {
	n := len(dst)
	base := r.of(len(f.changes), n)
	if err := f.base.read(base, from); err != nil {
		return err
	}
	clear(dst)
	for i, c := range f.changes {
		delta := r.of(i, n)
		if err := c.read(delta, base, from); err != nil {
			return err
		}
		for j, d := range delta {
			dst[j] += d
		}
	}
	if f.consensus {
		f.agree(dst, r)
	} else if f.normalize {
		divide(dst, f.weightSum())
	}
	for i := range dst {
		dst[i] = base[i] + f.lambda*dst[i]
	}
	return nil
}

func (f *arithmetic) weightSum() float32 {
	sum := float32(0)
	for _, c := range f.changes {
		sum += c.weight
	}
	if math.Abs(float64(sum)) < 1e-8 {
		return 1
	}
	return sum
}

func divide(x []float32, by float32) {
	for i := range x {
		x[i] /= by
	}
}

// agree replaces the sums in dst by those of the changes that have the same
// sign as the sum; a sum of 0 counts as positive, a change of 0 as neither.
func (f *arithmetic) agree(dst []float32, r *room) {
	for i, sum := range dst {
		kept, weights := float32(0), float32(0)
		positive := sum >= 0
		for j, c := range f.changes {
			d := (*r)[j][i]
			agrees := (d > 0) == positive
			kept += onlyIf(agrees, d)
			weights += onlyIf(agrees && d != 0, c.weight)
		}
		if f.normalize && weights != 0 {
			kept /= weights
		}
		dst[i] = kept
	}
}
