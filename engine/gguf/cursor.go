package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// cursor reads a file's metadata from its start, never past its end. The first
// error sticks and everything after it is zero, so that a run of reads needs one
// look at err; loops look each time.
//
// What it has read stays in buf, which grows with what is read and not with what
// the file claims, and later becomes the one copy that all strings share. The
// mapping is not used for this: it could change between check and use.
type cursor struct {
	src  io.ReaderAt
	file string // its name, for errors
	size uint64 // bytes of the file
	wide bool   // counts and lengths have 64 bits (since version 2), else 32

	buf   []byte // the first bytes of the file
	pos   uint64 // what has been taken of them
	place place  // what is being read
	err   error
}

// place is what a cursor is reading, for errors.
type place struct {
	kind  string // "key" or "tensor"; "": the header
	name  string // once it is known
	index uint64 // before
}

func (p place) String() string {
	switch {
	case p.kind == "":
		return "its header"
	case p.name == "":
		return fmt.Sprintf("%s number %d", p.kind, p.index+1)
	}
	return fmt.Sprintf("%s %.80q", p.kind, p.name)
}

// firstRead is how much is read at first; the metadata of most models is between
// 0.7 and 8 MB.
const firstRead = 4 << 20

// take returns the next n bytes, valid and unchanging as long as anyone holds them.
func (c *cursor) take(n uint64) []byte {
	if c.err != nil {
		return nil
	}
	if n > c.size-c.pos {
		c.err = problem(CutShort, c.file, "%s is cut short: %v needs %d bytes at %d, the file ends at %d; download it again",
			c.file, c.place, n, c.pos, c.size)
		return nil
	}
	if end := c.pos + n; end > uint64(len(c.buf)) {
		if c.fill(end); c.err != nil {
			return nil
		}
	}
	b := c.buf[c.pos : c.pos+n]
	c.pos += n
	return b
}

// fill reads on until buf has at least need bytes, which the file is known to have.
func (c *cursor) fill(need uint64) {
	want := min(max(need, 2*uint64(len(c.buf)), firstRead), c.size)
	buf := make([]byte, want)
	have := copy(buf, c.buf)
	n, err := c.src.ReadAt(buf[have:], int64(have))
	c.buf = buf[:have+n]
	switch {
	case uint64(len(c.buf)) >= need:
	case err == nil || errors.Is(err, io.EOF):
		c.err = &early{c.file}
	default:
		c.err = fmt.Errorf("cannot read %s: %w", c.file, err)
	}
}

func (c *cursor) u32() uint32 {
	b := c.take(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *cursor) u64() uint64 {
	b := c.take(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// count reads a number that version 2 widened from 32 to 64 bits.
func (c *cursor) count() uint64 {
	if c.wide {
		return c.u64()
	}
	return uint64(c.u32())
}

// lengthBytes is what a count takes.
func (c *cursor) lengthBytes() uint64 {
	if c.wide {
		return 8
	}
	return 4
}

// text takes a string of at most limit bytes.
func (c *cursor) text(limit uint64) []byte {
	n := c.count()
	if n > limit && c.err == nil {
		c.fail("%v has a string of %d bytes, at most %d are allowed", c.place, n, limit)
	}
	return c.take(n)
}

// skipTexts passes over n strings. A vocabulary has hundreds of thousands, so
// those that are wholly in buf are passed without the general machinery.
func (c *cursor) skipTexts(n, limit uint64) {
	for ; n > 0 && c.err == nil; n-- {
		if rest := c.buf[c.pos:]; c.wide && len(rest) >= 8 {
			if size := binary.LittleEndian.Uint64(rest); size <= limit && size <= uint64(len(rest)-8) {
				c.pos += 8 + size
				continue
			}
		}
		c.text(limit)
	}
}

// fail says that the file is damaged, unless something failed before.
func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = damaged(c.file, format, args...)
	}
}

// early is that a file ends before it should.
type early struct{ file string }

func (e *early) Error() string {
	return e.file + " became shorter while it was read; is it still being downloaded?"
}
