package cpu

import (
	"context"
	"time"

	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// Pace reads data, whatever it is, as the weights of a token are read, one row of
// activations times each row, and returns bytes per second; 0: there is too little to
// tell, it can no longer be read, or computing takes longer than any reading. It is a verb's like: nothing else may run.
func (d *Device) Pace(data []byte) float64 {
	const typ, width, rows = quant.Q4_0, 4096, 112 // 258 kB, a part of a token's product
	step := rows * typ.RowBytes(width)
	parts := len(data) / step
	if parts == 0 || d.k.Name == "generic" {
		return 0
	}
	var x kernel.Q8
	d.k.QuantizeQ8(&x, make([]float32, width))
	d.Begin(context.Background())
	began := time.Now()
	d.pool.run(parts, taskFunc(func(part, worker int) {
		d.k.Gemv(typ, d.need(worker, rows), data[part*step:][:step], &x)
	}))
	took := time.Since(began)
	if d.failure() != nil {
		return 0
	}
	return float64(parts*step) / took.Seconds()
}
