package cpu

import (
	"math"

	"beyonder/engine/compute"
)

// choices is a Buffer of what the router chose: n × used.
type choices struct {
	ids     []int32
	weights []float32
}

func (c *choices) Bytes() int64 { return int64(len(c.ids)) * 8 }

// NewChoices makes room for n rows of used experts each.
func (d *Device) NewChoices(n, used int) (compute.Choices, error) {
	b := &choices{ids: make([]int32, n*used), weights: make([]float32, n*used)}
	return compute.Choices{Buf: b, N: n, Used: used}, nil
}

// Route chooses each row's experts (Jiang et al. 2024, "Mixtral of Experts").
func (d *Device) Route(dst compute.Choices, logits compute.Rows) {
	d.Finish()
	b, ls := dst.Buf.(*choices), read(logits)
	for t := range logits.N {
		at := t * dst.Used
		choose(b.ids[at:at+dst.Used], b.weights[at:at+dst.Used], row(ls, logits.Width, t))
	}
}

// choose finds the len(ids) largest logits, the lower id on ties, and sets
// weights to the softmax over them.
func choose(ids []int32, weights []float32, logits []float32) {
	taken := 0
	for id, v := range logits {
		at := taken
		for at > 0 && logits[ids[at-1]] < v {
			at--
		}
		if at == len(ids) {
			continue
		}
		taken = min(taken+1, len(ids))
		copy(ids[at+1:taken], ids[at:])
		ids[at] = int32(id)
	}
	sum := 0.0
	for _, id := range ids {
		sum += math.Exp(float64(logits[id] - logits[ids[0]]))
	}
	for i, id := range ids {
		weights[i] = float32(math.Exp(float64(logits[id]-logits[ids[0]])) / sum)
	}
}

// ReadChoices copies ids and weights, n × used, or returns the first failure.
func (d *Device) ReadChoices(ids []int32, weights []float32, c compute.Choices) error {
	d.Finish()
	if err := d.failure(); err != nil {
		return err
	}
	b := c.Buf.(*choices)
	copy(ids, b.ids[:c.N*c.Used])
	copy(weights, b.weights[:c.N*c.Used])
	return nil
}

// ExpertMatMul sets row t·used+j of dst to x[t] times the j-th chosen expert's matrix.
func (d *Device) ExpertMatMul(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	joined := d.join(together{x: x, choices: c.Buf.(*choices), n: c.N}, dst)
	d.expertProduct(write(dst), dst.Width, w.(experts), x, c, c.Used, joined)
}

// ExpertMatMulAdd adds the chosen experts' results to dst, weighted, in the
// order of choice: a token's sum is the same alone and within a prompt.
func (d *Device) ExpertMatMulAdd(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	d.Finish()
	if n := c.N * c.Used * dst.Width; len(d.expert) < n {
		d.expert = make([]float32, n)
	}
	d.expertProduct(d.expert, dst.Width, w.(experts), x, c, 1, false)
	d.Finish()
	write(dst)
	d.args = args{d: d, out: dst, choices: c}
	d.pool.run(dst.N, (*sumTask)(&d.args))
}

// expertProduct multiplies row i/share of x with the expert of choice i, for
// every choice, the rows of one expert together. If others wait that were chosen
// in the same way, their first jobs are the same experts'.
func (d *Device) expertProduct(out []float32, stride int, es experts, x compute.Rows, c compute.Choices, share int, joined bool) {
	if x.Width != es[0].In || stride != es[0].Out {
		d.fail("tensor %q takes %d values to %d, but was given %d for %d", es[0].Name, es[0].In, es[0].Out, x.Width, stride)
		return
	}
	if !joined {
		d.sort(c, len(es), share)
	}
	like := -1
	for e, pick := range d.columns[:len(es)] {
		if len(pick) == 0 {
			continue
		}
		if joined {
			like++
		}
		d.add(job{w: es[e], into: d.into[e], out: out, stride: stride}, x, pick, like)
	}
}

// sort lists, for each expert, the rows that chose it and where their results go.
func (d *Device) sort(c compute.Choices, count, share int) {
	columns, into := emptied(&d.columns, count), emptied(&d.into, count)
	for i, e := range c.Buf.(*choices).ids[:c.N*c.Used] {
		columns[e] = append(columns[e], i/share)
		into[e] = append(into[e], i)
	}
}

// emptied is n lists with nothing in them, whose memory is used again.
func emptied(lists *[][]int, n int) [][]int {
	for len(*lists) < n {
		*lists = append(*lists, nil)
	}
	for i := range *lists {
		(*lists)[i] = (*lists)[i][:0]
	}
	return (*lists)[:n]
}
