//go:build amd64 && !linux

package kernel

// permitted: only Linux has been asked so far.
func permitted() bool { return false }
