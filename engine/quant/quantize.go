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

// encoder encodes whole blocks. importance is nil, or src is one row and it has
// the importance of each column.
type encoder func(dst []byte, src, importance []float32) error

// Encodable reports whether Quantize knows t.
func Encodable(t Type) bool { return of(t).encode != nil }

// NeedsImportance reports whether t has so few bits that encoding without the
// importance of columns gives no usable model: Quantize refuses such types.
func NeedsImportance(t Type) bool {
	switch t {
	case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS:
		return true
	}
	return false
}

// Quantize encodes src as whole blocks of type t into dst, with the bytes ggml's
// encoders give. It fails for a type that cannot be encoded and for weights that
// t cannot hold; then what dst holds is of no use. It may be called from many
// goroutines.
//
// It panics if len(src) is not a multiple of t.BlockElems(), or if len(dst) is
// not t.RowBytes(len(src)).
func Quantize(t Type, dst []byte, src []float32) error {
	if NeedsImportance(t) {
		return fmt.Errorf("cannot quantize to %v without an importance matrix; make one of a text and name it", t)
	}
	return quantize(t, dst, src, nil)
}

// QuantizeWeighted encodes the rows of a matrix, in which errors of column i
// count by importance[i], not negative: the mean square of what the column is
// multiplied with. Types that have no use for it are encoded as by Quantize.
//
// It panics if len(src) is not a multiple of len(importance), that not one of
// t.BlockElems(), or if len(dst) is not t.RowBytes(len(src)).
func QuantizeWeighted(t Type, dst []byte, src, importance []float32) error {
	n := len(importance)
	if n == 0 || len(src)%n != 0 {
		panic(fmt.Sprintf("quant: %d weights are not rows of %d", len(src), n))
	}
	for len(src) > 0 {
		size := len(dst) / (len(src) / n)
		if err := quantize(t, dst[:size], src[:n], importance); err != nil {
			return err
		}
		dst, src = dst[size:], src[n:]
	}
	return nil
}

func quantize(t Type, dst []byte, src, importance []float32) error {
	l := of(t)
	if l.encode == nil {
		return fmt.Errorf("cannot quantize to %v: it has no encoder", t)
	}
	if len(src)%l.elems != 0 || len(dst) != len(src)/l.elems*l.bytes {
		panic(fmt.Sprintf("quant: %d weights of %v do not fill %d bytes", len(src), t, len(dst)))
	}
	err := checkRange(t, src)
	if err == nil {
		err = l.encode(dst, src, importance)
	}
	if err != nil {
		return fmt.Errorf("cannot quantize to %v: %w", t, err)
	}
	return nil
}

// checkRange refuses weights that no scale could hold, so that the searches'
// products stay finite. Formats of single numbers hold what they are given.
func checkRange(t Type, src []float32) error {
	if t.BlockElems() == 1 {
		return nil
	}
	var top uint32
	for _, v := range src {
		top = max(top, math.Float32bits(v)&^(1<<31))
	}
	switch {
	case top >= 0x7f800000:
		return errNotFinite
	case top > math.Float32bits(1e9):
		return errTooLarge
	}
	return nil
}

// eachBlock calls encode for each block: elems weights, size bytes.
func eachBlock(elems, size int, dst []byte, src, importance []float32, encode encoder) error {
	for len(src) > 0 {
		if err := encode(dst[:size:size], src[:elems:elems], importance); err != nil {
			return err
		}
		dst, src = dst[size:], src[elems:]
		if importance != nil {
			importance = importance[elems:]
		}
	}
	return nil
}

// rowVariance is the mean square of a row, which only weighted encoding needs.
func rowVariance(row, importance []float32) float32 {
	if importance == nil {
		return 0
	}
	return sumSquares(row) / float32(len(row))
}

// extreme is the value of x that is farthest from zero, with its sign; of equal
// ones the first, as in ggml's encoders. If one is not a number, it is that: as
// integers, magnitudes are in the same order, and what is no number comes last.
func extreme(x []float32) float32 {
	var m, top uint32
	for _, v := range x {
		b := math.Float32bits(v)
		if a := b &^ (1 << 31); a > top {
			m, top = b, a
		}
	}
	return math.Float32frombits(m)
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
