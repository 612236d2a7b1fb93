package cpu

import (
	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// activations holds rows quantized to 8 bits for the integer kernels. Several
// matrices multiply the same rows (q, k and v; gate and up), so the last set is
// kept until its buffer is written again.
type activations struct {
	rows    []kernel.Q8
	buf     *floats
	version uint64
	from, n int
}

// MatMul sets dst = x·wᵀ.
func (d *Device) MatMul(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.product(write(dst), dst.Width, w.(*matrix), x, false)
}

// MatMulAdd adds x·wᵀ to dst.
func (d *Device) MatMulAdd(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.product(write(dst), dst.Width, w.(*matrix), x, true)
}

func (d *Device) product(out []float32, stride int, w *matrix, x compute.Rows, add bool) {
	if x.Width != w.In || stride != w.Out {
		d.fail("tensor %q takes %d values to %d, but was given %d for %d", w.Name, w.In, w.Out, x.Width, stride)
		return
	}
	d.multiply([]job{d.job(w, x, upTo(x.N), upTo(x.N), out, stride, add)})
}

// upTo is 0, 1, … n-1.
func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// job is one product of a matrix with some columns (rows of activations).
type job struct {
	w       *matrix
	exact   []float32   // activations, when the product is in float32
	q8      []kernel.Q8 // activations, when it is in integers
	columns []int       // which activations
	into    []int       // which row of out each column's result goes to
	out     []float32
	stride  int
	add     bool
	chunk   int // rows of w in one part
	first   int // number of the job's first part among all jobs'
}

// job prepares a product: activations in the form that the matrix's type wants.
func (d *Device) job(w *matrix, x compute.Rows, columns, into []int, out []float32, stride int, add bool) job {
	j := job{w: w, columns: columns, into: into, out: out, stride: stride, add: add}
	if d.exact || !d.k.HasInt(w.Type) {
		j.exact = read(x)
	} else {
		j.q8 = d.quantize(x)
	}
	j.chunk = chunk(w.In, len(columns))
	return j
}

// quantize returns x's rows as Q8, made anew only if x has changed.
func (d *Device) quantize(x compute.Rows) []kernel.Q8 {
	b := x.Buf.(*floats)
	a := &d.acts
	if a.buf == b && a.version == b.version && a.from == x.From && a.n == x.N {
		return a.rows[:x.N]
	}
	for len(a.rows) < x.N {
		a.rows = append(a.rows, kernel.Q8{})
	}
	a.buf, a.version, a.from, a.n = b, b.version, x.From, x.N
	data := read(x)
	d.pool.run(x.N, func(t, _ int) { d.k.QuantizeQ8(&a.rows[t], row(data, x.Width, t)) })
	return a.rows[:x.N]
}

// chunk is how many rows of a matrix one part computes: small enough that a
// kernel call stays far below a millisecond (assembly cannot be preempted) and
// that Stop is felt at once, large enough that drawing a part costs nothing.
func chunk(in, columns int) int {
	const work = 1 << 20 // multiply-adds
	return max(16, work/(in*max(1, columns))/16*16)
}

// multiply runs the parts of all jobs together. Jobs write to different rows.
func (d *Device) multiply(jobs []job) {
	parts := 0
	for i := range jobs {
		jobs[i].first = parts
		parts += (jobs[i].w.Out + jobs[i].chunk - 1) / jobs[i].chunk
	}
	d.pool.run(parts, func(part, worker int) {
		i := len(jobs) - 1
		for jobs[i].first > part {
			i--
		}
		j := &jobs[i]
		from := (part - j.first) * j.chunk
		to := min(from+j.chunk, j.w.Out)
		if j.q8 != nil {
			d.integers(j, from, to, worker)
		} else {
			d.floats(j, from, to, worker)
		}
	})
}

// integers computes rows from to to of w for every column.
func (d *Device) integers(j *job, from, to, worker int) {
	n := to - from
	buf := d.need(worker, n*len(j.columns))
	if len(j.columns) == 1 {
		d.k.Gemv(j.w.Type, buf[:n], j.w.rows(from, to), &j.q8[j.columns[0]])
	} else {
		xs := make([]*kernel.Q8, len(j.columns))
		for i, c := range j.columns {
			xs[i] = &j.q8[c]
		}
		d.k.Gemm(j.w.Type, buf, n, j.w.rows(from, to), n, xs)
	}
	for i := range j.columns {
		j.put(i, from, buf[i*n:(i+1)*n])
	}
}

// floats does the same with weights decoded to float32, each row decoded once.
func (d *Device) floats(j *job, from, to, worker int) {
	in, n := j.w.In, len(j.columns)
	buf := d.need(worker, in+n)
	weights, sums := buf[:in], buf[in:]
	for r := from; r < to; r++ {
		quant.Dequantize(j.w.Type, weights, j.w.rows(r, r+1))
		for i, c := range j.columns {
			sums[i] = d.k.DotF32(weights, j.exact[c*in:(c+1)*in])
			j.put(i, r, sums[i:i+1])
		}
	}
}

// put stores column i's results for rows from, from+1, … of w.
func (j *job) put(i, from int, results []float32) {
	out := j.out[j.into[i]*j.stride+from:][:len(results)]
	if !j.add {
		copy(out, results)
		return
	}
	for k, v := range results {
		out[k] += v
	}
}
