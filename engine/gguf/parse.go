package gguf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"

	"beyonder/engine/quant"
)

// What a file may claim at most. The largest models known have some 50,000
// tensors and a hundred keys.
const (
	maxTensors   = 1 << 20
	maxKeys      = 1 << 16
	maxKeyBytes  = 65535
	maxNameBytes = 63
	maxString    = 64 << 20
	maxArray     = 1 << 30 // elements
	maxDims      = 4
	maxBytes     = 1 << 62 // of a tensor, and its offset: their sum cannot wrap
	minAlignment = 8       // so that every tensor can be read as 64-bit words
	maxAlignment = 1 << 20
	defaultAlign = 32
)

// header is all of a file but its weights.
type header struct {
	metadata
	version   int
	size      int64  // bytes of the file
	alignment uint64 // every tensor begins at a multiple of it
	dataStart uint64 // where offsets count from
	table     []tensorInfo
}

// tensorInfo is a row of the tensor table.
type tensorInfo struct {
	name   string
	typ    quant.Type
	shape  []uint64
	offset uint64 // from dataStart
	size   uint64 // bytes
}

// parse reads the metadata and the tensor table of a file of size bytes and
// checks them; name is the file's, for errors. It never allocates more than a
// small multiple of size, whatever the file claims.
func parse(src io.ReaderAt, size int64, name string) (*header, error) {
	c := &cursor{src: src, file: name, size: uint64(size)}
	h := &header{metadata: metadata{file: name}, size: size}
	h.version = c.start()
	c.wide = h.version >= 2
	h.wide = c.wide
	tensors := c.bounded("tensors", maxTensors, 3*c.lengthBytes()+1+4+4+4)
	keys := c.bounded("keys", maxKeys, c.lengthBytes()+1+4+1)
	h.readKeys(c, keys)
	h.readAlignment(c)
	h.readTable(c, tensors)
	if c.err != nil {
		return nil, c.err
	}
	h.bytes = string(c.buf[:c.pos])
	h.dataStart = pad(c.pos, h.alignment)
	if err := h.checkLayout(); err != nil {
		return nil, err
	}
	return h, h.checkVocabulary()
}

// start reads magic and version.
func (c *cursor) start() int {
	if c.size < 4 {
		c.err = problem(NotGGUF, c.file, "%s has %d bytes and cannot be a GGUF file; download it again", c.file, c.size)
		return 0
	}
	magic := c.take(4)
	if c.err == nil && string(magic) != "GGUF" {
		c.err = notGGUF(c.file, c.buf)
	}
	version := c.u32()
	switch {
	case c.err != nil:
	case version&0xffff == 0 && version != 0: // no flag says it: the version reads swapped
		c.err = bigEndian(c.file)
	case version == 0:
		c.fail("it says it is version 0 of GGUF")
	case version > 3:
		c.err = fmt.Errorf("%s is version %d of GGUF, this program reads 1 to 3; look for a newer Beyonder", c.file, version)
	}
	return int(version)
}

// notGGUF guesses what a file is instead.
func notGGUF(file string, start []byte) error {
	start = start[:min(len(start), 64)]
	what, todo := fmt.Sprintf("it begins with %q", start[:4]), "choose a .gguf file"
	text := bytes.ToLower(bytes.TrimSpace(start))
	switch {
	case string(start[:4]) == "FUGG":
		return bigEndian(file)
	case len(bytes.Trim(start, "\x00")) == 0:
		what, todo = "it begins with zeros, as a download does that has not finished", "wait, or download it again"
	case bytes.HasPrefix(text, []byte("<")):
		what, todo = "it is a web page that was saved in its place", "download it again"
	case bytes.HasPrefix(text, []byte("version https://git-lfs")):
		what, todo = "it is a Git LFS pointer to the model", "run git lfs pull, or download the file itself"
	case string(start[:2]) == "PK":
		what, todo = "it is a zip archive or a PyTorch checkpoint", "choose a .gguf file"
	case len(start) > 8 && start[8] == '{':
		what, todo = "it looks like safetensors", "name the folder it lies in, or choose a .gguf file"
	case isOldGGML(start):
		what, todo = "it is GGML, the format before GGUF", "download the model as GGUF"
	}
	return problem(NotGGUF, file, "%s is not a GGUF file: %s; %s", file, what, todo)
}

func isOldGGML(start []byte) bool {
	switch binary.LittleEndian.Uint32(start) {
	case 0x67676d6c, 0x67676d66, 0x67676a74: // ggml, ggmf, ggjt
		return true
	}
	return false
}

func bigEndian(file string) error {
	return fmt.Errorf("%s is a big-endian GGUF file, made for mainframes; choose the usual, little-endian version of the model", file)
}

// bounded reads how many records follow and compares it with the room that is
// left, each taking least bytes.
func (c *cursor) bounded(what string, limit, least uint64) uint64 {
	n := c.count()
	switch left := c.size - c.pos; {
	case n > left/least:
		c.fail("it claims %d %s, more than its %d bytes can hold", n, what, c.size)
	case n > limit:
		c.fail("it claims %d %s, more than the %d that any model has", n, what, limit)
	}
	return n
}

func (h *header) readKeys(c *cursor, n uint64) {
	if c.err != nil {
		return
	}
	h.index, h.entries = map[string]int{}, make([]entry, 0, n)
	for i := uint64(0); i < n && c.err == nil; i++ {
		c.place = place{kind: "key", index: i}
		e := entry{key: string(c.text(maxKeyBytes))}
		c.checkName(e.key)
		c.place.name = e.key
		if _, twice := h.index[e.key]; twice {
			c.fail("key %.80q is there twice", e.key)
		}
		e.read(c)
		h.index[e.key] = len(h.entries)
		h.entries = append(h.entries, e)
	}
}

// checkName refuses names that cannot be shown or looked up.
func (c *cursor) checkName(name string) {
	switch {
	case c.err != nil:
	case name == "":
		c.fail("%v has no name", c.place)
	case !utf8.ValidString(name):
		c.fail("the name of %v is not text: %.80q", c.place, name)
	}
}

func (h *header) readAlignment(c *cursor) {
	h.alignment = defaultAlign
	i, ok := h.index[alignmentKey]
	if c.err != nil || !ok {
		return
	}
	e := h.entries[i]
	if e.kind != kindUint32 {
		c.fail("key %.80q holds %v, not a uint32", alignmentKey, e.kindName())
		return
	}
	a := uint64(binary.LittleEndian.Uint32(c.buf[e.at:]))
	if bits.OnesCount64(a) != 1 || a < minAlignment || a > maxAlignment {
		c.fail("key %.80q is %d, not a power of two from %d to %d", alignmentKey, a, minAlignment, maxAlignment)
	}
	h.alignment = a
}

const alignmentKey = "general.alignment"

func (h *header) readTable(c *cursor, n uint64) {
	if c.err != nil {
		return
	}
	seen := map[string]bool{}
	h.table = make([]tensorInfo, 0, n)
	for i := uint64(0); i < n && c.err == nil; i++ {
		c.place = place{kind: "tensor", index: i}
		t := readTensor(c)
		if seen[t.name] {
			c.fail("tensor %.80q is there twice", t.name)
		}
		seen[t.name] = true
		h.table = append(h.table, t)
	}
}

func readTensor(c *cursor) (t tensorInfo) {
	t.name = string(c.text(maxNameBytes))
	c.checkName(t.name)
	c.place.name = t.name
	dims := c.u32()
	if c.err == nil && (dims < 1 || dims > maxDims) {
		c.fail("tensor %.80q has %d dimensions, 1 to %d are possible", t.name, dims, maxDims)
	}
	if c.err != nil {
		return t
	}
	t.shape = make([]uint64, dims)
	for i := range t.shape {
		t.shape[i] = c.count()
	}
	t.typ = quant.Type(c.u32())
	t.offset = c.u64()
	t.checkType(c)
	t.measure(c)
	return t
}

func (t *tensorInfo) checkType(c *cursor) {
	switch id := uint32(t.typ); {
	case c.err != nil || t.typ.Known():
	case id == 4 || id == 5 || id >= 31 && id <= 38:
		c.err = fmt.Errorf("%s: tensor %.80q is stored as type %d, which was removed from GGUF; download a newer version of the model",
			c.file, t.name, id)
	default:
		c.err = fmt.Errorf("%s: tensor %.80q is stored as type %d, which this program does not know; look for a newer Beyonder, or download the model in another quantization",
			c.file, t.name, id)
	}
}

// measure computes the tensor's size in bytes, or fails where that overflows.
func (t *tensorInfo) measure(c *cursor) {
	if c.err != nil {
		return
	}
	n := uint64(1)
	for i, d := range t.shape {
		if d == 0 {
			c.fail("dimension %d of tensor %.80q is 0", i, t.name)
			return
		}
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo > maxBytes {
			c.fail("tensor %.80q is too large to be true: %v", t.name, t.shape)
			return
		}
		n = lo
	}
	block := uint64(t.typ.BlockElems())
	if t.shape[0]%block != 0 {
		c.fail("the rows of tensor %.80q have %d weights, not a multiple of the %d in a block of %v", t.name, t.shape[0], block, t.typ)
		return
	}
	hi, size := bits.Mul64(n/block, uint64(t.typ.BlockBytes()))
	if hi != 0 || size > maxBytes || t.offset > maxBytes {
		c.fail("tensor %.80q is too large to be true: %v weights of %v at offset %d", t.name, t.shape, t.typ, t.offset)
	}
	t.size = size
}

// pad rounds n up to a multiple of align, a power of two; neither is large
// enough for the sum to wrap.
func pad(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }
