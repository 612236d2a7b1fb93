package ui

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"beyonder/app/apptest"
	"beyonder/engine"
)

// tiny is one of the models that engine/merge is tested with.
func tiny(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../engine/merge/testdata/" + name + ".gguf")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// fillMixture opens the page and fills it in.
func fillMixture(r *rig) *mixturePage {
	r.openMixture()
	m := r.mixture
	m.base.entry.SetText(tiny(r.t, "base"))
	for i, name := range []string{"chat", "code"} {
		m.rows[i].path.entry.SetText(tiny(r.t, name))
	}
	m.rows[0].name.SetText("talk")
	m.rows[0].prompts.SetText("ab c\nabc")
	m.rows[1].prompts.SetText("d ef")
	m.used.SetSelectedIndex(0)
	m.sentences.SetText("ab c\n\nd ef")
	return m
}

func (r *rig) done(m *mixturePage) {
	r.t.Helper()
	r.until("it has ended", func() bool { return m.cancel == nil })
}

func TestMakeAMixture(t *testing.T) {
	r := newRig(t, "Yes.")
	m := fillMixture(r)
	m.preview()
	if m.make.Visible() || !m.stop.Visible() || !m.ask.Disabled() {
		t.Error("while it works, another one can be started or it cannot be stopped")
	}
	r.done(m)
	if len(m.found.Objects) != 2 || m.note.text != "" {
		t.Fatalf("%d sentences were found a place; %q", len(m.found.Objects), m.note.text)
	}
	bars := m.found.Objects[0].(*fyne.Container).Objects[1].(*shareBars)
	if bars.shares[0].name != "talk" || bars.shares[0].part != 1 || bars.shares[1].name != "code" {
		t.Errorf("the first sentence goes to %+v", bars.shares)
	}
	m.build() // it has no name yet
	r.done(m)
	if !strings.Contains(m.note.text, "name") || !m.note.Visible() {
		t.Errorf("without a name it says %q", m.note.text)
	}
	m.name.SetText("two minds.gguf")
	m.build()
	r.done(m)
	path := filepath.Join(r.app.ModelsDir(), "two minds.gguf")
	if _, err := os.Stat(path); err != nil || m.note.text != "" || !m.chat.Visible() {
		t.Fatalf("made: %v; %q", err, m.note.text)
	}
	if report, err := engine.Inspect(path, 0); err != nil || report.Model.Experts != 2 {
		t.Errorf("the file holds %+v (%v)", report.Model, err)
	}
	m.talk()
	r.idle()
	if info, _ := r.app.Model(); info.Path != path || r.win.Canvas().Overlays().Top() != nil {
		t.Errorf("the model is %s", info.Path)
	}
	r.openMixture()
	if r.mixture.rows[0].name.Text != "talk" {
		t.Error("what was filled in is gone")
	}
}

func TestMixtureThatCannotBe(t *testing.T) {
	r := newRig(t, "Yes.")
	m := fillMixture(r)
	m.rows[1].path.entry.SetText("/nowhere/else.gguf")
	m.preview()
	r.done(m)
	if !strings.Contains(m.note.text, "/nowhere/else.gguf") {
		t.Errorf("an expert that is not there: %q", m.note.text)
	}
	m.removeExpert(m.rows[0])
	if len(m.rows) != 2 || !strings.Contains(m.note.text, "at least two") {
		t.Errorf("%d experts are left; %q", len(m.rows), m.note.text)
	}
	m.addExpert()
	m.show()
	if len(m.used.Options) != 3 {
		t.Errorf("of three experts %q can be at work", m.used.Options)
	}
	m.removeExpert(m.rows[2])
	m.sentences.SetText(" \n")
	m.preview()
	if !strings.Contains(m.note.text, "sentence") || m.cancel != nil {
		t.Errorf("without a sentence: %q", m.note.text)
	}
	m.rows[1].path.entry.SetText(tiny(t, "code"))
	m.name.SetText("stopped")
	m.build()
	m.end()
	r.done(m)
	if _, err := os.Stat(filepath.Join(r.app.ModelsDir(), "stopped.gguf")); err == nil && !m.chat.Visible() {
		t.Error("a mixture that was cancelled is there")
	}
}

// A model that has the name already is not written over before it was said.
func TestMixtureInThePlaceOfAnother(t *testing.T) {
	r := newRig(t, "Yes.")
	m := fillMixture(r)
	path := filepath.Join(r.app.ModelsDir(), "mine.gguf")
	if err := errors.Join(os.MkdirAll(r.app.ModelsDir(), 0o700), os.WriteFile(path, []byte("my model"), 0o600)); err != nil {
		t.Fatal(err)
	}
	is := func() string { data, _ := os.ReadFile(path); return string(data[:min(8, len(data))]) }
	m.name.SetText("mine")
	m.build()
	r.done(m)
	if is() != "my model" || !strings.Contains(m.note.text, "mine.gguf is in the models folder already") || m.make.Text != "Replace it" {
		t.Fatalf("it is %q; %q; the button says %q", is(), m.note.text, m.make.Text)
	}
	m.name.SetText("mine2")
	m.name.SetText("mine")
	if m.make.Text != "Make the mixture" || m.note.text != "" {
		t.Errorf("with another name, the button says %q; %q", m.make.Text, m.note.text)
	}
	for range 2 {
		m.build()
		r.done(m)
	}
	if is() == "my model" || m.made != path || m.make.Text != "Make the mixture" {
		t.Errorf("made is %q; %q; the button says %q", m.made, m.note.text, m.make.Text)
	}
}

// The experts have the colours of their bars, also after one was taken out.
func TestColoursOfAMixture(t *testing.T) {
	r := newRig(t, "Yes.")
	m := fillMixture(r)
	m.addExpert()
	m.removeExpert(m.rows[0])
	m.addExpert()
	for i, row := range m.rows {
		if row.square.expert != i {
			t.Errorf("expert %d has colour %d", i, row.square.expert)
		}
	}
}

// What gets the keyboard on a page that scrolls comes into view; what is not on
// that page moves nothing.
func TestTheKeyboardIsInView(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(1000, 600))
	m := fillMixture(r)
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	for _, o := range []fyne.Focusable{m.name, m.base.entry, m.make} {
		r.win.Canvas().Focus(o)
		r.followFocus()
		r.pass(50 * time.Millisecond)
		object := o.(fyne.CanvasObject)
		top := place(object).Y - place(m.scroll).Y
		if top < 0 || top+object.Size().Height > m.scroll.Size().Height {
			t.Errorf("%T stands at %v of %v", o, top, m.scroll.Size().Height)
		}
	}
	offset := m.scroll.Offset
	cross := over(r, func(b *glyphButton) bool { return strings.HasPrefix(b.tip, "Close") })
	r.win.Canvas().Focus(cross)
	r.followFocus()
	r.pass(50 * time.Millisecond)
	if m.scroll.Offset != offset {
		t.Errorf("at the cross above it, the page goes from %v to %v", offset, m.scroll.Offset)
	}
	m.detail.close()
	r.togglePanel()
	r.win.Canvas().Focus(r.number("Longest reply").entry)
	r.followFocus()
	r.pass(50 * time.Millisecond)
	if r.panel.scroll.Offset.Y == 0 {
		t.Error("the panel does not follow the keyboard")
	}
}

// Both replies to one message have the same chance, also when another conversation
// is opened meanwhile.
func TestTwoSettingsWhileAnotherConversationIsOpen(t *testing.T) {
	r := newRigWith(t, apptest.New([]string{"one", "two", "three"}, 20*time.Millisecond), t.TempDir(), Options{})
	r.engine.Model.ExpertNames = []string{"chat", "code", "story", "math"}
	r.say("Hello")
	r.sendToBoth("What is 2 + 2?", engine.Mix{Off: []bool{false, false, false, true}})
	r.until("the first is being written", func() bool { return r.job.reply != 0 })
	r.newConversation()
	r.until("both have answered", func() bool { return r.job == nil && len(r.engine.Requests()) == 3 })
	if requests := r.engine.Requests(); requests[1].Sampling.Seed != requests[2].Sampling.Seed {
		t.Errorf("the seeds are %d and %d", requests[1].Sampling.Seed, requests[2].Sampling.Seed)
	}
}

// Which experiment is compared with all experts is chosen where the message is written;
// nothing need be set up before.
func TestTheExperimentOfTwoSettingsIsChosen(t *testing.T) {
	r := newRig(t, "one", "two")
	r.engine.Model.Experts, r.engine.Model.ExpertsUsed = 4, 2
	r.engine.Model.ExpertNames = []string{"chat", "code", "story", "math"}
	r.say("Hello")
	r.openSplit()
	choice := over(r, func(*keySelect) bool { return true })
	if got := strings.Join(choice.Options, ", "); got != "without chat, without code, without story, without math, 1 expert per token" {
		t.Errorf("to be chosen: %s", got)
	}
	choice.SetSelectedIndex(3)
	r.answerModal("What is 2 + 2?", "Send to both")
	r.until("both have answered", func() bool { return r.job == nil && len(r.engine.Requests()) == 3 })
	if m := r.engine.Requests()[2].Mix; !slices.Equal(m.Off, []bool{false, false, false, true}) {
		t.Errorf("the second reply is written with %+v", m)
	}
}

func TestOneMessageToTwoSettings(t *testing.T) {
	r := newRig(t, "one", "two")
	r.engine.Model.ExpertNames = []string{"chat", "code", "story", "math"}
	r.say("Hello")
	mix := engine.Mix{Off: []bool{false, false, false, true}}
	r.setMix(mix)
	r.openSplit()
	if r.win.Canvas().Overlays().Top() == nil {
		t.Fatal("nobody asks for the message")
	}
	r.win.Canvas().Overlays().Top().Hide()
	r.sendToBoth("What is 2 + 2?", mix)
	r.until("both have answered", func() bool { return r.job == nil && len(r.engine.Requests()) == 3 })
	requests := r.engine.Requests()
	if !requests[1].Mix.IsZero() || !requests[2].Mix.Off[3] {
		t.Errorf("asked with %+v and %+v", requests[1].Mix, requests[2].Mix)
	}
	if requests[1].Sampling.Seed != requests[2].Sampling.Seed {
		t.Error("chance is not the same for both")
	}
	last := r.messages[len(r.messages)-1]
	if last.Siblings != 2 || last.Reply.Mix.IsZero() {
		t.Errorf("the last reply is one of %d with %+v", last.Siblings, last.Reply.Mix)
	}
	if r.win.Canvas().Overlays().Top() == nil {
		t.Error("the two replies are not shown side by side")
	}
}
