package kernel

import (
	"syscall"
	"unsafe"
)

// Large asks for pages of 2 MB under memory that nothing was written to yet. A hint
// that fails leaves reading slower, nothing else.
func Large[T any](x []T) {
	const page, madvHugepage = 4096, 14
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (page - 1)
	if skip < len(b) {
		_ = syscall.Madvise(b[skip:skip+(len(b)-skip)/page*page], madvHugepage)
	}
}
