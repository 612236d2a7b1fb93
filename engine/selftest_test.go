package engine

import (
	"context"
	"strings"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
	"beyonder/engine/quant"
)

// wrong is a device with a mistake in one verb.
type wrong struct {
	compute.Device
	scale bool
}

func (w wrong) SwiGLU(dst, gate, up compute.Rows) {
	if w.scale {
		w.Device.SwiGLU(dst, up, gate)
		return
	}
	w.Device.SwiGLU(dst, gate, up)
}

func TestSelfTest(t *testing.T) {
	types := []quant.Type{quant.F32, quant.F16, quant.BF16, quant.Q8_0, quant.Q4_0, quant.Q4_K, quant.Q5_K, quant.Q6_K, quant.Q2_K, quant.Q3_K}
	d := cpu.New(cpu.Options{Threads: 2, Exact: true})
	defer d.Close()
	if err := selfTest(context.Background(), wrong{Device: d}, types); err != nil {
		t.Errorf("a device without a mistake: %v", err)
	}
	for _, one := range types {
		err := selfTest(context.Background(), wrong{Device: d, scale: true}, []quant.Type{one})
		if err == nil || !strings.Contains(err.Error(), one.String()) {
			t.Errorf("gate and up exchanged on %s: %v", one, err)
		}
	}
}

func TestTestedTypes(t *testing.T) {
	m := start(t, LoadOptions{Path: "testdata/dense-Q4_K_M.gguf", Device: "cpu"}).current()
	got := map[quant.Type]bool{}
	for _, x := range m.testedTypes() {
		got[x] = true
	}
	if !got[quant.Q4_K] || !got[quant.Q6_K] {
		t.Errorf("tested are %v", got)
	}
}
