package store

import (
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// letGo takes what was read of the database out of the program's memory; it stays in
// the system's. The transaction keeps the mapping where it is meanwhile, and pages
// that are read next are there again.
func letGo(db *bolt.DB, tx *bolt.Tx) {
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED) // where it fails, they stay
}
