package hf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
)

// Limits on the files around the weights, many times what real ones have.
const (
	maxConfig    = 4 << 20
	maxTokenizer = 128 << 20
	maxIndex     = 128 << 20
	maxTemplate  = 4 << 20
)

// files reads the small files of a folder and keeps a digest of all it has read.
type files struct {
	fs.FS
	sum hash.Hash
}

func newFiles(dir string) *files { return &files{FS: os.DirFS(dir), sum: sha256.New()} }

// read returns a file's content; nil if there is no such file.
func (r *files) read(name string, limit int64) ([]byte, error) {
	file, err := r.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	b, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s has more than %d MiB, which cannot be right", name, limit>>20)
	}
	if isPointer(b) {
		return nil, pointer(name)
	}
	r.digest(name, b)
	return b, nil // not nil even if it is empty: ReadAll allocates
}

func (r *files) digest(name string, b []byte) {
	var sizes [16]byte
	binary.LittleEndian.PutUint64(sizes[:], uint64(len(name)))
	binary.LittleEndian.PutUint64(sizes[8:], uint64(len(b)))
	r.sum.Write(sizes[:])
	r.sum.Write([]byte(name))
	r.sum.Write(b)
}

// object reads a file that holds one JSON object; nil if there is no such file.
func (r *files) object(name string) (*object, error) {
	b, err := r.read(name, maxConfig)
	if b == nil || err != nil {
		return nil, err
	}
	return parseObject(name, b)
}

// has tells whether the folder has a file of this name.
func (r *files) has(name string) bool {
	info, err := fs.Stat(r, name)
	return err == nil && info.Mode().IsRegular()
}

// isPointer tells what a clone without Git LFS has in a large file's place.
func isPointer(b []byte) bool {
	return bytes.HasPrefix(b, []byte("version https://git-lfs"))
}

func pointer(name string) error {
	return fmt.Errorf("%s is only a Git LFS pointer to the file; run git lfs pull, or download the file itself", name)
}
