package app_test

import (
	"context"
	"slices"
	"testing"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
)

func TestExpertNames(t *testing.T) {
	b := fast(t, 3)
	names := func(all []app.Expert) (names []string) {
		for _, e := range all {
			names = append(names, e.Name)
		}
		return names
	}
	if got := names(b.Experts("h", 3, []string{"chat", " "})); !slices.Equal(got, []string{"chat", "Expert 2", "Expert 3"}) {
		t.Errorf("they are called %q", got)
	}
	check(t, b.SetExperts("h", []app.Expert{{Name: "", Colour: 5}, {Name: "poems", Colour: 99}}))
	got := b.Experts("h", 3, []string{"chat"})
	if !slices.Equal(names(got), []string{"chat", "poems", "Expert 3"}) || got[0].Colour != 5 || got[1].Colour != 1 {
		t.Errorf("with a name of the user's they are %+v", got)
	}
	if got := b.Experts("other", 2, nil); got[1].Name != "Expert 2" {
		t.Errorf("another model's are %+v", got)
	}
}

// An experiment holds in its conversation, with its model, and stands in the reply.
func TestMixOfAConversation(t *testing.T) {
	b := fast(t, 3)
	one, other := b.conversation(), b.conversation()
	mix := engine.Mix{Used: 1, Off: []bool{false, true, false, false}}
	check(t, b.SetMix(one, mix))
	last := func() engine.Mix { all := b.engine.Requests(); return all[len(all)-1].Mix }
	r := b.send(one, "with")
	if r.err != nil || last().Used != 1 || r.finished.Reply.Mix.Used != 1 || !r.finished.Reply.Mix.Off[1] {
		t.Errorf("asked with %+v, the reply says %+v (%v)", last(), r.finished.Reply.Mix, r.err)
	}
	if r := b.send(other, "without"); !last().IsZero() || !r.finished.Reply.Mix.IsZero() {
		t.Errorf("the experiment leaks into another conversation: %+v", last())
	}
	r = follow(b.RegenerateWith(context.Background(), one, r.finished.ID, engine.Mix{}, 77))
	if all := b.engine.Requests(); !last().IsZero() || r.err != nil || all[len(all)-1].Sampling.Seed != 77 {
		t.Errorf("asked with %+v instead of none (%v)", last(), r.err)
	}
	r = follow(b.SendWith(context.Background(), other, "once", engine.Mix{Used: 3}))
	if last().Used != 3 || r.finished.Reply.Mix.Used != 3 || !b.Mix(other).IsZero() {
		t.Errorf("asked once with %+v, kept %+v", last(), b.Mix(other))
	}
	check(t, b.Close())

	b = open(t, b.dir, apptest.New(words(3), 0))
	if got := b.Mix(one); got.Used != 1 {
		t.Errorf("after a restart the experiment is %+v", got)
	}
	b.engine.Model.Hash = "another"
	if got := b.Mix(one); !got.IsZero() {
		t.Errorf("with another model the experiment is %+v", got)
	}
	b.engine.Model.Hash = "00c0ffee"
	check(t, b.SetMix(one, engine.Mix{}))
	if b.send(one, "after"); !b.engine.Requests()[0].Mix.IsZero() {
		t.Error("the experiment goes on after its end")
	}
	b.engine.Model.Experts = 0
	if b.SetMix(one, mix) == nil {
		t.Error("a dense model takes an experiment")
	}
}
