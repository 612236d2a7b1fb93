package engine

import "os"

func systemMemory() (int64, bool) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	return meminfo(string(b), "MemAvailable")
}

func machineMemory() int64 {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	total, _ := meminfo(string(b), "MemTotal")
	return total
}
