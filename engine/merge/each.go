package merge

import (
	"context"
	"sync"
	"sync/atomic"
)

// each calls do for 0 to n-1 from so many goroutines, until one fails or ctx
// ends. worker is 0 to threads-1, for memory of one's own.
func each(ctx context.Context, threads, n int, do func(worker, i int) error) error {
	var (
		next   atomic.Int64
		failed atomic.Bool
		once   sync.Once
		first  error
		wait   sync.WaitGroup
	)
	for worker := range min(threads, n) {
		wait.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = do(worker, i)
				}
				if err != nil {
					failed.Store(true)
					once.Do(func() { first = err })
				}
			}
		})
	}
	wait.Wait()
	return first
}

// room is one goroutine's memory for the inputs of a chunk.
type room [][]float32

// of is the i-th piece of memory, n weights long.
func (r *room) of(i, n int) []float32 {
	for len(*r) <= i {
		*r = append(*r, make([]float32, chunk))
	}
	return (*r)[i][:n]
}
