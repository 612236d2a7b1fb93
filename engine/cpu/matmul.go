package cpu

import (
	"slices"

	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// tileRows is how many rows of activations a kernel tile takes.
const tileRows = 8

// MatMul sets dst = x·wᵀ, at once with the products of the same rows that follow.
func (d *Device) MatMul(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.join(together{x: x}, dst)
	d.product(dst, w.(*matrix), x, false)
}

// MatMulAdd adds x·wᵀ to dst.
func (d *Device) MatMulAdd(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.Finish()
	d.product(dst, w.(*matrix), x, true)
	d.Finish()
}

func (d *Device) product(dst compute.Rows, w *matrix, x compute.Rows, add bool) {
	if x.Width != w.In || dst.Width != w.Out || x.N != dst.N {
		d.fail("tensor %q takes %d values to %d, but was given %d for %d", w.Name, w.In, w.Out, x.Width, dst.Width)
		return
	}
	d.add(job{w: w, out: write(dst), stride: dst.Width, add: add}, x, nil, -1)
}

// job is one product of a matrix with some rows of activations ("columns").
type job struct {
	w       *matrix
	columns int
	into    []int // which row of out each column's results go to; nil: the same number
	out     []float32
	stride  int // of out
	add     bool

	// One of these five holds the activations.
	q8    *kernel.Q8
	x16   *kernel.Rows16
	tiles []kernel.Tile
	x32   []float32
	wide  []kernel.TileF32

	chunk int // rows of w in one part
	first int // number of the job's first part among all jobs'
}

// feed prepares activations in the form that the matrix's type wants: rows of x
// chosen by pick, or all of them if pick is nil. Jobs that run together have
// different slots, whose memory is used again and again: made anew for every
// product it would double what the program takes.
func (d *Device) feed(j *job, slot int, x compute.Rows, pick []int) {
	j.columns = x.N
	if pick != nil {
		j.columns = len(pick)
	}
	j.chunk = d.chunk(j.w, j.columns)
	if !d.form(j.w).integers {
		d.feedFloats(j, slot, read(x), pick)
		return
	}
	if d.sixteen(j.w, j.columns) {
		j.x16 = d.rows16(slot, x, pick)
		return
	}
	rows := d.acts.of(d, x)
	if j.columns == 1 {
		j.q8 = &rows[at(pick, 0)]
		return
	}
	if pick == nil {
		j.tiles = d.acts.tiled(d)
		return
	}
	j.tiles = tilesOf(&d.tiles, slot, len(pick))
	d.tile(j.tiles, rows, pick)
}

// sixteen reports whether so many rows are multiplied with a matrix as bfloat16.
func (d *Device) sixteen(w *matrix, columns int) bool {
	least, ok := d.k.Least16(w.Type)
	return ok && columns >= least && d.form(w).integers
}

// rows16 rounds rows to bfloat16: all of them once for every matrix, or those of
// pick.
func (d *Device) rows16(slot int, x compute.Rows, pick []int) *kernel.Rows16 {
	if pick == nil {
		return d.acts.rounded(d, x)
	}
	for len(d.sixteens) <= slot {
		d.sixteens = append(d.sixteens, new(kernel.Rows16))
	}
	d.round(d.sixteens[slot], x, pick)
	return d.sixteens[slot]
}

func (d *Device) round(to *kernel.Rows16, x compute.Rows, pick []int) {
	n := x.N
	if pick != nil {
		n = len(pick)
	}
	to.Resize(n, x.Width)
	from := read(x)
	d.pool.run(n, taskFunc(func(i, _ int) { d.k.Set16(to, i, row(from, x.Width, at(pick, i))) }))
}

// tilesOf is a slot's tiles for so many rows, grown on demand.
func tilesOf[T kernel.Tile | kernel.TileF32](slots *[][]T, slot, rows int) []T {
	for len(*slots) <= slot {
		*slots = append(*slots, nil)
	}
	n := (rows + tileRows - 1) / tileRows
	if have := (*slots)[slot]; len(have) < n {
		(*slots)[slot] = append(have, make([]T, n-len(have))...)
	}
	return (*slots)[slot][:n]
}

func at(pick []int, i int) int {
	if pick == nil {
		return i
	}
	return pick[i]
}

// tile interleaves rows, those of pick or all.
func (d *Device) tile(tiles []kernel.Tile, rows []kernel.Q8, pick []int) {
	n := len(rows)
	if pick != nil {
		n = len(pick)
	}
	d.pool.run(len(tiles), taskFunc(func(part, _ int) {
		var group [tileRows]*kernel.Q8
		from := part * tileRows
		cols := min(tileRows, n-from)
		for i := range cols {
			group[i] = &rows[at(pick, from+i)]
		}
		d.k.Interleave(&tiles[part], group[:cols])
	}))
}

func (d *Device) feedFloats(j *job, slot int, x []float32, pick []int) {
	in := j.w.In
	if j.w.HalfInput {
		x = d.halved(x)
	}
	if j.columns == 1 {
		j.x32 = row(x, in, at(pick, 0))
		return
	}
	j.wide = tilesOf(&d.wide, slot, j.columns)
	d.pool.run(len(j.wide), taskFunc(func(part, _ int) {
		var group [tileRows][]float32
		from := part * tileRows
		cols := min(tileRows, j.columns-from)
		for i := range cols {
			group[i] = row(x, in, at(pick, from+i))
		}
		d.k.InterleaveF32(&j.wide[part], group[:cols])
	}))
}

// halved is x rounded to float16, until the next call.
func (d *Device) halved(x []float32) []float32 {
	d.half = slices.Grow(d.half[:0], len(x))[:len(x)]
	for i, v := range x {
		d.half[i] = quant.F16ToF32(quant.F32ToF16(v))
	}
	return d.half
}

// chunk is how many rows of a matrix one part computes: small enough that Stop
// is felt at once, large enough that drawing a part costs nothing. 64 rows are
// what the kernels unpack at a time.
func (d *Device) chunk(w *matrix, columns int) int {
	if d.sixteen(w, columns) {
		return d.chunk16(w)
	}
	const work = 4 << 20 // multiply-adds, some hundred microseconds
	return max(64, work/(w.In*columns)/64*64)
}

// chunk16 is the same for products of bfloat16: as many rows as a kernel multiplies
// together, or fewer, so that each core has several parts.
func (d *Device) chunk16(w *matrix) int {
	const least, most, parts = 64, 256, 4
	return min(max(w.Out/(parts*len(d.pool.shares))/least*least, least), most)
}

// stretch sets the parts of jobs that have a single row of activations, which read
// weights at memory's speed: a quarter of what each core reads of all jobs, so that
// none has to wait long for another's last, and at most 256 kB. With parts of 64 kB
// a token takes a tenth longer.
func (d *Device) stretch() {
	const most, least = 256 << 10, 16 << 10
	bytes := 0
	for _, j := range d.jobs {
		if j.columns == 1 {
			bytes += len(j.w.Data)
		}
	}
	bytes = min(max(bytes/(4*len(d.pool.shares)), least), most)
	for i := range d.jobs {
		if j := &d.jobs[i]; j.columns == 1 {
			j.chunk = max(8, (bytes/j.w.rowBytes+7)/8*8)
		}
	}
}

// part computes rows from to to of a job's matrix for all its columns.
func (d *Device) part(j *job, from, to, worker int) {
	if j.into == nil && !j.add {
		d.compute(j, j.out[from:], j.stride, from, to, worker)
		return
	}
	n := to - from
	buf := d.need(worker, n*j.columns)
	d.compute(j, buf, n, from, to, worker)
	for c := range j.columns {
		j.put(c, from, buf[c*n:(c+1)*n])
	}
}

// compute sets out[c·ldo + r-from] for every column c and row r of the matrix.
func (d *Device) compute(j *job, out []float32, ldo, from, to, worker int) {
	w, n, s := j.w.rows(from, to), to-from, &d.kernels[worker]
	switch {
	case j.q8 != nil:
		d.k.Gemv(j.w.Type, out[:n], w, j.q8)
	case j.x16 != nil:
		d.k.Gemm16(j.w.Type, out, ldo, w, n, j.x16, s)
	case j.tiles != nil:
		d.k.Gemm(j.w.Type, out, ldo, w, n, j.tiles, s)
	case j.x32 != nil:
		d.k.GemvF32(j.w.Type, out[:n], w, j.x32, s)
	default:
		d.k.GemmF32(j.w.Type, out, ldo, w, n, j.wide, s)
	}
}

// put stores column c's results for rows from, from+1, … of the matrix.
func (j *job) put(c, from int, results []float32) {
	out := j.out[at(j.into, c)*j.stride+from:][:len(results)]
	if !j.add {
		copy(out, results)
		return
	}
	for i, v := range results {
		out[i] += v
	}
}
