package merge

import (
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// computeAll runs a formula over the whole tensor with so many goroutines.
func computeAll(t testing.TB, f formula, shape []uint64, threads int) []float32 {
	t.Helper()
	s := &stream{ctx: context.Background(), threads: threads, out: computed("x", quant.F32, shape, f)}
	data, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, weightsOf(shape))
	quant.Dequantize(quant.F32, out, data)
	return out
}

func values32(t testing.TB, v *view) []float32 {
	t.Helper()
	return computeAll(t, &scaled{x: v, factor: 1}, v.shape, 1)
}

// What is kept is exactly what sorting by size would keep, of equals the first;
// bfloat16 makes many equals.
func TestFindLargest(t *testing.T) {
	base, v := randomView(t, quant.BF16, 40, 1), randomView(t, quant.BF16, 40, 2)
	delta := values32(t, v)
	subtract(delta, values32(t, base))
	order := make([]int, len(delta))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(magnitude(delta[b])) - int(magnitude(delta[a])) })
	for _, density := range []float64{0.5, 0.001, 0.97, 1e-9, 1 - 1e-9} {
		k := max(1, int(density*float64(len(delta))))
		want := make([]float32, len(delta))
		for _, i := range order[:k] {
			want[i] = delta[i]
		}
		if density > 0.1 && density < 0.9 && magnitude(delta[order[k-1]]) != magnitude(delta[order[k]]) {
			t.Error("no equals at the edge: the test shows less than it should")
		}
		c := &change{of: v, weight: 1, density: density}
		got := computeAll(t, deltaOnly{&arithmetic{base: base, changes: []*change{c}, lambda: 1}}, v.shape, 3)
		if !slices.Equal(got, want) {
			t.Errorf("density %v: other elements are kept than the %d largest", density, k)
		}
	}
}

// deltaOnly is an arithmetic merge without the base it is added to.
type deltaOnly struct{ *arithmetic }

func (d deltaOnly) compute(dst []float32, from int, r *room) error {
	base := slices.Clone(dst)
	if err := d.base.read(base, from); err != nil {
		return err
	}
	return d.changes[0].read(dst, base, from)
}

// DARE keeps each element with its probability, independently of its value and
// of its neighbours, and what it keeps has the whole's sum of absolute values.
func TestDareInDistribution(t *testing.T) {
	base, v := randomView(t, quant.F32, 64, 1), randomView(t, quant.F32, 64, 2)
	delta := values32(t, v)
	subtract(delta, values32(t, base))
	n := float64(len(delta))
	for _, density := range []float64{0.1, 0.5, 0.53, 0.9} {
		c := &change{of: v, weight: 1, density: density, random: true, rescale: true, seed: 4, name: "x"}
		got := computeAll(t, deltaOnly{&arithmetic{base: base, changes: []*change{c}, lambda: 1}}, v.shape, 2)
		kept, pairs, large, factor := 0.0, 0.0, 0.0, absSum(delta)/keptSum(delta, got)
		for i, g := range got {
			if g == 0 {
				continue
			}
			kept++
			if i > 0 && got[i-1] != 0 {
				pairs++
			}
			if delta[i] > 0 {
				large++
			}
			if math.Abs(float64(g)-float64(delta[i])*factor) > 1e-5 {
				t.Fatalf("density %v: element %d is %v, not %v times %v", density, i, g, delta[i], factor)
			}
		}
		within(t, "kept", density, kept/n, density, n)
		within(t, "both of two neighbours", density, pairs/n, density*density, n/3)
		within(t, "kept and positive", density, large/n, density/2, n)
	}
}

// keptSum is the sum of absolute values of those of x whose y is not 0.
func keptSum(x, y []float32) (sum float64) {
	for i, v := range x {
		if y[i] != 0 {
			sum += math.Abs(float64(v))
		}
	}
	return sum
}

// within checks a share of n trials: five standard deviations.
func within(t *testing.T, what string, density, got, want, n float64) {
	t.Helper()
	if off := math.Abs(got - want); off > 5*math.Sqrt(want*(1-want)/n) {
		t.Errorf("density %v, %s: %v, want about %v", density, what, got, want)
	}
}

// A seed means the same on any number of cores, and another seed something else.
func TestSeeds(t *testing.T) {
	base, v := randomView(t, quant.F32, 64, 1), randomView(t, quant.F32, 64, 2)
	run := func(seed int64, number, threads int) []float32 {
		c := &change{of: v, weight: 1, density: 0.5, random: true, rescale: true, seed: seed, name: "x", number: number}
		return computeAll(t, &arithmetic{base: base, changes: []*change{c}, lambda: 1, consensus: true}, v.shape, threads)
	}
	first := run(1, 1, 1)
	if !slices.Equal(first, run(1, 1, 5)) {
		t.Error("the result depends on the number of goroutines")
	}
	if slices.Equal(first, run(2, 1, 1)) || slices.Equal(first, run(1, 2, 1)) {
		t.Error("another seed or another model, but the same chances")
	}
	// Written down, so that a seed keeps its meaning: the first draws of seed 1.
	r := newRandom(1, "blk.0.attn_q.weight", 2, 3)
	if a, b := r.unit(), r.unit(); a != seedOneFirst || b != seedOneSecond {
		t.Errorf("seed 1 now begins with %v, %v", a, b)
	}
}

const seedOneFirst, seedOneSecond = 0.2679674161900807, 0.4724504068525861

func TestNoise(t *testing.T) {
	v := randomView(t, quant.F32, 64, 1)
	x := values32(t, v)
	got := computeAll(t, &scaled{x: v, factor: 2, noise: 0.1, seed: 1, name: "x"}, v.shape, 2)
	sum, squares, n := 0.0, 0.0, float64(len(x))
	for i := range x {
		noise := float64(got[i])/2 - float64(x[i])
		sum += noise
		squares += noise * noise
	}
	if mean := sum / n; math.Abs(mean) > 5*0.1/math.Sqrt(n) {
		t.Errorf("the noise's mean is %v", mean)
	}
	if spread := math.Sqrt(squares / n); math.Abs(spread-0.1) > 5*0.1/math.Sqrt(2*n) {
		t.Errorf("the noise's standard deviation is %v", spread)
	}
}

// Routers left to chance are distributed as they should be, and differ by layer
// and expert.
func TestRandomRouters(t *testing.T) {
	r := &routers{layers: 8, width: 4096, seed: 7}
	experts := make([]expertConfig, 4)
	for mode, want := range map[gateMode]struct{ spread, largest float64 }{
		gateRandom:  {1, 10},
		gateUniform: {1 / math.Sqrt(4096*3), 1 / math.Sqrt(4096)},
	} {
		rows, err := r.rows(context.Background(), mode, experts)
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(rows...)
		squares, seen := 0.0, map[float32]bool{}
		for _, x := range all {
			squares += float64(x) * float64(x)
			seen[x] = true
			if math.Abs(float64(x)) > want.largest {
				t.Fatalf("%s: %v", mode, x)
			}
		}
		if spread := math.Sqrt(squares / float64(len(all))); math.Abs(spread/want.spread-1) > 0.02 {
			t.Errorf("%s: standard deviation %v, want %v", mode, spread, want.spread)
		}
		if len(all) != 8*4*4096 || len(seen) < len(all)*9/10 {
			t.Errorf("%s: %d values, %d different ones", mode, len(all), len(seen))
		}
		if c := condition(rows[0], 4); c > 1.3 {
			t.Errorf("%s: condition %v", mode, c)
		}
	}
}

func TestCondition(t *testing.T) {
	for _, c := range []struct {
		rows []float32
		n    int
		want float64
	}{
		{[]float32{1, 0, 0, 1}, 2, 1},
		{[]float32{3, 0, 0, 0.5}, 2, 6},
		{[]float32{1, 1, 0, 1, -1, 0, 0, 0, 4}, 3, 4 / math.Sqrt2},
		// cos 60°: the squares of the singular values are 1.5 and 0.5.
		{[]float32{1, 0, 0.5, float32(math.Sqrt(0.75))}, 2, math.Sqrt(3)},
	} {
		if got := condition(c.rows, c.n); math.Abs(got/c.want-1) > 1e-6 {
			t.Errorf("%v: %v, want %v", c.rows, got, c.want)
		}
	}
	if got := condition([]float32{1, 2, 1, 2}, 2); got < 1e6 {
		t.Errorf("equal rows: %v", got)
	}
	if alike([][]float32{{1, 0, 0, 1}, {1, 0, 1, 0.01}}, 2) == "" || alike([][]float32{{1, 0, 0, 1}}, 2) != "" {
		t.Error("the warning comes at the wrong time")
	}
}

// The way between two vectors keeps to the sphere; where they point the same
// way, or one has no direction, it is straight.
func TestSlerpShares(t *testing.T) {
	a, b := slerpShares(1, 1, 0, 0.5)
	if math.Abs(a-math.Sqrt(0.5)) > 1e-12 || math.Abs(b-math.Sqrt(0.5)) > 1e-12 {
		t.Errorf("a right angle halved: %v, %v", a, b)
	}
	for _, c := range [][3]float64{{1, 4, 2}, {1, 4, -2}, {0, 1, 0}} {
		a, b := slerpShares(c[0], c[1], c[2], 0.25)
		straight := c[0] != 0
		if straight != (a == 0.75 && b == 0.25) {
			t.Errorf("%v: %v, %v", c, a, b)
		}
		if math.IsNaN(a) || math.IsNaN(b) {
			t.Errorf("%v: %v, %v", c, a, b)
		}
	}
}

// A row gathered from several models is the mean of theirs, also where a chunk
// ends within a row.
func TestGather(t *testing.T) {
	const width, rows = 2560, 32
	a, b := randomMatrix(t, quant.F16, width, rows, 1), randomMatrix(t, quant.Q8_0, width, rows, 2)
	v := &view{model: a.model, name: "x", shape: []uint64{width, 2 * rows}}
	for i := range 2 * rows {
		r := row{of: []*view{a}, from: []int{i % rows}}
		if i%3 == 0 {
			r = row{of: []*view{a, b}, from: []int{i % rows, (i + 7) % rows}}
		}
		v.rows = append(v.rows, r)
	}
	x, y, got := values32(t, a), values32(t, b), values32(t, v)
	for i, g := range got {
		at, col := i/width, i%width
		want := x[at%rows*width+col]
		if at%3 == 0 {
			want = (want + y[(at+7)%rows*width+col]) / 2
		}
		if g != want {
			t.Fatalf("row %d, column %d: %v, want %v", at, col, g, want)
		}
	}
}

// A union has pieces of text before added tokens. A piece that the first model's
// merges do not lead to is found in texts as it stands.
func TestUnion(t *testing.T) {
	library := &library{folder: "testdata", models: map[string]*model{}}
	t.Cleanup(func() { library.close() })
	open := func(key string, change func(value any) any) *model {
		m, err := library.open(changed(t, "testdata/wide.gguf", func(keys []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
			for i := range keys {
				if keys[i].Key == key {
					keys[i].Value = change(keys[i].Value)
				}
			}
			return keys, x
		}))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	named := func(id int, text string) *model {
		return open(tokensKey, func(v any) any {
			tokens := slices.Clone(v.([]string))
			tokens[id] = text
			return tokens
		})
	}
	first := open("", nil)
	tokens, err := first.tokens()
	if err != nil {
		t.Fatal(err)
	}
	n := len(tokens)
	v, err := unionVocabulary(first, []*model{first, named(n-1, "<new>"), named(5, "zz")})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.tokens[n:]; !slices.Equal(got, []string{"zz", "<new>"}) {
		t.Errorf("added: %q", got)
	}
	d := newMetadata(first)
	v.describe(d)
	if types := d.changed[typesKey].([]int32); !slices.Equal(types[n:], []int32{userDefined, controlToken}) {
		t.Errorf("their types are %v", types[n:])
	}
	if scores := d.changed[scoresKey].([]float32); len(scores) != n+2 {
		t.Errorf("%d scores", len(scores))
	}
	other := open("tokenizer.ggml.model", func(any) any { return "gpt2" })
	if _, err := unionVocabulary(first, []*model{first, other}); err == nil || !strings.Contains(err.Error(), `"gpt2"`) {
		t.Errorf("two kinds: %v", err)
	}
}
