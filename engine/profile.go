package engine

import (
	"cmp"
	"slices"
	"time"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
)

// VerbTime is what one kind of step took.
type VerbTime struct {
	Verb       string  `json:"verb"`
	Calls      int     `json:"calls"`
	Seconds    float64 `json:"seconds"`
	Bytes      int64   `json:"bytes"`      // of weights, keys and values that had to be read
	Operations int64   `json:"operations"` // multiplications and additions of products
}

// stopwatch is a device whose verbs are timed. It serves devices that do the work
// of a verb before the verb returns: the processor.
type stopwatch struct {
	compute.Device
	verbs map[string]*VerbTime
}

func newStopwatch(d compute.Device) *stopwatch {
	return &stopwatch{Device: d, verbs: map[string]*VerbTime{}}
}

// times returns what has been measured since the last call, the longest first.
func (w *stopwatch) times() []VerbTime {
	all := make([]VerbTime, 0, len(w.verbs))
	for _, v := range w.verbs {
		all = append(all, *v)
	}
	clear(w.verbs)
	slices.SortFunc(all, func(a, b VerbTime) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return all
}

// took adds a call that began at `began`. Products that the device keeps back to do
// several at once are done first.
func (w *stopwatch) took(verb string, began time.Time, bytes, operations int64) {
	if d, ok := w.Device.(interface{ Finish() }); ok {
		d.Finish()
	}
	v := w.verbs[verb]
	if v == nil {
		v = &VerbTime{Verb: verb}
		w.verbs[verb] = v
	}
	v.Calls++
	v.Seconds += time.Since(began).Seconds()
	v.Bytes += bytes
	v.Operations += operations
}

// timedMatrix knows how large it is in the file.
type timedMatrix struct {
	compute.Matrix
	bytes int64
}

type timedExperts struct {
	compute.Experts
	bytes []int64 // of each expert
	ops   int64   // of one row of activations
}

func (w *stopwatch) Upload(m compute.Weights) (compute.Matrix, error) {
	own, err := w.Device.Upload(m)
	return timedMatrix{own, int64(len(m.Data))}, err
}

func (w *stopwatch) UploadExperts(ms []compute.Weights) (compute.Experts, error) {
	own, err := w.Device.UploadExperts(ms)
	t := timedExperts{Experts: own}
	for _, m := range ms {
		t.bytes = append(t.bytes, int64(len(m.Data)))
		t.ops = 2 * int64(m.In) * int64(m.Out)
	}
	return t, err
}

func (w *stopwatch) Embed(dst compute.Rows, table compute.Matrix, ids []int32) {
	began := time.Now()
	w.Device.Embed(dst, table.(timedMatrix).Matrix, ids)
	w.took("Embed", began, 0, 0)
}

func (w *stopwatch) RMSNorm(dst, x compute.Rows, gain compute.Matrix, eps float32) {
	began := time.Now()
	w.Device.RMSNorm(dst, x, gain.(timedMatrix).Matrix, eps)
	w.took("RMSNorm", began, 0, 0)
}

// product counts a matrix's bytes once and its operations for each row.
func (w *stopwatch) product(verb string, began time.Time, m timedMatrix, rows int) {
	in, out := m.Shape()
	w.took(verb, began, m.bytes, 2*int64(in)*int64(out)*int64(rows))
}

func (w *stopwatch) MatMul(dst compute.Rows, m compute.Matrix, x compute.Rows) {
	began, t := time.Now(), m.(timedMatrix)
	w.Device.MatMul(dst, t.Matrix, x)
	w.product("MatMul", began, t, x.N)
}

func (w *stopwatch) MatMulAdd(dst compute.Rows, m compute.Matrix, x compute.Rows) {
	began, t := time.Now(), m.(timedMatrix)
	w.Device.MatMulAdd(dst, t.Matrix, x)
	w.product("MatMulAdd", began, t, x.N)
}

func (w *stopwatch) Rotate(x compute.Rows, r compute.Rope, pos int) {
	began := time.Now()
	w.Device.Rotate(x, r, pos)
	w.took("Rotate", began, 0, 0)
}

func (w *stopwatch) Remember(c compute.Cache, layer, pos int, k, v compute.Rows) {
	began := time.Now()
	w.Device.Remember(c, layer, pos, k, v)
	w.took("Remember", began, 0, 0)
}

// Attend reads the keys and values up to the last row's position.
func (w *stopwatch) Attend(dst, q compute.Rows, c compute.Cache, layer, pos int) {
	began, s := time.Now(), c.Shape()
	w.Device.Attend(dst, q, c, layer, pos)
	seen := s
	seen.Layers, seen.Tokens = 1, pos+q.N
	n := int64(q.N)
	pairs := n*int64(pos) + n*(n+1)/2
	w.took("Attend", began, seen.Bytes(), 4*pairs*int64(q.Width))
}

func (w *stopwatch) SwiGLU(dst, gate, up compute.Rows) {
	began := time.Now()
	w.Device.SwiGLU(dst, gate, up)
	w.took("SwiGLU", began, 0, 0)
}

func (w *stopwatch) Route(dst compute.Choices, logits compute.Rows) {
	began := time.Now()
	w.Device.Route(dst, logits)
	w.took("Route", began, 0, 0)
}

// chosen counts the experts at work, each once.
func (w *stopwatch) chosen(verb string, began time.Time, e timedExperts, c compute.Choices) {
	ids, weights := make([]int32, c.N*c.Used), make([]float32, c.N*c.Used)
	if w.Device.ReadChoices(ids, weights, c) != nil {
		return // Read will say why
	}
	bytes := int64(0)
	slices.Sort(ids)
	for _, id := range slices.Compact(slices.Clone(ids)) {
		bytes += e.bytes[id]
	}
	w.took(verb, began, bytes, e.ops*int64(len(ids)))
}

func (w *stopwatch) ExpertMatMul(dst compute.Rows, e compute.Experts, x compute.Rows, c compute.Choices) {
	began, t := time.Now(), e.(timedExperts)
	w.Device.ExpertMatMul(dst, t.Experts, x, c)
	w.chosen("ExpertMatMul", began, t, c)
}

func (w *stopwatch) ExpertMatMulAdd(dst compute.Rows, e compute.Experts, x compute.Rows, c compute.Choices) {
	began, t := time.Now(), e.(timedExperts)
	w.Device.ExpertMatMulAdd(dst, t.Experts, x, c)
	w.chosen("ExpertMatMulAdd", began, t, c)
}

// Work is what a token costs at least: bytes of weights read when tokens are
// written one by one, multiplications and additions of weights when many are
// read. Of a prompt only the last token needs the output matrix.
type Work struct {
	Bytes      int64
	Operations int64
}

// Work is that of the loaded model.
func (l *Local) Work() Work {
	m := l.current()
	if m == nil {
		return Work{}
	}
	w, output := Work{Operations: 2 * int64(m.info.ActiveParameters)}, ""
	for _, t := range m.file.table() {
		switch {
		case t.Name == "output.weight", t.Name == "token_embd.weight" && output == "":
			output = t.Name
		}
	}
	for _, t := range m.file.table() {
		switch {
		case isExpert(t.Name):
			w.Bytes += int64(t.Bytes) * int64(m.config.Used) / int64(max(1, m.config.Experts))
		case t.Name == output:
			w.Bytes += int64(t.Bytes)
			w.Operations -= 2 * int64(t.elems())
		case t.Name != "token_embd.weight":
			w.Bytes += int64(t.Bytes)
		}
	}
	return w
}

// Limits measures this machine: bytes per second that so many threads (0: one
// per core) read from memory, and operations per second they could do in products, of
// bytes or, with AMX, of bfloat16.
func Limits(threads int) (bytes, operations float64) { return cpu.Limits(threads) }
