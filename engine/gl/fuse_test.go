//go:build cgo && !darwin

package gl

import (
	"context"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/model"
)

// A token takes at most 300 dispatches in a model of 32 layers: each costs a few
// microseconds, whatever it computes. Nine for each layer: norm, queries with keys
// and values, RoPE with cache, attention, its parts, output with residual, norm with
// router, gate with up, down with sum and residual.
func TestDispatches(t *testing.T) {
	counts := map[int]int{}
	for _, layers := range []int{2, 4} {
		s := toyShapes
		s.layers = layers
		d := open(t, Options{Profile: true})
		defer d.Close()
		c, err := model.ReadConfig(s, s.vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		m, err := model.New(&synthetic{shapes: s, t: t, made: map[string]compute.Weights{}}, c, d, model.Options{Context: s.context, Batch: 4, F16: true})
		if err != nil {
			t.Fatal(err)
		}
		logits := [][]float32{make([]float32, s.vocabulary)}
		for pos := range 2 {
			d.Timings()
			if err := m.Step(context.Background(), []int32{1}, pos, logits); err != nil {
				t.Fatal(err)
			}
		}
		for _, k := range d.Timings() {
			counts[layers] += k.Calls
			if layers == 4 {
				t.Logf("%-26s %3d", k.Kernel, k.Calls)
			}
		}
	}
	each := (counts[4] - counts[2]) / 2
	whole := counts[2] + 30*each
	t.Logf("%d dispatches for each layer, %d for a token in 32 layers", each, whole)
	if each != 9 || whole > 300 {
		t.Errorf("%d dispatches for each layer, %d for a token in 32 layers: 9 and at most 300 are wanted", each, whole)
	}
}
