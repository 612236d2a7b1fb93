package mapped

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const largeBytes = 2 << 20

// Look says in what pages files lie; false: the system does not tell.
func Look(files []*File) (Pages, bool) {
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return Pages{}, false
	}
	defer maps.Close()
	p, err := look(maps, files)
	return p, err == nil
}

// look adds up what smaps says about the mappings that begin in files.
func look(smaps io.Reader, files []*File) (p Pages, err error) {
	ours := false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		key, value, found := bytes.Cut(lines.Bytes(), []byte(":"))
		if at, rest, isRange := strings.Cut(string(key), "-"); isRange && strings.Contains(rest, " ") {
			start, err := strconv.ParseUint(at, 16, 64)
			if err != nil {
				return p, fmt.Errorf("smaps: %w", err)
			}
			ours = within(files, uintptr(start)) != nil
			continue
		}
		if !ours || !found {
			continue
		}
		var sum *int64
		switch string(key) {
		case "Rss":
			sum = &p.Bytes
		case "FilePmdMapped", "AnonHugePages":
			sum = &p.Large
		case "Anonymous":
			sum = &p.Copied
		default:
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(string(bytes.TrimSpace(value)), " kB"), 10, 64)
		if err != nil {
			return p, fmt.Errorf("smaps: %w", err)
		}
		*sum += kb << 10
	}
	return p, lines.Err()
}

// Copy puts memory of our own, in large pages if the system has any, in the place of
// the piece: the same bytes at the same addresses. Others may read the piece
// meanwhile; nobody else may copy it. Those pages of the file, which nobody needs any
// more, the system may then drop before others'; drop: it does so now, if the file is
// the user's. What it cannot read, because the
// file was shortened or its disk failed, is an error, and so is a lack of memory; the
// piece is as it was then.
func (p Piece) Copy(drop bool) error {
	room, err := reserveLike(p.Data)
	if err != nil {
		return p.failed(err)
	}
	_ = unix.Madvise(room, unix.MADV_HUGEPAGE) // Look tells whether that was of any use
	if err := p.into(room, drop); err != nil {
		_ = unix.MunmapPtr(unsafe.Pointer(&room[0]), uintptr(len(room)))
		return err
	}
	return nil
}

func (p Piece) into(room []byte, drop bool) error {
	if err := Guard([]*File{p.file}, func() { copy(room, p.Data) }); err != nil {
		return err
	}
	if err := unix.Mprotect(room, unix.PROT_READ); err != nil { // whoever writes to weights is to be found out, as before
		return p.failed(err)
	}
	advice := unix.MADV_COLD
	if drop {
		advice = unix.MADV_PAGEOUT
	}
	_ = unix.Madvise(unsafe.Slice(&p.Data[0], len(room)), advice)
	size := uintptr(len(room))
	if _, err := unix.MremapPtr(unsafe.Pointer(&room[0]), size, unsafe.Pointer(&p.Data[0]), size, unix.MREMAP_MAYMOVE|unix.MREMAP_FIXED); err != nil {
		return p.failed(err)
	}
	return nil
}

func (p Piece) failed(err error) error {
	return fmt.Errorf("cannot copy %s into large pages: %w", p.file.Name, err)
}

// reserveLike returns empty memory of whole pages, enough for data and as far from the
// beginning of a large page as data is, so that the same of it can be in large ones.
func reserveLike(data []byte) ([]byte, error) {
	page := uintptr(os.Getpagesize())
	size := (uintptr(len(data)) + page - 1) / page * page
	at, err := unix.MmapPtr(-1, 0, nil, size+largeBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, err
	}
	skip := (uintptr(unsafe.Pointer(&data[0])) - uintptr(at)) % largeBytes
	if skip > 0 {
		_ = unix.MunmapPtr(at, skip)
	}
	if skip < largeBytes {
		_ = unix.MunmapPtr(unsafe.Add(at, skip+size), largeBytes-skip)
	}
	return unsafe.Slice((*byte)(unsafe.Add(at, skip)), size), nil
}
