//go:build !amd64

package quant

func affineWidth() int { return 1 }

func (t *affineTrial) try(x, w []float32, live int) { t.tryPortable(x, w, live) }

func symmetricSums(x, w []float32, n int32, inv, lx, l2 *lanes, live int) {
	symmetricSumsPortable(x, w, n, inv, lx, l2, live)
}

func bounds(x []float32) (lo, hi float32) { return boundsPortable(x) }

func steps(level *[32]uint8, x *[32]float32, lo, id, add float32, top int32) {
	stepsPortable(level, x, lo, id, add, top)
}

func rounds(level *[32]byte, x *[32]float32, id float32) { roundsPortable(level, x, id) }

func nearestRow(b *codebook, code int, x, w []float32, scale float32) int {
	return nearestRowPortable(b, code, x, w, scale)
}
