//go:build linux || darwin || freebsd

package download

import "golang.org/x/sys/unix"

// freeSpace is how many bytes the user may still write to dir's disk.
func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(uint64(s.Bavail) * uint64(s.Bsize)), nil
}
