package kernel

import "beyonder/engine/quant"

// unpacks128 decodes the codes of the most common types, for prompts; their scales,
// one for each 32 or 16, are left to Go.
func (k *Kernels) unpacks128() {
	for t, unpack := range map[quant.Type]func(u []uint8, scale, offset []float32, b []byte){
		quant.Q8_0: func(u []uint8, scale, offset []float32, b []byte) {
			codes80x128(&u[:32][0], &b[2:34][0])
			scale[0] = f16(b)
			offset[0] = -128 * scale[0]
		},
		quant.Q4_0: func(u []uint8, scale, offset []float32, b []byte) {
			codes40x128(&u[:32][0], &b[2:18][0])
			scale[0] = f16(b)
			offset[0] = -8 * scale[0]
		},
		quant.Q4_K: func(u []uint8, scale, offset []float32, b []byte) {
			scalesK(scale, offset, b)
			codes4Kx128(&u[:256][0], &b[16:144][0])
		},
		quant.Q6_K: func(u []uint8, scale, offset []float32, b []byte) {
			scales6K(scale, offset, b)
			codes6Kx128(&u[:256][0], &b[:192][0])
		},
	} {
		f := k.ints[t]
		f.unpack = unpack
		k.ints[t] = f
	}
	k.transpose = transpose128
	k.peak, k.peakWork = peakx128, 2*12*16
}

// transpose128 transposes four columns at a time.
func transpose128(dst, src []uint32, stride, columns int) {
	columns = (columns + 3) &^ 3
	_, _ = dst[columns*panelRows-1], src[(panelRows-1)*stride+columns-1]
	transposex128(&dst[0], &src[0], 4*stride, columns)
}

// peakx128 multiplies n times 12 vectors of bytes.
//
//go:noescape
func peakx128(n int)

// transposex128 writes columns of 16 rows, stride bytes apart, as rows of 16, four
// at a time.
//
//go:noescape
func transposex128(dst, src *uint32, stride, columns int)

// codes80x128 adds 128 to the 32 values of a block of Q8_0.
//
//go:noescape
func codes80x128(u *uint8, b *byte)

// codes40x128 splits the 16 bytes of a block of Q4_0.
//
//go:noescape
func codes40x128(u *uint8, b *byte)

// codes4Kx128 splits the 128 bytes of a block of Q4_K.
//
//go:noescape
func codes4Kx128(u *uint8, b *byte)

// codes6Kx128 puts the 192 bytes of a block of Q6_K together.
//
//go:noescape
func codes6Kx128(u *uint8, b *byte)
