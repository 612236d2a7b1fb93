package hf

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"beyonder/engine/mapped"
)

// Source is a tensor to be written. Its bytes come from Data or, if that is nil,
// from Reader, which must have exactly as many as DType and Shape need; it is read
// when its turn has come, so that a model of any size can be written.
type Source struct {
	Name   string
	DType  DType
	Shape  []uint64 // the contiguous dimension last; empty for a scalar
	Data   []byte
	Reader io.Reader
}

// WriteSafetensors writes a safetensors file with the tensors in the format's own
// order: larger elements first, then by name. Nothing is written that
// OpenSafetensors would refuse.
func WriteSafetensors(w io.Writer, metadata map[string]string, tensors []Source) error {
	return writeFile(context.Background(), w, metadata, tensors, func(int64) bool { return true })
}

// errBreak says that the consumer has ended the sequence.
var errBreak = errors.New("ended by the consumer")

// writeFile calls wrote with the number of bytes after every megabyte or so, and
// ends with errBreak if that returns false.
func writeFile(ctx context.Context, w io.Writer, metadata map[string]string, tensors []Source, wrote func(int64) bool) error {
	tensors = slices.SortedStableFunc(slices.Values(tensors), func(a, b Source) int {
		return cmp.Or(cmp.Compare(b.DType.bits(), a.DType.bits()), cmp.Compare(a.Name, b.Name))
	})
	head, sizes, err := headerOf(metadata, tensors)
	if err != nil {
		return fmt.Errorf("cannot write the weights: %w", err)
	}
	out := mapped.NewWriter(w)
	_, _ = out.Write(head) // errors stick, and Flush returns them
	if !wrote(int64(len(head))) {
		return errBreak
	}
	for i, t := range tensors {
		if err := writeTensor(ctx, out, t, sizes[i], wrote); err != nil {
			return err
		}
	}
	return out.Flush()
}

// headerOf is the beginning of a file, padded with spaces so that the data starts
// at a multiple of 8, and the size of each tensor.
func headerOf(metadata map[string]string, tensors []Source) (head []byte, sizes []uint64, err error) {
	b := append(make([]byte, 8, 4096), '{')
	if len(metadata) > 0 {
		b = append(appendMetadata(append(b, `"__metadata__":`...), metadata), ',')
	}
	at := uint64(0)
	for _, t := range tensors {
		size, ok := t.DType.bytes(t.Shape)
		if t.DType.bits() == 0 || !ok {
			return nil, nil, fmt.Errorf("tensor %q of type %q cannot have the shape %v", t.Name, t.DType, t.Shape)
		}
		if t.Data != nil && uint64(len(t.Data)) != size {
			return nil, nil, wrongSize(t.Name, uint64(len(t.Data)), size)
		}
		b = append(appendEntry(b, t, at, at+size), ',')
		at += size
		sizes = append(sizes, size)
	}
	b = append(bytes.TrimSuffix(b, []byte(",")), '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	if len(b)-8 > maxHeader {
		return nil, nil, fmt.Errorf("the header would have %d bytes, more than the %d that the format allows", len(b)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	_, err = parseHeader(b[8:], at)
	return b, sizes, err
}

func appendMetadata(b []byte, metadata map[string]string) []byte {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(metadata)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(appendText(b, key), ':'), metadata[key])
	}
	return append(b, '}')
}

func appendEntry(b []byte, t Source, begin, end uint64) []byte {
	b = append(appendText(b, t.Name), `:{"dtype":`...)
	b = append(appendText(b, string(t.DType)), `,"shape":[`...)
	for i, d := range t.Shape {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, d, 10)
	}
	return fmt.Appendf(b, `],"data_offsets":[%d,%d]}`, begin, end)
}

// appendText appends a JSON string with <, > and & as they are: other readers'
// names are compared byte for byte.
func appendText(b []byte, s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be encoded
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func writeTensor(ctx context.Context, w io.Writer, t Source, size uint64, wrote func(int64) bool) error {
	from := t.Reader
	if t.Data != nil {
		from = bytes.NewReader(t.Data)
	}
	if from == nil {
		return fmt.Errorf("cannot write tensor %q: it has no data", t.Name)
	}
	for done := uint64(0); done < size; {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n, err := io.CopyN(w, from, int64(min(1<<20, size-done)))
		done += uint64(n)
		if err == io.EOF {
			return wrongSize(t.Name, done, size)
		}
		if err != nil {
			return fmt.Errorf("cannot write tensor %q: %w", t.Name, err)
		}
		if !wrote(n) {
			return errBreak
		}
	}
	if n, _ := io.CopyN(io.Discard, from, 1); n > 0 {
		return wrongSize(t.Name, size+1, size)
	}
	return nil
}

func wrongSize(name string, has, need uint64) error {
	if has > need {
		return fmt.Errorf("cannot write tensor %q: its data has more than the %d bytes its shape needs", name, need)
	}
	return fmt.Errorf("cannot write tensor %q: its data has %d bytes, its shape needs %d", name, has, need)
}
