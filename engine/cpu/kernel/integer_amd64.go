package kernel

import "beyonder/engine/quant"

// assembled is a type's assembly. Its blocks are of 256 weights: of a type with
// blocks of 32, eight.
type assembled struct {
	gemv   func(out *float32, rows int, w *byte, stride, blocks int, q *int8, d, s *float32)
	unpack func(u *uint8, scale, offset *float32, w *byte, blocks int)
}

// join gives every type a micro-kernel, and some the rest of the assembly.
func (k *Kernels) join(micro16, micro32 microKernel, types map[quant.Type]assembled) {
	for t, f := range k.ints {
		if f.micro = micro32; f.run == 16 {
			f.micro = micro16
		}
		if a, ok := types[t]; ok {
			a.join(&f)
		}
		k.ints[t] = f
	}
}

func (a assembled) join(f *integer) {
	f.gemv = func(out []float32, w []byte, stride, runs int, q []int8, d, sums []float32) {
		a.gemv(&out[0], len(out), &w[0], stride, runs, &q[0], &d[0], &sums[0])
	}
	f.unpackRun = func(u []uint8, scale, offset []float32, w []byte, runs int) {
		a.unpack(&u[0], &scale[0], &offset[0], &w[0], runs)
	}
}

// micro makes a micro-kernel of assembly for runs of 16 or 32 weights.
func micro(run int, f func(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool) {
		sums := t.s
		if run == 16 {
			sums = t.h
		}
		_ = out[(tileCols-1)*ldo+panelRows-1]
		f(&out[0], ldo, &p.u[0], &p.scale[0], &p.offset[0], &t.q[from*tileCols], &t.d[from/group*tileCols],
			&sums[from/run*tileCols], deep/group, add)
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
