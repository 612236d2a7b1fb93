//go:build linux || darwin || freebsd

package merge

import "golang.org/x/sys/unix"

// freeBytes is how much a file in folder may take; false if the system does not say.
func freeBytes(folder string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
