package kernel

import "beyonder/engine/quant"

const (
	panelRows = 16   // rows of weights that a panel interleaves
	panelDeep = 4096 // weights of each row in a panel: 64 KiB of bytes
	panels    = 4    // panels packed before they are multiplied: a tile is read from L1 that often
)

// panel is 16 rows of weights unpacked and interleaved, up to panelDeep of each:
// its bytes, scales and offsets are read straight through by the micro-kernel.
type panel struct {
	run           int
	u             []uint8   // deep/4 × 16 × 4
	scale, offset []float32 // deep/run × 16
}

// microKernel multiplies a panel with a tile, from value `from` of its rows: 16 × 8 results at out,
// those of one tile row ldo apart, are set or added to.
type microKernel func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool)

// Scratch is the memory that products need for unpacked weights. One goroutine
// at a time may use it; the zero value is ready.
type Scratch struct {
	panels [panels]panel
	row    []float32 // one row of decoded weights
	wide   []float32 // a panel in float32
	corner [panelRows * tileCols]float32
}

func (s *Scratch) panel(i, run int) *panel {
	p := &s.panels[i]
	if p.u == nil {
		p.u = make([]uint8, panelRows*panelDeep)
		p.scale, p.offset = make([]float32, panelRows*panelDeep/16), make([]float32, panelRows*panelDeep/16)
	}
	p.run = run
	return p
}

// Gemm multiplies a matrix with many rows of activations:
// out[c·ldo + r] = w[r]·x[c], where c counts the rows of all tiles. All tiles but
// the last hold eight. w is `rows` rows of weights of type t.
func (k *Kernels) Gemm(t quant.Type, out []float32, ldo int, w []byte, rows int, x []Tile, s *Scratch) {
	if len(x) == 0 || rows == 0 {
		return
	}
	n := x[0].N
	f := k.integer(t, n)
	stride := n / f.elems * f.bytes
	w = w[:rows*stride]
	if few(x) {
		k.gemvEach(t, out, ldo, w, rows, &x[0])
		return
	}
	for r := 0; r < rows; r += panels * panelRows {
		k.gemmRows(&f, out[r:], ldo, w[r*stride:], min(rows-r, panels*panelRows), x, s)
	}
}

// few reports whether interleaving weights would cost more than it saves.
func few(x []Tile) bool { return len(x) == 1 && x[0].Cols < 4 }

func (k *Kernels) gemvEach(t quant.Type, out []float32, ldo int, w []byte, rows int, x *Tile) {
	for c, row := range x.rows {
		k.Gemv(t, out[c*ldo:][:rows], w, row)
	}
}

// gemmRows multiplies up to 64 rows of weights: a slice of their length at a
// time is unpacked, which stays in L2, and multiplied with every tile.
func (k *Kernels) gemmRows(f *integer, out []float32, ldo int, w []byte, rows int, x []Tile, s *Scratch) {
	n := x[0].N
	stride := n / f.elems * f.bytes
	for from := 0; from < n; from += panelDeep {
		deep := min(panelDeep, n-from)
		for r := 0; r < rows; r += panelRows {
			part := w[r*stride+from/f.elems*f.bytes:]
			f.fill(s.panel(r/panelRows, f.run), part, stride, min(panelRows, rows-r), deep/f.elems)
		}
		for c := range x {
			for r := 0; r < rows; r += panelRows {
				k.corner(out[c*tileCols*ldo+r:], ldo, min(panelRows, rows-r), &s.panels[r/panelRows], &x[c], from, deep, s)
			}
		}
	}
}

// corner multiplies one panel with one tile. Where either is not full, the
// micro-kernel writes beside out.
func (k *Kernels) corner(out []float32, ldo, rows int, p *panel, t *Tile, from, deep int, s *Scratch) {
	micro := k.micro[p.run]
	if rows == panelRows && t.Cols == tileCols {
		micro(out, ldo, p, t, from, deep, from > 0)
		return
	}
	micro(s.corner[:], panelRows, p, t, from, deep, false)
	s.copyCorner(out, ldo, rows, t.Cols, from > 0)
}

// fill unpacks `rows` rows of `blocks` blocks; w is at the first row's first.
func (f *integer) fill(p *panel, w []byte, stride, rows, blocks int) {
	if rows == panelRows && f.pack != nil {
		f.pack(p, w[:(panelRows-1)*stride+blocks*f.bytes], stride, blocks)
		return
	}
	f.packGo(p, w, stride, rows, blocks)
}

// packGo is the portable packer; rows that are missing become zeros.
func (f *integer) packGo(p *panel, w []byte, stride, rows, blocks int) {
	runs := f.elems / f.run
	var u [256]uint8
	var scale, offset [16]float32
	for r := range panelRows {
		for b := range blocks {
			if r < rows {
				f.unpack(u[:], scale[:], offset[:], w[r*stride+b*f.bytes:][:f.bytes])
			} else {
				u, scale, offset = [256]uint8{}, [16]float32{}, [16]float32{}
			}
			to := p.u[b*f.elems*panelRows+r*4:]
			for i := 0; i < f.elems; i += 4 {
				copy(to[i*panelRows:][:4], u[i:])
			}
			for j := range runs {
				at := (b*runs+j)*panelRows + r
				p.scale[at], p.offset[at] = scale[j], offset[j]
			}
		}
	}
}

// microGo is the portable micro-kernel.
func microGo(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool) {
	for c := range tileCols {
		for r := range panelRows {
			sum := float32(0)
			for j := range deep / p.run {
				sum += p.dot(t, r, c, from, j)
			}
			if add {
				sum += out[c*ldo+r]
			}
			out[c*ldo+r] = sum
		}
	}
}

// dot is the product of row r of the panel with row c of the tile over run j.
func (p *panel) dot(t *Tile, r, c, from, j int) float32 {
	at := from + j*p.run
	sums, isum := t.s, int32(0)
	if p.run == 16 {
		sums = t.h
	}
	for i := 0; i < p.run; i += 4 {
		isum += dotU8(p.u[(j*p.run+i)*panelRows+r*4:][:4], t.q[(at+i)*tileCols+c*4:][:4])
	}
	scale, offset := p.scale[j*panelRows+r], p.offset[j*panelRows+r]
	return scale*t.d[at/group*tileCols+c]*float32(isum) + offset*sums[at/p.run*tileCols+c]
}
