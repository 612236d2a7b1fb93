package computetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// writeRows: rows in the middle of others are set, those stay as they are.
func writeRows(b *bench) {
	for _, width := range []int{32, 257} {
		data, part := b.random(5*width), b.random(2*width)
		r := b.rows(data, 5, width)
		b.dev.Write(r.Slice(1, 2), part)
		want := slices.Concat(data[:width], part, data[3*width:])
		for i := range part {
			part[i] = 0 // what was written must not change with its source
		}
		b.near(fmt.Sprint("width ", width), b.read(r), want, 0)
		b.dev.Write(r.Slice(0, 0), nil)
		b.near("nothing", b.read(r), want, 0)
	}
	r := b.empty(2, 32)
	b.dev.Write(r, make([]float32, 5))
	if err := b.dev.Read(make([]float32, 64), r); err == nil {
		b.Fatal("5 values were written to 64")
	}
}

func embed(b *bench) {
	for _, t := range b.s.Types {
		w, values := b.weights(t, 256, 10)
		table, err := b.dev.Upload(w)
		b.must(err)
		ids := []int32{9, 0, 3, 3}
		r := b.empty(len(ids), 256)
		b.dev.Embed(r, table, ids)
		var want []float32
		for _, id := range ids {
			want = append(want, values[id*256:(id+1)*256]...)
		}
		b.near(t.String(), b.read(r), want, 1e-6)
	}
}

func rmsNorm(b *bench) {
	for _, n := range []int{1, 3} {
		for _, width := range []int{32, 257, 4096} {
			x, g := b.random(n*width), b.random(width)
			gain, err := b.dev.Upload(floats("gain", g, width, 1))
			b.must(err)
			want := make([]float32, n*width)
			for t := range n {
				sum := 0.0
				for i := range width {
					sum += float64(x[t*width+i]) * float64(x[t*width+i])
				}
				by := 1 / math.Sqrt(sum/float64(width)+1e-5)
				for i := range width {
					want[t*width+i] = float32(float64(x[t*width+i]) * by * float64(g[i]))
				}
			}
			r, to := b.rows(x, n, width), b.empty(n, width)
			b.dev.RMSNorm(to, r, gain, 1e-5)
			b.near("to another", b.read(to), want, 1e-4)
			b.dev.RMSNorm(r, r, gain, 1e-5)
			b.near("in place", b.read(r), want, 1e-4)
		}
	}
}

// matMul multiplies the first rows of the same activations, so that the slow
// product is computed once.
func matMul(b *bench) {
	const most = 33
	for _, t := range b.s.Types {
		for _, s := range [][2]int{{256, 16}, {512, 70}, {4352, 33}} {
			in, out := s[0], s[1]
			w, values := b.weights(t, in, out)
			m, err := b.dev.Upload(w)
			b.must(err)
			x := b.random(most * in)
			want, size := b.product(t, x, values, most, in, out)
			for _, rows := range []int{1, 2, 7, 8, most} {
				matMulRows(b, m, t.String()+", "+shape(rows, in, out), x[:rows*in], want[:rows*out], size[:rows*out])
			}
		}
	}
}

// matMulRows tests both verbs: the second adds the product to the first's.
func matMulRows(b *bench, m compute.Matrix, what string, x, want []float32, size []float64) {
	in, out := m.Shape()
	r, to := b.rows(x, len(x)/in, in), b.empty(len(x)/in, out)
	b.dev.MatMul(to, m, r)
	b.close(what, b.read(to), want, size)
	b.dev.MatMulAdd(to, m, r)
	twice, sizes := slices.Clone(want), slices.Clone(size)
	for i := range twice {
		twice[i] *= 2
		sizes[i] *= 2
	}
	b.close(what+", added", b.read(to), twice, sizes)
}

// matMulHalf: with HalfInput the activations are float16.
func matMulHalf(b *bench) {
	const rows, in, out = 3, 256, 8
	w, values := b.weights(quant.F16, in, out)
	w.HalfInput = true
	m, err := b.dev.Upload(w)
	b.must(err)
	x := b.random(rows * in)
	r, to := b.rows(x, rows, in), b.empty(rows, out)
	b.dev.MatMul(to, m, r)
	round(x)
	want, allowed := b.product(quant.F16, x, values, rows, in, out)
	b.close("in halves", b.read(to), want, allowed)
}

func rotate(b *bench) {
	const heads, dim = 3, 16
	for _, half := range []bool{false, true} {
		for _, pairs := range []int{dim / 2, dim / 4} {
			rope := compute.Rope{HeadDim: dim, Scale: 1.25, Half: half}
			for p := range pairs {
				rope.Freqs = append(rope.Freqs, math.Pow(10000, -float64(p)/float64(pairs)))
			}
			for _, pos := range []int{0, 30000} {
				x := b.random(2 * heads * dim)
				r := b.rows(x, 2, heads*dim)
				b.dev.Rotate(r, rope, pos)
				b.near(fmt.Sprintf("half %v, %d pairs, position %d", half, pairs, pos), b.read(r), rotated(x, rope, heads, pos), 1e-5)
			}
		}
	}
}

func rotated(x []float32, r compute.Rope, heads, pos int) []float32 {
	y := slices.Clone(x)
	for t := range len(x) / (heads * r.HeadDim) {
		for h := range heads {
			at := (t*heads + h) * r.HeadDim
			for p, f := range r.Freqs {
				i, j := at+2*p, at+2*p+1
				if r.Half {
					i, j = at+p, at+p+len(r.Freqs)
				}
				s, c := math.Sincos(float64(pos+t) * f)
				u, v := float64(x[i]), float64(x[j])
				y[i] = float32((u*c - v*s) * float64(r.Scale))
				y[j] = float32((u*s + v*c) * float64(r.Scale))
			}
		}
	}
	return y
}

func attend(b *bench) {
	if _, err := b.dev.NewCache(compute.CacheShape{Layers: 1, Tokens: 4, KVHeads: 1, HeadDim: 48, Q8: true}); err == nil {
		b.Fatal("heads of 48 values were put into blocks of 32")
	}
	for _, kind := range []compute.CacheShape{{HeadDim: 32}, {HeadDim: 32, F16: true}, {HeadDim: 64, F16: true, Q8: true}} { // the last as a model asks for it: Q8 counts
		for _, heads := range [][2]int{{4, 4}, {8, 2}, {6, 1}} {
			c := kind
			c.Layers, c.Tokens, c.KVHeads = 2, 40, heads[1]
			cache, err := b.dev.NewCache(c)
			b.must(err)
			a := &attention{bench: b, shape: c, heads: heads[0], cache: cache}
			a.step(1, 0, 5)  // a prompt
			a.step(1, 5, 1)  // a token
			a.step(0, 0, 3)  // another layer
			a.step(1, 6, 34) // up to the last position
			a.step(1, 2, 4)  // going back
		}
	}
	attendLong(b)
}

// attendLong goes through more positions than devices take at a time.
func attendLong(b *bench) {
	c := compute.CacheShape{Layers: 1, Tokens: 1100, KVHeads: 2, HeadDim: 24, F16: true}
	cache, err := b.dev.NewCache(c)
	b.must(err)
	a := &attention{bench: b, shape: c, heads: 10, cache: cache}
	a.step(0, 0, 270)
	a.step(0, 270, 1)
	a.step(0, 271, 240)
	a.step(0, 511, 1)
	a.step(0, 512, 1)
	a.step(0, 513, 550)
	a.step(0, 1063, 1)
}

type attention struct {
	*bench
	shape compute.CacheShape
	heads int
	cache compute.Cache
	k, v  [2][]float32 // remembered, by layer
}

func (a *attention) step(layer, pos, n int) {
	c := a.shape
	width, kv := a.heads*c.HeadDim, c.KVHeads*c.HeadDim
	q, k, v := a.random(n*width), a.random(n*kv), a.random(n*kv)
	raw := [2][]float32{slices.Clone(k), slices.Clone(v)}
	kept(c, k)
	kept(c, v)
	a.k[layer] = append(a.k[layer][:pos*kv], k...)
	a.v[layer] = append(a.v[layer][:pos*kv], v...)
	a.dev.Remember(a.cache, layer, pos, a.rows(raw[0], n, kv), a.rows(raw[1], n, kv))
	out := a.empty(n, width)
	a.dev.Attend(out, a.rows(q, n, width), a.cache, layer, pos)
	a.near(fmt.Sprintf("%+v, %d heads, layer %d, positions %d+%d", c, a.heads, layer, pos, n),
		a.read(out), a.want(layer, pos, n, q), 1e-4)
}

func round(x []float32) {
	for i, v := range x {
		x[i] = quant.F16ToF32(quant.F32ToF16(v))
	}
}

// kept is what a cache of that shape makes of values.
func kept(c compute.CacheShape, x []float32) {
	switch {
	case c.Q8:
		for at := 0; at < len(x); at += 32 {
			most := float32(0)
			for _, v := range x[at : at+32] {
				most = max(most, v, -v)
			}
			for i := at; i < at+32; i++ {
				x[i] = most / 127 * float32(math.Floor(float64(x[i])*127/float64(most)+0.5))
			}
		}
	case c.F16:
		round(x)
	}
}

func (a *attention) want(layer, pos, n int, q []float32) []float32 {
	dim, kv := a.shape.HeadDim, a.shape.KVHeads*a.shape.HeadDim
	out := make([]float32, len(q))
	for t := range n {
		for h := range a.heads {
			at := (t*a.heads + h) * dim
			from := h * a.shape.KVHeads / a.heads * dim
			weights, sum := make([]float64, pos+t+1), 0.0
			for p := range weights {
				dot := 0.0
				for i := range dim {
					dot += float64(q[at+i]) * float64(a.k[layer][p*kv+from+i])
				}
				weights[p] = math.Exp(dot / math.Sqrt(float64(dim)))
				sum += weights[p]
			}
			for i := range dim {
				o := 0.0
				for p, w := range weights {
					o += w / sum * float64(a.v[layer][p*kv+from+i])
				}
				out[at+i] = float32(o)
			}
		}
	}
	return out
}

func swiGLU(b *bench) {
	const n, width = 3, 333
	g, u := b.random(n*width), b.random(n*width)
	for i := range g {
		g[i] *= 10
	}
	g[0], g[1] = -100, 100
	want := make([]float32, len(g))
	for i := range g {
		want[i] = float32(float64(g[i]) / (1 + math.Exp(-float64(g[i]))) * float64(u[i]))
	}
	gate, up := b.rows(g, n, width), b.rows(u, n, width)
	to := b.empty(n, width)
	b.dev.SwiGLU(to, gate, up)
	b.near("to another", b.read(to), want, 2e-4)
	b.dev.SwiGLU(gate, gate, up)
	b.near("in place", b.read(gate), want, 2e-4)
}

func route(b *bench) {
	for _, s := range [][2]int{{4, 2}, {8, 2}, {4, 4}, {5, 1}, {64, 8}} {
		experts, used := s[0], s[1]
		const n = 9
		x := b.random(n * experts)
		copy(x[experts:], []float32{1, 1, 1, 1}) // a tie: the lower ids win
		c, err := b.dev.NewChoices(n, used)
		b.must(err)
		b.dev.Route(c, b.rows(x, n, experts))
		ids, weights := make([]int32, n*used), make([]float32, n*used)
		b.must(b.dev.ReadChoices(ids, weights, c))
		wantIDs, want := routed(x, n, experts, used)
		if !slices.Equal(ids, wantIDs) {
			b.Fatalf("%d of %d experts: chose %v, want %v", used, experts, ids, wantIDs)
		}
		b.near("weights", weights, want, 1e-6)
	}
}

// routed is softmax over all, the largest kept, divided by their sum.
func routed(x []float32, n, experts, used int) (ids []int32, weights []float32) {
	for t := range n {
		row := x[t*experts : (t+1)*experts]
		order := make([]int32, experts)
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortStableFunc(order, func(a, b int32) int {
			switch {
			case row[a] > row[b]:
				return -1
			case row[a] < row[b]:
				return 1
			}
			return 0
		})
		sum := 0.0
		for _, e := range order[:used] {
			sum += math.Exp(float64(row[e]))
		}
		for _, e := range order[:used] {
			ids = append(ids, e)
			weights = append(weights, float32(math.Exp(float64(row[e]))/sum))
		}
	}
	return ids, weights
}

func expert(b *bench) {
	for _, t := range b.s.Types {
		newMixture(b, t, t, t, t).test(1, 5, 40)
	}
	newMixture(b, quant.F32, quant.F16, quant.Q8_0, quant.Q4_0).test(11)
	newMixture(b, quant.Q8_0).test(1, 3)
}

// mixture is experts of the given types, to test both expert verbs on.
type mixture struct {
	*bench
	types  []quant.Type
	es     compute.Experts
	values [][]float32 // of each expert
	used   int
}

const mixtureIn, mixtureOut = 256, 96

func newMixture(b *bench, types ...quant.Type) *mixture {
	m := &mixture{bench: b, types: types, used: min(2, len(types))}
	var ws []compute.Weights
	for _, t := range types {
		w, v := b.weights(t, mixtureIn, mixtureOut)
		ws, m.values = append(ws, w), append(m.values, v)
	}
	var err error
	m.es, err = b.dev.UploadExperts(ws)
	b.must(err)
	if m.es.Count() != len(types) {
		b.Fatalf("%d experts, want %d", m.es.Count(), len(types))
	}
	return m
}

// test multiplies n rows, each with the experts that random logits choose.
func (m *mixture) test(ns ...int) {
	for _, n := range ns {
		logits := m.random(n * len(m.types))
		c, err := m.dev.NewChoices(n, m.used)
		m.must(err)
		m.dev.Route(c, m.rows(logits, n, len(m.types)))
		ids, weights := routed(logits, n, len(m.types), m.used)
		m.testMatMul(n, c, ids)
		m.testMatMulAdd(n, c, ids, weights)
	}
}

func (m *mixture) testMatMul(n int, c compute.Choices, ids []int32) {
	x := m.random(n * mixtureIn)
	to := m.empty(n*m.used, mixtureOut)
	m.dev.ExpertMatMul(to, m.es, m.rows(x, n, mixtureIn), c)
	var want []float32
	var size []float64
	for i, e := range ids {
		t := i / m.used
		y, z := m.product(m.types[e], x[t*mixtureIn:(t+1)*mixtureIn], m.values[e], 1, mixtureIn, mixtureOut)
		want, size = append(want, y...), append(size, z...)
	}
	m.close(fmt.Sprint("ExpertMatMul ", m.types, n), m.read(to), want, size)
}

func (m *mixture) testMatMulAdd(n int, c compute.Choices, ids []int32, weights []float32) {
	x, base := m.random(n*m.used*mixtureIn), m.random(n*mixtureOut)
	sum := m.rows(base, n, mixtureOut)
	m.dev.ExpertMatMulAdd(sum, m.es, m.rows(x, n*m.used, mixtureIn), c)
	want, size := slices.Clone(base), make([]float64, n*mixtureOut)
	for i, e := range ids {
		y, z := m.product(m.types[e], x[i*mixtureIn:(i+1)*mixtureIn], m.values[e], 1, mixtureIn, mixtureOut)
		for o := range y {
			want[i/m.used*mixtureOut+o] += weights[i] * y[o]
			size[i/m.used*mixtureOut+o] += float64(weights[i]) * z[o]
		}
	}
	m.close(fmt.Sprint("ExpertMatMulAdd ", m.types, n), m.read(sum), want, size)
}

// failure: the first failure sticks until Begin.
func failure(b *bench) {
	table, err := b.dev.Upload(floats("token_embd.weight", b.random(32*4), 32, 4))
	b.must(err)
	r := b.empty(1, 32)
	b.dev.Embed(r, table, []int32{7})
	b.dev.Embed(r, table, []int32{1})
	err = b.dev.Read(make([]float32, 32), r)
	if err == nil || !strings.Contains(err.Error(), "7") {
		b.Fatalf("a token outside the vocabulary: got error %v", err)
	}
	b.dev.Begin(context.Background())
	b.dev.Embed(r, table, []int32{1})
	b.must(b.dev.Read(make([]float32, 32), r))
	if _, err := b.dev.Upload(compute.Weights{Name: "short", Type: quant.F32, In: 8, Out: 8, Data: make([]byte, 10)}); err == nil {
		b.Fatal("a matrix that is too short was taken")
	}
}

// cancel: after the context's end verbs do nothing, and Read tells.
func cancel(b *bench) {
	ctx, stop := context.WithCancel(context.Background())
	b.dev.Begin(ctx)
	x := b.rows(b.random(64), 1, 64)
	b.must(b.dev.Read(make([]float32, 64), x))
	stop()
	if err := b.dev.Read(make([]float32, 64), x); !errors.Is(err, context.Canceled) {
		b.Fatalf("after cancelling: got error %v", err)
	}
	b.dev.Begin(context.Background())
	b.must(b.dev.Read(make([]float32, 64), x))
}
