package mapped

import (
	"context"
	"iter"
	"runtime"
	"time"
)

const (
	pageBytes   = 4096
	stepBytes   = 256 << 10 // between two looks at the context: 2.5 MB/s still stops within 100 ms
	aheadBytes  = 16 << 20  // how far ahead the system is asked to read
	reportEvery = 30 * time.Millisecond
)

// Prefetch brings files into memory by reading through them, and yields how many
// of their Bytes are done: the last value is all of them. It ends within about
// 100 ms of ctx, with its error, and by break. If a file was shortened or cannot be
// read, it ends with an error.
func Prefetch(ctx context.Context, files []*File) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		var done int64
		all, last := Bytes(files), time.Now()
		for _, f := range files {
			for at := 0; at < len(f.Data); at += stepBytes {
				end := min(at+stepBytes, len(f.Data))
				if err := readStep(ctx, files, f.Data, at, end); err != nil {
					yield(done, err)
					return
				}
				done += int64(end - at)
				if now := time.Now(); now.Sub(last) >= reportEvery && done < all {
					last = now
					if !yield(done, nil) {
						return
					}
				}
			}
		}
		yield(done, nil)
	}
}

// readStep reads one step, and every so often has the system look further ahead.
// Its guard is not around yield: the consumer's faults are the consumer's.
func readStep(ctx context.Context, files []*File, data []byte, at, end int) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if at%aheadBytes == 0 {
		// A hint that fails leaves the reading slower, nothing else.
		_ = advise(data[at:min(at+2*aheadBytes, len(data))])
	}
	return Guard(files, func() { touch(data[at:end]) })
}

// touch reads a byte of each page.
func touch(data []byte) {
	var sum byte
	for i := 0; i < len(data); i += pageBytes {
		sum ^= data[i]
	}
	runtime.KeepAlive(sum)
}
