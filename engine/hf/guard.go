package hf

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
	"unsafe"
)

// Guard calls do and turns a fault in the mapped weights into an error: a file
// was shortened by somebody, or the disk or network it is on failed. Without a
// guard such a fault ends the process (SIGBUS, which no recover catches). It
// covers this goroutine only. Other panics pass through.
func (f *Folder) Guard(do func()) error {
	return guard(f.weights.files, func() error { do(); return nil })
}

func guard(mapped []*Safetensors, do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		s := faulty(mapped, caught)
		if s == nil {
			panic(caught)
		}
		err = fmt.Errorf("%s can no longer be read: it was shortened or its disk failed; load the model again", filepath.Base(s.Path))
	}()
	return do()
}

// faulty finds the file whose mapping a fault's address lies in.
func faulty(mapped []*Safetensors, caught any) *Safetensors {
	fault, ok := caught.(interface {
		error
		Addr() uintptr
	})
	if !ok {
		return nil
	}
	for _, s := range mapped {
		if len(s.mapped) == 0 {
			continue
		}
		start := uintptr(unsafe.Pointer(&s.mapped[0]))
		if a := fault.Addr(); a >= start && a-start < uintptr(len(s.mapped)) {
			return s
		}
	}
	return nil
}
