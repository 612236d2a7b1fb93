package cpu

import (
	"syscall"
	"unsafe"
)

// huge asks for pages of 2 MB under memory that nothing was written to yet. A hint
// that fails leaves reading slower, nothing else.
func huge(x []float32) {
	const page, madvHugepage = 4096, 14
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (page - 1)
	_ = syscall.Madvise(b[skip:skip+(len(b)-skip)/page*page], madvHugepage)
}
