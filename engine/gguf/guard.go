package gguf

import (
	"fmt"
	"runtime/debug"
	"unsafe"
)

// Guard calls do and turns a fault in the mapped weights into an error: the
// file was shortened by somebody, or the disk or network it is on failed.
// Without a guard such a fault ends the process (SIGBUS, which no recover
// catches). It covers this goroutine only; each goroutine that reads weights
// needs its own. Other panics pass through.
func (f *File) Guard(do func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		p, ok := f.partAt(caught)
		if !ok {
			panic(caught)
		}
		err = fmt.Errorf("%s can no longer be read: it was shortened or its disk failed; load the model again", p.file)
	}()
	do()
	return nil
}

// partAt finds the part whose mapping a fault's address lies in.
func (f *File) partAt(caught any) (part, bool) {
	fault, ok := caught.(interface {
		error
		Addr() uintptr
	})
	if !ok {
		return part{}, false
	}
	for _, p := range f.parts {
		if p.mapped == nil {
			continue
		}
		start := uintptr(unsafe.Pointer(&p.mapped[0]))
		if a := fault.Addr(); a >= start && a-start < uintptr(len(p.mapped)) {
			return p, true
		}
	}
	return part{}, false
}
