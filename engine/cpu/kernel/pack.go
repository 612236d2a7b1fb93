package kernel

import "unsafe"

const (
	panelRows = 16   // rows of weights that a panel interleaves
	panelDeep = 4096 // weights of each row in a panel: 64 KiB of bytes
	stageDeep = 512  // weights of each row decoded before they are interleaved
	slack     = 256  // 32-bit numbers that a transposition may write behind its end

	panelWords  = panelRows*panelDeep/4 + slack // of a panel's bytes
	panelScales = panelRows*panelDeep/16 + slack
	panelSize   = panelWords + 2*panelScales // from a panel to the next, in 32-bit numbers
)

// panel is 16 rows of weights decoded and interleaved, up to panelDeep of each:
// its bytes, scales and offsets are read straight through by the micro-kernel.
type panel struct {
	run           int
	u             []uint8   // deep/4 × 16 × 4
	scale, offset []float32 // deep/run × 16
}

// stage is 16 rows of weights decoded, one behind the other.
type stage struct {
	u             []uint8   // 16 × stageDeep
	scale, offset []float32 // 16 × stageScales
}

// stageScales is room for a stage's scales, one for each 16 weights.
const stageScales = stageDeep / 16

// Scratch is the memory that products need for decoded weights. One goroutine
// at a time may use it; the zero value is ready.
type Scratch struct {
	panels [panels]panel
	stage  stage
	rows   []float32 // 16 rows of weights in float32
	wide   []float32 // the same interleaved
	corner [mostRows * tileCols]float32
	sums   []float32 // room for a micro-kernel
	ahead  ahead

	wide16 []uint16  // panels of bfloat16
	sums16 []float32 // of up to 256 rows of weights, between calls
	call   call16
}

// panel returns the i-th panel.
func (s *Scratch) panel(i, run int) *panel {
	p := &s.panels[i]
	if p.u == nil {
		s.allocate()
	}
	p.run = run
	return p
}

// allocate makes all panels at once, of one piece: a micro-kernel that takes two
// finds the second behind the first.
func (s *Scratch) allocate() {
	all := make([]float32, panels*panelSize)
	for i := range s.panels {
		p := &s.panels[i]
		p.u, all = bytesOf(words(all[:panelWords:panelWords])), all[panelWords:]
		p.scale, all = all[:panelScales:panelScales], all[panelScales:]
		p.offset, all = all[:panelScales:panelScales], all[panelScales:]
	}
	s.sums = make([]float32, mostRows*tileCols)
	s.stage.u = bytesOf(make([]uint32, panelRows*stageDeep/4+slack))
	s.stage.scale = make([]float32, panelRows*stageScales+slack)
	s.stage.offset = make([]float32, panelRows*stageScales+slack)
}

// pack fills p with `rows` rows of n weights; w is at the first row's first.
// Rows that are missing hold whatever they held.
func (k *Kernels) pack(f *integer, p *panel, s *stage, w []byte, stride, rows, n int) {
	from := 0
	if runs := n / 256; f.packRun != nil && rows == panelRows && runs > 0 {
		f.packRun(p.u, p.scale, p.offset, w, stride, runs)
		from = runs * 256
	}
	for ; from < n; from += stageDeep {
		deep := min(stageDeep, n-from)
		for r := range rows {
			at := r * stageScales
			row := w[r*stride+from/f.elems*f.bytes:][:deep/f.elems*f.bytes]
			f.decode(s.u[r*stageDeep:][:stageDeep], s.scale[at:], s.offset[at:], row)
		}
		to := from / f.run * panelRows
		k.transpose(words(p.u[from*panelRows:]), words(s.u), stageDeep/4, deep/4)
		k.transpose(words(p.scale[to:]), words(s.scale), stageScales, deep/f.run)
		k.transpose(words(p.offset[to:]), words(s.offset), stageScales, deep/f.run)
	}
}

// decode decodes blocks, to room for whole runs of 256 weights.
func (f *integer) decode(u []uint8, scale, offset []float32, w []byte) {
	if f.unpackRun != nil {
		f.decodeRuns(u, scale, offset, w)
		return
	}
	for len(w) > 0 {
		f.unpack(u, scale, offset, w[:f.bytes])
		u, scale, offset, w = u[f.elems:], scale[f.elems/f.run:], offset[f.elems/f.run:], w[f.bytes:]
	}
}

// decodeRuns does so with the tier's own decoder, 256 weights at a time. Of what
// is left over it decodes a copy that zeros make whole.
func (f *integer) decodeRuns(u []uint8, scale, offset []float32, w []byte) {
	size := f.runBytes()
	whole := len(w) / size
	if whole > 0 {
		f.unpackRun(u, scale, offset, w, whole)
	}
	if w = w[whole*size:]; len(w) > 0 {
		var run [maxRunBytes]byte
		copy(run[:], w)
		f.unpackRun(u[whole*256:], scale[whole*256/f.run:], offset[whole*256/f.run:], run[:], 1)
	}
}

// runBytes is the size of 256 weights, at most maxRunBytes.
func (f *integer) runBytes() int { return 256 / f.elems * f.bytes }

const maxRunBytes = 8 * 34

// transposeGo writes the columns of 16 rows, stride numbers apart, as rows of
// 16. Columns up to the next multiple of 16 may be written too.
func transposeGo(dst, src []uint32, stride, columns int) {
	for c := range columns {
		to := dst[c*panelRows:][:panelRows]
		for r := range to {
			to[r] = src[r*stride+c]
		}
	}
}

// words sees memory as 32-bit numbers, in the machine's order.
func words[T int8 | uint8 | float32](m []T) []uint32 {
	n := len(m) * int(unsafe.Sizeof(m[0])) / 4
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(m))), n)
}

// bytesOf sees 32-bit numbers as bytes.
func bytesOf(m []uint32) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(m))), 4*len(m))
}
