package hf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"beyonder/engine/mapped"
)

// Safetensors is an open safetensors file. All methods but Close may be called
// from many goroutines.
type Safetensors struct {
	Path string

	mapped    *mapped.File
	dataStart int
	header    *header
	names     map[string]int // index in header.tensors
}

// Stored is a tensor as a safetensors file holds it. Its size has been checked.
type Stored struct {
	Name  string
	DType DType
	Shape []uint64 // the contiguous dimension last; empty for a scalar
	Data  []byte   // little-endian; mapped: must not be written to, gone after Close; aligned to nothing
}

// OpenSafetensors maps a safetensors file and checks its header: every tensor
// lies inside the file, and every byte of the data belongs to one tensor.
func OpenSafetensors(path string) (*Safetensors, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the weights: %w", err)
	}
	defer file.Close()
	name := filepath.Base(path)
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot open the weights: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	if info.Size() < 8 {
		return nil, fmt.Errorf("%s has %d bytes, too few for a safetensors file; download it again", name, info.Size())
	}
	m, err := mapped.Open(file, name, info.Size())
	if err != nil {
		return nil, err
	}
	s := &Safetensors{Path: path, mapped: m, names: map[string]int{}}
	fault := mapped.Guard([]*mapped.File{m}, func() {
		if isPointer(m.Data) {
			err = pointer(name)
		} else {
			err = blame(name, s.parse())
		}
	})
	if err = errors.Join(fault, err); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// blame says which file is wrong, and what can be done.
func blame(name string, err error) error {
	if err == nil {
		return nil
	}
	if _, short := errors.AsType[cutShort](err); short {
		return fmt.Errorf("%s is cut short: %w; download it again", name, err)
	}
	return fmt.Errorf("%s is damaged: %w; download it again", name, err)
}

// parse checks the file and indexes its tensors.
func (s *Safetensors) parse() error {
	n := binary.LittleEndian.Uint64(s.mapped.Data)
	switch rest := uint64(len(s.mapped.Data) - 8); {
	case n > maxHeader:
		return fmt.Errorf("it claims a header of %d bytes, more than the %d that the format allows", n, maxHeader)
	case n > rest:
		return fmt.Errorf("it claims a header of %d bytes, but only %d follow", n, rest)
	}
	s.dataStart = 8 + int(n)
	h, err := parseHeader(s.mapped.Data[8:s.dataStart], uint64(len(s.mapped.Data)-s.dataStart))
	if err != nil {
		return err
	}
	s.header = h
	for i, t := range h.tensors {
		s.names[t.name] = i
	}
	return nil
}

// Tensors are all tensors in the order of their data.
func (s *Safetensors) Tensors() []Stored {
	list := make([]Stored, len(s.header.tensors))
	for i := range list {
		list[i] = s.tensor(i)
	}
	return list
}

// Tensor finds a tensor by name.
func (s *Safetensors) Tensor(name string) (Stored, bool) {
	i, ok := s.names[name]
	if !ok {
		return Stored{}, false
	}
	return s.tensor(i), true
}

func (s *Safetensors) tensor(i int) Stored {
	t := s.header.tensors[i]
	data := s.mapped.Data[s.dataStart:]
	return Stored{Name: t.name, DType: t.dtype, Shape: slices.Clone(t.shape), Data: data[t.begin:t.end:t.end]}
}

// Metadata is what the header has under "__metadata__".
func (s *Safetensors) Metadata() map[string]string { return maps.Clone(s.header.metadata) }

// Close unmaps the file. The Data of its tensors must not be touched any more. A
// second Close does nothing.
func (s *Safetensors) Close() error {
	s.header, s.names = &header{}, nil
	return s.mapped.Close()
}
