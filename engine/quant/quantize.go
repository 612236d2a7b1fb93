package quant

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var (
	errNotFinite = errors.New("a weight is infinite or not a number")
	errTooLarge  = errors.New("the scale of a block is beyond the 65504 that half precision holds")
)

// Encodable reports whether Quantize knows t.
func Encodable(t Type) bool { return of(t).encode != nil }

// Quantize encodes src as whole blocks of type t into dst. It fails for a type
// that cannot be encoded yet and for weights that t cannot hold; then what dst
// holds is of no use.
//
// It panics if len(src) is not a multiple of t.BlockElems(), or if len(dst) is
// not t.RowBytes(len(src)).
func Quantize(t Type, dst []byte, src []float32) error {
	l := of(t)
	if l.encode == nil {
		return fmt.Errorf("cannot quantize to %v: it has no encoder yet; those of F16, BF16, Q8_0 and Q4_0 exist", t)
	}
	if len(src)%l.elems != 0 || len(dst) != len(src)/l.elems*l.bytes {
		panic(fmt.Sprintf("quant: %d weights of %v do not fill %d bytes", len(src), t, len(dst)))
	}
	if err := l.encode(dst, src); err != nil {
		return fmt.Errorf("cannot quantize to %v: %w", t, err)
	}
	return nil
}

// extreme is the value of x that is farthest from zero, with its sign; of equal
// ones the first, as in ggml's encoders, whose bytes ours are to equal. If one
// is not a number, it is that.
func extreme(x []float32) float32 {
	var m float32
	for _, v := range x {
		if v != v {
			return v
		}
		if abs(v) > abs(m) {
			m = v
		}
	}
	return m
}

// putScale stores d as the half at the start of b.
func putScale(b []byte, d float32) error {
	if math.IsInf(float64(d), 0) || d != d {
		return errNotFinite
	}
	h := F32ToF16(d)
	if h&0x7fff == 0x7c00 {
		return errTooLarge
	}
	binary.LittleEndian.PutUint16(b, h)
	return nil
}

// inverse is 1/d, and 0 for a block of zeros.
func inverse(d float32) float32 {
	if d == 0 {
		return 0
	}
	return 1 / d
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
