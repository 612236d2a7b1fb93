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

// bounds is boundsPortable.
func bounds(x []float32) (lo, hi float32) {
	if hasAVX2 && len(x) == 32 {
		return bounds32(&x[0])
	}
	return boundsPortable(x)
}

// steps is stepsPortable.
func steps(level *[32]uint8, x *[32]float32, lo, id, add float32, top int32) {
	if hasAVX2 {
		steps32(&level[0], &x[0], lo, id, add, top)
		return
	}
	stepsPortable(level, x, lo, id, add, top)
}

// rounds is roundsPortable.
func rounds(level *[32]byte, x *[32]float32, id float32) {
	if hasAVX2 {
		rounds32(&level[0], &x[0], id)
		return
	}
	roundsPortable(level, x, id)
}

// nearestRow is nearestRowPortable.
func nearestRow(b *codebook, code int, x, w []float32, scale float32) int {
	if !hasAVX2 {
		return nearestRowPortable(b, code, x, w, scale)
	}
	list := b.lists[code]
	return nearestRow8(&x[0], &w[0], &list[0], len(list)/(8*b.elems), b.elems, scale)
}

//go:noescape
func nearestRow8(x, w *float32, list *byte, groups, elems int, scale float32) int

//go:noescape
func bounds32(x *float32) (lo, hi float32)

//go:noescape
func steps32(level *uint8, x *float32, lo, id, add float32, top int32)

//go:noescape
func rounds32(level *byte, x *float32, id float32)

//go:noescape
func symmetricSums8(x, w *float32, count int, n float32, inv, lx, l2 *lanes)

//go:noescape
func affineTry8(t *affineTrial, x, w *float32, count int)
