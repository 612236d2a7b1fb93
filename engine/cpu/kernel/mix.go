package kernel

import (
	"unsafe"

	"beyonder/engine/quant"
)

// mixer multiplies rows that lie apart with 16 columns of a panel:
// out[c·ldo + r] is set to, or added, Σ panel[i·stride + r]·x[c·ldx + i] over
// deep values of i, for 16 r and cols (4 or 8) c.
type mixer[T float32 | uint16] func(out []float32, ldo int, panel []T, stride int, x []float32, ldx, cols, deep int, add bool)

// MixF32 is the product of attention: neither keys nor values need be arranged
// anew for it. cols is 4 or 8.
func (k *Kernels) MixF32(out []float32, ldo int, panel []float32, stride int, x []float32, ldx, cols, deep int, add bool) {
	k.mixF32(out, ldo, panel, stride, x, ldx, cols, deep, add)
}

// MixF16 is MixF32 with a panel in half precision.
func (k *Kernels) MixF16(out []float32, ldo int, panel []uint16, stride int, x []float32, ldx, cols, deep int, add bool) {
	k.mixF16(out, ldo, panel, stride, x, ldx, cols, deep, add)
}

// Fetch has numbers brought into the second cache.
func (k *Kernels) Fetch(x []uint16) {
	if k.fetch != nil && len(x) > 0 {
		k.fetch(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 2*len(x)))
	}
}

func mixGo[T float32 | uint16](widen func(T) float32) mixer[T] {
	return func(out []float32, ldo int, panel []T, stride int, x []float32, ldx, cols, deep int, add bool) {
		for c := range cols {
			var sums [panelRows]float32
			if add {
				copy(sums[:], out[c*ldo:])
			}
			for i := range deep {
				by := x[c*ldx+i]
				for r, v := range panel[i*stride:][:panelRows] {
					sums[r] += widen(v) * by
				}
			}
			copy(out[c*ldo:][:panelRows], sums[:])
		}
	}
}

func same(v float32) float32 { return v }

func half(v uint16) float32 { return quant.F16ToF32(v) }
