package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

func TestModelCaptions(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for want, m := range map[string]app.KnownModel{
		"14.1 GB":                      {Bytes: 14_100_000_000},
		"14.1 GB, used today":          {Bytes: 14_100_000_000, Used: now.Add(-time.Hour)},
		"14.1 GB, used yesterday":      {Bytes: 14_100_000_000, Used: now.Add(-30 * time.Hour)},
		"14.1 GB, used 5 days ago":     {Bytes: 14_100_000_000, Used: now.Add(-5 * 24 * time.Hour)},
		"14.1 GB, used on 1 July 2025": {Bytes: 14_100_000_000, Used: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)},
		"a.gguf is not in /m any more": {Path: "/m/a.gguf", Missing: true},
	} {
		if got := modelCaption(m, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := modelName(app.KnownModel{Path: "/m/tiny.Q8_0.gguf"}); got != "tiny.Q8_0" {
		t.Errorf("the file is called %q", got)
	}
}

// Files of one model in several sizes carry one name: the picker tells which is which.
func TestModelsOfOneNameAreToldApart(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	p := NewModelPicker()
	p.Models = func() []app.KnownModel {
		return []app.KnownModel{{Path: "/m/x.Q4_K_M.gguf", Name: "X", Bytes: 5e9}, {Path: "/m/x.Q8_0.gguf", Name: "X", Bytes: 9e9}, {Path: "/m/y.gguf", Name: "Y", Bytes: 1e9}}
	}
	w := test.NewTempWindow(t, p)
	w.Resize(fyne.NewSize(800, 600))
	test.Tap(p)
	var captions []string
	for _, o := range test.LaidOutObjects(p.list.popup) {
		if r, ok := o.(*focusRow); ok && (r.title.text == "X" || r.title.text == "Y") {
			captions = append(captions, r.caption.text)
		}
	}
	if want := []string{"x.Q4_K_M.gguf, 5.0 GB", "x.Q8_0.gguf, 9.0 GB", "1.0 GB"}; !slices.Equal(captions, want) {
		t.Errorf("the captions are %q, not %q", captions, want)
	}
}

func TestThePickersList(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	var said []string
	p := NewModelPicker()
	p.Models = func() []app.KnownModel {
		return []app.KnownModel{{Path: "/m/a.gguf", Name: "A", Bytes: 5e9}, {Path: "/m/b.gguf", Name: "B", Missing: true}}
	}
	p.OnChoose = func(path string) { said = append(said, "choose "+path) }
	p.OnForget = func(path string) { said = append(said, "forget "+path) }
	p.OnOpen = func() { said = append(said, "open") }
	p.OnUnload = func() { said = append(said, "unload") }
	p.Set("A", "/m/a.gguf")
	w := test.NewTempWindow(t, p)
	w.Resize(fyne.NewSize(800, 600))
	row := func(title string) *focusRow {
		test.Tap(p)
		for _, o := range test.LaidOutObjects(p.list.popup) {
			if r, ok := o.(*focusRow); ok && r.title.text == title {
				return r
			}
		}
		t.Fatalf("the list has no row %q", title)
		return nil
	}
	if !row("A").selected {
		t.Error("the loaded model is not marked")
	}
	test.Tap(row("A"))
	row("B").Tapped(nil) // it is not there: nothing happens
	test.Tap(row("B").buttons[0])
	test.Tap(row("Open a file…"))
	test.Tap(row("Unload the model"))
	if want := []string{"choose /m/a.gguf", "forget /m/b.gguf", "open", "unload"}; !slices.Equal(said, want) {
		t.Errorf("said %q", said)
	}
	if p.list.popup.Visible() {
		t.Error("the list is still open")
	}
}

func TestExamplesFitTheModel(t *testing.T) {
	for model, want := range map[string][]string{
		"Beyonder-4x7B-v2":    {"Code", "Story", "Mathematics"},
		"deepseek-coder-1.3b": {"Code", "Code", "Talk"},
		"MetaMath-Mistral-7B": {"Mathematics", "Mathematics", "Code"},
		"mistral-7b-instruct": {"Talk", "Code", "Story"},
		"Silicon-Maid-7B":     {"Story", "Story", "Talk"},
	} {
		var kinds []string
		seen := map[string]bool{}
		for _, x := range examplesFor(model) {
			kinds = append(kinds, x.kind)
			seen[x.prompt] = true
		}
		if !slices.Equal(kinds, want) || len(seen) != 3 {
			t.Errorf("%s: %q", model, kinds)
		}
	}
}

func TestAnExampleFillsTheComposer(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, o := range test.LaidOutObjects(r.page) {
		if row, ok := o.(*focusRow); ok {
			test.Tap(row)
			break
		}
	}
	if want := examplesFor("Tiny Mixtral")[0].prompt; r.composer.Text() != want {
		t.Errorf("the composer holds %q", r.composer.Text())
	}
	if len(r.engine.Requests()) != 0 {
		t.Error("it was sent at once")
	}
}
