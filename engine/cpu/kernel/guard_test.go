package kernel

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"beyonder/engine/quant"
)

func guardedF32(t *testing.T, x []float32) []float32 {
	if len(x) == 0 {
		return x
	}
	return view[float32](guarded(t, unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x))))
}

func guardedF16(t *testing.T, x []uint16) []uint16 {
	return view[uint16](guarded(t, unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 2*len(x))))
}

// TestGuardMatrix multiplies matrices whose last byte is the last one readable.
func TestGuardMatrix(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(25, 26))
		for _, typ := range append(intTypes(), quant.F32, quant.F16, quant.BF16) {
			for _, n := range []int{typ.BlockElems(), 256, 256 + typ.BlockElems(), 512} {
				if n%group == 0 {
					multiplyGuarded(t, k, r, typ, n)
				}
			}
		}
	})
}

func multiplyGuarded(t *testing.T, k *Kernels, r *rand.Rand, typ quant.Type, n int) {
	t.Helper()
	const rows = 16
	var s Scratch
	w, x, out := guarded(t, weights(r, typ, rows, n)), activations(r, n), guardedF32(t, make([]float32, rows*tileCols))
	last := w[(rows-1)*typ.RowBytes(n):]
	tile := make([]TileF32, 1)
	k.InterleaveF32(&tile[0], [][]float32{x, x, x, x, x, x, x, x})
	k.GemvF32(typ, out[:rows], w, x, &s)
	k.GemvF32(typ, out[:1], last, x, &s)
	k.GemmF32(typ, out, rows, w, rows, tile, &s)
	if !k.HasInt(typ) {
		return
	}
	checkGemv(t, k, typ, w, rows, x)
	checkGemv(t, k, typ, last, 1, x)
	checkColumns(t, k, typ, w, rows, n, x)
}

// TestGuardVectors runs the vector steps up to the last readable byte.
func TestGuardVectors(t *testing.T) {
	eachTier(t, func(t *testing.T, k *Kernels) {
		r := rand.New(rand.NewPCG(27, 28))
		for _, n := range lengths {
			a, b, c := guardedF32(t, activations(r, n)), guardedF32(t, activations(r, n)), guardedF32(t, activations(r, n))
			h, _ := toHalves(b)
			g := guardedF16(t, h)
			k.DotF32(a, b)
			k.DotF16(a, g)
			k.dotBF16(a, g)
			k.AxpyF32(a, 0.5, b)
			k.AxpyF16(a, 0.5, g)
			k.F16Row(g, a)
			k.fromF16(a, g)
			k.Max(a)
			k.RMSNorm(c, a, b, 1e-5)
			k.SiLUMul(c, a, b)
			k.Softmax(c)
			if n%group == 0 {
				k.QuantizeQ8(new(Q8), a)
			}
		}
	})
}
