package engine

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"beyonder/engine/sample"
)

// keyed is a container of which only the keys are asked.
type keyed struct {
	container
	values map[string]any
}

func (k keyed) Keys() (keys []string) {
	for key := range k.values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (k keyed) Value(key string) (any, bool) { v, ok := k.values[key]; return v, ok }

func TestWhatAFileSuggests(t *testing.T) {
	got := suggested(keyed{values: map[string]any{
		"general.name": "x", "general.sampling.temp": float32(0.6), "general.sampling.top_k": int32(20), "general.sampling.top_p": float32(0.95),
		"general.sampling.min_p": float32(0), "general.sampling.penalty_repeat": float32(1.05), "general.sampling.penalty_last_n": uint32(128),
		"general.sampling.sequence": "top_k;typ_p;min_p;temperature", "general.sampling.of_tomorrow": float32(7),
	}})
	if got == nil {
		t.Fatal("it suggests nothing")
	}
	want := sample.Presets()[0].Settings
	want.Temperature, want.TopK, want.MinP, want.RepeatPenalty, want.PenaltyWindow = 0.6, 20, 0, 1.05, 128
	want.Order = []string{"logit_bias", "top_k", "typical_p", "min_p", "temperature"}
	a, _ := json.Marshal(*got)
	b, _ := json.Marshal(want)
	if string(a) != string(b) {
		t.Errorf("it suggests\n%s, want\n%s", a, b)
	}
}

func TestWhatCannotBeIsNotSuggested(t *testing.T) {
	for name, values := range map[string]map[string]any{
		"nothing":       {"general.name": "x"},
		"out of range":  {"general.sampling.top_p": float32(7)},
		"no number":     {"general.sampling.temp": "warm"},
		"NaN":           {"general.sampling.temp": float32(math.NaN())},
		"unknown":       {"general.sampling.mystery": float32(1)},
		"bad sequence":  {"general.sampling.sequence": "top_k;magic"},
		"twice":         {"general.sampling.sequence": "top_k;top_k"},
		"no sequence":   {"general.sampling.sequence": ""},
		"other kind":    {"general.sampling.top_k": []int32{1}},
		"infinite":      {"general.sampling.temp": float32(math.Inf(1))},
		"huge mirostat": {"general.sampling.mirostat": uint64(1 << 60)},
	} {
		if got := suggested(keyed{values: values}); got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A file and a folder tell it when they are loaded.
func TestSuggestionsOfFilesAndFolders(t *testing.T) {
	path := changed(t, tinyModel, func(f *file) { f.set("general.sampling.temp", float32(0.35)) })
	l := start(t, LoadOptions{Context: 8, Path: path})
	info, _ := l.Info()
	if info.Sampling == nil || info.Sampling.Temperature != 0.35 || info.Sampling.TopK != 40 {
		t.Errorf("the file suggests %+v", info.Sampling)
	}
	folder := copyFolder(t, "hf/testdata/mixtral")
	config := filepath.Join(folder, "generation_config.json")
	for text, want := range map[string]float64{
		`{"do_sample": true, "temperature": 0.3, "top_p": 0.8, "top_k": 50, "repetition_penalty": 1.1}`: 0.3,
		`{"do_sample": false, "temperature": 0.3}`:                                                      0,
		`{"temperature": "auto", "min_p": 0.1}`:                                                         0.8,
		`{"temperature": 1e99, "top_p": 0.5}`:                                                           0.8,
		`{"temperature": null, "top_k": 3}`:                                                             0.8,
		`{"do_sample": "maybe", "temperature": 11}`:                                                     11,
	} {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		info, _ := start(t, LoadOptions{Context: 8, Path: folder}).Info()
		if info.Sampling == nil || info.Sampling.Temperature != want {
			t.Errorf("%s suggests %+v", text, info.Sampling)
		}
	}
	if err := os.WriteFile(config, []byte(`{"max_new_tokens": 512}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if info, _ := start(t, LoadOptions{Context: 8, Path: folder}).Info(); info.Sampling != nil {
		t.Errorf("what says nothing of it suggests %+v", info.Sampling)
	}
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "model"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(to, "model")
}
