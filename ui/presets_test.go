package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/engine/sample"
)

func (r *rig) number(name string) *numberRow {
	r.t.Helper()
	for _, n := range r.seen().numbers {
		if n.field.name == name {
			return n
		}
	}
	r.t.Fatalf("there is no setting %q", name)
	return nil
}

func TestSaveAPreset(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	b := r.seen().presets
	r.number("Temperature").entry.SetText("0.35")
	if b.mark.text == "" || !b.save.Disabled() || b.saveAs.Disabled() || b.revert.Disabled() {
		t.Errorf("of a changed built-in preset: %q, save %v", b.mark.text, b.save.Disabled())
	}
	test.Tap(b.saveAs)
	r.modal.first.SetText("precise")
	r.modal.finish()
	if !r.modal.open() || !strings.Contains(r.modal.note.text, "already") {
		t.Errorf("under a name that is taken: %q", r.modal.note.text)
	}
	r.modal.first.SetText("sober")
	r.modal.finish()
	if b.choice.Selected != "sober" || b.mark.text != "" || r.seen().now.Sampling.Temperature != 0.35 {
		t.Fatalf("saved, it is %q, marked %q", b.choice.Selected, b.mark.text)
	}
	r.number("Temperature").entry.SetText("0.45")
	if b.save.Disabled() {
		t.Fatal("the reader's own preset cannot be saved")
	}
	test.Tap(b.save)
	if p, _ := r.app.Preset(r.seen().now.Preset); p.Settings.Temperature != 0.45 || b.mark.text != "" {
		t.Errorf("saved: %v, marked %q", p.Settings.Temperature, b.mark.text)
	}
	r.press("undo", "Undo")
	if p, _ := r.app.Preset(r.seen().now.Preset); p.Settings.Temperature != 0.35 || b.mark.text == "" || r.seen().now.Sampling.Temperature != 0.45 {
		t.Errorf("undone: %v, marked %q", p.Settings.Temperature, b.mark.text)
	}
	test.Tap(b.revert)
	if r.seen().now.Sampling.Temperature != 0.35 || r.number("Temperature").entry.Text != "0.35" || r.inForce().Sampling.Settings.Temperature != 0.35 {
		t.Errorf("reverted: %v", r.seen().now.Sampling.Temperature)
	}
	r.press("undo", "Undo")
	if r.inForce().Sampling.Settings.Temperature != 0.45 {
		t.Errorf("undone: %v", r.inForce().Sampling.Settings.Temperature)
	}
	b.announce(presetDelete)
	if _, listed := slices.BinarySearch(b.keys, "x"); listed || b.choice.Selected != "sober" || r.inForce().Sampling.Settings.Temperature != 0.45 {
		t.Errorf("deleted, the conversation has %q, %v", b.choice.Selected, r.inForce().Sampling.Settings.Temperature)
	}
	r.newConversation()
	if slices.Contains(b.choice.Options, "sober") {
		t.Error("a deleted preset is offered")
	}
	r.press("undo", "Undo")
	if !slices.Contains(b.choice.Options, "sober") {
		t.Error("the deletion is not undone")
	}
}

// Choosing another preset over values that are in none can be undone.
func TestAPresetOverUnsavedValues(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	b := r.seen().presets
	b.choice.SetSelectedIndex(slices.Index(b.keys, "creative"))
	if r.cards.shown["undo"] != nil || r.inForce().Sampling.Settings.Temperature != 1.1 {
		t.Errorf("nothing was lost, and yet %q", r.cardText("undo"))
	}
	r.number("Top-k").entry.SetText("7")
	b.choice.SetSelectedIndex(slices.Index(b.keys, "precise"))
	if r.inForce().Sampling.Settings.TopK != 40 {
		t.Errorf("top-k is %v", r.inForce().Sampling.Settings.TopK)
	}
	r.press("undo", "Undo")
	if f := r.inForce(); f.Sampling.Settings.TopK != 7 || f.Sampling.Preset != "creative" || b.choice.Selected != "creative" || b.mark.text == "" {
		t.Errorf("undone: %+v, %q", f.Sampling, b.choice.Selected)
	}
}

func TestWhatDiffers(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	d := r.seen().presets.differ
	r.number("Temperature").entry.SetText("0.35")
	r.number("Top-k").entry.SetText("off")
	for _, l := range r.seen().lists {
		if l.field.name == "Stop at" {
			l.row.entry.SetText("END\nSTOP")
		}
	}
	r.panel.Flush()
	if d.fold.title.text != "What differs: 3 settings" {
		t.Errorf("it says %q", d.fold.title.text)
	}
	test.Tap(d.fold)
	var got []string
	for _, x := range d.shown {
		got = append(got, x.name+": "+x.preset+" → "+x.yours)
	}
	if !slices.Equal(got, []string{"Temperature: 0.8 → 0.35", "Top-k: 40 → Off", "Stop at: None → END, STOP"}) {
		t.Errorf("the differences are %q", got)
	}
	d.undo(d.shown[2])
	d.undo(d.shown[1])
	if s := r.inForce().Sampling.Settings; s.TopK != 40 || len(s.Stop) != 0 || s.Temperature != 0.35 || len(d.shown) != 1 {
		t.Errorf("two taken back: %+v", s)
	}
	n := r.number("Temperature")
	if !n.back.Visible() || r.number("Top-k").back.Visible() || r.number("Context size").back.Visible() {
		t.Error("the wrong fields are marked")
	}
	test.Tap(n.back)
	if r.inForce().Sampling.Settings.Temperature != 0.8 || n.back.Visible() || len(d.shown) != 0 || r.seen().presets.mark.text != "" {
		t.Errorf("the last one taken back: %v", r.inForce().Sampling.Settings.Temperature)
	}
}

// Every setting that may differ is told, and taking it back leaves nothing.
func TestEveryDifferenceIsTold(t *testing.T) {
	test.NewTempApp(t)
	for _, from := range sample.Presets() {
		for _, to := range sample.Presets() {
			changed := app.Sampling{Settings: to.Settings}.Clone().Settings
			changed.LogitBias, changed.Banned, changed.Seed = map[int32]float64{7: 1}, []string{"x"}, 5
			for _, d := range differences(from.Settings, changed) {
				if d.undo == nil {
					t.Errorf("%s to %s: %q cannot be taken back alone", from.Name, to.Name, d.name)
					continue
				}
				d.undo(&changed, from.Settings)
			}
			if left := differences(from.Settings, changed); len(left) != 0 || !app.SameSampling(from.Settings, changed) {
				t.Errorf("%s to %s: there is left %+v", from.Name, to.Name, left)
			}
		}
	}
}

func TestWhichPromptCounts(t *testing.T) {
	test.NewTempApp(t)
	ada, work := app.Assistant{ID: 1, Name: "Ada", System: "A"}, app.Folder{ID: 2, Name: "Work", System: "F"}
	for _, c := range []struct {
		own       string
		assistant app.Assistant
		folder    app.Folder
		says      string
		text      string
	}{
		{"", app.Assistant{}, app.Folder{}, "told nothing", ""},
		{"", app.Assistant{}, work, "folder “Work” counts", "F"},
		{"", ada, app.Folder{}, "assistant “Ada” counts", "A"},
		{" ", ada, work, "“Ada” counts, before that of the folder “Work”", "A"},
		{"own", ada, work, "This one counts. That of the assistant “Ada” does not", ""},
		{"own", app.Assistant{}, work, "This one counts. That of the folder “Work” does not", ""},
		{"own", app.Assistant{}, app.Folder{}, "This one counts.", ""},
	} {
		source, text := promptSource(app.InForce{Assistant: c.assistant, Folder: c.folder}, c.own)
		if !strings.Contains(source, c.says) || text != c.text {
			t.Errorf("%q, %s, %s: %q %q", c.own, c.assistant.Name, c.folder.Name, source, text)
		}
	}
}

// New conversations can be made to begin as this one; those there are stay.
func TestBeginLikeThis(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	r.say("hello")
	first := r.current
	r.number("Temperature").entry.SetText("0.35")
	r.seen().presets.announce(presetBegin)
	r.newConversation()
	if r.inForce().Sampling.Settings.Temperature != 0.35 || !strings.Contains(r.seen().presets.origin.text, "Tiny Mixtral") {
		t.Errorf("a new one begins with %v: %q", r.inForce().Sampling.Settings.Temperature, r.seen().presets.origin.text)
	}
	r.say("hello")
	r.seen().presets.announce(presetBeginForget)
	r.newConversation()
	if r.inForce().Sampling.Settings.Temperature != 0.8 {
		t.Errorf("forgotten, a new one begins with %v", r.inForce().Sampling.Settings.Temperature)
	}
	r.open(first)
	test.Tap(r.seen().presets.back)
	if r.inForce().Sampling.Settings.Temperature != 0.8 || r.seen().presets.back.Visible() {
		t.Errorf("taken back, the first has %v", r.inForce().Sampling.Settings.Temperature)
	}
}

// What a model suggests is a preset, and new conversations begin with it.
func TestFromTheModel(t *testing.T) {
	e := newTestEngine()
	s := sample.Presets()[0].Settings
	s.Temperature = 0.61
	e.Model.Sampling = &s
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.togglePanel()
	b := r.seen().presets
	if b.choice.Selected != "From the model" || b.mark.text != "" || r.number("Temperature").entry.Text != "0.61" || !strings.Contains(b.about.text, "file") {
		t.Errorf("it begins with %q, %q, %q", b.choice.Selected, r.number("Temperature").entry.Text, b.about.text)
	}
}

// Presets in the trash can be brought back, or deleted for good.
func TestDeletedPresets(t *testing.T) {
	r := newRig(t, "Yes.")
	p, err := r.app.NewPreset("sober", sample.Neutral())
	if err != nil {
		t.Fatal(err)
	}
	press := func(label string) {
		t.Helper()
		for _, o := range test.LaidOutObjects(r.win.Canvas().Overlays().Top()) {
			if b, ok := o.(*pushButton); ok && b.Text == label {
				test.Tap(b)
				return
			}
		}
		t.Fatalf("there is no button %q", label)
	}
	for _, label := range []string{"Restore", "Delete for good"} {
		if err := r.app.DeletePreset(p.ID); err != nil {
			t.Fatal(err)
		}
		r.showDeletedPresets()
		press(label)
		if trash, err := r.app.TrashedPresets(); len(trash) != 0 || err != nil {
			t.Errorf("%s: in the trash are %+v (%v)", label, trash, err)
		}
		_, there := r.app.Preset(p.Key)
		if there != (label == "Restore") {
			t.Errorf("%s: it is there: %v", label, there)
		}
	}
	press("Close")
}
