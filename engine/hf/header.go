package hf

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

// The limits of a safetensors header. The first is the format's own.
const (
	maxHeader  = 100_000_000 // bytes
	maxTensors = 1_000_000
	maxDims    = 8
	maxDim     = 1 << 40
)

// stored is a row of a safetensors header.
type stored struct {
	name       string
	dtype      DType
	shape      []uint64 // the contiguous dimension last
	begin, end uint64   // bytes, from the start of the data
}

// header is what a safetensors file begins with.
type header struct {
	metadata map[string]string
	tensors  []stored // by begin
}

// parseHeader reads the JSON of a header and checks it against the size in bytes
// of the data behind it. Errors do not name the file.
//
// The format is specified at github.com/huggingface/safetensors.
func parseHeader(text []byte, data uint64) (*header, error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, errors.New("its header does not begin with {")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("its header is not UTF-8")
	}
	p := &headerReader{dec: json.NewDecoder(bytes.NewReader(text)), seen: map[string]bool{}}
	p.dec.UseNumber()
	if err := p.read(); err != nil {
		return nil, err
	}
	return &p.header, p.checkTiling(data)
}

// headerReader goes through the header token by token: a decoder into maps would
// silently keep the last of two tensors with the same name.
type headerReader struct {
	dec  *json.Decoder
	seen map[string]bool
	header
}

func (p *headerReader) read() error {
	for name, err := range p.fields("its header") {
		if err != nil {
			return err
		}
		if p.seen[name] {
			return fmt.Errorf("its header has %.80q twice", name)
		}
		p.seen[name] = true
		if name == "__metadata__" {
			err = p.readMetadata()
		} else {
			err = p.readTensor(name)
		}
		if err != nil {
			return err
		}
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return errors.New("its header goes on after the closing }")
	}
	return nil
}

// fields yields the keys of the object that comes next; the consumer reads the
// values. what names the object in errors.
func (p *headerReader) fields(what string) func(yield func(string, error) bool) {
	return func(yield func(string, error) bool) {
		if t, err := p.dec.Token(); err != nil || t != json.Delim('{') {
			yield("", fmt.Errorf("%s is not a JSON object", what))
			return
		}
		for p.dec.More() {
			t, err := p.dec.Token()
			key, ok := t.(string)
			if err != nil || !ok {
				yield("", fmt.Errorf("%s is broken JSON near byte %d", what, p.dec.InputOffset()))
				return
			}
			if !yield(key, nil) {
				return
			}
		}
		if t, err := p.dec.Token(); err != nil || t != json.Delim('}') {
			yield("", fmt.Errorf("%s is broken JSON near byte %d", what, p.dec.InputOffset()))
		}
	}
}

func (p *headerReader) readMetadata() error {
	p.metadata = map[string]string{}
	for key, err := range p.fields("__metadata__") {
		if err != nil {
			return err
		}
		if _, twice := p.metadata[key]; twice {
			return fmt.Errorf("__metadata__ has %.80q twice", key)
		}
		t, err := p.dec.Token()
		value, ok := t.(string)
		if err != nil || !ok {
			return fmt.Errorf("__metadata__ has a value for %.80q that is no string", key)
		}
		p.metadata[key] = value
	}
	return nil
}

func (p *headerReader) readTensor(name string) error {
	if name == "" {
		return errors.New("a tensor has no name")
	}
	if len(p.tensors) == maxTensors {
		return fmt.Errorf("it has more than %d tensors", maxTensors)
	}
	s := stored{name: name}
	if err := p.readFields(&s); err != nil {
		return err
	}
	size, ok := s.dtype.bytes(s.shape)
	if !ok {
		return fmt.Errorf("tensor %.80q of type %s has the shape %v, which is no number of bytes that a file can have", name, s.dtype, s.shape)
	}
	if s.begin > s.end || s.end-s.begin != size {
		return fmt.Errorf("tensor %.80q needs %d bytes, but has the offsets %d to %d", name, size, s.begin, s.end)
	}
	p.tensors = append(p.tensors, s)
	return nil
}

// readFields reads the three fields of a tensor, each of which must be there
// once. Others are passed over.
func (p *headerReader) readFields(s *stored) error {
	seen := map[string]bool{}
	for key, err := range p.fields(fmt.Sprintf("the entry of tensor %.80q", s.name)) {
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("tensor %.80q has %s twice", s.name, key)
		}
		seen[key] = true
		switch key {
		case "dtype":
			err = p.readDType(s)
		case "shape":
			s.shape, err = p.readNumbers(s.name, key, maxDims, maxDim)
		case "data_offsets":
			err = p.readOffsets(s)
		default:
			err = p.dec.Decode(new(json.RawMessage))
		}
		if err != nil {
			return err
		}
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return fmt.Errorf("tensor %.80q has no %s", s.name, key)
		}
	}
	return nil
}

func (p *headerReader) readDType(s *stored) error {
	t, err := p.dec.Token()
	name, ok := t.(string)
	if s.dtype = DType(name); err != nil || !ok || s.dtype.bits() == 0 {
		return fmt.Errorf("tensor %.80q is of the unknown type %v", s.name, t)
	}
	return nil
}

func (p *headerReader) readOffsets(s *stored) error {
	at, err := p.readNumbers(s.name, "data_offsets", 2, 1<<62)
	if err != nil {
		return err
	}
	if len(at) != 2 {
		return fmt.Errorf("tensor %.80q has %d data_offsets, not 2", s.name, len(at))
	}
	s.begin, s.end = at[0], at[1]
	return nil
}

// readNumbers reads a list of at most most integers, each 0 to limit.
func (p *headerReader) readNumbers(name, key string, most int, limit uint64) ([]uint64, error) {
	if t, err := p.dec.Token(); err != nil || t != json.Delim('[') {
		return nil, fmt.Errorf("tensor %.80q has a %s that is no list", name, key)
	}
	list := []uint64{}
	for p.dec.More() {
		t, err := p.dec.Token()
		number, ok := t.(json.Number)
		if err != nil || !ok {
			return nil, fmt.Errorf("tensor %.80q has a %s that is no list of integers", name, key)
		}
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil || n > limit {
			return nil, fmt.Errorf("tensor %.80q has the number %s in its %s, which is no integer from 0 to %d", name, number, key, limit)
		}
		if len(list) == most {
			return nil, fmt.Errorf("tensor %.80q has a %s of more than %d numbers", name, key, most)
		}
		list = append(list, n)
	}
	if _, err := p.dec.Token(); err != nil {
		return nil, fmt.Errorf("tensor %.80q has a %s that does not end", name, key)
	}
	return list, nil
}

// checkTiling sees to it that the tensors cover the data, each byte once.
func (p *headerReader) checkTiling(data uint64) error {
	slices.SortStableFunc(p.tensors, func(a, b stored) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	at, last := uint64(0), ""
	for _, s := range p.tensors {
		switch {
		case s.end > data:
			return cutShort{s.name, s.end, data}
		case s.begin < at:
			return fmt.Errorf("tensors %.80q and %.80q overlap", last, s.name)
		case s.begin > at:
			return fmt.Errorf("there is a hole of %d bytes before tensor %.80q", s.begin-at, s.name)
		}
		at, last = s.end, s.name
	}
	if at != data {
		return fmt.Errorf("%d bytes after the last tensor belong to none", data-at)
	}
	return nil
}

// cutShort is that a file ends before its data does.
type cutShort struct {
	tensor    string
	need, has uint64 // bytes of data
}

func (e cutShort) Error() string {
	return fmt.Sprintf("tensor %.80q ends at byte %d of the data, which has %d", e.tensor, e.need, e.has)
}
