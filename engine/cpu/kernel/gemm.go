package kernel

import (
	"unsafe"

	"beyonder/engine/quant"
)

// panels is how many panels are packed before they are multiplied: as often a
// tile is read from the first cache.
const panels = 4

// mostRows is how many rows of weights a micro-kernel multiplies at most: those of
// two panels.
const mostRows = 2 * panelRows

// microKernel multiplies a panel, or two that follow each other, with a tile over
// `deep` weights from `from` on: 16 × 8 or 32 × 8 sums are set at out, or added;
// those of one tile row are ldo apart. Of columns that the tile does not have it may set what it likes. Meanwhile it has
// some weights fetched that come next.
type microKernel func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, s *Scratch)

// Gemm multiplies a matrix with many rows of activations:
// out[c·ldo + r] = w[r]·x[c], where c counts the rows of all tiles. All tiles but
// the last hold eight. w is `rows` rows of weights of type t. Of the activations
// it uses the high bytes, or both where the type needs it.
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

// few reports whether interleaving weights would cost more than it saves:
// measured, the two ways take the same time for four to six columns.
func few(x []Tile) bool { return len(x) == 1 && x[0].Cols <= 4 }

func (k *Kernels) gemvEach(t quant.Type, out []float32, ldo int, w []byte, rows int, x *Tile) {
	for c, row := range x.rows {
		k.Gemv(t, out[c*ldo:][:rows], w, row)
	}
}

// gemmRows multiplies up to 64 rows of weights: a slice of their length at a
// time is decoded, which stays in L2, and multiplied with every tile.
func (k *Kernels) gemmRows(f *integer, out []float32, ldo int, w []byte, rows int, x []Tile, s *Scratch) {
	n := x[0].N
	stride := n / f.elems * f.bytes
	fetched := s.ahead.turn(w, rows*stride)
	for from := 0; from < n; from += panelDeep {
		deep := min(panelDeep, n-from)
		for r := 0; r < rows; r += panelRows {
			if from == 0 {
				k.fetchRows(w, fetched, stride, r, rows)
			}
			part, p := w[r*stride+from/f.elems*f.bytes:], s.panel(r/panelRows, f.run)
			k.pack(f, p, &s.stage, part, stride, min(panelRows, rows-r), deep)
		}
		for c := range x {
			s.ahead.tile = &x[(c+1)%len(x)].high[from*tileCols]
			for r := 0; r < rows; r += f.rows {
				f.corner(out[c*tileCols*ldo+r:], ldo, min(f.rows, rows-r), &s.panels[r/panelRows], &x[c], from, deep, s)
			}
		}
	}
}

// fetchRows has the rows behind a panel that is about to be decoded fetched, and
// before the first those of it as well, but for the bytes that have been fetched:
// what processors fetch by themselves ends with a page.
func (k *Kernels) fetchRows(w []byte, fetched, stride, r, rows int) {
	from, to := (r+panelRows)*stride, min(rows, r+2*panelRows)*stride
	if r == 0 {
		from = 0
	}
	if from = max(from, fetched); k.fetch != nil && from < to {
		k.fetch(w[from:to])
	}
}

// aheadLines is how many lines of 64 bytes a micro-kernel fetches while it
// multiplies a group, if it does.
const aheadLines = 4

// ahead is what comes next: the weights behind those that are being multiplied, as
// many again, and how many bytes of them have been fetched; then the next tile,
// which are as many bytes for each group.
type ahead struct {
	w    []byte
	done int
	tile *int8
}

// turn goes on to the first `size` bytes of w, of which as many as it returns have
// been fetched.
func (a *ahead) turn(w []byte, size int) (fetched int) {
	if len(a.w) > 0 && &a.w[0] == &w[0] {
		fetched = min(a.done, size)
	}
	a.w, a.done = w[size:min(cap(w), 2*size)], 0
	return fetched
}

// take returns where a micro-kernel that multiplies so many groups fetches, and how
// far it goes on with each.
func (a *ahead) take(groups int) (from *byte, step int) {
	if a.done >= len(a.w) {
		return (*byte)(unsafe.Pointer(a.tile)), aheadLines * 64
	}
	from = &a.w[a.done]
	a.done += groups * aheadLines * 64
	return from, aheadLines * 64
}

// corner multiplies the rows of a micro-kernel with one tile. Where either is not full, the
// micro-kernel writes beside out.
func (f *integer) corner(out []float32, ldo, rows int, p *panel, t *Tile, from, deep int, s *Scratch) {
	if rows == f.rows && t.Cols == tileCols {
		f.micro(out, ldo, p, t, from, deep, from > 0, s)
		return
	}
	f.micro(s.corner[:], f.rows, p, t, from, deep, false, s)
	s.copyCorner(out, ldo, f.rows, rows, t.Cols, from > 0)
}

// copyCorner moves the part of a corner of `of` rows that exists to out.
func (s *Scratch) copyCorner(out []float32, ldo, of, rows, cols int, add bool) {
	for c := range cols {
		into, sums := out[c*ldo:][:rows], s.corner[c*of:]
		if !add {
			copy(into, sums)
			continue
		}
		for r := range into {
			into[r] += sums[r]
		}
	}
}

// microGo is the portable micro-kernel, for the high bytes or both.
func microGo(fine bool) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, _ *Scratch) {
		for c := range tileCols {
			for r := range panelRows {
				sum := float32(0)
				for j := range deep / p.run {
					sum += p.dot(t, fine, r, c, from, j)
				}
				if add {
					sum += out[c*ldo+r]
				}
				out[c*ldo+r] = sum
			}
		}
	}
}

// dot is the product of row r of the panel with row c of the tile over run j.
func (p *panel) dot(t *Tile, fine bool, r, c, from, j int) float32 {
	at, worth, isum := from+j*p.run, &t.coarse, p.products(t.high, r, c, from, j)
	if fine {
		worth, isum = &t.fine, isum<<8+p.products(t.low, r, c, from, j)
	}
	scale, offset := p.scale[j*panelRows+r], p.offset[j*panelRows+r]
	return scale*worth.d[at/group*tileCols+c]*float32(isum) + offset*worth.sums(p.run)[at/p.run*tileCols+c]
}

// products is the sum of a run's products with interleaved bytes.
func (p *panel) products(q []int8, r, c, from, j int) (sum int32) {
	for i := j * p.run; i < (j+1)*p.run; i += 4 {
		sum += dotU8(p.u[i*panelRows+r*4:][:4], q[(from+i)*tileCols+c*4:])
	}
	return sum
}
