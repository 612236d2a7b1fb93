// Package cpu is the reference device: every verb of compute.Device in Go, with
// SIMD inner loops from cpu/kernel.
//
// Its one rule: a verb's result does not depend on the number of threads. It
// does not know what a layer is.
package cpu

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// Options says how the device works.
type Options struct {
	Threads int             // 0: one per core
	Exact   bool            // float32 throughout: weights dequantized, no integer products
	Kernels *kernel.Kernels // nil: the best for this processor
}

// Device computes on the processor's cores.
type Device struct {
	k     *kernel.Kernels
	pool  *pool
	exact bool

	err    error        // the first failure since Begin
	unhook func() bool  // takes Begin's context off the pool
	ctxErr func() error // of Begin's context

	args      args      // of the verb that runs
	attention attention // of Attend
	partial   []float32 // of Attend: what splits of a single row's positions leave
	jobs      []job     // products that wait, or run
	waiting   together  // what they have in common
	results   []*floats // where theirs go
	columns   [][]int   // of each expert: rows of the activations
	into      [][]int   // of each expert: rows of the results
	ctx       context.Context

	acts     activations        // quantized rows of the last MatMul's input
	tiles    [][]kernel.Tile    // of the jobs that run together
	wide     [][]kernel.TileF32 // the same in float32
	sixteens []*kernel.Rows16   // the same rounded to bfloat16
	half     []float32          // rows rounded to float16
	scratch  [][]float32        // one per goroutine, grown on demand
	kernels  []kernel.Scratch   // one per goroutine
	expert   []float32          // results of the chosen experts before they are summed
}

var _ compute.Device = (*Device)(nil)

// New makes a device; Close gives its goroutines back.
func New(o Options) *Device {
	if o.Kernels == nil {
		o.Kernels = kernel.Best()
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return &Device{
		k: o.Kernels, exact: o.Exact, pool: newPool(o.Threads),
		scratch: make([][]float32, o.Threads), ctxErr: context.Background().Err,
		unhook:  func() bool { return true },
		kernels: make([]kernel.Scratch, o.Threads),
	}
}

// WorkingBytes is about the memory that a device takes to multiply n rows of in
// values with matrices, and to sum up n rows of out values: activations are kept
// in two orders, two bytes and a share of their scales each.
func WorkingBytes(n, in, out int) int64 { return int64(n) * (6*int64(in) + 4*int64(out)) }

// HasTiles reports whether long prompts are multiplied by tiles (AMX).
var HasTiles = sync.OnceValue(func() bool {
	_, ok := kernel.Best().Least16(quant.Q8_0)
	return ok
})

// Name is "CPU" with the instruction set in use.
func (d *Device) Name() string {
	name := map[string]string{"amx": "AMX", "avx512": "AVX-512", "avx2": "AVX2"}[d.k.Name]
	if name == "" {
		name = "portable Go"
	}
	return "CPU (" + name + ")"
}

// Progress counts finished pieces of work; it stands still only when nothing is computed.
func (d *Device) Progress() int64 { return d.pool.done() }

// Close ends the worker goroutines.
func (d *Device) Close() error {
	d.pool.close()
	return nil
}

// Begin arms the following verbs with ctx.
func (d *Device) Begin(ctx context.Context) {
	d.Finish()
	d.acts.forget() // a quantization may have been dropped
	if ctx == d.ctx && d.err == nil && !d.pool.fault.Load() {
		return // armed already
	}
	d.unhook()
	d.ctx, d.err, d.ctxErr = ctx, ctx.Err(), ctx.Err
	stop := new(atomic.Bool) // of this step alone: the last one's hook may run as late as it likes
	stop.Store(d.err != nil)
	d.pool.stop = stop
	d.pool.fault.Store(false)
	d.unhook = context.AfterFunc(ctx, func() { stop.Store(true) })
}

// fail keeps the first failure and drops the work of the verbs after it.
func (d *Device) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.pool.stop.Store(true)
}

// floats is a Buffer of rows.
type floats struct {
	data    []float32
	version uint64 // counts writes, so that quantized copies know when they are stale
}

func (b *floats) Bytes() int64 { return int64(len(b.data)) * 4 }

// NewRows makes room for n rows of width float32 each.
func (d *Device) NewRows(n, width int) (compute.Rows, error) {
	return compute.Rows{Buf: &floats{data: make([]float32, n*width)}, N: n, Width: width}, nil
}

// read is the memory of r's rows; write is the same and marks them as changed.
func read(r compute.Rows) []float32 {
	b := r.Buf.(*floats)
	return b.data[r.From*r.Width : (r.From+r.N)*r.Width]
}

func write(r compute.Rows) []float32 {
	r.Buf.(*floats).version++
	return read(r)
}

func row(data []float32, width, t int) []float32 { return data[t*width : (t+1)*width] }

// matrix keeps weights where they are: in the mapped file.
type matrix struct {
	compute.Weights
	rowBytes int
	decoded  []float32 // of a one-row matrix, once it was asked for
}

func (m *matrix) Shape() (in, out int) { return m.In, m.Out }

// Upload checks the size and keeps a reference; nothing is copied.
func (d *Device) Upload(w compute.Weights) (compute.Matrix, error) { return newMatrix(w) }

func newMatrix(w compute.Weights) (*matrix, error) {
	if !quant.Decodable(w.Type) {
		return nil, fmt.Errorf("tensor %q is of type %s, which the CPU cannot compute with", w.Name, w.Type)
	}
	if w.In <= 0 || w.Out <= 0 || w.In%w.Type.BlockElems() != 0 {
		return nil, fmt.Errorf("tensor %q has rows of %d weights, not a multiple of the %d in a block of %s", w.Name, w.In, w.Type.BlockElems(), w.Type)
	}
	m := &matrix{Weights: w, rowBytes: w.Type.RowBytes(w.In)}
	if want := m.rowBytes * w.Out; len(w.Data) != want {
		return nil, fmt.Errorf("tensor %q has %d bytes, but %d × %d of type %s take %d", w.Name, len(w.Data), w.In, w.Out, w.Type, want)
	}
	return m, nil
}

// rows is the bytes of rows from to to.
func (m *matrix) rows(from, to int) []byte { return m.Data[from*m.rowBytes : to*m.rowBytes] }

type experts []*matrix

func (e experts) Count() int { return len(e) }

// UploadExperts keeps references to every expert's matrix.
func (d *Device) UploadExperts(ws []compute.Weights) (compute.Experts, error) {
	es := make(experts, len(ws))
	for i, w := range ws {
		m, err := newMatrix(w)
		if err != nil {
			return nil, err
		}
		if m.In != ws[0].In || m.Out != ws[0].Out {
			return nil, fmt.Errorf("tensor %q is %d × %d, but the first expert's is %d × %d", w.Name, m.In, m.Out, ws[0].In, ws[0].Out)
		}
		es[i] = m
	}
	return es, nil
}

// Read copies x to dst, or returns the first failure since Begin.
func (d *Device) Read(dst []float32, x compute.Rows) error {
	d.Finish()
	if err := d.failure(); err != nil {
		return err
	}
	copy(dst, read(x))
	return nil
}

func (d *Device) failure() error {
	if d.err == nil && d.pool.fault.Load() {
		d.err = errors.New("the weights can no longer be read: the model's file was shortened or its disk failed; load the model again")
	}
	if d.err == nil {
		d.err = d.ctxErr()
	}
	return d.err
}

// need returns a goroutine's scratch of n float32.
func (d *Device) need(worker, n int) []float32 {
	if len(d.scratch[worker]) < n {
		d.scratch[worker] = make([]float32, n)
	}
	return d.scratch[worker][:n]
}
