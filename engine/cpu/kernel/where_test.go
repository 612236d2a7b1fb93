//go:build unix

package kernel

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"beyonder/engine/quant"
)

// BenchmarkWhere times a matrix-vector product by where the weights lie: in the
// second cache, in the third, in a file that is mapped. GB/s of weights; "ns256" is
// what 256 weights take on one core.
func BenchmarkWhere(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	k := Best()
	for _, typ := range intTypes() {
		for _, place := range []struct {
			name  string
			bytes int
		}{{"L1", 24 << 10}, {"L2", 384 << 10}, {"L3", 8 << 20}, {"file", 512 << 20}} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%v/%s/%d", typ, place.name, threads), func(b *testing.B) {
					where(b, k, r, typ, place.bytes, threads, place.name == "file")
				})
			}
		}
	}
}

// BenchmarkStream reads a mapped file and does nothing with it.
func BenchmarkStream(b *testing.B) {
	k := Best()
	w := mapped(b, repeat(make([]byte, 1<<20), 512))
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			b.SetBytes(int64(len(w)))
			for b.Loop() {
				var wait sync.WaitGroup
				for i := range threads {
					wait.Go(func() {
						x := view[float32](w[i*(len(w)/threads):][:len(w)/threads])
						for len(x) > 0 {
							n := min(len(x), 64<<10)
							k.Stream(x[:n])
							x = x[n:]
						}
					})
				}
				wait.Wait()
			}
		})
	}
}

func where(b *testing.B, k *Kernels, r *rand.Rand, typ quant.Type, bytes, threads int, file bool) {
	stride := typ.RowBytes(benchDeep)
	rows := bytes / stride / 4 * 4
	w := repeat(weights(r, typ, 4, benchDeep), rows/4)
	times := max(1, (8<<20)/bytes) // or the start of a goroutine is measured
	if file {
		w = mapped(b, w)
	}
	var x Q8
	k.QuantizeQ8(&x, activations(r, benchDeep))
	outs := make([][]float32, threads)
	own := make([][]byte, threads)
	for i := range outs {
		outs[i] = make([]float32, rows)
		own[i] = w
		if file {
			outs[i] = outs[i][:rows/threads]
			own[i] = w[i*(rows/threads)*stride:][:rows/threads*stride]
		} else if i > 0 {
			own[i] = append([]byte(nil), w...)
		}
	}
	total := 0
	for i := range outs {
		total += len(outs[i]) * stride
	}
	total *= times
	b.SetBytes(int64(total))
	for b.Loop() {
		var wait sync.WaitGroup
		for i := range outs {
			wait.Go(func() {
				const part = 256 << 10
				n := max(1, part/stride)
				for range times {
					for at := 0; at < len(outs[i]); at += n {
						m := min(n, len(outs[i])-at)
						k.Gemv(typ, outs[i][at:at+m], own[i][at*stride:(at+m)*stride], &x)
					}
				}
			})
		}
		wait.Wait()
	}
	blocks := float64(total) / float64(typ.RowBytes(256)) / float64(threads)
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/blocks, "ns256")
}

func mapped(b testing.TB, w []byte) []byte {
	path := filepath.Join(b.TempDir(), "w")
	if err := os.WriteFile(path, w, 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	m, err := syscall.Mmap(int(f.Fd()), 0, len(w), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { syscall.Munmap(m) })
	return m
}
