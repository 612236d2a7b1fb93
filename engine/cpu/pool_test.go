package cpu

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// ones is a device, a matrix of ones and a row of ones to multiply with it.
func ones(t *testing.T, threads, n int) (d *Device, w compute.Matrix, x, y compute.Rows) {
	t.Helper()
	d = New(Options{Threads: threads, Exact: true})
	t.Cleanup(func() { d.Close() })
	data := make([]byte, 0, 4*n*n)
	for range n * n {
		data = append(data, 0, 0, 0x80, 0x3f)
	}
	w, err := d.Upload(compute.Weights{Name: "ones", Type: quant.F32, In: n, Out: n, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	x, _ = d.NewRows(1, n)
	y, _ = d.NewRows(1, n)
	d.Begin(context.Background())
	d.Embed(x, w, []int32{0})
	return d, w, x, y
}

// The end of one step's context may be noticed only when the next step is under
// way. It must not drop the work of that one: Read would return old numbers and
// no error.
func TestALateCancelDoesNotHitTheNextStep(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the hook runs when this test lets it
	d, w, x, y := ones(t, 1, 64)
	ctx, stop := context.WithCancel(context.Background())
	d.Begin(ctx)
	stop()
	d.Begin(context.Background())
	runtime.Gosched()
	d.MatMul(y, w, x)
	got := make([]float32, 64)
	if err := d.Read(got, y); err != nil || slices.Contains(got, 0) {
		t.Errorf("after another step was cancelled: %v, error %v", got[:4], err)
	}
}

// Activations whose quantization was dropped by a cancel are not taken for
// quantized by the next step.
func TestACancelledQuantizationIsDoneAgain(t *testing.T) {
	d, _, x, y := ones(t, 1, 256)
	d.exact = false
	data := make([]byte, 256*quant.Q8_0.RowBytes(256))
	for i := range data {
		data[i] = 1
	}
	w, err := d.Upload(compute.Weights{Name: "q8", Type: quant.Q8_0, In: 256, Out: 256, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if !d.k.HasInt(quant.Q8_0) {
		t.Skip("SKIPPED: this processor has no integer kernels")
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	d.Begin(ctx)
	d.MatMul(y, w, x)
	d.Begin(context.Background())
	d.MatMul(y, w, x)
	got := make([]float32, 256)
	if err := d.Read(got, y); err != nil || got[0] == 0 {
		t.Errorf("the product after a cancelled one is %v, error %v", got[0], err)
	}
}

// Every part is done once, on any number of goroutines, more than there are
// cores included.
func TestPoolDoesEveryPartOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 9} {
		for _, procs := range []int{1, 2} {
			before := runtime.GOMAXPROCS(procs)
			p := newPool(threads)
			for round := range 300 {
				parts := round % 40
				did := make([]atomic.Int32, parts)
				p.run(parts, taskFunc(func(part, worker int) {
					if worker < 0 || worker >= threads {
						t.Errorf("worker %d of %d", worker, threads)
					}
					did[part].Add(1)
				}))
				for i := range did {
					if n := did[i].Load(); n != 1 {
						t.Fatalf("%d threads, %d cores: part %d of %d was done %d times", threads, procs, i, parts, n)
					}
				}
			}
			p.close()
			runtime.GOMAXPROCS(before)
		}
	}
}

// With nothing to do the goroutines park: an idle program takes no processor time.
func TestIdlePoolParks(t *testing.T) {
	p := newPool(4)
	defer p.close()
	p.run(100, taskFunc(func(int, int) {}))
	parked := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.parked
	}
	for deadline := time.Now().Add(5 * time.Second); parked() < p.workers; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d goroutines are parked", parked(), p.workers)
		}
	}
}

// Close ends every goroutine, whether it spins or is parked.
func TestPoolCloseEndsItsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, pause := range []time.Duration{0, 20 * time.Millisecond} {
		p := newPool(6)
		p.run(100, taskFunc(func(int, int) {}))
		time.Sleep(pause)
		p.close()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
