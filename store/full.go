package store

import (
	"errors"
	"strings"
)

// isFull reports whether err says that no more can be written: no space, no
// quota, or a limit to the size of a process's files. bbolt formats some of the
// system's errors into its own with %s, so that only their text is left.
func isFull(err error) bool {
	for _, full := range fullErrors() {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}
