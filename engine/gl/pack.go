package gl

import (
	"fmt"
	"strings"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// format is how a type's rows stand on the device: whole quads (16 bytes), since
// shaders have no smaller loads that are fast and no 16-bit ones at all. Blocks
// that are not a multiple of 16 bytes are split: the body of each, then planes
// of what was taken out. shaders/include/<name>.glsl reads what pack writes.
type format struct {
	elems int // weights of a block
	body  int // bytes of a block's body, a multiple of 16
	plane int // bytes of a block in the planes
	// split takes block i of a row apart; nil: rows stay as they are in the file.
	split func(body, planes []byte, blocks, i int, block []byte)
}

// formats are the types that shaders decode.
var formats = map[quant.Type]format{
	quant.F32:    {elems: 1, body: 4},
	quant.F16:    {elems: 1, body: 2},
	quant.BF16:   {elems: 1, body: 2},
	quant.Q4_K:   {elems: 256, body: 144},
	quant.Q5_K:   {elems: 256, body: 176},
	quant.Q8_0:   {32, 32, 2, scaleFirst},
	quant.Q4_0:   {32, 16, 2, scaleFirst},
	quant.IQ4_NL: {32, 16, 2, scaleFirst},
	quant.Q4_1: {32, 16, 4, func(body, planes []byte, _, i int, b []byte) {
		copy(planes[4*i:], b[:4])
		copy(body, b[4:])
	}},
	quant.Q5_1: {32, 16, 8, func(body, planes []byte, blocks, i int, b []byte) {
		copy(planes[4*i:], b[4:8])
		copy(planes[4*(blocks+i):], b[:4])
		copy(body, b[8:])
	}},
	quant.IQ4_XS: {256, 128, 8, func(body, planes []byte, _, i int, b []byte) {
		copy(planes[8*i:], b[:8])
		copy(body, b[8:])
	}},
	quant.Q5_0: {32, 16, 6, func(body, planes []byte, blocks, i int, b []byte) {
		copy(planes[4*i:], b[2:6])
		copy(planes[4*blocks+2*i:], b[:2])
		copy(body, b[6:])
	}},
	quant.Q6_K: {256, 208, 2, func(body, planes []byte, _, i int, b []byte) {
		copy(body, b[:208])
		copy(planes[2*i:], b[208:])
	}},
	quant.Q3_K: {256, 112, 0, func(body, _ []byte, _, _ int, b []byte) { copy(body, b) }},
	quant.Q2_K: {256, 80, 4, func(body, planes []byte, _, i int, b []byte) {
		copy(body, b[:80])
		copy(planes[4*i:], b[80:])
	}},
}

// scaleFirst is for blocks of a half and whole quads.
func scaleFirst(body, planes []byte, _, i int, b []byte) {
	copy(planes[2*i:], b[:2])
	copy(body, b[2:])
}

// padded is n rounded up to whole pieces of 32 values: rows of weights and of
// activations are that long, and zero from n on.
func padded(n int) int { return (n + 31) &^ 31 }

// stride is the bytes of a row of n weights.
func (f format) stride(n int) int {
	blocks := padded(n) / f.elems
	return (blocks*(f.body+f.plane) + 15) &^ 15
}

// pack writes a row of type t, src, as the shaders read it; dst is zero before.
func (f format) pack(t quant.Type, n int, dst, src []byte) {
	if f.split == nil {
		copy(dst, src)
		return
	}
	blocks, size := n/f.elems, t.BlockBytes()
	planes := dst[blocks*f.body:]
	for i := range blocks {
		f.split(dst[i*f.body:(i+1)*f.body], planes, blocks, i, src[i*size:(i+1)*size])
	}
}

// name is the format's include.
func name(t quant.Type) string { return strings.ToLower(t.String()) }

// native is the type in which weights of type t are kept: t itself if shaders
// decode it, or else Q8_0, whose error is far below that of any smaller type.
func native(t quant.Type, in int) quant.Type {
	if _, ok := formats[t]; ok {
		return t
	}
	if in%quant.Q8_0.BlockElems() != 0 {
		return quant.F32
	}
	return quant.Q8_0
}

// packer writes rows of one matrix as shaders read them, in type `to`.
type packer struct {
	w      compute.Weights
	to     quant.Type
	f      format
	stride int       // bytes of a row
	values []float32 // a row, where types differ
	row    []byte    // the same in type `to`
}

func newPacker(w compute.Weights, to quant.Type) *packer {
	p := &packer{w: w, to: to, f: formats[to], stride: formats[to].stride(w.In)}
	if to != w.Type {
		p.values, p.row = make([]float32, w.In), make([]byte, to.RowBytes(w.In))
	}
	return p
}

// rows packs rows from to to; dst takes stride bytes for each.
func (p *packer) rows(dst []byte, from, to int) error {
	clear(dst)
	size := p.w.Type.RowBytes(p.w.In)
	for r := from; r < to; r++ {
		src := p.w.Data[r*size : (r+1)*size]
		if p.values != nil {
			quant.Dequantize(p.w.Type, p.values, src)
			if err := quant.Quantize(p.to, p.row, p.values); err != nil {
				return err
			}
			src = p.row
		}
		p.f.pack(p.to, p.w.In, dst[(r-from)*p.stride:(r-from+1)*p.stride], src)
	}
	return nil
}

// check is what every device asks of a matrix.
func check(w compute.Weights) error {
	if !quant.Decodable(w.Type) {
		return fmt.Errorf("tensor %q is of type %s, which cannot be computed with", w.Name, w.Type)
	}
	if w.In <= 0 || w.Out <= 0 || w.In%w.Type.BlockElems() != 0 {
		return fmt.Errorf("tensor %q has rows of %d weights, not a multiple of the %d in a block of %s", w.Name, w.In, w.Type.BlockElems(), w.Type)
	}
	if want := w.Type.RowBytes(w.In) * w.Out; len(w.Data) != want {
		return fmt.Errorf("tensor %q has %d bytes, but %d × %d of type %s take %d", w.Name, len(w.Data), w.In, w.Out, w.Type, want)
	}
	return nil
}

// RowBytes is the graphics memory that a row of n weights takes; typ is the
// type's name, "Q4_K".
func RowBytes(typ string, n int) int64 {
	if t, known := quant.Named(typ); known && quant.Decodable(t) {
		return int64(formats[native(t, n)].stride(n))
	}
	return 0
}
