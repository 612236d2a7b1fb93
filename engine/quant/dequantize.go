package quant

import (
	"encoding/binary"
	"fmt"
)

// Decodable reports whether Dequantize knows t.
func Decodable(t Type) bool { return of(t).decode != nil }

// Dequantize decodes len(dst) weights from src, the bytes of whole blocks of
// type t. Every value is a bit pattern some encoder may have meant, so there is
// no error; a scale that is not finite gives weights that are not finite.
//
// It panics if t is not Decodable, or if len(dst) is not a multiple of
// t.BlockElems(), or if len(src) is not t.RowBytes(len(dst)): the caller has
// checked its file before. It may be called from many goroutines.
func Dequantize(t Type, dst []float32, src []byte) {
	l := of(t)
	if l.decode == nil {
		panic(fmt.Sprintf("quant: %v cannot be decoded to float32", t))
	}
	if len(dst)%l.elems != 0 || len(src) != len(dst)/l.elems*l.bytes {
		panic(fmt.Sprintf("quant: %d bytes of %v do not hold %d weights", len(src), t, len(dst)))
	}
	l.decode(dst, src)
}

// f16 is the IEEE half at the start of b, where blocks keep their scales.
func f16(b []byte) float32 { return F16ToF32(binary.LittleEndian.Uint16(b)) }
