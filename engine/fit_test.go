package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// mixtral is a shape to reckon with: 13 GB of weights.
func mixtral(t *testing.T) Outline {
	t.Helper()
	o, err := Look("merge/testdata/base.gguf")
	if err != nil {
		t.Fatal(err)
	}
	o.WeightBytes = 13e9
	o.Config.Layers, o.Config.KVHeads, o.Config.HeadDim, o.Config.Context = 32, 8, 128, 32768
	o.Parts = WeightParts{Embed: 100e6, Output: 100e6}
	for range 32 {
		o.Parts.Attention = append(o.Parts.Attention, 50e6)
		o.Parts.Feed = append(o.Parts.Feed, 350e6)
	}
	return o
}

// What a list of models reckons with is what Inspect and Load say.
func TestOutline(t *testing.T) {
	const path = "merge/testdata/base.gguf"
	o, err := Look(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Inspect(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := o.Need(LoadOptions{}, Memory{})
	if err != nil || n.Bytes != r.Model.NeedBytes || n.Cache != r.Model.CacheBytes || n.Context != r.Model.Context {
		t.Errorf("it needs %+v, Inspect says %+v (%v)", n, r.Model, err)
	}
	if o.Parameters != r.Model.Parameters || o.Bytes != r.Bytes || len(o.Files) != 1 || o.Problem != "" {
		t.Errorf("%+v", o)
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var again Outline
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(o, again) {
		t.Errorf("through JSON it is %+v (%v)", again, err)
	}
}

func TestLookAtWhatCannotBeRun(t *testing.T) {
	if _, err := Look("fit.go"); err == nil || !strings.Contains(err.Error(), "fit.go") {
		t.Errorf("no model at all: %v", err)
	}
	o := Outline{}
	for name, wanted := range map[string]LoadOptions{"context": {Context: -1}, "KV": {KV: "f8"}, "layers": {GPULayers: -1}} {
		if _, err := o.Need(wanted, Memory{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: %v", wanted, err)
		}
	}
}

func TestNeedAndMemory(t *testing.T) {
	o := mixtral(t)
	for _, c := range []struct {
		what string
		l    LoadOptions
		m    Memory
		fit  Fit
	}{
		{"nothing is known", LoadOptions{}, Memory{}, FitUnknown},
		{"room enough", LoadOptions{}, Memory{Free: 20e9, Total: 32e9}, FitWhole},
		{"other programs have it", LoadOptions{}, Memory{Free: 9e9, Total: 32e9}, FitSlow},
		{"too small a machine", LoadOptions{}, Memory{Free: 7e9, Total: 8e9}, FitNot},
		{"only the total is known", LoadOptions{}, Memory{Total: 16e9}, FitSlow},
		{"and much", LoadOptions{}, Memory{Total: 64e9}, FitWhole},
		{"a window is what is too much", LoadOptions{Context: 1 << 20}, Memory{Free: 20e9, Total: 32e9}, FitNot},
		{"a card takes half", LoadOptions{}, Memory{Free: 9e9, Total: 16e9, Card: 9e9}, FitWhole},
		{"but is not to", LoadOptions{Device: "cpu"}, Memory{Free: 9e9, Total: 32e9, Card: 9e9}, FitSlow},
		{"a card takes it all", LoadOptions{}, Memory{Free: 2e9, Total: 4e9, Card: 24e9}, FitWhole},
	} {
		n, err := o.Need(c.l, c.m)
		if err != nil || n.Fit != c.fit {
			t.Errorf("%s: %q, %v: %+v", c.what, n.Fit, err, n)
		}
	}
}

func TestNeedFollowsTheOptions(t *testing.T) {
	o := mixtral(t)
	need := func(l LoadOptions, card int64) Need {
		n, err := o.Need(l, Memory{Free: 64e9, Total: 64e9, Card: card})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	plain := need(LoadOptions{Context: 4096}, 0)
	if plain.Cache != 4096*32*8*128*2*2 {
		t.Errorf("the KV cache of 4096 tokens takes %d", plain.Cache)
	}
	if n := need(LoadOptions{Context: 8192}, 0); n.Cache != 2*plain.Cache {
		t.Errorf("of twice as many %d", n.Cache)
	}
	if n := need(LoadOptions{Context: 4096, KV: "f32"}, 0); n.Cache != 2*plain.Cache {
		t.Errorf("in 32 bits %d", n.Cache)
	}
	if n := need(LoadOptions{Context: 4096, KV: "q8_0"}, 0); n.Cache >= plain.Cache {
		t.Errorf("in 8 bits %d", n.Cache)
	}
	some := need(LoadOptions{Context: 4096, GPULayers: 8}, 24e9)
	if some.CardLayers != 8 || some.Weights != 13e9-8*400e6-100e6 {
		t.Errorf("with 8 layers on the card: %+v", some)
	}
	if n := need(LoadOptions{Context: 4096, GPULayers: 8, ExpertsOnCPU: true}, 24e9); n.Weights != 13e9-8*50e6-100e6 {
		t.Errorf("with their attention alone: %+v", n)
	}
}
