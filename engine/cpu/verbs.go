package cpu

import (
	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// Write copies what another device computed.
func (d *Device) Write(dst compute.Rows, src []float32) {
	d.Finish()
	if len(src) != dst.N*dst.Width {
		d.fail("%d values were given for %d rows of %d", len(src), dst.N, dst.Width)
	}
	if d.failure() == nil {
		copy(write(dst), src)
	}
}

// Embed copies rows of the table, dequantized.
func (d *Device) Embed(dst compute.Rows, table compute.Matrix, ids []int32) {
	d.Finish()
	m := table.(*matrix)
	for _, id := range ids {
		if id < 0 || int(id) >= m.Out {
			d.fail("token %d is outside the vocabulary of %d", id, m.Out)
			return
		}
	}
	write(dst)
	d.args = args{d: d, m: m, out: dst, ids: ids}
	d.pool.run(len(ids), (*embedTask)(&d.args))
}

// RMSNorm normalises each row by its root mean square (Zhang and Sennrich 2019).
func (d *Device) RMSNorm(dst, x compute.Rows, gain compute.Matrix, eps float32) {
	d.Finish()
	write(dst)
	d.args = args{d: d, out: dst, x: x, gain: d.vector(gain), eps: eps}
	d.pool.run(x.N, (*normTask)(&d.args))
}

// vector is a one-row matrix as float32.
func (d *Device) vector(m compute.Matrix) []float32 {
	v := m.(*matrix)
	if v.decoded != nil {
		return v.decoded
	}
	decoded := make([]float32, v.In)
	d.pool.run(1, taskFunc(func(int, int) {
		quant.Dequantize(v.Type, decoded, v.Data)
		v.decoded = decoded // not if it could not be read
	}))
	return decoded
}

// Rotate applies RoPE (Su et al. 2021). Angles are computed in float64: at
// position 30,000 a float32 angle is already off by a thousandth.
func (d *Device) Rotate(x compute.Rows, r compute.Rope, pos int) {
	d.Finish()
	write(x)
	d.args = args{d: d, out: x, rope: r, pos: pos}
	d.pool.run(x.N, (*rotateTask)(&d.args))
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
	d.Finish()
	write(dst)
	d.args = args{d: d, out: dst, x: gate, y: up}
	d.pool.run(dst.N, (*gateTask)(&d.args))
}
