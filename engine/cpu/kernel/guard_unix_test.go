//go:build unix

package kernel

import (
	"syscall"
	"testing"
)

// guarded copies b to memory that ends where a page begins which nobody may
// read: as a mapped file may end.
func guarded(t *testing.T, b []byte) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	size := (len(b)+page-1)/page*page + page
	m, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("no memory map for a guard page: reading beyond the end is NOT tested here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	if err := syscall.Mprotect(m[size-page:], syscall.PROT_NONE); err != nil {
		t.Skipf("no guard page: reading beyond the end is NOT tested here: %v", err)
	}
	g := m[size-page-len(b) : size-page]
	copy(g, b)
	return g
}
