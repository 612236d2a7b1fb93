package cpu

import (
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
	tolerance := 6e-2 // of thousands of sums one is off by 0.045
	if exact {
		tolerance = 3e-5
	}
	computetest.Run(t, computetest.Suite{
		New: func(*testing.T) compute.Device {
			return New(Options{Threads: threads, Exact: exact, Kernels: k})
		},
		Types: weightTypes, Tolerance: tolerance,
	})
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
