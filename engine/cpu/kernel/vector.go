package kernel

import (
	"math"
	"unsafe"

	"beyonder/engine/quant"
)

// DotF32 is Σ a[i]·b[i].
func (k *Kernels) DotF32(a, b []float32) float32 { return k.dotF32(a, b[:len(a)]) }

// DotF16 is Σ q[i]·kv[i], kv in half precision.
func (k *Kernels) DotF16(q []float32, kv []uint16) float32 { return k.dotF16(q, kv[:len(q)]) }

// AxpyF32 adds w·src to dst.
func (k *Kernels) AxpyF32(dst []float32, w float32, src []float32) { k.axpyF32(dst, w, src[:len(dst)]) }

// AxpyF16 adds w·kv to dst, kv in half precision.
func (k *Kernels) AxpyF16(dst []float32, w float32, kv []uint16) { k.axpyF16(dst, w, kv[:len(dst)]) }

// F16Row rounds src to half precision, ties to even, overflow to infinity.
func (k *Kernels) F16Row(dst []uint16, src []float32) { k.toF16(dst[:len(src)], src) }

// Max is the largest of x, −Inf for none; what it is with a NaN among them is not said.
func (k *Kernels) Max(x []float32) float32 { return k.maximum(x) }

// ExpSum replaces x[i] by e^(x[i]−max) and returns their sum. −Inf becomes 0; a
// NaN stays one.
func (k *Kernels) ExpSum(x []float32, max float32) float32 { return k.expSum(x, max) }

// Scale multiplies x.
func (k *Kernels) Scale(x []float32, by float32) { k.scale(x, by) }

// Softmax replaces x by its softmax.
func (k *Kernels) Softmax(x []float32) {
	if len(x) > 0 {
		k.scale(x, 1/k.expSum(x, k.maximum(x)))
	}
}

// RMSNorm sets dst[i] = x[i]·gain[i] / sqrt(mean(x²) + eps); dst may be x.
func (k *Kernels) RMSNorm(dst, x, gain []float32, eps float32) {
	mean := k.square(x) / float32(len(x))
	k.gain(dst[:len(x)], x, gain[:len(x)], float32(1/math.Sqrt(float64(mean+eps))))
}

// SiLUMul sets dst[i] = silu(gate[i])·up[i], silu(g) = g/(1+e^−g); dst may be either.
func (k *Kernels) SiLUMul(dst, gate, up []float32) {
	k.siluMul(dst, gate[:len(dst)], up[:len(dst)])
}

func dotF32Go(a, b []float32) (sum float32) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func dotF16Go(a []float32, b []uint16) (sum float32) {
	for i, v := range a {
		sum += v * quant.F16ToF32(b[i])
	}
	return sum
}

func dotBF16Go(a []float32, b []uint16) (sum float32) {
	for i, v := range a {
		sum += v * math.Float32frombits(uint32(b[i])<<16)
	}
	return sum
}

func axpyF32Go(dst []float32, w float32, src []float32) {
	for i, v := range src {
		dst[i] += w * v
	}
}

func axpyF16Go(dst []float32, w float32, src []uint16) {
	for i, v := range src {
		dst[i] += w * quant.F16ToF32(v)
	}
}

func toF16Go(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i] = quant.F32ToF16(v)
	}
}

func fromF16Go(dst []float32, src []uint16) {
	for i, v := range src {
		dst[i] = quant.F16ToF32(v)
	}
}

func maximumGo(x []float32) float32 {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	return top
}

func expSumGo(x []float32, max float32) float32 {
	sum := 0.0
	for i, v := range x {
		e := math.Exp(float64(v - max))
		x[i] = float32(e)
		sum += e
	}
	return float32(sum)
}

func scaleGo(x []float32, by float32) {
	for i := range x {
		x[i] *= by
	}
}

func squareGo(x []float32) float32 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return float32(sum)
}

func gainGo(dst, x, gain []float32, by float32) {
	for i, v := range x {
		dst[i] = v * by * gain[i]
	}
}

func siluMulGo(dst, gate, up []float32) {
	for i, g := range gate {
		dst[i] = float32(float64(g)/(1+math.Exp(-float64(g)))) * up[i]
	}
}

// view reads bytes as numbers in the machine's order; files are little-endian,
// and so is every machine that GGUF weights are mapped on (see aligned).
func view[T float32 | uint16](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(T(0))))
}

// aligned reports whether b may be read in place as numbers of the given size:
// it begins on a multiple of it, and the machine is little-endian.
func aligned(b []byte, size uintptr) bool {
	one := uint16(1)
	little := *(*byte)(unsafe.Pointer(&one)) == 1
	return little && uintptr(unsafe.Pointer(unsafe.SliceData(b)))%size == 0
}
