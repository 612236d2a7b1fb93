package app_test

import (
	"context"
	"slices"
	"testing"

	"beyonder/app"
)

func TestCompareReplies(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	first := b.send(id, "x")
	s := b.inForce(id).Sampling
	s.Settings.Temperature, s.Settings.Seed, s.Settings.Stop = 1.25, 7, []string{"END"}
	check(t, b.SetSampling(id, s))
	check(t, b.SetSystem(id, "Be brief."))
	b.engine.Model.Name, b.engine.Model.Hash = "Another", "99"
	second := follow(b.Regenerate(context.Background(), id, first.finished.ID))
	got, err := b.CompareReplies(id, first.finished.ID, second.finished.ID)
	check(t, err)
	names := map[string]app.Difference{}
	for _, d := range got {
		names[d.Name] = d
	}
	for _, want := range []app.Difference{
		{Name: "Model", Was: "Tiny Mixtral", Is: "Another"}, {Name: "Temperature", Was: names["Temperature"].Was, Is: "1.25"},
		{Name: "Stop", Was: "none", Is: `["END"]`}, {Name: "Prompt", Was: "19 characters", Is: "37 characters"},
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%+v is missing in %+v", want, got)
		}
	}
	if names["Seed"].Is != "7" || len(got) != 5 {
		t.Errorf("the differences are %+v", got)
	}
	begun := follow(b.RegenerateFrom(context.Background(), id, first.finished.ID, "Well,"))
	if got, err := b.CompareReplies(id, second.finished.ID, begun.finished.ID); len(got) != 0 || err != nil {
		t.Errorf("begun with given words, it differs in %+v (%v)", got, err)
	}
	if same, err := b.CompareReplies(id, first.finished.ID, first.finished.ID); len(same) != 0 || err != nil {
		t.Errorf("a reply differs from itself in %+v (%v)", same, err)
	}
	if none, err := b.CompareReplies(id, first.user.ID, first.finished.ID); none != nil || err != nil {
		t.Errorf("a question and a reply: %+v (%v)", none, err)
	}
}
