package gl

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

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

// pack writes a row of type t, src, as the shaders read it; where dst has more than
// that it is zero before, and stays so.
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

// pack writes rows from to to of a matrix in type `typ`, on all processors: reading,
// not packing, is to be what loading waits for. dst takes a stride for each row.
func pack(w compute.Weights, typ quant.Type, dst []byte, from, to int) error {
	stride := formats[typ].stride(w.In)
	share := (to - from + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	errs := make([]error, (to-from+share-1)/share)
	var all sync.WaitGroup
	for i := range errs {
		first := from + i*share
		last := min(first+share, to)
		all.Go(func() { errs[i] = packRows(w, typ, dst[(first-from)*stride:(last-from)*stride], first, last) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// packRows is pack on one processor.
func packRows(w compute.Weights, typ quant.Type, dst []byte, from, to int) error {
	f, size := formats[typ], w.Type.RowBytes(w.In)
	stride := f.stride(w.In)
	var values []float32
	var row []byte
	if typ != w.Type {
		values, row = make([]float32, w.In), make([]byte, typ.RowBytes(w.In))
	}
	line := make([]byte, stride) // dst may be memory that is slow but for long runs
	for r := from; r < to; r++ {
		src := w.Data[r*size : (r+1)*size]
		if typ != w.Type {
			quant.Dequantize(w.Type, values, src)
			if err := quant.Quantize(typ, row, values); err != nil {
				return err
			}
			src = row
		}
		f.pack(typ, w.In, line, src)
		copy(dst[(r-from)*stride:], line)
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
