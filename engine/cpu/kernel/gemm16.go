package kernel

import (
	"math"
	"unsafe"

	"beyonder/engine/quant"
)

const (
	tile16  = 16              // rows of activations, and of weights, in a tile
	step16  = 32              // values of each that a tile holds
	words16 = 16 * 32         // numbers in a tile
	deep16  = run             // weights of each row multiplied at a time: then 32 rows of activations stay in the first cache
	pack16  = 2 * run         // weights of each row decoded at a time
	most16  = 256             // rows of weights multiplied together: as often activations are read from the second cache
	panel16 = pack16 * tile16 // numbers in a panel of weights
)

// products16 is how a tier multiplies numbers rounded to bfloat16, which keeps
// eight significant bits: of both weights and activations, where Gemm keeps all of
// the weights and eight bits of the largest of 32 activations. Sums are float32.
type products16 struct {
	least    int // columns from which on it pays: to decode weights so takes twice as long
	round    func(dst []uint16, src []float32)
	widen    func(dst []uint16, p *panel, n int)
	multiply func(c *call16)
}

// Rows16 is rows of activations rounded to bfloat16, in tiles: sixteen rows' first
// 32 values, their next 32, and so on, then the next sixteen rows.
type Rows16 struct {
	N    int // values in each row
	Rows int
	data []uint16
}

// Least16 is from how many rows of activations on Gemm16 is worth while for a type;
// false: it is not there.
func (k *Kernels) Least16(t quant.Type) (rows int, ok bool) {
	if k.sixteen == nil || !k.HasInt(t) {
		return 0, false
	}
	return k.sixteen.least, true
}

// Resize makes room for rows of n values, a multiple of 32. What was there is lost.
func (x *Rows16) Resize(rows, n int) {
	if n%step16 != 0 {
		panic("kernel: a row of activations must be a multiple of 32 long")
	}
	x.N, x.Rows = n, rows
	size := (rows + tile16 - 1) / tile16 * tile16 * n
	if cap(x.data) < size {
		x.data = make([]uint16, size)
		Large(x.data)
	}
	x.data = x.data[:size]
}

// Set16 rounds row i of x. Different rows may be set at once.
func (k *Kernels) Set16(x *Rows16, i int, row []float32) {
	at := i/tile16*tile16*x.N + i%tile16*step16
	k.sixteen.round(x.data[at:], row[:x.N])
}

// Gemm16 is Gemm of products of bfloat16.
func (k *Kernels) Gemm16(t quant.Type, out []float32, ldo int, w []byte, rows int, x *Rows16, s *Scratch) {
	if x.Rows == 0 || rows == 0 {
		return
	}
	f := k.integer(t, x.N)
	stride := x.N / f.elems * f.bytes
	w = w[:rows*stride]
	_ = out[(x.Rows-1)*ldo+rows-1]
	for r := 0; r < rows; r += most16 {
		k.rows16(&f, out[r:], ldo, w[r*stride:], min(rows-r, most16), x, s)
	}
}

// rows16 multiplies up to 256 rows of weights.
func (k *Kernels) rows16(f *integer, out []float32, ldo int, w []byte, rows int, x *Rows16, s *Scratch) {
	stride, panels := x.N/f.elems*f.bytes, (rows+tile16-1)/tile16
	tiles := (x.Rows + tile16 - 1) / tile16
	s.need16(panels, tiles)
	c := &s.call
	*c = call16{
		xTile: tile16 * x.N, panel: panel16, cols: x.Rows, panels: panels,
		from: s.sums16, fromTile: panels * tile16 * tile16, fromPanel: tile16 * tile16,
	}
	s.ahead.turn(w, rows*stride)
	slices := (x.N + deep16 - 1) / deep16
	c.ahead, c.lines = s.ahead.w, (len(s.ahead.w)/64+slices-1)/slices
	for at := 0; at < x.N; at += deep16 {
		if at%pack16 == 0 {
			for p := range panels {
				r := p * tile16
				k.panel16(f, s, p, w[r*stride+at/f.elems*f.bytes:], stride, min(tile16, rows-r), min(pack16, x.N-at))
			}
		}
		c.x, c.w = x.data[at*tile16:], s.wide16[at%pack16*tile16:]
		c.steps, c.add = min(deep16, x.N-at)/step16, at > 0
		c.to, c.toTile, c.toPanel, c.toRow = c.from, c.fromTile, c.fromPanel, tile16
		if at+deep16 >= x.N && rows%tile16 == 0 {
			c.to, c.toTile, c.toPanel, c.toRow = out, tile16*ldo, tile16, ldo
		}
		k.sixteen.multiply(c)
	}
	if rows%tile16 != 0 {
		c.copy(out, ldo, rows)
	}
}

// panel16 decodes a panel.
func (k *Kernels) panel16(f *integer, s *Scratch, i int, w []byte, stride, rows, n int) {
	p := s.panel(0, f.run)
	k.pack(f, p, &s.stage, w, stride, rows, n)
	k.sixteen.widen(s.wide16[i*panel16:][:n*tile16], p, n)
}

// need16 makes room, in one piece that a large page holds: where each kilobyte lies
// in another page, looking their addresses up takes as long as multiplying.
func (s *Scratch) need16(panels, tiles int) {
	const room = most16 / tile16 * panel16 / 2 // of panels, in 32-bit numbers
	sums := max(panels*tiles*tile16*tile16, (1<<19)-room)
	if len(s.sums16) < sums {
		all := onPage(make([]float32, room+sums+1<<19))
		Large(all[:1<<19])
		s.wide16 = unsafe.Slice((*uint16)(unsafe.Pointer(&all[0])), 2*room)
		s.sums16 = all[room:][:sums]
	}
}

// onPage is x from a multiple of 2 MB on.
func onPage(x []float32) []float32 {
	const large = 2 << 20
	return x[-int(address(x))&(large-1)/4:]
}

// call16 is one call of a tier's products: of `cols` rows of activations with
// panels of 16 rows of weights, over so many steps of 32. Sums begin with zero or
// with what stands in from, and go to to. Distances are counted in numbers.
type call16 struct {
	x         []uint16
	xTile     int // from sixteen rows to the next
	w         []uint16
	panel     int
	from      []float32 // rows of 16
	fromTile  int
	fromPanel int
	to        []float32
	toTile    int
	toPanel   int
	toRow     int
	cols      int
	panels    int
	steps     int
	add       bool
	ahead     []byte // weights that come next
	lines     int    // of 64 bytes to fetch of them
}

// copy moves the sums of `rows` rows of weights to out.
func (c *call16) copy(out []float32, ldo, rows int) {
	for i := range c.cols {
		for r := 0; r < rows; r += tile16 {
			sums := c.from[i/tile16*c.fromTile+r/tile16*c.fromPanel+i%tile16*tile16:][:tile16]
			copy(out[i*ldo+r:i*ldo+rows], sums)
		}
	}
}

// multiply16Go is the portable version: it adds as AMX does, the products of even
// and of odd values by themselves.
func multiply16Go(c *call16) {
	for i := range c.cols {
		for p := range c.panels {
			from := c.from[i/tile16*c.fromTile+p*c.fromPanel+i%tile16*tile16:]
			to := c.to[i/tile16*c.toTile+p*c.toPanel+i%tile16*c.toRow:]
			for r := range tile16 {
				sum := float32(0)
				if c.add {
					sum = from[r]
				}
				for step := range c.steps {
					sum += c.dot(i, p, r, step)
				}
				to[r] = sum
			}
		}
	}
}

func (c *call16) dot(i, p, r, step int) float32 {
	x := c.x[i/tile16*c.xTile+step*words16+i%tile16*step16:][:step16]
	w := c.w[p*c.panel+step*words16:][:words16]
	var sums [2]float32
	for j, v := range x {
		sums[j%2] += fromBF16(v) * fromBF16(w[j/2*2*tile16+2*r+j%2])
	}
	return sums[0] + sums[1]
}

// widen16Go decodes n weights of each of a panel's rows to bfloat16: pairs of
// weights, of one row after the other.
func widen16Go(dst []uint16, p *panel, n int) {
	for i := range n {
		for r := range tile16 {
			at := i/p.run*panelRows + r
			w := p.scale[at]*float32(p.u[i/4*64+4*r+i%4]) + p.offset[at]
			dst[i/2*2*tile16+2*r+i%2] = toBF16(w)
		}
	}
}

// round16Go rounds a row, 32 values at a time.
func round16Go(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i/step16*words16+i%step16] = toBF16(v)
	}
}

func fromBF16(v uint16) float32 { return math.Float32frombits(uint32(v) << 16) }

// toBF16 rounds to the nearest, the even one of two.
func toBF16(v float32) uint16 {
	if v != v {
		return 0x7fc0
	}
	b := math.Float32bits(v)
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// address is where a slice begins.
func address[T any](s []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }
