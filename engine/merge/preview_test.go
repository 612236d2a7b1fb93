package merge

import (
	"context"
	"math"
	"strings"
	"testing"
)

const hiddenMoE = `base_model: base.gguf
gate_mode: hidden
experts_per_token: 2
experts:
- {source_model: chat.gguf, positive_prompts: [ab c]}
- {source_model: code.gguf, positive_prompts: [d ef]}
- {source_model: math.gguf, positive_prompts: [" gh i"]}
`

func previewed(t *testing.T, config string, sentences ...string) (found []Sentence, steps int, err error) {
	t.Helper()
	for p, err := range Preview(context.Background(), Options{Config: inTestdata(t, config)}, sentences) {
		if err != nil {
			return nil, steps, err
		}
		steps++
		if p.Sentences != nil {
			found = p.Sentences
		}
	}
	return found, steps, nil
}

// What an expert's router was made from goes to that expert.
func TestPreview(t *testing.T) {
	prompts := []string{"ab c", "d ef", " gh i"}
	found, steps, err := previewed(t, hiddenMoE, prompts...)
	if err != nil || len(found) != 3 || steps < 7 {
		t.Fatalf("%d sentences in %d steps (%v)", len(found), steps, err)
	}
	for e, s := range found {
		sum := 0.0
		for other, part := range s.Shares {
			sum += part
			if other != e && part >= s.Shares[e] {
				t.Errorf("%q goes to expert %d: %v", s.Text, other, s.Shares)
			}
		}
		if s.Text != prompts[e] || math.Abs(sum-1) > 1e-9 {
			t.Errorf("%q: the parts add up to %v", s.Text, sum)
		}
	}
}

func TestPreviewRefusals(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{plainMoE, "gate_mode is hidden"},
		{strings.Replace(hiddenMoE, "math.gguf", "nowhere.gguf", 1), "nowhere.gguf"},
	} {
		if _, _, err := previewed(t, c.config, "a"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for _, err := range Preview(ctx, Options{Config: inTestdata(t, hiddenMoE)}, []string{"a"}) {
		if err != nil {
			return
		}
	}
	t.Error("a preview that was stopped ends without an error")
}

func TestChosen(t *testing.T) {
	got := chosen([]float64{1, 3, 2, 3}, 2)
	if got[0] != 0 || got[2] != 0 || math.Abs(got[1]-0.5) > 1e-12 || math.Abs(got[3]-0.5) > 1e-12 {
		t.Errorf("chosen %v", got)
	}
	if got := chosen([]float64{0, 1e4}, 2); got[1] < 0.999 {
		t.Errorf("chosen %v", got)
	}
}
