//go:build !linux && !windows && !darwin

package engine

// systemMemory is unknown here: these systems do not tell what could be freed.
func systemMemory() (int64, bool) { return 0, false }

func machineMemory() int64 { return 0 }
