package cpu

import (
	"math"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/compute/computetest"
	"beyonder/engine/cpu/kernel"
	"beyonder/engine/quant"
)

// weightTypes are all types that model files hold.
var weightTypes = []quant.Type{
	quant.F32, quant.F16, quant.BF16,
	quant.Q4_0, quant.Q4_1, quant.Q5_0, quant.Q5_1, quant.Q8_0,
	quant.Q2_K, quant.Q3_K, quant.Q4_K, quant.Q5_K, quant.Q6_K,
	quant.IQ1_S, quant.IQ1_M, quant.IQ2_XXS, quant.IQ2_XS, quant.IQ2_S,
	quant.IQ3_XXS, quant.IQ3_S, quant.IQ4_NL, quant.IQ4_XS, quant.TQ1_0, quant.TQ2_0,
	quant.MXFP4,
}

// Every tier computes on one goroutine; the best one, which is what users have,
// on three as well: which part a goroutine draws is the same in all of them.
func TestDevice(t *testing.T) {
	for _, name := range kernel.Tiers() {
		k, _ := kernel.Tier(name)
		counts := []int{1}
		if name == kernel.Best().Name {
			counts = append(counts, 3)
		}
		for _, exact := range []bool{true, false} {
			for _, threads := range counts {
				t.Run(testName(name, exact, threads), func(t *testing.T) { conform(t, k, exact, threads) })
			}
		}
	}
}

func conform(t *testing.T, k *kernel.Kernels, exact bool, threads int) {
	s := computetest.Suite{
		New: func(*testing.T) compute.Device {
			return New(Options{Threads: threads, Exact: exact, Kernels: k})
		},
		Types: weightTypes, Tolerance: 3e-5,
	}
	if !exact {
		s.Steps = func(t quant.Type, row []float32) []float64 { return steps(k, t, row) }
	}
	computetest.Run(t, s)
}

// steps is what activations are rounded to for products with weights of type t:
// of each 32 values, the largest becomes 127 or a little less, because steps are
// multiples of a 255th of the step that the largest of 256 values would have.
// Q2_K and Q3_K take 256 times as many steps; types without integer products
// none. With AMX many rows are multiplied as bfloat16, whose numbers lie up to a
// 128th of a value apart, and so do weights, which is the same as if it were twice
// as far for the values.
func steps(k *kernel.Kernels, t quant.Type, row []float32) []float64 {
	if !k.HasInt(t) {
		return nil
	}
	fine := 1.0
	if t == quant.Q2_K || t == quant.Q3_K {
		fine = 1.0 / 128 // the second byte of a value can be off by a whole unit
	}
	largest := func(x []float32) (top float64) {
		for _, v := range x {
			top = max(top, math.Abs(float64(v)))
		}
		return top
	}
	s := make([]float64, len(row))
	for i := range row {
		run, group := row[i/256*256:min(i/256*256+256, len(row))], row[i/32*32:i/32*32+32]
		s[i] = (largest(group)/127 + largest(run)/127/255) * fine
		if k.Name == "amx" {
			s[i] = max(s[i], math.Abs(float64(row[i]))/64)
		}
	}
	return s
}

func testName(tier string, exact bool, threads int) string {
	name := tier + "/fast"
	if exact {
		name = tier + "/exact"
	}
	if threads > 1 {
		return name + "/threads"
	}
	return name
}
