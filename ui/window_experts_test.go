package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"beyonder/app"
	"beyonder/engine"
)

func expertsScreen(r *rig) {
	r.engine.Model.ExpertNames, r.engine.Model.Layers = []string{"chat", "code", "story", "math"}, 9
	r.newConversation()
	r.say("What is a mixture of experts?")
	r.toggleColours()
	if !r.root.Objects[framePanel].Visible() {
		r.toggleExperts()
	}
}

func tokenScreen(r *rig) {
	expertsScreen(r)
	r.setMix(engine.Mix{Off: []bool{false, false, false, true}})
	r.say("And now?")
	r.pointAt("knows")
}

// pointAt puts the pointer on a word of the transcript.
func (r *rig) pointAt(word string) {
	r.t.Helper()
	at, found := textPlace(r.transcript, word)
	if !found {
		r.t.Fatalf("%q is not on the page", word)
	}
	seen(r.transcript, fyne.Position{}, func(o fyne.CanvasObject, p fyne.Position) {
		if text, ok := o.(*canvas.Text); ok && strings.Contains(text.Text, word) {
			before, _, _ := strings.Cut(text.Text, word)
			size, _ := measure(before, face{text.TextSize, text.TextStyle})
			at = p.AddXY(size.Width+8, 8) // of the last one
		}
	})
	r.transcript.view.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: onPage(r.transcript, at)}})
}

func TestRepliesAreColouredByExpert(t *testing.T) {
	r := newRig(t, "one", "two", "three", "four")
	r.engine.Model.ExpertNames = []string{"chat", "code", "story", "math"}
	r.say("Who are you?")
	reply := r.messages[1]
	bubble := r.transcript.view.byID[uint64(reply.ID)]
	if len(bubble.tinting.tints) != 0 {
		t.Error("the reply is coloured before anybody asked for it")
	}
	r.shortcut(fyne.KeyE)
	if !r.app.Settings().ColourExperts {
		t.Error("that replies are coloured is not kept")
	}
	tints := bubble.tinting.tints
	if len(tints) != 4 || tints[0].Color != ExpertColor(1) || tints[1].Color != ExpertColor(2) || tints[1].Bytes != len(" two") {
		t.Fatalf("the tints are %+v", tints)
	}
	if names := bubble.tinting.legend; len(names) != 4 || !strings.HasPrefix(names[0].Text, "chat ") {
		t.Errorf("the colours are called %+v", names)
	}
	r.pointAt("three")
	note := r.transcript.note.note
	if note == nil || note.text != "three" || len(note.layers) != 2 || note.shares[0].name != "math" || note.layers[0][0].percent() != "75 %" {
		t.Fatalf("the note of the third word is %+v", note)
	}
	r.transcript.view.MouseOut()
	if r.transcript.note.note != nil {
		t.Error("the note stays when the pointer has left")
	}
	r.say("More") // coloured while it comes, and afterwards
	last := r.transcript.view.byID[uint64(r.messages[3].ID)]
	if len(last.tinting.tints) != 4 {
		t.Errorf("the next reply has %d tints", len(last.tinting.tints))
	}
	r.shortcut(fyne.KeyE)
	if len(bubble.tinting.tints) != 0 {
		t.Error("the colours do not go")
	}
}

func TestExpertsPanel(t *testing.T) {
	r := newRig(t, "one", "two", "three", "four")
	r.say("Who are you?")
	r.toggleExperts()
	p := r.experts
	if !r.root.Objects[framePanel].Visible() || !p.Visible() || r.panel.Visible() || r.app.Settings().PanelOpen != "experts" {
		t.Fatal("the panel of the experts does not open")
	}
	if len(p.bars.shares) != 4 || p.bars.shares[0].name != "Expert 1" || p.bars.shares[0].percent() != "25 %" {
		t.Errorf("the bars are %+v", p.bars.shares)
	}
	if len(p.heat.heat) != 2 || !strings.Contains(p.about.text, "4 tokens") {
		t.Errorf("%d layers; %q", len(p.heat.heat), p.about.text)
	}
	r.win.Canvas().Focus(p.heat)
	r.key(fyne.KeyDown)
	r.key(fyne.KeyRight)
	if p.cell.text != "Layer 2, Expert 2: 25 % of the work" {
		t.Errorf("the cell says %q", p.cell.text)
	}
	p.step(1)
	if p.token != 1 || len(p.note.objects) == 0 {
		t.Errorf("the next word is %d", p.token)
	}
	p.step(-1)
	p.step(-1)
	if p.token != 0 {
		t.Errorf("before the first word is %d", p.token)
	}

	p.called.names[0].SetText("talk")
	p.called.colours[0].SetSelectedIndex(4)
	p.save.flush()
	if got := r.app.Experts("00c0ffee", 4, nil)[0]; got != (app.Expert{Name: "talk", Colour: 4}) {
		t.Errorf("the first expert is kept as %+v", got)
	}
	if p.bars.shares[0].name != "talk" || p.bars.shares[0].color != ExpertColor(4) {
		t.Errorf("the first bar is %+v", p.bars.shares[0])
	}

	r.shortcut(fyne.KeyPeriod) // the settings take its place
	if p.Visible() || !r.panel.Visible() || r.app.Settings().PanelOpen != "settings" {
		t.Error("the settings do not take the place of the experts")
	}
	r.toggleExperts()
	r.toggleExperts()
	if r.root.Objects[framePanel].Visible() {
		t.Error("the panel does not close")
	}
}

func TestExperiment(t *testing.T) {
	r := newRig(t, "one", "two")
	r.engine.Model.ExpertNames = []string{"chat", "code", "story", "math"}
	r.say("Hello")
	r.toggleExperts()
	try := r.experts.try
	try.each[3].SetSelectedIndex(len(favours()) - 1)
	try.used.SetSelectedIndex(0)
	try.each[1].SetSelectedIndex(1)
	want := "Experiment in this conversation: without math, code favoured, 1 expert per token."
	if got := r.cardText("experiment"); got != want {
		t.Errorf("the card says %q, want %q", got, want)
	}
	r.say("Again")
	requests := r.engine.Requests()
	mix := requests[len(requests)-1].Mix
	if mix.Used != 1 || !slices.Equal(mix.Off, []bool{false, false, false, true}) || mix.Favour[1] != 1 {
		t.Errorf("asked with %+v", mix)
	}
	if detail := entryOf(r.messages[3]).Detail; !strings.HasPrefix(detail, "Experiment: without math") {
		t.Errorf("the reply says %q", detail)
	}
	if detail := entryOf(r.messages[1]).Detail; strings.Contains(detail, "Experiment") {
		t.Errorf("the reply before says %q", detail)
	}
	r.newConversation()
	if got := r.cardText("experiment"); got != "" || try.each[3].SelectedIndex() != 0 {
		t.Errorf("another conversation says %q", got)
	}
	r.openNewest()
	r.setMix(engine.Mix{})
	if got := r.cardText("experiment"); got != "" || try.used.SelectedIndex() != 1 {
		t.Errorf("after its end the card says %q", got)
	}
}
