package mapped

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// opened is a file of n random bytes in memory.
func opened(t *testing.T, n int) (f *File, path string, want []byte) {
	t.Helper()
	want, path = make([]byte, n), filepath.Join(t.TempDir(), "model.gguf")
	random := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range want {
		want[i] = byte(random.Uint32())
	}
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if f, err = Open(file, "model.gguf", int64(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, path, want
}

// Copied pieces are the same bytes at the same addresses, in memory of our own, also
// for somebody who reads them meanwhile.
func TestCopy(t *testing.T) {
	for _, n := range []int{1, 4096, 3<<20 + 5, 40<<20 + 12345} {
		f, path, want := opened(t, n)
		files := []*File{f}
		var over atomic.Bool
		var wait sync.WaitGroup
		wait.Go(func() {
			for !over.Load() {
				if !bytes.Equal(f.Data, want) {
					t.Errorf("%d bytes: others were read meanwhile", n)
					return
				}
			}
		})
		all := 0
		for _, p := range Pieces(files) {
			if err := p.Copy(n%2 == 0); err != nil {
				t.Error(err)
			}
			all += len(p.Data)
			time.Sleep(time.Millisecond)
		}
		over.Store(true)
		wait.Wait()
		if all != n || !bytes.Equal(f.Data, want) {
			t.Errorf("%d bytes in pieces of %d together, or other bytes", n, all)
		}
		pages, ok := Look(files)
		t.Logf("%d bytes: %+v", n, pages)
		if !ok || pages.Copied < int64(n) || pages.Bytes < int64(n) {
			t.Errorf("%d bytes: %+v (%v)", n, pages, ok)
		}
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		if err := Guard(files, func() { touch(f.Data) }); err != nil {
			t.Errorf("the file's end concerns what was copied from it: %v", err)
		}
	}
}

// What cannot be copied stays what it was, and says why in one sentence.
func TestCopyOfAShortenedFile(t *testing.T) {
	f, path, _ := opened(t, 40<<20)
	if err := os.Truncate(path, 17<<20); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, p := range Pieces([]*File{f}) {
		if err := p.Copy(false); err != nil {
			failed++
			if want := "model.gguf can no longer be read: it was shortened or its disk failed; load the model again"; err.Error() != want {
				t.Errorf("%v", err)
			}
		}
	}
	if failed == 0 {
		t.Error("all of it was copied")
	}
	if err := Guard([]*File{f}, func() { touch(f.Data) }); err == nil {
		t.Error("what is not there can be read")
	}
}

func TestLook(t *testing.T) {
	f, _, _ := opened(t, 5<<20)
	at := strings.TrimPrefix(fmt.Sprintf("%p", &f.Data[0]), "0x")
	const text = `00400000-00500000 r--p 00000000 00:00 0 /program
Rss:                 900 kB
FilePmdMapped:       800 kB
VmFlags: rd mr
AT-7fffffffffff r--s 00000000 00:00 0 /a:b
Size:               5120 kB
Rss:                5000 kB
Anonymous:          1024 kB
AnonHugePages:       512 kB
ShmemPmdMapped:        7 kB
FilePmdMapped:      2048 kB
`
	p, err := look(strings.NewReader(strings.ReplaceAll(text, "AT", at)), []*File{f})
	if want := (Pages{Bytes: 5000 << 10, Large: 2560 << 10, Copied: 1024 << 10}); err != nil || p != want {
		t.Errorf("%+v (%v)", p, err)
	}
	if p, ok := Look([]*File{f}); !ok || p.Copied != 0 {
		t.Errorf("a file that was opened: %+v (%v)", p, ok)
	}
	touch(f.Data)
	if p, ok := Look([]*File{f}); !ok || p.Bytes < 5<<20 {
		t.Errorf("a file that was read: %+v (%v)", p, ok)
	}
}
