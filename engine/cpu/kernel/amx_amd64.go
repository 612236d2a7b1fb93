package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// amx is the tier for AMX with products of bfloat16, four times as many in a cycle
// as AVX-512 makes of bytes: Xeon from Sapphire Rapids on. It is used where many
// rows are multiplied; all else is avx512's.
func amx() *Kernels {
	k := avx512()
	k.Name = "amx"
	k.sixteen = &products16{least: 33, round: round16x512, widen: widen16x512, multiply: multiplyAMX}
	k.peak, k.peakWork = func(n int) { amxPeak(&sizes(tile16, tile16)[0], n) }, 4*2*words16*tile16
	return k
}

// hasAMX reports whether the processor has it, the system keeps its registers, and
// this process may use them.
func hasAMX() bool {
	const tiles = 1<<17 | 1<<18 // in the register that says what the system keeps
	x := cpu.X86
	return x.HasAMXTile && x.HasAMXBF16 && xgetbv()&tiles == tiles && permitted()
}

// amxCall is what the assembly takes, see gen/amx.go: distances are in bytes. Addresses
// are numbers, because the assembly moves them to where things end: what they are of
// is held by the call16.
type amxCall struct {
	config    *[64]byte
	x         uintptr
	xTile     int
	w         uintptr
	panel     int
	from      uintptr
	fromTile  int
	fromPanel int
	to        uintptr
	toTile    int
	toPanel   int
	toRow     int
	tiles     int // of activations, or pairs of these
	panels    int // or pairs, or fours
	steps     int
	add       int
	ahead     uintptr
	lines     int // to fetch with each block
	left      int // the assembly's own
}

// sizes is what the tiles' sizes are set to: of activations there are m rows in the
// first sixteen and n in the second.
func sizes(m, n int) *[64]byte {
	c := &[64]byte{0: 1}
	for tile, rows := range [8]int{m, m, n, n, m, n, tile16, tile16} {
		c[16+2*tile], c[48+tile] = 64, byte(rows)
	}
	return c
}

// sizes1 is the same for a single tile of activations: four of sums, then that,
// then three of weights.
func sizes1(m int) *[64]byte {
	c := &[64]byte{0: 1}
	for tile, rows := range [8]int{m, m, m, m, m, tile16, tile16, tile16} {
		c[16+2*tile], c[48+tile] = 64, byte(rows)
	}
	return c
}

// multiplyAMX multiplies pairs of tiles, then what is left of them.
func multiplyAMX(c *call16) {
	pairs, left := c.cols/(2*tile16), c.cols%(2*tile16)
	a := &amxCall{
		xTile: 2 * c.xTile, panel: 2 * c.panel, fromTile: 4 * c.fromTile, fromPanel: 4 * c.fromPanel,
		toTile: 4 * c.toTile, toPanel: 4 * c.toPanel, toRow: 4 * c.toRow, steps: c.steps,
	}
	if c.add {
		a.add = 1
	}
	blocks := pairs * (c.panels/2 + c.panels%2)
	if left > tile16 {
		blocks += c.panels/2 + c.panels%2
	} else if left > 0 {
		blocks += c.panels/4 + c.panels%4
	}
	// The last blocks may fetch what does not exist, which does no harm.
	a.ahead, a.lines = address(c.ahead), (c.lines+blocks-1)/blocks
	c.ahead = c.ahead[min(len(c.ahead), 64*c.lines):]
	if pairs > 0 {
		a.config = sizes(tile16, tile16)
		c.two(a, 0, pairs)
	}
	switch {
	case left > tile16:
		a.config = sizes(tile16, left-tile16)
		c.two(a, 2*pairs, 1)
	case left > 0:
		a.config = sizes1(left)
		c.one(a, 2*pairs)
	}
}

// two multiplies pairs of tiles from the first on.
func (c *call16) two(a *amxCall, first, pairs int) {
	a.tiles, a.panels = pairs, c.panels/2
	if a.panels > 0 {
		c.place(a, first, 0)
		amx2x2((*byte)(unsafe.Pointer(a)))
	}
	if c.panels%2 > 0 {
		a.panels = 1
		c.place(a, first, c.panels-1)
		amx2x1((*byte)(unsafe.Pointer(a)))
	}
}

// one multiplies one tile.
func (c *call16) one(a *amxCall, tile int) {
	a.tiles, a.panels = 1, c.panels/4
	if a.panels > 0 {
		c.place(a, tile, 0)
		amx1x4((*byte)(unsafe.Pointer(a)))
	}
	if a.panels = c.panels % 4; a.panels > 0 {
		c.place(a, tile, c.panels-a.panels)
		amx1x1((*byte)(unsafe.Pointer(a)))
	}
}

// place has a call begin with a tile and a panel.
func (c *call16) place(a *amxCall, tile, panel int) {
	a.x, a.w = address(c.x[tile*c.xTile:]), address(c.w[panel*c.panel:])
	a.from = address(c.from[tile*c.fromTile+panel*c.fromPanel:])
	a.to = address(c.to[tile*c.toTile+panel*c.toPanel:])
}

func round16x512(dst []uint16, src []float32) {
	_ = dst[(len(src)/step16-1)*words16+step16-1]
	roundRow(&dst[0], &src[0], len(src)/step16)
}

func widen16x512(dst []uint16, p *panel, n int) {
	_ = dst[n*tile16-1]
	if p.run == 16 {
		widen16(&dst[0], &p.u[0], &p.scale[0], &p.offset[0], n/16)
		return
	}
	widen32(&dst[0], &p.u[0], &p.scale[0], &p.offset[0], n/32)
}
