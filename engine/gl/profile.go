//go:build cgo && !darwin

package gl

import (
	"slices"
	"time"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/shaders"
)

// profile times dispatches with the driver's clock. Software renderers answer
// nonsense to such queries: there each dispatch is waited for, by our own clock.
type profile struct {
	software bool
	queries  []query
	sums     map[string]*Timing

	compiled  int // programs
	compiling time.Duration
}

type query struct {
	id     uint32
	kernel string
}

func newProfile(software bool) *profile {
	return &profile{software: software, sums: map[string]*Timing{}}
}

// time runs dispatch; a nil profile does only that.
func (p *profile) time(v shaders.Variant, dispatch func()) {
	switch {
	case p == nil:
		dispatch()
	case p.software:
		gl.Finish()
		began := time.Now()
		dispatch()
		gl.Finish()
		p.add(v.String(), time.Since(began))
	default:
		q := query{kernel: v.String()}
		gl.GenQueries(1, &q.id)
		gl.BeginQuery(gl.TIME_ELAPSED, q.id)
		dispatch()
		gl.EndQuery(gl.TIME_ELAPSED)
		p.queries = append(p.queries, q)
	}
}

func (p *profile) add(kernel string, d time.Duration) {
	t := p.sums[kernel]
	if t == nil {
		t = &Timing{Kernel: kernel}
		p.sums[kernel] = t
	}
	t.Calls++
	t.Time += d
}

// collect asks the driver for the times of what has been waited for.
func (p *profile) collect() {
	for _, q := range p.queries {
		var ns uint64
		gl.GetQueryObjectui64v(q.id, gl.QUERY_RESULT, &ns)
		gl.DeleteQueries(1, &q.id)
		p.add(q.kernel, time.Duration(ns))
	}
	p.queries = p.queries[:0]
}

// Timings is what each kernel took since the last call of Timings, the longest
// first; nothing without Options.Profile.
func (d *Device) Timings() []Timing {
	var out []Timing
	d.flush()
	d.do(func() {
		if d.q.profile == nil {
			return
		}
		d.q.profile.collect()
		for _, t := range d.q.profile.sums {
			out = append(out, *t)
		}
		clear(d.q.profile.sums)
	})
	slices.SortFunc(out, func(a, b Timing) int { return int(b.Time - a.Time) })
	return out
}
