// Package gguf reads and writes GGUF, the container in which language models
// are handed around: metadata, a table of tensors, and their bytes.
//
// Its one rule: nothing a file claims is believed before it is checked against
// the file's size and the rest of the table. What Open returns can be indexed
// without another look; what it refuses, it refuses with one sentence that names
// the file, the tensor or key, and what to do. It knows bytes and names, not
// models: that "llama.block_count" is a number of layers is news to it.
//
// The weights are mapped, not read: they appear in memory as they are used. A
// mapped file that somebody shortens takes pages away from under its readers; see
// [File.Guard].
//
// The format is specified in docs/gguf.md of github.com/ggml-org/ggml.
package gguf

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"beyonder/engine/mapped"
	"beyonder/engine/quant"
)

// File is an open GGUF file, or the files of a split model opened as one. All
// methods but Close may be called from many goroutines.
type File struct {
	Path    string // of the file; of a split model, its first part
	Version int    // 1, 2 or 3

	metadata // of the first part

	parts   []part
	mapped  []*mapped.File // of the parts that have tensors
	tensors []Tensor
	names   map[string]int // index in tensors
}

// part is one file on disk.
type part struct {
	path string
	*header
	mapped *mapped.File // nil if it has no tensors
}

// Tensor is an array of weights. Its shape and size have been checked: Data has
// exactly the bytes that Type and Shape need.
type Tensor struct {
	Name  string
	Type  quant.Type
	Shape []uint64 // 1 to 4 dimensions, the contiguous one first (ggml's ne); none is 0
	Data  []byte   // mapped: must not be written to, gone after Close; its address is a multiple of 8
}

// Elems is the number of weights.
func (t Tensor) Elems() uint64 { return elems(t.Shape) }

func elems(shape []uint64) uint64 {
	n := uint64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}

// Open opens a GGUF file and checks all of its metadata and tensor table. For
// any part of a split model it opens all parts; their names follow from the
// part's own, and they are looked for in its folder only.
func Open(path string) (*File, error) {
	paths, err := partPaths(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: paths[0], names: map[string]int{}}
	if err := f.open(paths); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) open(paths []string) error {
	for _, path := range paths {
		p, err := openPart(path)
		if err != nil {
			return err
		}
		f.parts = append(f.parts, p)
		if p.mapped != nil {
			f.mapped = append(f.mapped, p.mapped)
		}
		if err := f.addTensors(p); err != nil {
			return err
		}
	}
	f.Version, f.metadata = f.parts[0].version, f.parts[0].metadata
	return f.checkSplit()
}

func openPart(path string) (part, error) {
	file, err := os.Open(path)
	if err != nil {
		return part{}, opening(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return part{}, fmt.Errorf("cannot open the model: %w", err)
	}
	if !info.Mode().IsRegular() {
		return part{}, problem(NotAFile, path, "%s is not a file; choose a .gguf file", path)
	}
	h, err := parse(file, info.Size(), filepath.Base(path))
	if err != nil {
		return part{}, err
	}
	p := part{path: path, header: h}
	if len(h.table) > 0 {
		if p.mapped, err = mapped.Open(file, h.file, info.Size()); err != nil {
			return part{}, err
		}
	}
	return p, nil
}

func (f *File) addTensors(p part) error {
	for _, info := range p.table {
		if _, twice := f.names[info.name]; twice {
			return damaged(p.file, "tensor %q is in two parts of the model", info.name)
		}
		f.names[info.name] = len(f.tensors)
		at := p.dataStart + info.offset
		f.tensors = append(f.tensors, Tensor{
			Name: info.name, Type: info.typ, Shape: info.shape,
			Data: p.mapped.Data[at : at+info.size : at+info.size],
		})
	}
	return nil
}

// Close unmaps the file. The Data of its tensors must not be touched any more;
// strings and other values that came from the metadata remain valid. A second
// Close does nothing.
func (f *File) Close() error {
	f.tensors, f.names = nil, nil
	return mapped.Close(f.mapped)
}

// Guard calls do and turns a fault in the mapped weights into an error, in this
// goroutine: see mapped.Guard.
func (f *File) Guard(do func()) error { return mapped.Guard(f.mapped, do) }

// Prefetch brings the file into memory by reading through it, and yields how
// many of its Size bytes are done: the last value is all of them. It ends
// within about 100 ms of ctx, with its error, and by break. If the file was
// shortened or cannot be read, it ends with an error.
func (f *File) Prefetch(ctx context.Context) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		without := f.Size() - mapped.Bytes(f.mapped) // parts without weights: all of them is read
		for done, err := range mapped.Prefetch(ctx, f.mapped) {
			if !yield(without+done, err) {
				return
			}
		}
	}
}

// Pages says in what pages of memory the mapped parts lie; false: the system does not
// tell.
func (f *File) Pages() (mapped.Pages, bool) { return mapped.Look(f.mapped) }

// Piece is a stretch of the mapped file that can be copied into large pages.
type Piece = mapped.Piece

// Pieces are all pieces of the mapped parts, none larger than 16 MB.
func (f *File) Pieces() []Piece { return mapped.Pieces(f.mapped) }

// Tensors are all tensors in the order of the table; of a split model, part by part.
func (f *File) Tensors() []Tensor { return slices.Clone(f.tensors) }

// Tensor finds a tensor by name.
func (f *File) Tensor(name string) (Tensor, bool) {
	i, ok := f.names[name]
	if !ok {
		return Tensor{}, false
	}
	return f.tensors[i], true
}

// Parts are the paths of the files, one unless the model is split.
func (f *File) Parts() []string {
	paths := make([]string, len(f.parts))
	for i, p := range f.parts {
		paths[i] = p.path
	}
	return paths
}

// Size is that of the file in bytes; of a split model, of all parts.
func (f *File) Size() int64 {
	var n int64
	for _, p := range f.parts {
		n += p.size
	}
	return n
}

// Fingerprint tells models apart without reading their weights: the SHA-256, in
// hex, of each part's size and its bytes up to the end of the tensor table.
func (f *File) Fingerprint() string {
	sum := sha256.New()
	for _, p := range f.parts {
		var sizes [16]byte
		binary.LittleEndian.PutUint64(sizes[:], uint64(p.size))
		binary.LittleEndian.PutUint64(sizes[8:], uint64(len(p.bytes)))
		sum.Write(sizes[:])
		sum.Write([]byte(p.bytes))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// damage is that a file contradicts itself.
type damage struct{ file, what string }

func (d damage) Error() string {
	return fmt.Sprintf("%s is damaged: %s; download it again", d.file, d.what)
}

func damaged(file, format string, args ...any) error {
	return damage{file, fmt.Sprintf(format, args...)}
}
