package kernel

import "unsafe"

// products128 are the products of float32 panels and of attention, four columns at
// a time: 32 registers hold 16 × 4 sums.
func (k *Kernels) products128() {
	k.mixF32 = mixing(mixF32by4x128, twice(mixF32by4x128))
	k.mixF16 = mixing(mixF16by4x128, twice(mixF16by4x128))
	k.microF32 = func(out []float32, ldo int, panel, tile []float32, add bool) {
		deep := len(panel) / panelRows
		_, _ = out[(tileCols-1)*ldo+panelRows-1], tile[deep*tileCols-1]
		microF32by4x128(&out[0], ldo, &panel[0], &tile[0], deep, add)
		microF32by4x128(&out[4*ldo], ldo, &panel[0], &tile[4], deep, add)
	}
}

type mixAssembled[T float32 | uint16] func(out *float32, ldo int, panel *T, stride int, x *float32, ldx, deep int, add bool)

// twice makes a product with 8 rows of one with 4.
func twice[T float32 | uint16](by4 mixAssembled[T]) mixAssembled[T] {
	return func(out *float32, ldo int, panel *T, stride int, x *float32, ldx, deep int, add bool) {
		by4(out, ldo, panel, stride, x, ldx, deep, add)
		by4(behind(out, 4*ldo), ldo, panel, stride, behind(x, 4*ldx), ldx, deep, add)
	}
}

// behind is n numbers behind p; mixing has looked that they are there.
func behind(p *float32, n int) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*n))
}

// mixF32by4x128 sets or adds 16 times as many sums of deep products.
//
//go:noescape
func mixF32by4x128(out *float32, ldo int, panel *float32, stride int, x *float32, ldx, deep int, add bool)

// mixF16by4x128 sets or adds 16 times as many sums of deep products.
//
//go:noescape
func mixF16by4x128(out *float32, ldo int, panel *uint16, stride int, x *float32, ldx, deep int, add bool)

// microF32by4x128 sets or adds 16 × 4 sums of deep products; a tile has 8 columns.
//
//go:noescape
func microF32by4x128(out *float32, ldo int, panel, tile *float32, deep int, add bool)
