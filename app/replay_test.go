package app_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/engine"
)

func TestTrail(t *testing.T) {
	b := fast(t, 5)
	id := b.conversation()
	r := b.send(id, "What is a router?")
	trail, err := b.Trail(id, r.finished.ID)
	check(t, err)
	if len(trail.Parts) != 1 || trail.Given() != 0 {
		t.Fatalf("the trail is %+v", trail)
	}
	p := trail.Parts[0]
	text := ""
	for _, token := range p.Tokens {
		if len(token.Top) != 5 {
			t.Errorf("a token has the alternatives %+v", token.Top)
		}
		text += r.text[len(text) : len(text)+token.Bytes]
	}
	if text != r.text || !strings.Contains(p.Sent.Text, "What is a router?") || p.Hash != "00c0ffee" || p.KV != "f16" || p.Done.Reason != engine.StopEnd {
		t.Errorf("it is %+v with the text %q", p, text)
	}
	s := b.Settings()
	s.Alternatives = false
	check(t, b.SetSettings(s))
	r = b.send(id, "And without?")
	trail, err = b.Trail(id, r.finished.ID)
	check(t, err)
	if top := trail.Parts[0].Tokens[0].Top; top != nil {
		t.Errorf("alternatives were kept: %+v", top)
	}
}

func TestTrailOfAReplyGoneOnWith(t *testing.T) {
	b := fast(t, 5)
	id := b.conversation()
	r := follow(b.SendFrom(context.Background(), id, "x", "Well,"))
	on := follow(b.Continue(context.Background(), id, r.finished.ID))
	trail, err := b.Trail(id, r.finished.ID)
	check(t, err)
	if len(trail.Parts) != 2 || trail.Given() != 5 || trail.Parts[1].At != len(r.finished.Text) {
		t.Fatalf("the trail is %+v", trail)
	}
	again := follow(b.Replay(context.Background(), id, r.finished.ID))
	if again.err != nil || !again.replayed.Same || again.replayed.Now != on.finished.Text {
		t.Errorf("replayed it is %+v (%v)", again.replayed, again.err)
	}
}

func TestReplayTellsWhatDiffers(t *testing.T) {
	b := fast(t, 5)
	id := b.conversation()
	r := b.send(id, "x")
	before := b.messages(id)
	b.engine.Words = strings.Fields("all that was gold")
	b.engine.Model.Device = "OpenGL 4.6 (another card)"
	got := follow(b.Replay(context.Background(), id, r.finished.ID))
	if got.err != nil || got.kinds != "text replayed" {
		t.Fatalf("the events are %q (%v)", got.kinds, got.err)
	}
	want := app.Replayed{
		Was: r.text, Now: "all that was gold", At: len("all that "),
		Differences: []app.Difference{{Name: "Device", Was: "CPU (portable)", Is: "OpenGL 4.6 (another card)"}},
	}
	if !reflect.DeepEqual(*got.replayed, want) {
		t.Errorf("replayed it is %+v, want %+v", *got.replayed, want)
	}
	if !reflect.DeepEqual(b.messages(id), before) {
		t.Error("the conversation has changed")
	}
	if asked := b.engine.Requests()[1]; asked.Replay == nil || asked.Sampling.Seed != r.finished.Reply.Done.Seed || asked.Messages != nil {
		t.Errorf("the engine was asked for %+v", asked)
	}
	name := b.engine.Model.Name
	b.engine.Model.Hash = "another"
	if got := follow(b.Replay(context.Background(), id, r.finished.ID)); got.err == nil || !strings.Contains(got.err.Error(), "another file of the name "+name) {
		t.Errorf("with another file of the same name: %v", got.err)
	}
	b.engine.Model.Name = "Another"
	if got := follow(b.Replay(context.Background(), id, r.finished.ID)); got.err == nil || !strings.Contains(got.err.Error(), "by Tiny Mixtral: load") {
		t.Errorf("with another model: %v", got.err)
	}
	if got := follow(b.Replay(context.Background(), id, r.user.ID)); !errors.Is(got.err, app.ErrNoTrail) {
		t.Errorf("of the question: %v", got.err)
	}
}

func TestReplayOfAStoppedReplyStopsThere(t *testing.T) {
	b := fast(t, 6)
	id := b.conversation()
	seen := 0
	for e := range b.Send(context.Background(), id, "x") {
		if seen += len(e.Tokens); seen == 3 {
			break
		}
	}
	m := b.messages(id)[1]
	got := follow(b.Replay(context.Background(), id, m.ID))
	if got.err != nil || !got.replayed.Same {
		t.Errorf("replayed it is %+v (%v), it was %q", got.replayed, got.err, m.Text)
	}
}

// On a real engine, a conversation whose prompts were mostly in the cache is
// repeated by a program that has read nothing yet.
func TestReplayOnTheEngine(t *testing.T) {
	dir := t.TempDir()
	start := func() *bench {
		local := engine.NewLocal()
		a, err := app.Open(app.Options{Dir: dir, Engine: local})
		check(t, err)
		t.Cleanup(func() { a.Close(); local.Close() })
		for _, err := range a.Load(context.Background(), "../engine/testdata/mixtral-Q2_K.gguf", false) {
			check(t, err)
		}
		return &bench{App: a, t: t, dir: dir}
	}
	b := start()
	s := b.Settings()
	s.Template, s.Sampling.MaxTokens, s.Sampling.Temperature = "chatml", 24, 1.5
	check(t, b.SetSettings(s))
	id := b.conversation()
	ask := strings.Repeat("tell me of gold that does not glitter, ", 6)
	first := b.send(id, ask)
	follow(b.Continue(context.Background(), id, first.finished.ID))
	second := b.send(id, "and of those who wander")
	third := follow(b.RegenerateFrom(context.Background(), id, second.finished.ID, "They are"))
	if third.finished.Reply.Done.ReusedTokens == 0 {
		t.Error("nothing was in the cache: this shows little")
	}
	check(t, b.Close())

	b = start()
	for _, m := range []app.ID{third.finished.ID, second.finished.ID, first.finished.ID} {
		got := follow(b.Replay(context.Background(), id, m))
		if got.err != nil || !got.replayed.Same || len(got.replayed.Differences) > 0 {
			t.Errorf("replayed it is %+v (%v)", got.replayed, got.err)
		} else if given := map[app.ID]int{third.finished.ID: len("They are")}[m]; got.replayed.Given != given {
			t.Errorf("%d bytes were not written again, not %d", got.replayed.Given, given)
		}
	}
	experiment := follow(b.RegenerateWith(context.Background(), id, first.finished.ID, engine.Mix{Used: 1}, -1))
	if got := follow(b.Replay(context.Background(), id, experiment.finished.ID)); got.err != nil || !got.replayed.Same || experiment.text == first.text {
		t.Errorf("replayed the experiment is %+v (%v)", got.replayed, got.err)
	}
	data, _ := b.TrailSize(id, third.finished.ID)
	t.Logf("the trail of %d tokens takes %d bytes", third.finished.Reply.Done.NewTokens, data)
}

func FuzzDecodeTrail(f *testing.F) {
	for _, trail := range []app.Trail{{}, {Parts: []app.TrailPart{
		{At: 2, Model: "m", Sent: engine.Sent{Text: "user: x", IDs: []int32{1, 2}, Parts: []engine.Part{{Bytes: 6, Tokens: 1}, {Role: "user", Bytes: 1, Tokens: 1}}, Steps: []engine.Step{{Tokens: 1, Times: 2}}},
			Tokens: []engine.Token{{ID: 3, Bytes: 4, Logprob: -0.5, Top: []engine.Alternative{{ID: 3, Text: "word", Logprob: -0.5}}}}},
		{At: 6},
	}}} {
		data, err := app.EncodeTrail(&trail)
		check(f, err)
		f.Add(data)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		trail, err := app.DecodeTrail(data)
		if err != nil {
			return
		}
		again, err := app.EncodeTrail(&trail)
		check(t, err)
		if back, err := app.DecodeTrail(again); err != nil || len(back.Parts) != len(trail.Parts) {
			t.Errorf("%+v came back as %+v (%v)", trail, back, err)
		}
	})
}
