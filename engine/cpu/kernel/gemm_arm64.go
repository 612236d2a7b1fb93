package kernel

import "beyonder/engine/quant"

// micros128 gives every type a micro-kernel. Those of the assembly do a quarter of
// a panel's 16 rows and a tile's 8 columns: that is what 32 registers hold.
func (k *Kernels) micros128() {
	for t, f := range k.ints {
		switch {
		case t == quant.Q8_0 || t == quant.IQ4_NL || t == quant.IQ4_XS:
			f.micro = quarters(f.run, microSigned32x128) // their bytes go up to 255, their offsets are −128 scales
		case f.fine:
			f.micro = quartersFine
		case f.run == 16:
			f.micro = quarters(f.run, micro16x128)
		default:
			f.micro = quarters(f.run, micro32x128)
		}
		k.ints[t] = f
	}
}

type quarterAssembled func(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)

const quarterRows, quarterCols = panelRows / 2, tileCols / 2

func quarters(run int, multiply quarterAssembled) microKernel {
	return func(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, _ *Scratch) {
		_ = out[(tileCols-1)*ldo+panelRows-1]
		sums := t.coarse.sums(run)
		for c := 0; c < t.Cols; c += quarterCols {
			for r := 0; r < panelRows; r += quarterRows {
				multiply(&out[c*ldo+r], ldo, &p.u[4*r], &p.scale[r], &p.offset[r], &t.high[from*tileCols+4*c],
					&t.coarse.d[from/group*tileCols+c], &sums[from/run*tileCols+c], deep/group, add)
			}
		}
	}
}

// quartersFine is for runs of 16 and both bytes of the activations.
func quartersFine(out []float32, ldo int, p *panel, t *Tile, from, deep int, add bool, _ *Scratch) {
	_ = out[(tileCols-1)*ldo+panelRows-1]
	for c := 0; c < t.Cols; c += quarterCols {
		for r := 0; r < panelRows; r += quarterRows {
			microFine16x128(&out[c*ldo+r], ldo, &p.u[4*r], &p.scale[r], &p.offset[r], &t.high[from*tileCols+4*c],
				&t.fine.d[from/group*tileCols+c], &t.fine.h[from/16*tileCols+c], deep/group, add, &t.low[from*tileCols+4*c])
		}
	}
}

// micro32x128 sets or adds the products of 8 rows of weights with 4 of activations,
// groups times 32 of them.
//
//go:noescape
func micro32x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)

// microSigned32x128 is micro32x128 for bytes that are 128 more than what they stand for.
//
//go:noescape
func microSigned32x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)

// micro16x128 is micro32x128 for weights with a scale for each 16.
//
//go:noescape
func micro16x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool)

// microFine16x128 is micro16x128 for activations of two bytes.
//
//go:noescape
func microFine16x128(out *float32, ldo int, u *uint8, scale, offset *float32, q *int8, d, s *float32, groups int, add bool, low *int8)
