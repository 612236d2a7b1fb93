//go:build cgo && !darwin

package gl

import (
	"fmt"
	"math"

	"beyonder/engine/compute"
	"beyonder/shaders"
)

// arena is the memory of all choices together, so that those of all layers come
// back in one copy. Experts' ids and weights never leave the card otherwise.
type arena struct {
	ids, weights *buffer
	used         int // words of each

	copied  bool // the copy below is of what the card has now
	copyIDs []int32
	copyWs  []float32
}

// arenaWords is what an arena holds: 64 layers of 512 tokens with two experts.
const arenaWords = 1 << 16

// choices is a Buffer of what the router chose, a part of an arena.
type choices struct {
	arena   *arena
	at      int // words
	n       int
	version int // counts what Route wrote, for sorted
}

func (c *choices) Bytes() int64 { return 8 * int64(c.n) }

// NewChoices makes room for n rows of used experts each.
func (d *Device) NewChoices(n, used int) (compute.Choices, error) {
	words := n * used
	if words > mostGroups {
		return compute.Choices{}, fmt.Errorf("%d rows of %d experts are more than the %d choices that the graphics engine takes at a time", n, used, mostGroups)
	}
	if d.choices == nil || d.choices.used+words > arenaWords {
		ids, err := d.newBuffer(4*arenaWords, true)
		if err != nil {
			return compute.Choices{}, err
		}
		weights, err := d.newBuffer(4*arenaWords, true)
		if err != nil {
			return compute.Choices{}, err
		}
		d.choices = &arena{ids: ids, weights: weights}
	}
	c := &choices{arena: d.choices, at: d.choices.used, n: words}
	d.choices.used += words
	return compute.Choices{Buf: c, N: n, Used: used}, nil
}

// Route chooses each row's experts (Jiang et al. 2024, "Mixtral of Experts").
func (d *Device) Route(dst compute.Choices, logits compute.Rows) {
	c := dst.Buf.(*choices)
	if logits.N != dst.N || dst.Used > logits.Width || logits.Width > 512 {
		d.failf("%d rows of %d experts cannot be chosen from %d rows of %d", dst.N, dst.Used, logits.N, logits.Width)
		return
	}
	if dst.N == 0 {
		return
	}
	c.arena.copied = false
	d.say(step{kind: routing, x: logits, c: dst, alone: func() { d.route(dst, logits) }})
}

func (d *Device) route(dst compute.Choices, logits compute.Rows) {
	c := dst.Buf.(*choices)
	c.version++
	d.record(pass{
		variant: shaders.Variant{Kernel: "route", Workgroup: d.tiles.wide},
		bind:    bindings{buf(logits), c.arena.ids, c.arena.weights}, written: 1<<1 | 1<<2,
		args:   args{uint32(dst.N), uint32(logits.Width), uint32(dst.Used), at(logits), pitch(logits), uint32(c.at)},
		groups: [3]uint32{groups(dst.N, d.tiles.wide), 1, 1},
	})
}

// ReadChoices copies ids and weights, n × used, or returns the first failure.
func (d *Device) ReadChoices(ids []int32, weights []float32, c compute.Choices) error {
	b := c.Buf.(*choices)
	a := b.arena
	if err := d.failure(); err != nil {
		return err
	}
	if !a.copied {
		both := make([]int32, 2*a.used)
		size := 4 * int64(a.used)
		if err := d.fetch(bytesOf(both), part{a.ids, 0, size}, part{a.weights, 0, size}); err != nil {
			return err
		}
		a.copyIDs, a.copyWs, a.copied = both[:a.used], floats(both[a.used:]), true
	}
	copy(ids, a.copyIDs[b.at:b.at+c.N*c.Used])
	copy(weights, a.copyWs[b.at:b.at+c.N*c.Used])
	return nil
}

// ExpertMatMul sets row t·used+j of dst to x[t] times the j-th chosen expert's matrix.
func (d *Device) ExpertMatMul(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	es := w.(*experts)
	if d.fits(es, x, dst.Width, c, c.Used) {
		d.say(step{kind: expertProduct, dst: dst, x: x, es: es, c: c, alone: func() { d.chosen(buf(dst), at(dst), dst.Width, es, x, c, c.Used) }})
	}
}

// ExpertMatMulAdd adds the chosen experts' results to dst, weighted, in the
// order of choice: a token's sum is the same alone and within a prompt.
func (d *Device) ExpertMatMulAdd(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	es := w.(*experts)
	if d.fits(es, x, dst.Width, c, 1) {
		d.say(step{alone: func() { d.sum(dst, es, x, c) }})
	}
}

// sum is ExpertMatMulAdd.
func (d *Device) sum(dst compute.Rows, es *experts, x compute.Rows, c compute.Choices) {
	if d.fuseDown(dst, es, x, c) {
		return
	}
	results := d.need(&d.scratch.results, 4*int64(c.N)*int64(c.Used)*int64(pitch(dst)))
	d.chosen(results, 0, dst.Width, es, x, c, 1)
	b := c.Buf.(*choices)
	d.record(pass{
		variant: shaders.Variant{Kernel: "weigh", Workgroup: d.tiles.wide},
		bind:    bindings{results, b.arena.weights, buf(dst)}, written: 1 << 2,
		args:   args{uint32(c.Used), uint32(dst.Width), uint32(b.at), pitch(dst), at(dst)},
		groups: [3]uint32{groups(dst.Width, d.tiles.wide), uint32(dst.N), 1},
	})
}

// fits tells whether there is anything to multiply, each row of x with share
// choices, and refuses what does not fit.
func (d *Device) fits(es *experts, x compute.Rows, width int, c compute.Choices, share int) bool {
	slots := c.N * c.Used
	if x.Width != es.in || width != es.out || x.N*share != slots {
		d.failf("tensor %q takes %d values to %d, but was given %d for %d", es.name, es.in, es.out, x.Width, width)
		return false
	}
	return slots > 0 && !d.tall(slots)
}

// chosen multiplies row i/share of x with the expert of choice i, for every choice.
func (d *Device) chosen(to *buffer, at uint32, width int, es *experts, x compute.Rows, c compute.Choices, share int) {
	slots := c.N * c.Used
	b := c.Buf.(*choices)
	p := product{
		x: x, to: to, at: at, step: uint32(padded(width)), slots: slots, share: share,
		chosen: b.arena.ids, list: uint32(b.at), experts: es.count,
	}
	if slots > fewRows {
		p.chosen, p.list = d.sort(c, es.count), 0
	}
	for _, m := range es.runs {
		p.m = m
		d.multiply(&p)
	}
}

// sorted says what scratch.groups holds: three products use the same.
type sorted struct {
	c       *choices
	version int
	slots   int
}

// sort groups the slots of c by expert.
func (d *Device) sort(c compute.Choices, count int) *buffer {
	b, slots := c.Buf.(*choices), c.N*c.Used
	to := d.need(&d.scratch.groups, 4*int64(slots+count+1))
	want := sorted{b, b.version, slots}
	if d.grouped == want {
		return to
	}
	d.grouped = want
	d.record(pass{
		variant: shaders.Variant{Kernel: "group", Workgroup: d.tiles.norm},
		bind:    bindings{b.arena.ids, to}, written: 1 << 1,
		args:   args{uint32(slots), uint32(count), uint32(b.at), 0},
		groups: [3]uint32{1, 1, 1},
	})
	return to
}

// floats reads words as float32.
func floats(words []int32) []float32 {
	out := make([]float32, len(words))
	for i, w := range words {
		out[i] = math.Float32frombits(uint32(w))
	}
	return out
}
