package engine

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryStatus is MEMORYSTATUSEX of the Windows API.
type memoryStatus struct {
	length, load                                uint32
	totalPhys, availPhys, totalPage, availPage  uint64
	totalVirtual, availVirtual, availExtVirtual uint64
}

func systemMemory() (int64, bool) {
	s, ok := status()
	return int64(s.availPhys), ok
}

func machineMemory() int64 {
	s, _ := status()
	return int64(s.totalPhys)
}

func status() (s memoryStatus, ok bool) {
	s.length = uint32(unsafe.Sizeof(s))
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")
	if done, _, _ := call.Call(uintptr(unsafe.Pointer(&s))); done == 0 {
		return memoryStatus{}, false
	}
	return s, true
}
