//go:build cgo && !darwin

package gl

import (
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/compute/computetest"
	"beyonder/engine/quant"
)

// decoded are the types that shaders decode; others are converted to Q8_0.
var decoded = []quant.Type{
	quant.F32, quant.F16, quant.BF16, quant.Q8_0, quant.Q4_0, quant.Q5_0,
	quant.Q2_K, quant.Q3_K, quant.Q4_K, quant.Q5_K, quant.Q6_K,
}

func TestDevice(t *testing.T) {
	computetest.Run(t, computetest.Suite{
		New:   func(t *testing.T) compute.Device { return device(t) },
		Types: decoded, Tolerance: 3e-5,
	})
}
