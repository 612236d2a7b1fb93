package hf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
)

// field is one field of a protocol buffer's message.
type field struct {
	number uint64
	value  uint64 // of numbers; raw bits
	bytes  []byte // of strings, bytes and messages
}

// fields goes through a message. What a field means depends on its number, which
// is for the caller to know; that its length is possible has been checked.
//
// Encoding: protobuf.dev/programming-guides/encoding.
func fields(b []byte) iter.Seq2[field, error] {
	return func(yield func(field, error) bool) {
		for len(b) > 0 {
			f, rest, err := nextField(b)
			if !yield(f, err) || err != nil {
				return
			}
			b = rest
		}
	}
}

var errBroken = errors.New("it is no protocol buffer")

func nextField(b []byte) (f field, rest []byte, err error) {
	tag, b, err := varint(b)
	if err != nil {
		return field{}, nil, err
	}
	f.number = tag >> 3
	switch wire := tag & 7; wire {
	case 0:
		f.value, b, err = varint(b)
	case 1:
		if len(b) < 8 {
			return field{}, nil, errBroken
		}
		f.value, b = binary.LittleEndian.Uint64(b), b[8:]
	case 2:
		var n uint64
		if n, b, err = varint(b); err != nil {
			return field{}, nil, err
		}
		if n > uint64(len(b)) {
			return field{}, nil, errBroken
		}
		f.bytes, b = b[:n], b[n:]
	case 5:
		if len(b) < 4 {
			return field{}, nil, errBroken
		}
		f.value, b = uint64(binary.LittleEndian.Uint32(b)), b[4:]
	default:
		return field{}, nil, fmt.Errorf("%w: it has a field of the wire type %d", errBroken, wire)
	}
	return f, b, err
}

func varint(b []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, errBroken
	}
	return v, b[n:], nil
}

// int32 reads a number of a type int32 or enum.
func (f field) int32() int32 { return int32(f.value) }

func (f field) float32() float32 { return math.Float32frombits(uint32(f.value)) }

func (f field) bool() bool { return f.value != 0 }
