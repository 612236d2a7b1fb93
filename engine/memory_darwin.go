package engine

import "golang.org/x/sys/unix"

// systemMemory is unknown here: macOS does not tell what could be freed.
func systemMemory() (int64, bool) { return 0, false }

func machineMemory() int64 {
	total, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(total)
}
