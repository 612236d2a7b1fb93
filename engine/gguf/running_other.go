//go:build !unix

package gguf

import "os"

// running says whether there is a process of that number.
func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	p.Release()
	return true
}
