package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/engine"
)

// source is one of the tiny models that engine/merge is tested with.
func source(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../engine/merge/testdata/" + name + ".gguf")
	check(t, err)
	return path
}

func mixtureOf(t *testing.T) app.Mixture {
	return app.Mixture{
		Base: source(t, "base"), Used: 1, Out: filepath.Join(t.TempDir(), "mine.gguf"),
		Experts: []app.MixtureExpert{
			{Path: source(t, "chat"), Name: "talk", Prompts: []string{"ab \"c\" <d>", " "}},
			{Path: source(t, "code"), Prompts: []string{"ef: {g}\n- h"}},
		},
	}
}

func TestMakeMixture(t *testing.T) {
	b, m := fast(t, 1), mixtureOf(t)
	var last app.MixtureStep
	for step, err := range b.PreviewMixture(context.Background(), m, []string{"ab \"c\" <d>", "ef: {g}\n- h"}) {
		check(t, err)
		last = step
	}
	if len(last.Sentences) != 2 || last.Sentences[0].Shares[0] <= last.Sentences[0].Shares[1] || last.Sentences[1].Shares[1] <= last.Sentences[1].Shares[0] {
		t.Errorf("the sentences go to %+v", last.Sentences)
	}
	if _, err := os.Stat(m.Out); err == nil {
		t.Error("a preview writes the mixture")
	}
	for _, err := range b.MakeMixture(context.Background(), m) {
		check(t, err)
	}
	report, err := engine.Inspect(m.Out, 0)
	check(t, err)
	if report.Model == nil || report.Model.Experts != 2 || report.Model.ExpertsUsed != 1 {
		t.Fatalf("the file holds %+v (%s)", report.Model, report.Problem)
	}
	for _, k := range report.Metadata {
		if k.Key == "beyonder.expert.names" {
			if names := k.Value.([]any); names[0] != "talk" || names[1] != "code" {
				t.Errorf("the experts are called %v", names)
			}
		}
	}
}

func TestMixtureRefusals(t *testing.T) {
	b := fast(t, 1)
	for _, c := range []struct {
		change func(*app.Mixture)
		want   string
	}{
		{func(m *app.Mixture) { m.Base = "" }, "base model"},
		{func(m *app.Mixture) { m.Experts = m.Experts[:1] }, "at least two"},
		{func(m *app.Mixture) { m.Used = 3 }, "3 experts per token"},
		{func(m *app.Mixture) { m.Out = " " }, "a name"},
		{func(m *app.Mixture) { m.Experts[1].Path = "" }, "choose a model for expert 2"},
		{func(m *app.Mixture) { m.Experts[1].Prompts = []string{" "} }, "one prompt for expert 2"},
		{func(m *app.Mixture) { m.Experts[1].Path = "/nowhere/x.gguf" }, "/nowhere/x.gguf"},
	} {
		m := mixtureOf(t)
		c.change(&m)
		var failed error
		for _, err := range b.MakeMixture(context.Background(), m) {
			failed = err
		}
		if failed == nil || !strings.Contains(failed.Error(), c.want) || strings.Contains(failed.Error(), "\n") {
			t.Errorf("%v, want one sentence with %q", failed, c.want)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	m := mixtureOf(t)
	for range b.MakeMixture(ctx, m) {
	}
	left, err := os.ReadDir(filepath.Dir(m.Out))
	check(t, err)
	if len(left) != 0 {
		t.Errorf("a mixture that was stopped leaves %v", left)
	}
}
