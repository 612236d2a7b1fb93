package kernel

import (
	"encoding/binary"

	"beyonder/engine/quant"
)

// integer is how the integer kernels see a weight type. Whatever its layout, it
// comes down to unsigned bytes with a scale and an offset for each run of 16 or
// 32: weight i is scale[i/run]·u[i] + offset[i/run]. The product of a run with
// activations is then scale·D·Σu·q + offset·(D·Σq): one dot product of unsigned
// with signed bytes, which is what processors have an instruction for.
type integer struct {
	run    int  // weights per scale: 16 or 32
	fine   bool // products take both bytes of the activations, not the high one alone
	elems  int  // weights per block
	bytes  int  // bytes per block
	unpack func(u []uint8, scale, offset []float32, block []byte)

	micro microKernel // the tier's, never nil
	rows  int         // of weights that it multiplies: of one panel or two
	less  uint8       // what the bytes are too large by, where the offset is that many scales and a power of two

	// The tier's own versions, which see runs of 256 weights; nil: there is none.
	gemv      func(out []float32, w []byte, stride int, x *Q8, from, runs int)
	unpackRun func(u []uint8, scale, offset []float32, w []byte, runs int)
	packRun   func(u []uint8, scale, offset []float32, w []byte, stride, runs int) // of panelRows rows, interleaved
}

// integers lists the types with an integer path. Fine are those whose models
// come out worse than llama.cpp's with 8-bit activations, as the oracle's files
// show: one rounding error less and a router chooses another expert. It costs
// twice the products.
func integers() map[quant.Type]integer {
	m := map[quant.Type]integer{
		quant.Q4_0: {run: 32, less: 8, unpack: unpackQ4_0}, quant.Q4_1: {run: 32, unpack: unpackQ4_1},
		quant.Q5_0: {run: 32, less: 16, unpack: unpackQ5_0}, quant.Q5_1: {run: 32, unpack: unpackQ5_1},
		quant.Q8_0: {run: 32, less: 128, unpack: unpackQ8_0}, quant.IQ4_NL: {run: 32, less: 128, unpack: unpackIQ4NL},
		quant.Q2_K: {run: 16, fine: true, unpack: unpackQ2K}, quant.Q3_K: {run: 16, fine: true, unpack: unpackQ3K},
		quant.Q4_K: {run: 32, unpack: unpackQ4K}, quant.Q5_K: {run: 32, unpack: unpackQ5K},
		quant.Q6_K: {run: 16, less: 32, unpack: unpackQ6K}, quant.IQ4_XS: {run: 32, less: 128, unpack: unpackIQ4XS},
		quant.MXFP4: {run: 32, unpack: unpackMXFP4}, quant.TQ2_0: {run: 32, less: 1, unpack: unpackTQ2},
	}
	for t, f := range m {
		f.elems, f.bytes, f.micro, f.rows = t.BlockElems(), t.BlockBytes(), microGo(f.fine), panelRows
		m[t] = f
	}
	return m
}

func f16(b []byte) float32 { return quant.F16ToF32(binary.LittleEndian.Uint16(b)) }

// nibbles splits 16 bytes: the low halves are weights 0–15, the high ones 16–31.
func nibbles(u []uint8, b []byte) {
	for i, v := range b[:16] {
		u[i], u[i+16] = v&15, v>>4
	}
}

// addBit adds bit i of bits, times 16, to u[i].
func addBit(u []uint8, bits uint32) {
	for i := range u[:32] {
		u[i] |= uint8(bits>>i&1) << 4
	}
}

func unpackQ4_0(u []uint8, scale, offset []float32, b []byte) {
	nibbles(u, b[2:])
	scale[0] = f16(b)
	offset[0] = -8 * scale[0]
}

func unpackQ4_1(u []uint8, scale, offset []float32, b []byte) {
	nibbles(u, b[4:])
	scale[0], offset[0] = f16(b), f16(b[2:])
}

func unpackQ5_0(u []uint8, scale, offset []float32, b []byte) {
	nibbles(u, b[6:])
	addBit(u, binary.LittleEndian.Uint32(b[2:]))
	scale[0] = f16(b)
	offset[0] = -16 * scale[0]
}

func unpackQ5_1(u []uint8, scale, offset []float32, b []byte) {
	nibbles(u, b[8:])
	addBit(u, binary.LittleEndian.Uint32(b[4:]))
	scale[0], offset[0] = f16(b), f16(b[2:])
}

func unpackQ8_0(u []uint8, scale, offset []float32, b []byte) {
	for i, v := range b[2:34] {
		u[i] = v ^ 0x80 // two's complement plus 128
	}
	scale[0] = f16(b)
	offset[0] = -128 * scale[0]
}

// iq4 is the value of each of IQ4's 16 codes, plus 128.
func iq4(code uint8) uint8 {
	const values = "\x01\x18\x2d\x3f\x4f\x5d\x6a\x76\x81\x8d\x99\xa6\xb5\xc5\xd9\xf1"
	return values[code]
}

func unpackIQ4NL(u []uint8, scale, offset []float32, b []byte) {
	nibbles(u, b[2:])
	for i, v := range u[:32] {
		u[i] = iq4(v)
	}
	scale[0] = f16(b)
	offset[0] = -128 * scale[0]
}

// unpackMXFP4 reads the OCP Microscaling format: a power of two and 32 values of
// E2M1. The values are kept doubled, plus 12.
func unpackMXFP4(u []uint8, scale, offset []float32, b []byte) {
	const values = "\x0c\x0d\x0e\x0f\x10\x12\x14\x18\x0c\x0b\x0a\x09\x08\x06\x04\x00"
	nibbles(u, b[1:])
	for i, v := range u[:32] {
		u[i] = values[v]
	}
	scale[0] = powerOfTwo(b[0])
	offset[0] = -12 * scale[0]
}
