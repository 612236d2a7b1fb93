package quant

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// affineWidth is how many candidates affineTrial.try looks at in the time of one.
func affineWidth() int {
	if hasAVX2 {
		return len(lanes{})
	}
	return 1
}

// try is tryPortable, of all lanes at once where the processor can.
func (t *affineTrial) try(x, w []float32, live int) {
	if hasAVX2 {
		affineTry8(t, &x[0], &w[0], len(x))
		return
	}
	t.tryPortable(x, w, live)
}

// symmetricSums is symmetricSumsPortable, of all lanes at once where the
// processor can.
func symmetricSums(x, w []float32, n int32, inv, lx, l2 *lanes, live int) {
	if hasAVX2 {
		symmetricSums8(&x[0], &w[0], len(x), float32(n), inv, lx, l2)
		return
	}
	symmetricSumsPortable(x, w, n, inv, lx, l2, live)
}

//go:noescape
func symmetricSums8(x, w *float32, count int, n float32, inv, lx, l2 *lanes)

//go:noescape
func affineTry8(t *affineTrial, x, w *float32, count int)
