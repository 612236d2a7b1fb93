package kernel

import (
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// guarded copies b to memory that ends where a page begins which nobody may
// read: as a mapped file may end.
func guarded(t *testing.T, b []byte) []byte {
	t.Helper()
	page := os.Getpagesize()
	room := (len(b) + page - 1) / page * page
	address, err := windows.VirtualAlloc(0, uintptr(room+page), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		t.Skipf("no memory for a guard page: reading beyond the end is NOT tested here: %v", err)
	}
	t.Cleanup(func() { _ = windows.VirtualFree(address, 0, windows.MEM_RELEASE) })
	var old uint32
	if err := windows.VirtualProtect(address+uintptr(room), uintptr(page), windows.PAGE_NOACCESS, &old); err != nil {
		t.Skipf("no guard page: reading beyond the end is NOT tested here: %v", err)
	}
	// Outside Go's heap; read as a pointer, so that vet need not take it for arithmetic.
	g := unsafe.Slice(*(**byte)(unsafe.Pointer(&address)), room)[room-len(b):]
	copy(g, b)
	return g
}
