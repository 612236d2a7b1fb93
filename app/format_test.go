package app_test

import (
	"context"
	"regexp"
	"testing"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/sample"
)

// A reply of a given form that was begun by the user and cut twice is gone on with
// until it is whole, and repeated by a program that has read nothing yet.
func TestFormatThroughContinueAndReplay(t *testing.T) {
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
	s.Template, s.Sampling.MaxTokens = "chatml", 8
	s.Sampling.Format, s.Sampling.Grammar, s.Sampling.Schema = sample.GBNF, `root ::= "It is" ([a-z ] | "é"){30} "!"`, "unused"
	check(t, b.SetSettings(s))
	id := b.conversation()
	r := follow(b.SendFrom(context.Background(), id, "What is it?", "It is"))
	for range 30 {
		if r.err != nil {
			t.Fatal(r.err)
		}
		if r.finished.Reply.Done.Reason == engine.StopEnd {
			break
		}
		r = follow(b.Continue(context.Background(), id, r.finished.ID))
	}
	if text := r.finished.Text; !regexp.MustCompile(`^It is[a-zé ]{30}!$`).MatchString(text) {
		t.Errorf("the reply is %q, ended by %s", text, r.finished.Reply.Done.Reason)
	}
	if kept := r.finished.Reply.Done.Sampling; kept.Format != sample.GBNF || kept.Grammar == "" || kept.Schema != "" {
		t.Errorf("it was kept as written with %+v", kept)
	}
	if len(r.finished.Reply.Earlier) < 2 {
		t.Error("it was hardly cut: this shows little")
	}
	check(t, b.Close())
	b = start()
	if got := follow(b.Replay(context.Background(), id, r.finished.ID)); got.err != nil || !got.replayed.Same {
		t.Errorf("replayed it is %+v (%v)", got.replayed, got.err)
	}
}
