package model

import (
	"errors"

	"beyonder/engine/compute"
)

// Places says which device computes what: a layer's attention and its
// feed-forward part may be on different ones. Rows cross where the device
// changes, and only there.
type Places struct {
	Embed, Output compute.Device
	Attention     []compute.Device // of each layer
	FeedForward   []compute.Device // of each layer
}

// On puts everything on one device.
func On(d compute.Device, c Config) Places {
	p := Places{Embed: d, Output: d}
	for range c.Layers {
		p.Attention, p.FeedForward = append(p.Attention, d), append(p.FeedForward, d)
	}
	return p
}

// part is what a model has on one device.
type part struct {
	dev     compute.Device
	does    duties
	cache   compute.Cache
	at      map[int]int // where a layer's keys and values are in the cache
	scratch scratch
}

// duties are what a part computes; it needs memory for nothing else.
type duties struct {
	attention int // layers
	feed      []int
	output    bool
}

// layout is where everything of a model is.
type layout struct {
	parts           []*part
	embed, output   *part
	attention, feed []*part // of each layer
}

// newLayout makes one part for each device.
func newLayout(p Places) layout {
	var y layout
	of := func(d compute.Device) *part {
		for _, q := range y.parts {
			if q.dev == d {
				return q
			}
		}
		q := &part{dev: d, at: map[int]int{}}
		y.parts = append(y.parts, q)
		return q
	}
	y.embed, y.output = of(p.Embed), of(p.Output)
	y.output.does.output = true
	for i := range p.Attention {
		a, f := of(p.Attention[i]), of(p.FeedForward[i])
		a.at[i] = a.does.attention
		a.does.attention++
		f.does.feed = append(f.does.feed, i)
		y.attention, y.feed = append(y.attention, a), append(y.feed, f)
	}
	return y
}

// room makes the part's cache and working memory.
func (p *part) room(c Config, o Options) (err error) {
	if p.does.attention > 0 {
		shape := c.CacheShape(o)
		shape.Layers = p.does.attention
		if p.cache, err = p.dev.NewCache(shape); err != nil {
			return err
		}
	}
	p.scratch, err = newScratch(p.dev, c, o.Batch, p.does)
	return err
}

// step is the work of one Step on one part.
type step struct {
	*part
	s scratch
}

func (p *part) first(n int) step { return step{p, p.scratch.first(n)} }

// move takes the residual stream to another part. The first error stays with the
// model, and ends the step.
func (m *Model) move(from step, to *part) step {
	if from.part == to || m.failed != nil {
		return from
	}
	x := from.s.x
	n := x.N * x.Width
	if len(m.crossing) < n {
		m.crossing = make([]float32, n)
	}
	if m.failed = from.dev.Read(m.crossing[:n], x); m.failed != nil {
		return from
	}
	next := to.first(x.N)
	next.dev.Write(next.s.x, m.crossing[:n])
	return next
}

// settle waits for every part, so that all caches are written, and returns the
// first error.
func (m *Model) settle() error {
	errs := []error{m.failed}
	for _, p := range m.at.parts {
		errs = append(errs, p.dev.Read(nil, p.scratch.x.Slice(0, 0)))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// errNowhere says that Places does not fit the model.
var errNowhere = errors.New("the model's parts are not all on some device")

func (p Places) check(c Config) error {
	if len(p.Attention) != c.Layers || len(p.FeedForward) != c.Layers || p.Embed == nil || p.Output == nil {
		return errNowhere
	}
	for i := range p.Attention {
		if p.Attention[i] == nil || p.FeedForward[i] == nil {
			return errNowhere
		}
	}
	return nil
}
