package archive

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// truetype writes a TrueType font of some glyphs of another font, whatever that one
// is (a collection, PostScript outlines, variable): what a PDF can have inside. It
// has what the OpenType specification asks of a font, and no hints, kerning or names.
type truetype struct {
	upem                uint16
	ascent, descent     int16
	glyphs              []trueGlyph // by code, ascending
	points, endPoints   int         // the most of one glyph
	xMin, yMin          int16
	xMax, yMax          int16
	widest              uint16
	glyf, loca, metrics []byte
}

type trueGlyph struct {
	code     uint16
	advance  uint16
	contours [][]point
}

type point struct {
	x, y int16
	on   bool // on the curve, else the control point of a quadratic
}

// mostPoints is a bound for a glyph: the most intricate Han letter has some 400.
const mostPoints = 10_000

// contours turns an outline, cubic curves too, into quadratic ones. ok is false
// where it does not fit into TrueType's numbers.
func contours(outline []font.Segment, upem float64) (all [][]point, ok bool) {
	var to pen
	to.tolerance = upem / 2000
	for _, s := range outline {
		a := s.Args
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			to.close()
			to.add(a[0], true)
		case opentype.SegmentOpLineTo:
			to.add(a[0], true)
		case opentype.SegmentOpQuadTo:
			to.add(a[0], false)
			to.add(a[1], true)
		case opentype.SegmentOpCubeTo:
			to.cubic(a[0], a[1], a[2])
		}
	}
	to.close()
	return to.all, !to.failed && to.points <= mostPoints
}

// pen draws contours.
type pen struct {
	all       [][]point
	now       []point
	at        opentype.SegmentPoint
	tolerance float64
	points    int
	failed    bool
}

func (p *pen) add(a opentype.SegmentPoint, on bool) {
	x, y := math.Round(float64(a.X)), math.Round(float64(a.Y))
	if !(math.Abs(x) <= 16384 && math.Abs(y) <= 16384) { // differences fit into 16 bits, too
		p.failed = true
		return
	}
	p.now = append(p.now, point{int16(x), int16(y), on})
	p.points++
	p.at = a
}

func (p *pen) close() {
	if n := len(p.now); n > 1 && p.now[0] == p.now[n-1] {
		p.now = p.now[:n-1] // a contour of TrueType closes itself
	}
	if len(p.now) > 1 {
		p.all = append(p.all, p.now)
	}
	p.now = nil
}

// cubic draws a cubic curve as so many quadratic ones that none is further from it
// than the tolerance: the distance goes with the third power of their length.
func (p *pen) cubic(b, c, d opentype.SegmentPoint) {
	a := p.at
	x := float64(d.X - 3*c.X + 3*b.X - a.X)
	y := float64(d.Y - 3*c.Y + 3*b.Y - a.Y)
	n := math.Ceil(math.Cbrt(math.Hypot(x, y) * math.Sqrt(3) / 36 / p.tolerance))
	if !(n <= 32) {
		p.failed = true
		return
	}
	n = max(n, 1)
	at := func(t float64) (point, slope [2]float64) {
		for i, v := range [2][4]float64{{float64(a.X), float64(b.X), float64(c.X), float64(d.X)}, {float64(a.Y), float64(b.Y), float64(c.Y), float64(d.Y)}} {
			u := 1 - t
			point[i] = u*u*u*v[0] + 3*u*u*t*v[1] + 3*u*t*t*v[2] + t*t*t*v[3]
			slope[i] = 3 * (u*u*(v[1]-v[0]) + 2*u*t*(v[2]-v[1]) + t*t*(v[3]-v[2]))
		}
		return point, slope
	}
	from, leaving := at(0)
	for i := 1.0; i <= n; i++ {
		to, arriving := at(i / n)
		var control [2]float64
		for k := range control { // the mean of where the two tangents say it is
			control[k] = (from[k]+to[k])/2 + (leaving[k]-arriving[k])/(4*n)
		}
		p.add(opentype.SegmentPoint{X: float32(control[0]), Y: float32(control[1])}, false)
		p.add(opentype.SegmentPoint{X: float32(to[0]), Y: float32(to[1])}, true)
		from, leaving = to, arriving
	}
}

var be = binary.BigEndian

func put16(b []byte, values ...int) []byte {
	for _, v := range values {
		b = be.AppendUint16(b, uint16(v))
	}
	return b
}

// file is the font as a file. Glyph 0, that of what is missing, is empty.
func (t *truetype) file() []byte {
	slices.SortFunc(t.glyphs, func(a, b trueGlyph) int { return int(a.code) - int(b.code) })
	t.glyph(&trueGlyph{advance: t.upem})
	for i := range t.glyphs {
		t.glyph(&t.glyphs[i])
	}
	t.loca = be.AppendUint32(t.loca, uint32(len(t.glyf)))
	if len(t.glyf) == 0 {
		t.glyf = make([]byte, 4)
	}
	tables := []opentype.Table{
		{Tag: opentype.MustNewTag("OS/2"), Content: t.os2()},
		{Tag: opentype.MustNewTag("cmap"), Content: t.cmap()},
		{Tag: opentype.MustNewTag("glyf"), Content: t.glyf},
		{Tag: opentype.MustNewTag("head"), Content: t.head()},
		{Tag: opentype.MustNewTag("hhea"), Content: t.hhea()},
		{Tag: opentype.MustNewTag("hmtx"), Content: t.metrics},
		{Tag: opentype.MustNewTag("loca"), Content: t.loca},
		{Tag: opentype.MustNewTag("maxp"), Content: put16(nil, 1, 0, len(t.glyphs)+1, t.points, t.endPoints, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)},
		{Tag: opentype.MustNewTag("name"), Content: put16(nil, 0, 0, 6)},
		{Tag: opentype.MustNewTag("post"), Content: append(put16(nil, 3), make([]byte, 30)...)},
	}
	return opentype.WriteTTF(tables)
}

// glyph adds one to the tables glyf, loca and hmtx.
func (t *truetype) glyph(g *trueGlyph) {
	t.loca = be.AppendUint32(t.loca, uint32(len(t.glyf)))
	t.widest = max(t.widest, g.advance)
	if len(g.contours) == 0 {
		t.metrics = put16(t.metrics, int(g.advance), 0)
		return
	}
	var all []point
	ends := []byte{}
	for _, c := range g.contours {
		all = append(all, c...)
		ends = put16(ends, len(all)-1)
	}
	box := [4]int16{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16}
	for _, p := range all {
		box = [4]int16{min(box[0], p.x), min(box[1], p.y), max(box[2], p.x), max(box[3], p.y)}
	}
	t.points, t.endPoints = max(t.points, len(all)), max(t.endPoints, len(g.contours))
	t.xMin, t.yMin, t.xMax, t.yMax = min(t.xMin, box[0]), min(t.yMin, box[1]), max(t.xMax, box[2]), max(t.yMax, box[3])
	t.metrics = put16(t.metrics, int(g.advance), int(box[0]))

	t.glyf = put16(t.glyf, len(g.contours), int(box[0]), int(box[1]), int(box[2]), int(box[3]))
	t.glyf = append(append(t.glyf, ends...), 0, 0) // no instructions
	var xs, ys []byte
	last := point{}
	for _, p := range all {
		flag := byte(0)
		if p.on {
			flag = 1
		}
		xs, flag = delta(xs, int(p.x)-int(last.x), flag, 0x02, 0x10)
		ys, flag = delta(ys, int(p.y)-int(last.y), flag, 0x04, 0x20)
		t.glyf = append(t.glyf, flag)
		last = p
	}
	t.glyf = append(append(t.glyf, xs...), ys...)
	for len(t.glyf)%4 != 0 {
		t.glyf = append(t.glyf, 0)
	}
}

// delta adds a difference of coordinates: nothing for none, one byte and a sign for
// a small one.
func delta(to []byte, d int, flag, short, same byte) ([]byte, byte) {
	switch {
	case d == 0:
		return to, flag | same
	case d > 0 && d < 256:
		return append(to, byte(d)), flag | short | same
	case d < 0 && d > -256:
		return append(to, byte(-d)), flag | short
	}
	return put16(to, d), flag
}

// cmap maps codes to glyphs, in its format 4: one segment for each row of codes that
// follow one another, as their glyphs do.
func (t *truetype) cmap() []byte {
	var starts, ends, deltas []int
	for i, g := range t.glyphs {
		code := int(g.code)
		if n := len(ends); n > 0 && ends[n-1] == code-1 {
			ends[n-1] = code
			continue
		}
		starts, ends, deltas = append(starts, code), append(ends, code), append(deltas, i+1-code)
	}
	starts, ends, deltas = append(starts, 0xFFFF), append(ends, 0xFFFF), append(deltas, 1)
	n := len(starts)
	search := 1
	for search*2 <= n {
		search *= 2
	}
	b := put16(nil, 0, 1, 3, 1, 0, 12, 4, 16+8*n, 0, 2*n, 2*search, int(math.Log2(float64(search))), 2*(n-search))
	b = append(put16(b, ends...), 0, 0)
	b = put16(put16(b, starts...), deltas...)
	return append(b, make([]byte, 2*n)...)
}

func (t *truetype) head() []byte {
	b := put16(nil, 1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, int(t.upem))
	b = append(b, make([]byte, 16)...) // when it was made
	return put16(b, int(t.xMin), int(t.yMin), int(t.xMax), int(t.yMax), 0, 8, 2, 1, 0)
}

func (t *truetype) hhea() []byte {
	b := put16(nil, 1, 0, int(t.ascent), int(t.descent), 0, int(t.widest), 0, 0, int(t.xMax), 1)
	b = append(b, make([]byte, 12)...)
	return put16(b, 0, len(t.glyphs)+1)
}

func (t *truetype) os2() []byte {
	b := put16(nil, 4, int(t.upem), 400, 5, 0)
	b = append(b, make([]byte, 58)...)
	b = put16(b, int(t.ascent), int(t.descent), 0, int(t.ascent), -int(t.descent))
	b = append(b, make([]byte, 8)...)
	return put16(b, int(t.upem)/2, int(t.ascent), 0, 32, 1)
}
