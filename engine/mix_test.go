package engine

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// mixed asks the same with other experts.
func mixed(t *testing.T, l *Local, m Mix) answer {
	t.Helper()
	return ask(t, l, Request{Messages: user("Which of you answers?"), Sampling: settings(5, 12), Routes: true, Mix: m})
}

// atWork is how often each expert was chosen.
func (a answer) atWork(experts int) []int {
	n := make([]int, experts)
	for _, token := range a.tokens {
		for _, r := range token.Routes {
			for _, e := range r.Experts {
				n[e]++
			}
		}
	}
	return n
}

func TestMix(t *testing.T) {
	l := start(t, LoadOptions{})
	info, _ := l.Info()
	plain := mixed(t, l, Mix{})
	used := func(a answer) int { return len(a.tokens[0].Routes[0].Experts) }
	if used(plain) != info.ExpertsUsed || slices.Contains(plain.atWork(info.Experts), 0) {
		t.Fatalf("without an experiment %v are at work, %d of them per token", plain.atWork(info.Experts), used(plain))
	}

	off := make([]bool, info.Experts)
	off[1] = true
	without := mixed(t, l, Mix{Off: off})
	if n := without.atWork(info.Experts); n[1] != 0 || without.text == plain.text {
		t.Errorf("expert 1 is off, but at work are %v; the text is %q, with all %q", n, without.text, plain.text)
	}
	if again := mixed(t, l, Mix{Off: off}); again.text != without.text || again.done.ReusedTokens == 0 {
		t.Errorf("the same experiment says %q, then %q (%d tokens reused)", without.text, again.text, again.done.ReusedTokens)
	}
	back := mixed(t, l, Mix{})
	if back.text != plain.text || back.done.ReusedTokens != 0 {
		t.Errorf("after the experiment the model says %q with %d reused tokens, before it %q", back.text, back.done.ReusedTokens, plain.text)
	}

	favour := make([]float32, info.Experts)
	favour[2] = mostFavour
	if n := mixed(t, l, Mix{Favour: favour}).atWork(info.Experts); n[2] != 12*info.Layers {
		t.Errorf("expert 2 is favoured as far as possible, and at work are %v", n)
	}
	for n := 1; n <= info.Experts; n++ {
		if a := mixed(t, l, Mix{Used: n}); used(a) != n {
			t.Errorf("%d experts per token were asked for, %d are at work", n, used(a))
		}
	}
	for e := range off {
		off[e] = e != 3
	}
	if a := mixed(t, l, Mix{Off: off}); used(a) != 1 || a.tokens[3].Routes[0].Experts[0] != 3 || a.tokens[3].Routes[0].Weights[0] != 1 {
		t.Errorf("with one expert on, at work are %+v", a.tokens[3].Routes[0])
	}
	if again := mixed(t, l, Mix{}); !reflect.DeepEqual(again.ids(), plain.ids()) {
		t.Error("after all experiments the model answers otherwise than before")
	}
}

// What is no reply is computed without an experiment.
func TestMixEndsWithTheReply(t *testing.T) {
	l := start(t, LoadOptions{})
	last := func() []float32 {
		var row []float32
		for logits, err := range l.Logits(context.Background(), []int32{1, 50, 60}) {
			if err != nil {
				t.Fatal(err)
			}
			row = slices.Clone(logits)
		}
		return row
	}
	before := last()
	mixed(t, l, Mix{Used: 4})
	if !slices.Equal(before, last()) {
		t.Error("logits after an experiment are other ones")
	}
}

func TestMixRefusals(t *testing.T) {
	l := start(t, LoadOptions{})
	for _, c := range []struct {
		mix  Mix
		want string
	}{
		{Mix{Used: 5}, "the model has 4"},
		{Mix{Used: -1}, "-1 experts"},
		{Mix{Off: []bool{true, true, true, true}}, "all experts are switched off"},
		{Mix{Off: []bool{true}}, "another model"},
		{Mix{Favour: []float32{1, 2, 3, 1e9}}, "expert 4"},
	} {
		_, err := tryAsk(l, Request{Messages: user("x"), Sampling: settings(1, 2), Mix: c.mix})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.mix, err, c.want)
		}
	}
	if _, err := (Mix{Used: 1}).of(0, 0); err == nil {
		t.Error("a dense model takes an experiment")
	}
}
