package engine

import (
	"strings"

	"beyonder/engine/compute"
)

// witness is a device that keeps count of what its matrices are multiplied with:
// for each column, the sum of the squares. It computes nothing itself.
type witness struct {
	device
	seen []*Columns // in the order of upload
	rows []float32  // room to read rows into
	err  error      // the first failure to read some
}

// Columns is what a tensor's matrices were multiplied with.
type Columns struct {
	Name   string
	In     int       // columns
	Sums   []float64 // of squares: In for each matrix, one after another
	Counts []int64   // rows that each matrix was multiplied with
}

// watched is a matrix, or one matrix of every expert, with its counts.
type watched struct {
	compute.Matrix
	experts compute.Experts
	columns *Columns // nil: not of a layer
}

func (w *watched) Count() int { return w.experts.Count() }

// of makes room for a tensor's counts. Embedding and output matrix have none: as
// a rule they are quantized without, and llama.cpp's tool leaves them out, too.
func (d *witness) of(name string, in, matrices int) *Columns {
	if !strings.HasPrefix(name, "blk.") {
		return nil
	}
	c := &Columns{Name: name, In: in, Sums: make([]float64, in*matrices), Counts: make([]int64, matrices)}
	d.seen = append(d.seen, c)
	return c
}

// Upload implements compute.Device.
func (d *witness) Upload(w compute.Weights) (compute.Matrix, error) {
	m, err := d.device.Upload(w)
	if w.Out == 1 {
		return &watched{Matrix: m}, err // a vector
	}
	return &watched{Matrix: m, columns: d.of(w.Name, w.In, 1)}, err
}

// UploadExperts implements compute.Device.
func (d *witness) UploadExperts(ws []compute.Weights) (compute.Experts, error) {
	m, err := d.device.UploadExperts(ws)
	if err != nil {
		return nil, err
	}
	return &watched{experts: m, columns: d.of(stackOf(ws[0].Name), ws[0].In, len(ws))}, nil
}

// Embed implements compute.Device.
func (d *witness) Embed(dst compute.Rows, table compute.Matrix, ids []int32) {
	d.device.Embed(dst, table.(*watched).Matrix, ids)
}

// RMSNorm implements compute.Device.
func (d *witness) RMSNorm(dst, x compute.Rows, gain compute.Matrix, eps float32) {
	d.device.RMSNorm(dst, x, gain.(*watched).Matrix, eps)
}

// MatMul implements compute.Device.
func (d *witness) MatMul(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.count(w.(*watched).columns, x)
	d.device.MatMul(dst, w.(*watched).Matrix, x)
}

// MatMulAdd implements compute.Device.
func (d *witness) MatMulAdd(dst compute.Rows, w compute.Matrix, x compute.Rows) {
	d.count(w.(*watched).columns, x)
	d.device.MatMulAdd(dst, w.(*watched).Matrix, x)
}

// ExpertMatMul implements compute.Device.
func (d *witness) ExpertMatMul(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	d.countExperts(w.(*watched).columns, x, c, c.Used)
	d.device.ExpertMatMul(dst, w.(*watched).experts, x, c)
}

// ExpertMatMulAdd implements compute.Device.
func (d *witness) ExpertMatMulAdd(dst compute.Rows, w compute.Experts, x compute.Rows, c compute.Choices) {
	d.countExperts(w.(*watched).columns, x, c, 1)
	d.device.ExpertMatMulAdd(dst, w.(*watched).experts, x, c)
}

// read is what x holds now, valid until the next call.
func (d *witness) read(x compute.Rows) []float32 {
	n := x.N * x.Width
	if len(d.rows) < n {
		d.rows = make([]float32, n)
	}
	d.fail(d.device.Read(d.rows[:n], x))
	return d.rows[:n]
}

func (d *witness) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// count adds the rows of x to the only matrix of a tensor.
func (d *witness) count(c *Columns, x compute.Rows) {
	if c == nil {
		return
	}
	rows := d.read(x)
	for t := range x.N {
		c.add(0, rows[t*x.Width:][:x.Width])
	}
}

// countExperts adds, for each choice i, row i/share of x to the expert chosen.
func (d *witness) countExperts(c *Columns, x compute.Rows, chosen compute.Choices, share int) {
	n := chosen.N * chosen.Used
	ids, weights := make([]int32, n), make([]float32, n)
	d.fail(d.device.ReadChoices(ids, weights, chosen))
	if c == nil || d.err != nil {
		return
	}
	rows := d.read(x)
	for i, expert := range ids {
		c.add(int(expert), rows[i/share*x.Width:][:x.Width])
	}
}

// add counts one row for one of the matrices.
func (c *Columns) add(matrix int, row []float32) {
	c.Counts[matrix]++
	sums := c.Sums[matrix*c.In:][:len(row)]
	for i, v := range row {
		sums[i] += float64(v) * float64(v)
	}
}

// stackOf is the name of the tensor that holds a matrix of every expert, whether
// the file has it or each expert in a tensor of its own.
func stackOf(name string) string {
	if at, ok := strings.CutSuffix(name, ".0.weight"); ok {
		return at + "_exps.weight"
	}
	return name
}
