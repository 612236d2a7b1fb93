package worker

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// forgetCached asks the system to drop a file from its cache.
func forgetCached(t *testing.T, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		t.Logf("the cache is not emptied: %v", err)
	}
}
