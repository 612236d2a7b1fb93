package quant

import (
	"encoding/binary"
	"math"
)

// The unquantized types. A block is one little-endian number: a float32, an
// IEEE half, or a bfloat16.

func decodeF32(dst []float32, src []byte) {
	for len(dst) >= 8 && len(src) >= 32 { // constant bounds cost no checks
		y, b := (*[8]float32)(dst), (*[32]byte)(src)
		for i := range y {
			y[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		dst, src = dst[8:], src[32:]
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

func decodeF16(dst []float32, src []byte) {
	for len(dst) >= 8 && len(src) >= 16 { // constant bounds cost no checks
		y, b := (*[8]float32)(dst), (*[16]byte)(src)
		for i := range y {
			y[i] = F16ToF32(binary.LittleEndian.Uint16(b[2*i:]))
		}
		dst, src = dst[8:], src[16:]
	}
	for i := range dst {
		dst[i] = F16ToF32(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

func decodeBF16(dst []float32, src []byte) {
	for len(dst) >= 8 && len(src) >= 16 { // constant bounds cost no checks
		y, b := (*[8]float32)(dst), (*[16]byte)(src)
		for i := range y {
			y[i] = BF16ToF32(binary.LittleEndian.Uint16(b[2*i:]))
		}
		dst, src = dst[8:], src[16:]
	}
	for i := range dst {
		dst[i] = BF16ToF32(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

func encodeF32(dst []byte, src, _ []float32) error {
	for i, x := range src {
		binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(x))
	}
	return nil
}

func encodeF16(dst []byte, src, _ []float32) error {
	for i, x := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], F32ToF16(x))
	}
	return nil
}

func encodeBF16(dst []byte, src, _ []float32) error {
	for i, x := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], F32ToBF16(x))
	}
	return nil
}
