package gguf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"beyonder/engine/mapped"
	"beyonder/engine/quant"
)

// KV is a key with its value: an integer with a stated width, a float32 or
// float64, a bool, a string, or a slice of these. What File.Value returns can be
// written as it is.
type KV struct {
	Key   string
	Value any
}

// TensorSource is a tensor to be written. Its bytes come from Data or, if that
// is nil, from Reader, which must have exactly as many as Type and Shape need;
// it is read when its turn has come, so that a model of any size can be written.
type TensorSource struct {
	Name   string
	Type   quant.Type
	Shape  []uint64 // the contiguous dimension first
	Data   []byte
	Reader io.Reader
}

// Write writes a GGUF file, version 3, with keys and tensors in the order given.
// A key "general.alignment" is obeyed. Nothing is written that Open would refuse.
func Write(w io.Writer, kvs []KV, tensors []TensorSource) error {
	table, err := appendHeader(nil, kvs, tensors)
	if err != nil {
		return err
	}
	size := plannedSize(table, kvs, tensors)
	h, err := parse(bytes.NewReader(table), size, "the new file")
	if bad, ok := err.(damage); ok {
		return fmt.Errorf("cannot write the model: %s", bad.what)
	}
	if err != nil {
		return fmt.Errorf("cannot write the model: %w", err)
	}
	out := mapped.NewWriter(w)
	_, _ = out.Write(table) // errors stick, and Flush returns them
	if len(tensors) > 0 {
		writeZeros(out, h.dataStart-uint64(len(table)))
	}
	for i, t := range tensors {
		if err := writeTensor(out, t, h.table[i].size); err != nil {
			return err
		}
		writeZeros(out, pad(h.table[i].size, h.alignment)-h.table[i].size)
	}
	return out.Flush()
}

func appendHeader(b []byte, kvs []KV, tensors []TensorSource) ([]byte, error) {
	le := binary.LittleEndian
	b = le.AppendUint32(append(b, "GGUF"...), 3)
	b = le.AppendUint64(le.AppendUint64(b, uint64(len(tensors))), uint64(len(kvs)))
	var err error
	for _, kv := range kvs {
		if b, err = appendValue(appendText(b, kv.Key), kv.Value); err != nil {
			return nil, fmt.Errorf("cannot write key %q: %w", kv.Key, err)
		}
	}
	align, offset := alignmentOf(kvs), uint64(0)
	for _, t := range tensors {
		b = le.AppendUint32(appendText(b, t.Name), uint32(len(t.Shape)))
		for _, d := range t.Shape {
			b = le.AppendUint64(b, d)
		}
		b = le.AppendUint64(le.AppendUint32(b, uint32(t.Type)), offset)
		offset += pad(sourceBytes(t), align)
	}
	return b, nil
}

// plannedSize is that of the whole file. Sources that are too large or make no
// sense are left to parse, which refuses them.
func plannedSize(table []byte, kvs []KV, tensors []TensorSource) int64 {
	align := alignmentOf(kvs)
	n := uint64(len(table))
	if len(tensors) > 0 {
		n = pad(n, align)
	}
	for _, t := range tensors {
		n += pad(sourceBytes(t), align)
	}
	return int64(n)
}

// sourceBytes is the size of a tensor's data, 0 if its type or shape cannot be.
func sourceBytes(t TensorSource) uint64 {
	c := &cursor{}
	info := tensorInfo{name: t.Name, typ: t.Type, shape: t.Shape}
	if info.checkType(c); len(t.Shape) > 0 {
		info.measure(c)
	}
	return info.size
}

// alignmentOf is what the keys ask for, or the default if that cannot be.
func alignmentOf(kvs []KV) uint64 {
	for _, kv := range kvs {
		if a, ok := kv.Value.(uint32); ok && kv.Key == alignmentKey && a&(a-1) == 0 && a >= minAlignment && a <= maxAlignment {
			return uint64(a)
		}
	}
	return defaultAlign
}

func writeTensor(w mapped.Writer, t TensorSource, size uint64) error {
	if t.Data != nil {
		if uint64(len(t.Data)) != size {
			return fmt.Errorf("cannot write tensor %q: its data has %d bytes, its shape needs %d", t.Name, len(t.Data), size)
		}
		_, err := w.Write(t.Data)
		return err
	}
	if t.Reader == nil {
		return fmt.Errorf("cannot write tensor %q: it has no data", t.Name)
	}
	n, err := io.CopyN(w, t.Reader, int64(size))
	if err == io.EOF {
		return fmt.Errorf("cannot write tensor %q: its data has %d bytes, its shape needs %d", t.Name, n, size)
	}
	if err != nil {
		return fmt.Errorf("cannot write tensor %q: %w", t.Name, err)
	}
	if n, _ := io.CopyN(io.Discard, t.Reader, 1); n > 0 {
		return fmt.Errorf("cannot write tensor %q: its data has more than the %d bytes its shape needs", t.Name, size)
	}
	return nil
}

func writeZeros(w mapped.Writer, n uint64) {
	for ; n > 0; n-- {
		_ = w.WriteByte(0)
	}
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...)
}

// appendValue appends a value's type and the value.
func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case []uint8:
		return appendArray(b, kindUint8, v), nil
	case []int8:
		return appendArray(b, kindInt8, v), nil
	case []uint16:
		return appendArray(b, kindUint16, v), nil
	case []int16:
		return appendArray(b, kindInt16, v), nil
	case []uint32:
		return appendArray(b, kindUint32, v), nil
	case []int32:
		return appendArray(b, kindInt32, v), nil
	case []float32:
		return appendArray(b, kindFloat32, v), nil
	case []bool:
		return appendArray(b, kindBool, v), nil
	case []uint64:
		return appendArray(b, kindUint64, v), nil
	case []int64:
		return appendArray(b, kindInt64, v), nil
	case []float64:
		return appendArray(b, kindFloat64, v), nil
	case []string:
		return appendArray(b, kindString, v), nil
	}
	k, ok := kindOf(value)
	if !ok {
		return nil, fmt.Errorf("GGUF has no type for a Go %T", value)
	}
	return appendScalar(binary.LittleEndian.AppendUint32(b, uint32(k)), value), nil
}

func appendArray[T any](b []byte, k kind, values []T) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(kindArray))
	b = binary.LittleEndian.AppendUint32(b, uint32(k))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(values)))
	for _, v := range values {
		b = appendScalar(b, v)
	}
	return b
}

func kindOf(value any) (kind, bool) {
	switch value.(type) {
	case uint8:
		return kindUint8, true
	case int8:
		return kindInt8, true
	case uint16:
		return kindUint16, true
	case int16:
		return kindInt16, true
	case uint32:
		return kindUint32, true
	case int32:
		return kindInt32, true
	case float32:
		return kindFloat32, true
	case bool:
		return kindBool, true
	case string:
		return kindString, true
	case uint64:
		return kindUint64, true
	case int64:
		return kindInt64, true
	case float64:
		return kindFloat64, true
	}
	return 0, false
}

// appendScalar appends a value of a type that kindOf knows.
func appendScalar(b []byte, value any) []byte {
	le := binary.LittleEndian
	switch v := value.(type) {
	case uint8:
		return append(b, v)
	case int8:
		return append(b, byte(v))
	case uint16:
		return le.AppendUint16(b, v)
	case int16:
		return le.AppendUint16(b, uint16(v))
	case uint32:
		return le.AppendUint32(b, v)
	case int32:
		return le.AppendUint32(b, uint32(v))
	case float32:
		return le.AppendUint32(b, math.Float32bits(v))
	case uint64:
		return le.AppendUint64(b, v)
	case int64:
		return le.AppendUint64(b, uint64(v))
	case float64:
		return le.AppendUint64(b, math.Float64bits(v))
	case string:
		return appendText(b, v)
	case bool:
		if v {
			return append(b, 1)
		}
		return append(b, 0)
	}
	panic(fmt.Sprintf("gguf: no encoding of a %T", value))
}
