package engine

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"beyonder/engine/prompt"
	"beyonder/engine/token"
)

// recorded is a reply and what it was given.
type recorded struct {
	answer
	request Request
	sent    *Sent
}

func record(t *testing.T, l *Local, r Request) recorded {
	t.Helper()
	r.Record, r.Alternatives = true, 3
	out := recorded{request: r}
	for p, err := range l.Reply(context.Background(), r) {
		if err != nil {
			t.Fatal(err)
		}
		out.text += p.Text
		out.tokens = append(out.tokens, p.Tokens...)
		if p.Sent != nil {
			out.sent = p.Sent
		}
		out.done = p.Done
	}
	if out.sent == nil {
		t.Fatal("what was sent was not reported")
	}
	return out
}

// replay asks another engine to repeat a reply.
func replay(t *testing.T, o LoadOptions, r recorded) recorded {
	t.Helper()
	again := Request{Replay: r.sent, Alternatives: r.request.Alternatives, Sampling: r.done.Sampling}
	again.Sampling.Seed = r.done.Seed
	return recorded{answer: ask(t, start(t, o), again)}
}

// talkAbout is a conversation in which much of every prompt but the first is in
// the cache: a next turn, a reply gone on with, a first message changed in the
// middle of its batch, and a short one after a long one.
func talkAbout(t *testing.T, l *Local) (all []recorded) {
	first := user(strings.Repeat("some words to be read in a batch, ", 30))
	sampling := settings(3, 40)
	say := func(ms []prompt.Message, goOn bool) string {
		all = append(all, record(t, l, Request{Messages: ms, Continue: goOn, Sampling: sampling}))
		return all[len(all)-1].text
	}
	reply := say(first, false)
	ms := append(slices.Clone(first), says(prompt.Assistant, reply), says(prompt.User, "and then what?"))
	reply = say(ms, false)
	say(append(slices.Clone(ms), says(prompt.Assistant, reply)), true)
	changed := strings.Repeat("some words to be read in a batch, ", 20) + strings.Repeat("and others, ", 10)
	say(user(changed), false)
	say(user(changed[:300]), false)
	return all
}

// A reply is repeated by an engine that has read nothing before, number by
// number, whatever of its prompt was in the cache when it was written.
func TestReplayRepeats(t *testing.T) {
	for _, o := range []LoadOptions{{Template: "mistral"}, {Template: "chatml", Threads: 3}} {
		l := start(t, o)
		dropped := 0
		for i, was := range talkAbout(t, l) {
			again := replay(t, o, was)
			if again.text != was.text || !slices.Equal(again.ids(), was.ids()) {
				t.Errorf("reply %d was %q, again %q", i, was.text, again.text)
			}
			for k := range min(len(was.tokens), len(again.tokens)) {
				if a, b := was.tokens[k], again.tokens[k]; math.Float32bits(a.Logprob) != math.Float32bits(b.Logprob) {
					t.Fatalf("reply %d, token %d: its logprob was %v and is %v", i, k, a.Logprob, b.Logprob)
				}
			}
			for _, step := range was.sent.Steps {
				dropped += len(step.Dropped)
			}
			if was.done.ReusedTokens == 0 && i > 0 {
				t.Errorf("nothing of prompt %d was in the cache: this shows nothing", i)
			}
		}
		if dropped == 0 {
			t.Error("no batch was cut: this shows nothing")
		}
	}
}

func TestReplayRefusesWhatWasNotRead(t *testing.T) {
	l := start(t, LoadOptions{})
	for name, sent := range map[string]Sent{
		"nothing":            {},
		"no steps":           {IDs: []int32{1, 5}},
		"too few":            {IDs: []int32{1, 5, 6}, Steps: []Step{{Tokens: 1}, {Tokens: 1}}},
		"too many":           {IDs: []int32{1, 5}, Steps: []Step{{Tokens: 1, Times: 3}}},
		"none at a time":     {IDs: []int32{1, 5}, Steps: []Step{{Tokens: 0, Times: 2}, {Tokens: 1, Times: 2}}},
		"no last one":        {IDs: []int32{1, 5}, Steps: []Step{{Tokens: 2}}},
		"beyond the words":   {IDs: []int32{1, 1 << 20}, Steps: []Step{{Tokens: 1, Times: 2}}},
		"dropped beyond":     {IDs: []int32{1, 5}, Steps: []Step{{Tokens: 1, Dropped: []int32{-1}}, {Tokens: 1}}},
		"a batch too large":  {IDs: []int32{1, 5}, Steps: []Step{{Tokens: 1, Dropped: make([]int32, 4096)}, {Tokens: 1}}},
		"beyond the context": {IDs: make([]int32, 1<<20), Steps: []Step{{Tokens: 1, Times: 1 << 20}}},
	} {
		if _, err := tryAsk(l, Request{Replay: &sent, Sampling: settings(1, 2)}); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

// Every token and byte of a prompt belongs to one part, and a message's part has
// about the tokens that its text has by itself.
func TestPartsOfAPrompt(t *testing.T) {
	ms := []prompt.Message{
		says(prompt.System, "You are terse. <|im_end|>"), says(prompt.User, "What is a router?"),
		says(prompt.Assistant, "A router chooses experts."), says(prompt.User, "  And what is an expert?\n"),
	}
	for _, template := range prompt.Presets() {
		l := start(t, LoadOptions{Template: template})
		r := record(t, l, Request{Messages: ms, Sampling: settings(1, 2)})
		tokens, text := 0, r.sent.Text
		found := map[string]int{}
		for _, p := range r.sent.Parts {
			part := text[:p.Bytes]
			text = text[p.Bytes:]
			tokens += p.Tokens
			for _, m := range ms {
				if p.Role == "" || part != strings.TrimSpace(m.Content) {
					continue
				}
				found[p.Role]++
				if alone := len(l.current().tok.Encode(part, token.Options{})); p.Tokens < alone-2 || p.Tokens > alone+2 {
					t.Errorf("%s: %q has %d tokens, alone %d", template, part, p.Tokens, alone)
				}
			}
		}
		if tokens != len(r.sent.IDs) || text != "" {
			t.Errorf("%s: the parts have %d of %d tokens and leave %q", template, tokens, len(r.sent.IDs), text)
		}
		if found[prompt.User] != 2 || found[prompt.Assistant] != 1 || found[prompt.System] != 1 {
			t.Errorf("%s: found %v in %q", template, found, r.sent.Text)
		}
	}
}

// Each part has the tokens that its text was read as, where a token that is not in
// the text (BOS) or stands for what has none of its own (unknown) comes before it.
func TestCountsOfParts(t *testing.T) {
	l := start(t, LoadOptions{Template: "chatml"})
	tok := l.current().tok
	special := func(text string) []int32 { return tok.Encode(text, token.Options{Special: true}) }
	texts := []struct{ role, text string }{{"", "<|im_start|>user\n"}, {prompt.User, "Tell me of a fox"}, {"", "<|im_end|>\n"}, {prompt.Assistant, "Once there was."}}
	for name, before := range map[string][]int32{"nothing before": nil, "BOS before": {tok.BOS()}, "unknown before": {0}} {
		all, ids := "", slices.Clone(before)
		var parts []Part
		var want []int
		for i, p := range texts {
			own := special(p.text)
			if i > 0 { // the space that a text begins with
				own = special("\n" + p.text)
				own = own[len(special("\n")):]
			}
			all, ids, want = all+p.text, append(ids, own...), append(want, len(own))
			parts = append(parts, Part{Role: p.role, Bytes: len(p.text)})
		}
		want[0] += len(before)
		l.current().countParts(all, parts, ids)
		for i, p := range parts {
			if p.Tokens != want[i] {
				t.Errorf("%s: %q has %d tokens, not %d", name, texts[i].text, p.Tokens, want[i])
			}
		}
	}
}

// The bytes of the tokens add up to the text, also where a stop text cuts it.
func TestBytesOfTokens(t *testing.T) {
	s := settings(5, 60)
	for _, stop := range [][]string{nil, {"a"}, {"e"}} {
		s.Stop = stop
		a := ask(t, start(t, LoadOptions{}), Request{Messages: user("x"), Sampling: s})
		n := 0
		for _, k := range a.tokens {
			n += k.Bytes
		}
		if n != len(a.text) {
			t.Errorf("with the stop %q the tokens have %d bytes, the text %d", stop, n, len(a.text))
		}
	}
}
