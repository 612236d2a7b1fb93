package mapped

import (
	"fmt"
	"runtime/debug"
	"unsafe"
)

// Guard calls do and turns a fault in one of the files into an error that names
// it: the file was shortened by somebody, or the disk or network it is on failed.
// Without a guard such a fault ends the process (SIGBUS, which no recover
// catches). It covers this goroutine only; each goroutine that reads weights
// needs its own. Other panics pass through.
func Guard(files []*File, do func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		f := faulty(files, caught)
		if f == nil {
			panic(caught)
		}
		err = fmt.Errorf("%s can no longer be read: it was shortened or its disk failed; load the model again", f.Name)
	}()
	do()
	return nil
}

// faulty finds the file that a fault's address lies in.
func faulty(files []*File, caught any) *File {
	fault, ok := caught.(interface {
		error
		Addr() uintptr
	})
	if !ok {
		return nil
	}
	return within(files, fault.Addr())
}

// within finds the file that an address lies in; nil: none.
func within(files []*File, at uintptr) *File {
	for _, f := range files {
		if len(f.Data) == 0 {
			continue
		}
		if start := uintptr(unsafe.Pointer(&f.Data[0])); at >= start && at-start < uintptr(len(f.Data)) {
			return f
		}
	}
	return nil
}
