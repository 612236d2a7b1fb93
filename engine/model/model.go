package model

import (
	"context"
	"fmt"

	"beyonder/engine/compute"
)

// Options says how a model is run.
type Options struct {
	Context int  // positions that the KV cache holds
	Batch   int  // tokens read at a time, at most
	F16     bool // the KV cache in float16
	Q8      bool // or in blocks of bytes
}

// Model is a model on its devices, with one KV cache. It is used by one
// goroutine at a time.
type Model struct {
	c    Config
	o    Options
	at   layout
	w    weights
	rope compute.Rope
	mix  Mix
	last int // tokens in the last step

	failed   error     // of the step, where rows crossed
	crossing []float32 // on their way
}

// New hands the weights to one device and makes room to work.
func New(src Source, c Config, dev compute.Device, o Options) (*Model, error) {
	return NewSplit(src, c, On(dev, c), o)
}

// NewSplit is New on several devices.
func NewSplit(src Source, c Config, places Places, o Options) (*Model, error) {
	if err := places.check(c); err != nil {
		return nil, err
	}
	l := &loader{src: src}
	factors := l.ropeFactors(c)
	if l.err != nil {
		return nil, l.err
	}
	m := &Model{c: c, o: o, at: newLayout(places), rope: c.rope(factors)}
	var err error
	if m.w, err = loadWeights(src, m.at, c); err != nil {
		return nil, err
	}
	for _, p := range m.at.parts {
		if err := p.room(c, o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// CacheShape is the KV cache that o asks for.
func (c Config) CacheShape(o Options) compute.CacheShape {
	return compute.CacheShape{Layers: c.Layers, Tokens: o.Context, KVHeads: c.KVHeads, HeadDim: c.HeadDim, F16: o.F16, Q8: o.Q8}
}

// WorkingBytes is the memory a model needs besides its weights: KV cache and scratch.
func (c Config) WorkingBytes(o Options) int64 {
	return c.CacheShape(o).Bytes() + c.ScratchBytes(o)
}

// ScratchBytes is the part of WorkingBytes that does not grow with the window.
func (c Config) ScratchBytes(o Options) int64 { return scratchBytes(c, o.Batch) }

// Config returns the hyperparameters.
func (m *Model) Config() Config { return m.c }

// Step reads ids at positions pos, pos+1, … (at most Batch of them). For the
// last len(logits) tokens it fills logits, each of Vocabulary float32. What
// positions from pos on held before is overwritten. When ctx ends it returns
// early with ctx's error; the positions are then undefined.
func (m *Model) Step(ctx context.Context, ids []int32, pos int, logits [][]float32) error {
	if len(logits) > len(ids) {
		return fmt.Errorf("logits of %d tokens were asked for, but %d are read", len(logits), len(ids))
	}
	if err := m.begin(ctx, ids, pos); err != nil {
		return err
	}
	s := m.forward(ids, pos, nil)
	if len(logits) == 0 || m.failed != nil {
		return m.settle()
	}
	x := s.s.x
	for from := 0; from < len(logits); from += outputRows {
		n := min(outputRows, len(logits)-from)
		out := m.output(x.Slice(x.N-len(logits)+from, n))
		for i := range n {
			if err := s.dev.Read(logits[from+i], out.Slice(i, 1)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Model) begin(ctx context.Context, ids []int32, pos int) error {
	switch {
	case len(ids) == 0 || len(ids) > m.o.Batch:
		return fmt.Errorf("a step reads 1 to %d tokens, not %d", m.o.Batch, len(ids))
	case pos < 0 || pos+len(ids) > m.o.Context:
		return fmt.Errorf("position %d is outside the context window of %d tokens", pos+len(ids)-1, m.o.Context)
	}
	m.last, m.failed = len(ids), nil
	for _, p := range m.at.parts {
		p.dev.Begin(ctx)
	}
	return nil
}

// Residual is a Step that, instead of logits, returns the residual stream of
// the last of ids as it enters each layer, before any norm: Layers rows of Width
// float32, the first of them the token's embedding.
func (m *Model) Residual(ctx context.Context, ids []int32, pos int) ([][]float32, error) {
	if err := m.begin(ctx, ids, pos); err != nil {
		return nil, err
	}
	entering := make([][]float32, m.c.Layers)
	m.forward(ids, pos, func(layer int, on compute.Device, x compute.Rows) {
		entering[layer] = make([]float32, m.c.Width)
		if err := on.Read(entering[layer], x.Slice(x.N-1, 1)); err != nil && m.failed == nil {
			m.failed = err
		}
	})
	if err := m.settle(); err != nil { // the cache is written when this returns
		return nil, err
	}
	return entering, nil
}

// Saver gives access to the KV cache; false if the model's devices have none.
func (m *Model) Saver() (compute.Saver, bool) {
	if len(m.at.parts) != 1 {
		return nil, false
	}
	s, ok := m.at.parts[0].cache.(compute.Saver)
	return s, ok
}

// Route is what one layer's router chose for one token.
type Route struct {
	Experts []int32
	Weights []float32
}

// Routes returns the router's choices for the last token of the last step, one
// per layer; none for a dense model.
func (m *Model) Routes() ([]Route, error) {
	if m.c.Experts == 0 {
		return nil, nil
	}
	routes := make([]Route, 0, m.c.Layers)
	for i, p := range m.at.feed {
		c := p.scratch.choices[i]
		ids, weights := make([]int32, m.last*c.Used), make([]float32, m.last*c.Used)
		if err := p.dev.ReadChoices(ids, weights, c.First(m.last)); err != nil {
			return nil, err
		}
		at := (m.last - 1) * c.Used
		routes = append(routes, Route{Experts: ids[at:], Weights: weights[at:]})
	}
	return routes, nil
}
