package cpu

import (
	"math"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// Write copies what another device computed.
func (d *Device) Write(dst compute.Rows, src []float32) {
	if len(src) != dst.N*dst.Width {
		d.fail("%d values were given for %d rows of %d", len(src), dst.N, dst.Width)
	}
	if d.failure() == nil {
		copy(write(dst), src)
	}
}

// Embed copies rows of the table, dequantized.
func (d *Device) Embed(dst compute.Rows, table compute.Matrix, ids []int32) {
	m := table.(*matrix)
	for _, id := range ids {
		if id < 0 || int(id) >= m.Out {
			d.fail("token %d is outside the vocabulary of %d", id, m.Out)
			return
		}
	}
	out := write(dst)
	d.pool.run(len(ids), func(t, _ int) {
		quant.Dequantize(m.Type, row(out, dst.Width, t), m.rows(int(ids[t]), int(ids[t])+1))
	})
}

// RMSNorm normalises each row by its root mean square (Zhang and Sennrich 2019).
func (d *Device) RMSNorm(dst, x compute.Rows, gain compute.Matrix, eps float32) {
	out, in := write(dst), read(x)
	g := d.vector(gain)
	d.pool.run(x.N, func(t, _ int) {
		d.k.RMSNorm(row(out, dst.Width, t), row(in, x.Width, t), g, eps)
	})
}

// vector is a one-row matrix as float32.
func (d *Device) vector(m compute.Matrix) []float32 {
	v := m.(*matrix)
	if v.decoded != nil {
		return v.decoded
	}
	decoded := make([]float32, v.In)
	d.pool.run(1, func(int, int) {
		quant.Dequantize(v.Type, decoded, v.Data)
		v.decoded = decoded // not if it could not be read
	})
	return decoded
}

// Rotate applies RoPE (Su et al. 2021). Angles are computed in float64: at
// position 30,000 a float32 angle is already off by a thousandth.
func (d *Device) Rotate(x compute.Rows, r compute.Rope, pos int) {
	data := write(x)
	pairs, heads := len(r.Freqs), x.Width/r.HeadDim
	d.pool.run(x.N, func(t, worker int) {
		turn := d.need(worker, 2*pairs)
		cos, sin := turn[:pairs], turn[pairs:]
		for p, f := range r.Freqs {
			s, c := math.Sincos(float64(pos+t) * f)
			cos[p], sin[p] = float32(c)*r.Scale, float32(s)*r.Scale
		}
		v := row(data, x.Width, t)
		for h := range heads {
			rotate(v[h*r.HeadDim:(h+1)*r.HeadDim], cos, sin, r.Half)
		}
	})
}

func rotate(v, cos, sin []float32, half bool) {
	for p, c := range cos {
		a, b := 2*p, 2*p+1
		if half {
			a, b = p, p+len(cos)
		}
		x, y := v[a], v[b]
		v[a], v[b] = x*c-y*sin[p], x*sin[p]+y*c
	}
}

// SwiGLU gates up by silu(gate) (Shazeer 2020).
func (d *Device) SwiGLU(dst, gate, up compute.Rows) {
	out, g, u := write(dst), read(gate), read(up)
	d.pool.run(dst.N, func(t, _ int) {
		d.k.SiLUMul(row(out, dst.Width, t), row(g, gate.Width, t), row(u, up.Width, t))
	})
}
