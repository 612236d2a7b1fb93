//go:build !amd64

package quant

func affineWidth() int { return 1 }

func (t *affineTrial) try(x, w []float32, live int) { t.tryPortable(x, w, live) }

func symmetricSums(x, w []float32, n int32, inv, lx, l2 *lanes, live int) {
	symmetricSumsPortable(x, w, n, inv, lx, l2, live)
}
