package merge

import (
	"fmt"
	"strings"
	"testing"
)

// card is the configuration in the model card of Beyonder-4x7B-v2.
const card = `base_model: mlabonne/Marcoro14-7B-slerp
experts:
  - source_model: openchat/openchat-3.5-1210
    positive_prompts:
    - "chat"
    - "assistant"
    - "tell me"
    - "explain"
  - source_model: beowolx/CodeNinja-1.0-OpenChat-7B
    positive_prompts:
    - "code"
    - "python"
    - "javascript"
    - "programming"
    - "algorithm"
  - source_model: maywell/PiVoT-0.1-Starling-LM-RP
    positive_prompts:
    - "storywriting"
    - "write"
    - "scene"
    - "story"
    - "character"
  - source_model: WizardLM/WizardMath-7B-V1.1
    positive_prompts:
    - "reason"
    - "math"
    - "mathematics"
    - "solve"
    - "count"
`

func TestBeyondersCard(t *testing.T) {
	c, err := readConfig([]byte(card))
	if err != nil {
		t.Fatal(err)
	}
	m := c.mixture
	if c.plain != nil || m.base != "mlabonne/Marcoro14-7B-slerp" || m.mode != gateHidden || m.dtype != "" || m.used != 2 || len(m.experts) != 4 {
		t.Fatalf("%+v", m)
	}
	e := m.experts[3]
	if e.model != "WizardLM/WizardMath-7B-V1.1" || strings.Join(e.positive, ",") != "reason,math,mathematics,solve,count" || len(e.negative) != 0 || e.residual != 1 || e.noise != 0 {
		t.Errorf("%+v", e)
	}
}

// Whatever cannot be done is refused with a sentence that says where and what.
func TestConfigurationsRefused(t *testing.T) {
	const two = "experts:\n- {source_model: a, positive_prompts: [x]}\n- {source_model: b, positive_prompts: [y]}\n"
	const models = "models: [{model: a}, {model: b}]\n"
	for text, want := range map[string]string{
		"":                                       "0 YAML documents",
		"a: 1\n---\nb: 2":                        "2 YAML documents",
		"just text":                              "merge_method",
		"a: [1":                                  "not YAML",
		"base_model: x":                          "merge_method, or experts",
		two:                                      "base_model is missing",
		"base_model: b\ngate: hidden\n" + two:    "line 2 of the configuration: gate: the key is not known",
		"base_model: b\ngate_mode: best\n" + two: `gate mode "best"`,
		"base_model: b\ngate_mode: hidden_avg\n" + two:                                          `gate mode "hidden_avg"`,
		"base_model: b\ndtype: int8\n" + two:                                                    `"int8"`,
		"base_model: [b]\n" + two:                                                               "a text is needed",
		"base_model: b\nexperts_per_token: 3\n" + two:                                           "fewer than the 3",
		"base_model: b\nexperts_per_token: 0\n" + two:                                           "whole number",
		"base_model: b\nexperts_per_token: x\n" + two:                                           "number is needed",
		"base_model: b\narchitecture: qwen\n" + two:                                             `"qwen"`,
		"base_model: b\nshared_experts: [{}]\n" + two:                                           "shared experts",
		"base_model: b\nmerge_method: ties\n" + two:                                             "cannot be one",
		"base_model: b\nbase_model: c\n" + two:                                                  "line 2",
		"base_model: b\nexperts: [{source_model: a}, {source_model: b, positive_prompts: [x]}]": "expert 0 (a) has no positive_prompts",
		"base_model: b\nexperts: [{source_model: a, positive_prompts: [x]}, {source_model: b, positive_prompts: [x]}]": "same prompts",
		"base_model: b\nexperts: [{source_model: a, positive_prompts: [x]}, {source_model: a, positive_prompts: [y]}]": "same model",
		"base_model: b\nexperts: [{positive_prompts: [x]}, {source_model: a}]":                                         "experts[0]: source_model is missing",
		"base_model: b\nexperts: [{source_model: a, positive_prompts: [1]}, {source_model: a}]":                        "experts[0].positive_prompts[0]",
		"base_model: b\nexperts: [{source_model: a, positive_prompts: x}, {source_model: a}]":                          "list is needed",
		"base_model: b\nexperts: [{source_model: a, residual_scale: .nan}, {source_model: a}]":                         "not a number",
		"merge_method: magic\n" + models:                                                                                `"magic"`,
		"merge_method: linear\n":                                                                                        "models and slices",
		"merge_method: linear\nslices: []\n":                                                                            "no slices",
		"merge_method: linear\nmodels: []\n":                                                                            "no sources",
		"merge_method: linear\nmodules: {}\n" + models:                                                                  "modules: the key is not known",
		"merge_method: linear\ntokenizer_source: base\n" + models:                                                       "no base_model",
		"merge_method: linear\ntokenizer: {source: base, pad_to_multiple_of: 8}\n" + models:                             "tokenizer.pad_to_multiple_of",
		"merge_method: linear\nparameters: {wait: 1}\n" + models:                                                        "parameters.wait",
		"merge_method: linear\nparameters: {weight: []}\n" + models:                                                     "list of values",
		"merge_method: linear\nparameters: {weight: [1, {value: 2}]}\n" + models:                                        "list of values",
		"merge_method: linear\nparameters: {weight: {filter: x}}\n" + models:                                            "value is missing",
		"merge_method: linear\nparameters: {weight: {value: [{value: 1}]}}\n" + models:                                  "filters within filters",
		"merge_method: slerp\n" + models:                                                                                "base_model",
		"merge_method: slerp\nbase_model: c\n" + models:                                                                 "two models",
		"merge_method: ties\n" + models:                                                                                 "needs a base_model",
		"merge_method: passthrough\n" + models:                                                                          "one source a slice",
		"merge_method: linear\nmodels: [{model: a}, {model: a}]":                                                        "twice",
		"merge_method: linear\nslices: [{sources: [{model: a}]}]":                                                       "layer_range",
		"merge_method: linear\nslices: [{sources: [{model: a, layer_range: [3, 3]}]}]":                                  "are none",
		"merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 3.5]}]}]":                                "whole number",
		"merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 3]}, {model: b, layer_range: [0, 2]}]}]": "equally many",
		"merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 3]}], residual_weight: 1}]":              "slices[0].residual_weight",
		"a: &x [*x]":                 "nested too deeply",
		"a: *y":                      "no anchor",
		bomb:                         "too large once its aliases",
		strings.Repeat("[", 100_000): "nested too deeply",
		strings.Repeat("- ", 9_000):  "nested too deeply",
		strings.Repeat("a: 1 # long enough\n", 60_000): "bytes",
	} {
		_, err := readConfig([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.80q: %v (want a sentence with %q)", text, err, want)
		}
	}
}

// bomb is ten lines that mean a billion values.
var bomb = func() string {
	s := "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		s += fmt.Sprintf("l%d: &l%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*l%d, ", i-1), 9)+fmt.Sprintf("*l%d", i-1))
	}
	return s
}()

func readScope(t *testing.T, tensor string, at float64, levels ...string) scope {
	t.Helper()
	s := scope{tensor: tensor, t: at}
	for _, text := range levels {
		n, err := parseYAML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		level, err := readSettings(n)
		if err != nil {
			t.Fatal(err)
		}
		s.levels = append(s.levels, level)
	}
	return s
}

// Marcoro14-7B-slerp's recipe at layer 4 of 32: t = 4/31, which is 0.516 of the
// way from 0 to 0.5.
func TestGradient(t *testing.T) {
	recipe := "t: [{filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}, {filter: mlp, value: [1, 0.5, 0.7, 0.3, 0]}, {value: 0.5}]"
	for _, c := range []struct {
		tensor string
		t      float64
		want   float64
	}{
		{"model.layers.4.self_attn.q_proj.weight", 4. / 31, 0.5 * 16 / 31},
		{"model.layers.4.mlp.up_proj.weight", 4. / 31, 1 - 0.5*16/31},
		{"model.layers.31.self_attn.q_proj.weight", 1, 1},
		{"model.layers.31.mlp.up_proj.weight", 1, 0},
		{"model.layers.9.input_layernorm.weight", 9. / 31, 0.5},
		{"model.embed_tokens.weight", 0, 0.5},
	} {
		got, err := readScope(t, c.tensor, c.t, recipe).number("t", -1)
		if err != nil || got-c.want > 1e-12 || c.want-got > 1e-12 {
			t.Errorf("%s at %.3f: %v (%v), want %v", c.tensor, c.t, got, err, c.want)
		}
	}
}

// The most particular level that has a value for the tensor decides; a filter
// that does not fit leaves it to the next.
func TestPrecedence(t *testing.T) {
	levels := []string{"weight: [{filter: mlp, value: 1}]", "weight: {filter: attn, value: 2}\ndensity: 9", "weight: 3\nnormalize: [true, false]"}
	for tensor, want := range map[string]float64{"a.mlp.b": 1, "a.attn.b": 2, "norm": 3} {
		if got, err := readScope(t, tensor, 0, levels...).number("weight", 4); err != nil || got != want {
			t.Errorf("%s: %v (%v), want %v", tensor, got, err, want)
		}
	}
	s := readScope(t, "norm", 0.99, levels...)
	if got, err := s.number("density", 0); err != nil || got != 9 {
		t.Errorf("density %v (%v)", got, err)
	}
	if got, err := s.number("lambda", 0.25); err != nil || got != 0.25 {
		t.Errorf("lambda %v (%v)", got, err)
	}
	if got, err := s.flag("normalize", false); err != nil || !got {
		t.Errorf("of true and false, 0.99 of the way: %v (%v)", got, err)
	}
	if got, err := readScope(t, "x", 0.5, "weight: [1e-3, 3e-3]").number("weight", 0); err != nil || got < 0.002-1e-12 || got > 0.002+1e-12 {
		t.Errorf("between 1e-3 and 3e-3: %v (%v)", got, err)
	}
	if _, err := readScope(t, "x", 0, "weight: heavy").number("weight", 0); err == nil || !strings.Contains(err.Error(), "heavy") {
		t.Errorf("a word as a weight: %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(card)
	f.Add(bomb)
	f.Add("merge_method: slerp\nbase_model: a\nslices:\n- sources:\n  - {model: a, layer_range: [0, 4]}\n  - model: b\n    layer_range: [0, 4]\nparameters:\n  t: [{filter: mlp, value: [0, .5]}, 0.3]\ndtype: bfloat16\n")
	f.Add("a: &x {b: 1}\nc: *x\nd: !!str 3\ne: |\n  text\n? k\n: v\n")
	f.Add("merge_method: slerp\nbase_model: X\nslices:\n* 000000\n  -00\n   00")
	f.Add("models: [{model: 'a', parameters: {weight: 1e3}}]\nmerge_method: linear\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readConfig([]byte(text))
		if err == nil && (c.mixture == nil) == (c.plain == nil) {
			t.Errorf("%+v", c)
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || c.mixture != nil && c.plain != nil) {
			t.Errorf("%q", err)
		}
	})
}
