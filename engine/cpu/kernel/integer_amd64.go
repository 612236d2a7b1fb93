package kernel

import "beyonder/engine/quant"

// assembled is a type's assembly. Its blocks are of 256 weights: of a type with
// blocks of 32, eight.
type assembled struct {
	gemv   func(out *float32, rows int, w *byte, stride, blocks int, high, low *int8, d, s *float32, twice bool)
	unpack func(u *uint8, scale, offset *float32, w *byte, blocks int)
	pack   func(u *uint8, scale, offset *float32, w *byte, stride, blocks int)

	// Instead of gemv: four rows at a time, of activations in an order of the type's own.
	gemv4 func(out *float32, rows int, w *byte, stride, blocks int, q *int8, x *float32, ahead int, twice bool)
	order func(x *Q8) []int8
}

// microAssembled is a micro-kernel's; groups count 32 weights. It fetches aheadLines
// lines of weights for each, from ahead, ahead+step, ….
type microAssembled func(out *float32, ldo int, u *uint8, scale, offset *float32, high, low *int8, d, s *float32, groups int, add bool, ahead *byte, step int)

// micros are a tier's micro-kernels for a run: for the high bytes of the activations
// and for both.
type micros struct{ high, fine microAssembled }

// join gives every type a micro-kernel, and most the rest of the assembly.
func (k *Kernels) join(micro func(f *integer) microKernel, types map[quant.Type]assembled) {
	for t, f := range k.ints {
		f.micro = micro(&f)
		if a, ok := types[t]; ok {
			a.join(&f)
		}
		k.ints[t] = f
	}
}

func (a assembled) join(f *integer) {
	run, fine, twice := f.run, f.fine, fetchesTwice()
	f.unpackRun = func(u []uint8, scale, offset []float32, w []byte, runs int) {
		a.unpack(&u[0], &scale[0], &offset[0], &w[0], runs)
	}
	if a.pack != nil {
		f.packRun = func(u []uint8, scale, offset []float32, w []byte, stride, runs int) {
			a.pack(&u[0], &scale[0], &offset[0], &w[0], stride, runs)
		}
	}
	if a.gemv4 != nil {
		f.gemv = func(out []float32, w []byte, stride int, x *Q8, from, runs int) {
			far := distance(4 * stride)
			fetching(w[:min(len(w), far)])
			a.gemv4(&out[0], len(out), &w[0], stride, runs, &a.order(x)[from], &x.steps[from/256].d[0], far, twice)
		}
		return
	}
	f.gemv = func(out []float32, w []byte, stride int, x *Q8, from, runs int) {
		worth := x.worth(fine)
		a.gemv(&out[0], len(out), &w[0], stride, runs, &x.high[from], &x.low[from], &worth.d[from/group], &worth.sums(run)[from/run], twice)
	}
}

// distance is how far ahead weights are fetched, of which `rows` bytes are
// multiplied together: whole times that, and at least what the memory's latency
// takes.
func distance(rows int) int {
	const least = 9 << 10
	return (least + rows - 1) / rows * rows
}

// of makes a micro-kernel for runs of 16 or 32 weights.
func (m micros) of(run int, fine bool) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, s *Scratch) {
		worth, f := &t.coarse, m.high
		if fine {
			worth, f = &t.fine, m.fine
		}
		_ = out[(tileCols-1)*ldo+panelRows-1]
		bytes, step := s.ahead.take(deep / group)
		f(&out[0], ldo, &p.u[0], &p.scale[0], &p.offset[0], &t.high[from*tileCols], &t.low[from*tileCols],
			&worth.d[from/group*tileCols], &worth.sums(run)[from/run*tileCols], deep/group, add, bytes, step)
	}
}

// transposing makes a transposition of assembly that works on 16 columns.
func transposing(f func(dst, src *uint32, stride, columns int)) func(dst, src []uint32, stride, columns int) {
	return func(dst, src []uint32, stride, columns int) {
		columns = (columns + panelRows - 1) / panelRows * panelRows
		_, _ = dst[columns*panelRows-1], src[(panelRows-1)*stride+columns-1]
		f(&dst[0], &src[0], 4*stride, columns)
	}
}

// fetchesTwice tells whether weights are fetched into the second cache first and
// then into the first, or once: that suits AMD's processors.
func fetchesTwice() bool { return vendor() != 'A'|'u'<<8|'t'<<16|'h'<<24 }
