package cpu

import (
	"time"

	"beyonder/engine/cpu/kernel"
)

// Limits measures what the processor can do at most with so many threads
// (0: one per core): bytes per second read from memory, and multiplications and
// additions per second, of the tier's quickest products. It takes about half a second and
// 256 MB.
func Limits(threads int) (bytes, operations float64) {
	d := New(Options{Threads: threads})
	defer d.Close()
	return d.bandwidth(), d.peak()
}

// bandwidth reads a buffer far larger than the caches: the best of five passes. It
// lies in large pages: in small ones looking their addresses up costs a third.
func (d *Device) bandwidth() (best float64) {
	const part, parts = 1 << 18, 256 // 1 MB each
	x := make([]float32, part*parts)
	kernel.Large(x)
	for i := range x {
		x[i] = 1 // or all pages are one page of zeros
	}
	for range 5 {
		began := time.Now()
		d.pool.run(parts, taskFunc(func(i, _ int) { d.k.Stream(x[i*part:][:part]) }))
		best = max(best, float64(4*len(x))/time.Since(began).Seconds())
	}
	return best
}

func (d *Device) peak() (best float64) {
	const rounds = 1 << 20 // some ten milliseconds
	if d.k.Name == "generic" {
		return d.timed(1 << 12)
	}
	for range 5 {
		best = max(best, d.timed(rounds))
	}
	return best
}

func (d *Device) timed(rounds int) float64 {
	done := make([]int64, d.pool.workers+1)
	began := time.Now()
	d.pool.run(len(done), taskFunc(func(i, _ int) { done[i] = d.k.Multiply(rounds) }))
	seconds, sum := time.Since(began).Seconds(), int64(0)
	for _, n := range done {
		sum += n
	}
	return float64(sum) / seconds
}
