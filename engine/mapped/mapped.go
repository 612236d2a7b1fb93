// Package mapped has the model's files in memory: mapped where the system can,
// read where it cannot.
//
// Its one rule: whoever touches a mapping does it in Guard, because a file that is
// shortened or a disk that fails shows as a fault, not as an error.
package mapped

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// File is a file in memory.
type File struct {
	Name string // for errors
	Data []byte // the whole file: must not be written to, gone after Close; nil: not in memory
}

// Open maps a file of size bytes. The file may be closed afterwards.
func Open(file *os.File, name string, size int64) (*File, error) {
	if size > math.MaxInt {
		return nil, fmt.Errorf("cannot map %s into memory: its %d bytes are more than this 32-bit system can address", name, size)
	}
	data, err := mapFile(file, int(size))
	if err != nil {
		return nil, fmt.Errorf("cannot map %s into memory: %w", name, err)
	}
	return &File{Name: name, Data: data}, nil
}

// Close gives the memory back. A second Close does nothing.
func (f *File) Close() error {
	if f == nil || f.Data == nil {
		return nil
	}
	data := f.Data
	f.Data = nil
	return unmapFile(data)
}

// Each system has mapFile, unmapFile and advise. Where there is no mapping,
// mapFile is this: the whole file, read into memory.
func readFile(file *os.File, size int) ([]byte, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, int64(size)), data); err != nil {
		return nil, fmt.Errorf("cannot read it: %w", err)
	}
	return data, nil
}

// Bytes is how many bytes of files are in memory.
func Bytes(files []*File) (n int64) {
	for _, f := range files {
		n += int64(len(f.Data))
	}
	return n
}

// Close closes files.
func Close(files []*File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
