package kernel

import "beyonder/engine/quant"

// deepF32 is how many weights of each of 16 rows a float32 panel holds: 64 KiB.
const deepF32 = 1024

// TileF32 is up to eight rows of float32 activations interleaved for GemmF32.
type TileF32 struct {
	N    int         // values in each row
	Cols int         // rows: 1…8
	rows [][]float32 // the same, not interleaved
	data []float32   // N × 8
}

// InterleaveF32 makes dst of one to eight rows of equal length, which must not
// change while dst is in use.
func (k *Kernels) InterleaveF32(dst *TileF32, rows [][]float32) {
	n := len(rows[0])
	if len(rows) > tileCols {
		panic("kernel: more than 8 rows in a tile")
	}
	if cap(dst.data) < n*tileCols {
		dst.data = make([]float32, n*tileCols)
	}
	dst.N, dst.Cols, dst.rows, dst.data = n, len(rows), append(dst.rows[:0], rows...), dst.data[:n*tileCols]
	if len(rows) < tileCols {
		clear(dst.data)
	}
	for c, r := range rows {
		if len(r) != n {
			panic("kernel: rows of different lengths in a tile")
		}
		spread(dst.data, c, r)
	}
}

// GemvF32 is Gemv in float32: weights are decoded, whatever their type. w is
// len(out) rows of len(x) weights.
func (k *Kernels) GemvF32(t quant.Type, out []float32, w []byte, x []float32, s *Scratch) {
	stride := t.RowBytes(len(x))
	w = w[:len(out)*stride]
	if len(x) == 0 {
		clear(out)
		return
	}
	for r := range out {
		out[r] = k.dotRow(t, w[r*stride:][:stride], x, s)
	}
}

// dotRow multiplies one row of weights, which are decoded on the way if the
// type is simple enough.
func (k *Kernels) dotRow(t quant.Type, w []byte, x []float32, s *Scratch) float32 {
	switch {
	case t == quant.F32 && aligned(w, 4):
		return k.dotF32(x, view[float32](w))
	case t == quant.F16 && aligned(w, 2):
		return k.dotF16(x, view[uint16](w))
	case t == quant.BF16 && aligned(w, 2):
		return k.dotBF16(x, view[uint16](w))
	}
	if len(s.rows) < len(x) {
		s.rows = make([]float32, len(x))
	}
	row := s.rows[:len(x)]
	k.decode(t, row, w)
	return k.dotF32(x, row)
}

// decode sets row to the weights of w.
func (k *Kernels) decode(t quant.Type, row []float32, w []byte) {
	if t == quant.F16 && aligned(w, 2) {
		k.fromF16(row, view[uint16](w))
		return
	}
	quant.Dequantize(t, row, w)
}

// GemmF32 is Gemm in float32; every weight is decoded once for each call.
func (k *Kernels) GemmF32(t quant.Type, out []float32, ldo int, w []byte, rows int, x []TileF32, s *Scratch) {
	if len(x) == 0 || rows == 0 {
		return
	}
	n := x[0].N
	stride := t.RowBytes(n)
	w = w[:rows*stride]
	if len(x) == 1 && x[0].Cols == 1 {
		k.GemvF32(t, out[:rows], w, x[0].rows[0], s)
		return
	}
	for r := 0; r < rows; r += panelRows {
		k.gemmF32Rows(t, out[r:], ldo, w[r*stride:], stride, min(panelRows, rows-r), x, s)
	}
}

func (k *Kernels) gemmF32Rows(t quant.Type, out []float32, ldo int, w []byte, stride, rows int, x []TileF32, s *Scratch) {
	if s.wide == nil {
		s.wide = make([]float32, panelRows*deepF32+slack)
	}
	if len(s.rows) < panelRows*deepF32 {
		s.rows = make([]float32, panelRows*deepF32)
	}
	n, elems, size := x[0].N, t.BlockElems(), t.BlockBytes()
	for from := 0; from < n; from += deepF32 {
		deep := min(deepF32, n-from)
		for r := range rows {
			k.decode(t, s.rows[r*deepF32:][:deep], w[r*stride+from/elems*size:][:deep/elems*size])
		}
		k.transpose(words(s.wide), words(s.rows), deepF32, deep)
		for c := range x {
			k.cornerF32(out[c*tileCols*ldo:], ldo, rows, &x[c], from, deep, s)
		}
	}
}

func (k *Kernels) cornerF32(out []float32, ldo, rows int, t *TileF32, from, deep int, s *Scratch) {
	panel, tile := s.wide[:deep*panelRows], t.data[from*tileCols:][:deep*tileCols]
	if rows == panelRows && t.Cols == tileCols {
		k.microF32(out, ldo, panel, tile, from > 0)
		return
	}
	k.microF32(s.corner[:], panelRows, panel, tile, false)
	s.copyCorner(out, ldo, panelRows, rows, t.Cols, from > 0)
}

// microF32Go multiplies a panel with a tile, 16 × 8 sums over len(panel)/16 products.
func microF32Go(out []float32, ldo int, panel, tile []float32, add bool) {
	for c := range tileCols {
		var sums [panelRows]float32
		if add {
			copy(sums[:], out[c*ldo:])
		}
		for i := range len(panel) / panelRows {
			x := tile[i*tileCols+c]
			for r, w := range panel[i*panelRows:][:panelRows] {
				sums[r] += w * x
			}
		}
		copy(out[c*ldo:][:panelRows], sums[:])
	}
}
