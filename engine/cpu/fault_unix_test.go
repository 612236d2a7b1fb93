//go:build unix

package cpu

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// mapped maps a file of n bytes, which may be shortened.
func mapped(t *testing.T, n int) (path string, data []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "weights")
	if err := os.WriteFile(path, make([]byte, n), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if data, err = syscall.Mmap(int(f.Fd()), 0, n, syscall.PROT_READ, syscall.MAP_SHARED); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(data) })
	return path, data
}

// A model file that is shortened while it is in use ends the step with a
// sentence, whichever kernel and goroutine notices, and the device works on.
func TestShortenedFile(t *testing.T) {
	const in, out = 512, 1024
	for _, tier := range kernel.Tiers() {
		k, _ := kernel.Tier(tier)
		for _, exact := range []bool{false, true} {
			for _, rows := range []int{1, 12} {
				d := New(Options{Threads: 3, Exact: exact, Kernels: k})
				path, data := mapped(t, out*quant.Q8_0.RowBytes(in))
				w, err := d.Upload(compute.Weights{Name: "w", Type: quant.Q8_0, In: in, Out: out, Data: data})
				if err != nil {
					t.Fatal(err)
				}
				x, _ := d.NewRows(rows, in)
				y, _ := d.NewRows(rows, out)
				if err := os.Truncate(path, 4096); err != nil {
					t.Fatal(err)
				}
				for what, verb := range map[string]func(){
					"MatMul": func() { d.MatMul(y, w, x) },
					"Embed":  func() { d.Embed(x, w, []int32{out - 1}) },
					"RMSNorm": func() {
						d.RMSNorm(x, x, &matrix{Weights: compute.Weights{Type: quant.F32, In: in, Out: 1, Data: data[len(data)-4*in:]}}, 1e-5)
					},
				} {
					d.Begin(context.Background())
					verb()
					if err := d.Read(nil, x.Slice(0, 0)); err == nil || !strings.Contains(err.Error(), "can no longer be read") {
						t.Errorf("%s, exact %v, %d rows, %s: error %v", tier, exact, rows, what, err)
					}
				}
				d.Begin(context.Background())
				d.SwiGLU(x, x, x)
				if err := d.Read(nil, x.Slice(0, 0)); err != nil {
					t.Errorf("%s: the device is broken: %v", tier, err)
				}
				d.Close()
			}
		}
	}
}
