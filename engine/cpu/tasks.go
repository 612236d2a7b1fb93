package cpu

import (
	"math"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// args is what a verb that runs works on. One is enough: verbs come one after the
// other. Each verb's task is args under another name.
type args struct {
	d    *Device
	m    *matrix
	ids  []int32
	gain []float32
	eps  float32

	out, x, y compute.Rows

	rope  compute.Rope
	cache *cache
	layer int
	pos   int

	quantized []float32 // rows of x.Width
	choices   compute.Choices
}

// of is row t of rows.
func of(r compute.Rows, t int) []float32 { return row(read(r), r.Width, t) }

type embedTask args

func (a *embedTask) part(t, _ int) {
	id := int(a.ids[t])
	quant.Dequantize(a.m.Type, of(a.out, t), a.m.rows(id, id+1))
}

type normTask args

func (a *normTask) part(t, _ int) { a.d.k.RMSNorm(of(a.out, t), of(a.x, t), a.gain, a.eps) }

type rotateTask args

func (a *rotateTask) part(t, worker int) {
	r := &a.rope
	pairs := len(r.Freqs)
	turn := a.d.need(worker, 2*pairs)
	cos, sin := turn[:pairs], turn[pairs:]
	for p, f := range r.Freqs {
		s, c := math.Sincos(float64(a.pos+t) * f)
		cos[p], sin[p] = float32(c)*r.Scale, float32(s)*r.Scale
	}
	v := of(a.out, t)
	for at := 0; at+r.HeadDim <= len(v); at += r.HeadDim {
		rotate(v[at:at+r.HeadDim], cos, sin, r.Half)
	}
}

type gateTask args

func (a *gateTask) part(t, _ int) { a.d.k.SiLUMul(of(a.out, t), of(a.x, t), of(a.y, t)) }

type rememberTask args

func (a *rememberTask) part(t, _ int) {
	c, k, v := a.cache, of(a.x, t), of(a.y, t)
	hd := c.shape.HeadDim
	for head := range c.shape.KVHeads {
		at := head * hd
		a.d.store(c, c.key(a.layer, head, a.pos+t), c.value(a.layer, head, a.pos+t), k[at:at+hd], v[at:at+hd])
	}
}

type quantizeTask args

func (a *quantizeTask) part(t, _ int) {
	a.d.k.QuantizeQ8(&a.d.acts.rows[t], row(a.quantized, a.x.Width, t))
}

// sumTask adds a token's experts in the order of choice.
type sumTask args

func (a *sumTask) part(t, _ int) {
	weights := a.choices.Buf.(*choices).weights
	for j := range a.choices.Used {
		i := t*a.choices.Used + j
		a.d.k.AxpyF32(of(a.out, t), weights[i], row(a.d.expert, a.out.Width, i))
	}
}

// productTask is the parts of several jobs, one job's behind the other's.
type productTask Device

func (t *productTask) part(part, worker int) {
	i := len(t.jobs) - 1
	for t.jobs[i].first > part {
		i--
	}
	j := &t.jobs[i]
	from := (part - j.first) * j.chunk
	(*Device)(t).part(j, from, min(from+j.chunk, j.w.Out), worker)
}
