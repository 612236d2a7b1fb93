package computetest

import (
	"fmt"
	"math"
	"slices"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// layer is a transformer layer in one run of verbs, as a model records them:
// devices do neighbours together. Every intermediate result is compared with what
// the definition makes of the ones before it.
type layer struct {
	*bench
	n, pos              int
	x, normed, q, k, v  compute.Rows
	attended, out       compute.Rows
	again, logits       compute.Rows
	gate, up, sum       compute.Rows
	base, start         []float32
	choices             compute.Choices
	cache               compute.Cache
	rope                compute.Rope
	gain                []float32
	wq, wk, wv, wo      known
	router              known
	gates, ups, downs   []known
	esGate, esUp, esOut compute.Experts
	norm                compute.Matrix
}

// known is a matrix, its type and its values.
type known struct {
	m      compute.Matrix
	t      quant.Type
	values []float32
}

const (
	layerWidth, layerHeads, layerKV, layerDim = 256, 8, 2, 32
	layerFeed, layerExperts, layerUsed        = 256, 3, 2
)

func layers(b *bench) {
	for i, t := range b.s.Types {
		u := b.s.Types[(i+1)%len(b.s.Types)]
		n := 1 // what a token is; prompts are the same whatever the type
		if i%4 == 3 {
			n = 3
		}
		newLayer(b, t, u, n, i%2 == 0).test(fmt.Sprintf("%v and %v, %d rows", t, u, n))
	}
	newLayer(b, quant.F32, quant.F32, 12, true).test("12 rows")
	small := newLayer(b, quant.F32, quant.F32, 1, false)
	var err error
	small.cache, err = b.dev.NewCache(compute.CacheShape{Layers: 1, Tokens: 20, KVHeads: layerKV, HeadDim: layerDim, Q8: true})
	b.must(err)
	small.test("a small cache")
}

func newLayer(b *bench, t, u quant.Type, n int, f16 bool) *layer {
	l := &layer{bench: b, n: n, pos: 3, gain: b.random(layerWidth)}
	for i := range l.gain {
		l.gain[i] /= 100 // weights at random are as large as 100
	}
	kv := layerKV * layerDim
	l.wq, l.wk, l.wv = l.matrix(t, layerWidth, layerWidth), l.matrix(t, layerWidth, kv), l.matrix(u, layerWidth, kv)
	l.wo = l.matrix(t, layerWidth, layerWidth)
	router := quant.F32
	if f16 {
		router = quant.F16
	}
	l.router = l.matrix(router, layerWidth, layerExperts)
	l.gates, l.esGate = l.experts(t, layerWidth, layerFeed)
	l.ups, l.esUp = l.experts(t, layerWidth, layerFeed)
	l.downs, l.esOut = l.experts(u, layerFeed, layerWidth)
	var err error
	l.norm, err = b.dev.Upload(floats("gain", l.gain, layerWidth, 1))
	b.must(err)
	l.start, l.base = b.random(n*layerWidth), b.random(n*layerWidth)
	l.x, l.out, l.sum = b.rows(l.start, n, layerWidth), b.rows(l.base, n, layerWidth), b.rows(l.base, n, layerWidth)
	l.normed, l.again, l.attended = b.empty(n, layerWidth), b.empty(n, layerWidth), b.empty(n, layerWidth)
	l.q, l.k, l.v = b.empty(n, layerWidth), b.empty(n, kv), b.empty(n, kv)
	l.logits, l.gate, l.up = b.empty(n, layerExperts), b.empty(n*layerUsed, layerFeed), b.empty(n*layerUsed, layerFeed)
	l.choices, err = b.dev.NewChoices(n, layerUsed)
	b.must(err)
	l.cache, err = b.dev.NewCache(compute.CacheShape{Layers: 1, Tokens: 20, KVHeads: layerKV, HeadDim: layerDim, F16: f16})
	b.must(err)
	l.rope = compute.Rope{HeadDim: layerDim, Scale: 1, Half: f16}
	for p := range layerDim / 2 {
		l.rope.Freqs = append(l.rope.Freqs, math.Pow(10000, -float64(p)/float64(layerDim/2)))
	}
	return l
}

func (l *layer) matrix(t quant.Type, in, out int) known {
	w, values := l.weights(t, in, out)
	m, err := l.dev.Upload(w)
	l.must(err)
	return known{m, t, values}
}

func (l *layer) experts(t quant.Type, in, out int) ([]known, compute.Experts) {
	var ws []compute.Weights
	var ks []known
	for range layerExperts {
		w, values := l.weights(t, in, out)
		ws, ks = append(ws, w), append(ks, known{t: t, values: values})
	}
	es, err := l.dev.UploadExperts(ws)
	l.must(err)
	return ks, es
}

// run records the whole layer and reads nothing.
func (l *layer) run() {
	d := l.dev
	d.RMSNorm(l.normed, l.x, l.norm, 1e-5)
	d.MatMul(l.q, l.wq.m, l.normed)
	d.MatMul(l.k, l.wk.m, l.normed)
	d.MatMul(l.v, l.wv.m, l.normed)
	d.Rotate(l.q, l.rope, l.pos)
	d.Rotate(l.k, l.rope, l.pos)
	d.Remember(l.cache, 0, l.pos, l.k, l.v)
	d.Attend(l.attended, l.q, l.cache, 0, l.pos)
	d.MatMulAdd(l.out, l.wo.m, l.attended)
	d.RMSNorm(l.again, l.x, l.norm, 1e-5)
	d.MatMul(l.logits, l.router.m, l.again)
	d.Route(l.choices, l.logits)
	d.ExpertMatMul(l.gate, l.esGate, l.again, l.choices)
	d.ExpertMatMul(l.up, l.esUp, l.again, l.choices)
	d.SwiGLU(l.gate, l.gate, l.up)
	d.ExpertMatMulAdd(l.sum, l.esOut, l.gate, l.choices)
}

func (l *layer) test(what string) {
	l.Helper()
	l.run()
	normed := l.read(l.normed)
	l.near(what+": norm", normed, l.normal(), 1e-4)
	l.testAttention(what, normed)
	again := l.read(l.again)
	l.near(what+": second norm", again, normed, 1e-6)
	want, _ := l.product(quant.F32, again, l.router.values, l.n, layerWidth, layerExperts)
	l.near(what+": router", l.read(l.logits), want, halves(again, l.router.values)) // or not
	ids, weights := make([]int32, l.n*layerUsed), make([]float32, l.n*layerUsed)
	l.must(l.dev.ReadChoices(ids, weights, l.choices))
	wantIDs, wantWeights := routed(l.read(l.logits), l.n, layerExperts, layerUsed)
	if !slices.Equal(ids, wantIDs) {
		l.Fatalf("%s: chose %v, want %v", what, ids, wantIDs)
	}
	l.near(what+": weights", weights, wantWeights, 1e-5)
	l.testFeed(what, again, ids, weights)
}

func (l *layer) normal() []float32 {
	y := make([]float32, len(l.start))
	for t := range l.n {
		sum := 0.0
		for _, v := range l.start[t*layerWidth : (t+1)*layerWidth] {
			sum += float64(v) * float64(v)
		}
		for i := range layerWidth {
			y[t*layerWidth+i] = float32(float64(l.start[t*layerWidth+i]) / math.Sqrt(sum/layerWidth+1e-5) * float64(l.gain[i]))
		}
	}
	return y
}

func (l *layer) testAttention(what string, normed []float32) {
	l.Helper()
	const kv = layerKV * layerDim
	for _, p := range []struct {
		name  string
		rows  compute.Rows
		w     known
		out   int
		heads int // that are rotated
	}{{"queries", l.q, l.wq, layerWidth, layerHeads}, {"keys", l.k, l.wk, kv, layerKV}, {"values", l.v, l.wv, kv, 0}} {
		want, allowed := l.product(p.w.t, normed, p.w.values, l.n, layerWidth, p.out)
		if p.heads > 0 {
			want = rotated(want, l.rope, p.heads, l.pos)
			l.mixed(allowed)
		}
		l.close(what+": "+p.name, l.read(p.rows), want, allowed)
	}
	got, attended := l.read(l.out), l.read(l.attended)
	want, allowed := l.product(l.wo.t, attended, l.wo.values, l.n, layerWidth, layerWidth)
	for i := range want {
		want[i] += l.base[i]
	}
	l.close(what+": output", got, want, allowed)
	// Nothing was remembered before pos but zeros, whose scores are zero.
	k, v := l.read(l.k), l.read(l.v)
	kept(l.cache.Shape(), k)
	kept(l.cache.Shape(), v)
	zeros := make([]float32, l.pos*kv)
	a := &attention{bench: l.bench, shape: l.cache.Shape(), heads: layerHeads}
	a.k[0], a.v[0] = append(zeros, k...), append(slices.Clone(zeros), v...)
	wanted := a.want(0, l.pos, l.n, l.read(l.q))
	top := 0.0
	for _, x := range wanted {
		top = max(top, math.Abs(float64(x)))
	}
	l.near(what+": attention", attended, wanted, 1e-3*(1+top))
}

// mixed is what pairs of values that are off may be off by when they are rotated.
func (l *layer) mixed(allowed []float64) {
	for at := 0; at < len(allowed); at += layerDim {
		for p := range layerDim / 2 {
			i, j := at+2*p, at+2*p+1
			if l.rope.Half {
				i, j = at+p, at+p+layerDim/2
			}
			both := math.Hypot(allowed[i], allowed[j]) + 1e-5
			allowed[i], allowed[j] = both, both
		}
	}
}

// halves is how far a product may be off whose row was rounded to float16: by half
// of the last of eleven bits of each value.
func halves(x, w []float32) float64 {
	most := 0.0
	for t := 0; t < len(x); t += layerWidth {
		for o := 0; o < len(w); o += layerWidth {
			sum := 0.0
			for i := range layerWidth {
				sum += math.Abs(float64(x[t+i])*float64(w[o+i])) / 2048
			}
			most = max(most, sum)
		}
	}
	return most + 1e-5
}

func (l *layer) testFeed(what string, x []float32, ids []int32, weights []float32) {
	l.Helper()
	gate, up, sum := l.read(l.gate), l.read(l.up), l.read(l.sum)
	want, size := slices.Clone(l.base), make([]float64, len(l.base))
	for i, e := range ids {
		t := i / layerUsed
		row := x[t*layerWidth : (t+1)*layerWidth]
		g, gs := l.product(l.gates[e].t, row, l.gates[e].values, 1, layerWidth, layerFeed)
		u, us := l.product(l.ups[e].t, row, l.ups[e].values, 1, layerWidth, layerFeed)
		for o := range g {
			silu := float64(g[o]) / (1 + math.Exp(-float64(g[o])))
			w := silu * float64(u[o])
			// The slope of silu is at most 1.1.
			slack := 1.1*gs[o]*(math.Abs(float64(u[o]))+us[o]) + math.Abs(silu)*us[o] + 1e-5*(1+math.Abs(w))
			if d := math.Abs(float64(gate[i*layerFeed+o]) - w); !(d <= slack) {
				l.Fatalf("%s: gate %d of slot %d is %v, want %v (off by %.2g, allowed %.2g)", what, o, i, gate[i*layerFeed+o], w, d, slack)
			}
			if d := math.Abs(float64(up[i*layerFeed+o]) - float64(u[o])); !(d <= us[o]+1e-6) {
				l.Fatalf("%s: up %d of slot %d is %v, want %v (off by %.2g, allowed %.2g)", what, o, i, up[i*layerFeed+o], u[o], d, us[o])
			}
		}
		y, z := l.product(l.downs[e].t, gate[i*layerFeed:(i+1)*layerFeed], l.downs[e].values, 1, layerFeed, layerWidth)
		for o := range y {
			want[t*layerWidth+o] += weights[i] * y[o]
			size[t*layerWidth+o] += float64(weights[i]) * z[o]
		}
	}
	l.close(what+": down", sum, want, size)
}
