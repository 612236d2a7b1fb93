//go:build unix

package store

import (
	"errors"
	"syscall"
)

// isFull reports whether err says that no more can be written: no space, no
// quota, or the limit for a process's files.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
