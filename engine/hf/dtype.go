package hf

import (
	"math/bits"

	"beyonder/engine/quant"
)

// DType names the type of a safetensors tensor's elements, as files spell it.
type DType string

// The types of weights that can be used here.
const (
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
)

// bits is the size of an element; 0 for a type that the format does not have.
func (d DType) bits() uint64 {
	switch d {
	case "F4":
		return 4
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8
	case "I16", "U16", F16, BF16:
		return 16
	case "I32", "U32", F32:
		return 32
	case "I64", "U64", "F64", "C64":
		return 64
	}
	return 0
}

// weights is the tensor type that holds the same bytes in GGUF.
func (d DType) weights() (quant.Type, bool) {
	switch d {
	case F32:
		return quant.F32, true
	case F16:
		return quant.F16, true
	case BF16:
		return quant.BF16, true
	}
	return 0, false
}

// bytes is the size of a tensor; false if it is no whole number of bytes or
// more than 2⁶³.
func (d DType) bytes(shape []uint64) (uint64, bool) {
	n := d.bits()
	for _, dim := range shape {
		high, low := bits.Mul64(n, dim)
		if high != 0 || low>>63 != 0 {
			return 0, false
		}
		n = low
	}
	return n / 8, n%8 == 0
}
