package mapped

import "unsafe"

// Pages says in what pages of memory files lie, in bytes. Large ones, of 2 MB, spare
// the processor the looking up of addresses: where memory is fast that is a third of
// the speed at which tokens are written. A system gives them to files it reads from
// some disks (ext4 from Linux 6.16 on), and not to those that were written in small
// pieces or lie in older file systems.
type Pages struct {
	Bytes  int64 // that are in memory
	Large  int64 // of them in large pages
	Copied int64 // of them in memory of our own, in pages of whatever size
}

// Piece is a stretch of a file in memory.
type Piece struct {
	Data []byte // of the file's
	file *File
}

// Pieces divides files into pieces of at most 16 MB, small enough that copying one is
// soon over. Nobody but their users may close the files.
func Pieces(files []*File) (all []Piece) {
	const most = 16 << 20
	for _, f := range files {
		for rest := f.Data; len(rest) > 0; {
			n := most - int(uintptr(unsafe.Pointer(&rest[0]))%most) // all but the first begin at a large page
			n = min(n, len(rest))
			all = append(all, Piece{rest[:n], f})
			rest = rest[n:]
		}
	}
	return all
}
