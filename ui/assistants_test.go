package ui

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/engine"
)

// names are those in the list of the assistants page.
func (p *assistantsPage) names() (all []string) {
	for _, a := range p.all {
		all = append(all, p.row(a.ID).title.text)
	}
	return all
}

func (r *rig) ada(t *testing.T) app.Assistant {
	t.Helper()
	s := app.Sampling{Preset: "creative", Settings: r.app.Start().Sampling.Settings}
	s.Settings.Temperature = 0.42
	a, err := r.app.NewAssistant(app.Assistant{Name: "Ada", Colour: 3, System: "You are Ada.", Greeting: "Numbers?", Sampling: &s, Policy: engine.RollWhenFull})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAConversationWithAnAssistant(t *testing.T) {
	r := newRig(t, "Yes.")
	a := r.ada(t)
	r.say("without")
	r.newConversationWith(a.ID)
	if r.assistant.text.text != "Ada" || r.page.question() != "Numbers?" {
		t.Errorf("the page is with %q and asks %q", r.assistant.text.text, r.page.question())
	}
	r.say("hello")
	q := r.engine.Requests()[1]
	if q.Messages[0].Content != "You are Ada." || q.Sampling.Temperature != 0.42 || q.Policy != engine.RollWhenFull {
		t.Errorf("the engine was asked for %+v", q)
	}
	if e := r.entries()[1]; e.Face == nil || e.Face.Name != "Ada" || e.Face.Colour != 3 || e.Name != "Ada · Tiny Mixtral" {
		t.Errorf("the reply is from %q, %+v", e.Name, e.Face)
	}
	r.chooseAssistant(0)
	if r.assistant.text.text != "No assistant" || !strings.Contains(r.cardText("undo"), "no assistant") {
		t.Errorf("afterwards it is with %q; %q", r.assistant.text.text, r.cardText("undo"))
	}
	r.press("undo", "Undo")
	if r.assistant.text.text != "Ada" {
		t.Errorf("undone, it is with %q", r.assistant.text.text)
	}
	r.open(r.sidebar.shown[1].ID)
	if r.assistant.text.text != "No assistant" || r.entries()[1].Face != nil {
		t.Errorf("the other one is with %q", r.assistant.text.text)
	}
	r.newConversation()
	if r.inForce().Assistant.ID != 0 {
		t.Error("a new one is with the last one's assistant")
	}
	r.keep(func(s *app.Settings) { s.Assistant = a.ID })
	r.newConversation()
	r.say("hello")
	if r.inForce().Assistant.ID != a.ID {
		t.Error("a new one does not begin with the assistant that is set for new ones")
	}
}

// An assistant's model is loaded when the assistant is chosen; where another one is
// loaded later, the settings say so.
func TestTheModelOfAnAssistant(t *testing.T) {
	r := newRig(t, "Yes.")
	a := r.ada(t)
	path := filepath.Join(r.app.ModelsDir(), "small.gguf")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.Model = path
	if err := r.app.ChangeAssistant(a); err != nil {
		t.Fatal(err)
	}
	r.chooseAssistant(a.ID)
	r.idle()
	if info, _ := r.app.Model(); info.Path != path || r.seen().wanted.Visible() {
		t.Errorf("loaded is %s; %q", info.Path, r.seen().wants.text)
	}
	r.say("hello")
	r.choose("/models/other.gguf")
	r.idle()
	if !r.seen().wanted.Visible() || !strings.Contains(r.seen().wants.text, "small") {
		t.Errorf("with another model it says %q", r.seen().wants.text)
	}
	r.panel.OnModel()
	r.idle()
	if info, _ := r.app.Model(); info.Path != path || r.seen().wanted.Visible() {
		t.Errorf("loaded is %s; %q", info.Path, r.seen().wants.text)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	r.choose("/models/other.gguf")
	r.idle()
	r.app.LookForModels(time.Minute)
	r.panel.OnModel()
	if r.loading != nil || !strings.Contains(r.cardText("warning"), path) {
		t.Errorf("a file that is gone: %q", r.cardText("warning"))
	}
}

// By the keyboard alone: Ctrl+Shift+A, the arrows, Enter.
func TestTheListOfAssistants(t *testing.T) {
	r := newRig(t, "Yes.")
	r.run("conversation.assistant")
	first := r.win.Canvas().Focused().(*focusRow)
	if first.title.text != "No assistant" || !first.selected {
		t.Fatalf("the keyboard is at %q", first.title.text)
	}
	r.key(fyne.KeyDown)
	r.key(fyne.KeyDown)
	r.key(fyne.KeyReturn)
	if got := r.inForce().Assistant; got.Name != "Coder" || r.win.Canvas().Overlays().Top() != nil || r.current != 0 {
		t.Errorf("chosen: %q", got.Name)
	}
	r.say("hello")
	if got := r.inForce().Assistant; got.Name != "Coder" || r.settings.Assistant != 0 {
		t.Errorf("the conversation is with %q", got.Name)
	}
	r.run("conversation.new-with")
	if r.current != 0 || r.win.Canvas().Overlays().Top() == nil {
		t.Error("no list was opened over a new conversation")
	}
	r.key(fyne.KeyEscape)
	chips := r.page.chips().(*fyne.Container).Objects[0].(*fyne.Container).Objects
	if len(chips) != 1+mostChips {
		t.Errorf("%d are offered on the page", len(chips))
	}
	test.Tap(chips[3].(*choiceButton))
	if got := r.inForce().Assistant; got.Name != "Storyteller" {
		t.Errorf("tapped: %q", got.Name)
	}
}

func TestMakeAnAssistant(t *testing.T) {
	r := newRig(t, "Yes.")
	r.openAssistants(0)
	p := r.assistants
	test.Tap(p.add)
	if focused := r.win.Canvas().Focused(); focused != p.editor.name || p.editor.now.Name != "New assistant" {
		t.Fatalf("after “New assistant” the keyboard is at %T, of %q", focused, p.editor.now.Name)
	}
	p.editor.name.SetText("Grace")
	p.editor.system.entry.SetText("You are Grace, and exact.")
	test.Tap(p.editor.colours[6])
	p.editor.policy.SetSelectedIndex(2)
	p.editor.sampling.choice.SetSelectedIndex(3)
	if p.editor.face.face.initial() != "G" || p.editor.face.face.Colour != 6 || p.row(p.current).title.text != "Grace" || p.editor.tokens.text == "" {
		t.Errorf("the preview is %+v, the row %q, %q", p.editor.face.face, p.row(p.current).title.text, p.editor.tokens.text)
	}
	r.escape() // nothing is lost
	if r.win.Canvas().Overlays().Top() != nil {
		t.Fatal("Esc has not closed the page")
	}
	a, err := r.app.Assistant(p.current)
	if err != nil || a.Name != "Grace" || a.System != "You are Grace, and exact." || a.Colour != 6 || a.Policy != engine.RollWhenFull || a.Sampling == nil || a.Sampling.Preset != "precise" {
		t.Errorf("kept: %+v (%v)", a, err)
	}
	r.openAssistants(a.ID)
	p.editor.name.SetText(" ")
	p.editor.flush()
	if !strings.Contains(p.note.text, "needs a name") || p.row(a.ID).title.text != "Grace" {
		t.Errorf("without a name it says %q, and is called %q", p.note.text, p.row(a.ID).title.text)
	}
	test.Tap(p.editor.revert)
	if p.editor.name.Text != "Grace" || !p.editor.revert.Disabled() {
		t.Errorf("undone, it is called %q", p.editor.name.Text)
	}
	p.talk(a.ID)
	if r.inForce().Assistant.Name != "Grace" || r.current != 0 {
		t.Errorf("the new conversation is with %q", r.inForce().Assistant.Name)
	}
}

func TestManageAssistants(t *testing.T) {
	r := newRig(t, "Yes.")
	a := r.ada(t)
	r.newConversationWith(a.ID)
	r.say("hello")
	r.openAssistants(a.ID)
	p := r.assistants
	p.move(a.ID, -1)
	p.duplicate(a.ID)
	if got := p.names(); !slices.Equal(got, []string{"Starter helper", "Coder", "Storyteller", "Translator", "Ada", "Ada 2", "Step-by-step maths"}) {
		t.Errorf("the list is %q", got)
	}
	p.choose(a.ID)
	p.trash(p.at(a.ID))
	if slices.Contains(p.names(), "Ada") || !strings.Contains(p.note.text, "“Ada” is in the trash") || !p.undo.Visible() {
		t.Errorf("deleted: %q, %q", p.names(), p.note.text)
	}
	if r.inForce().System != "You are Ada." {
		t.Error("the conversation has lost its assistant")
	}
	test.Tap(p.undo)
	if !slices.Contains(p.names(), "Ada") || p.current != a.ID {
		t.Errorf("undone: %q", p.names())
	}
	p.trash(p.at(a.ID))
	p.open = true
	p.read(0)
	p.askErase(p.trashed[0])
	if !r.modal.open() {
		t.Fatal("it was deleted for good without a question")
	}
	r.modal.finish()
	if len(p.trashed) != 0 {
		t.Errorf("in the trash are %+v", p.trashed)
	}
	if f := r.inForce(); f.System != "You are Ada." || f.SystemFrom != app.FromConversation || f.Sampling.Settings.Temperature != 0.42 {
		t.Errorf("the conversation has %+v", f)
	}
	path := filepath.Join(t.TempDir(), "x.json")
	if err := r.app.ExportAssistant(p.all[1].ID, path); err != nil {
		t.Fatal(err)
	}
	before := len(p.all)
	p.importFile(path)
	r.until("it is there", func() bool { return len(p.all) > before })
	if got := p.names(); got[len(got)-1] != "Coder 2" || p.current != p.all[len(p.all)-1].ID {
		t.Errorf("imported: %q", got)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.importFile(path)
	r.until("it says what is wrong", func() bool { return strings.Contains(p.note.text, "x.json was not imported") })
}

// In a narrow window the list and the assistant take turns.
func TestAssistantsInANarrowWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(640, 520))
	r.openAssistants(0)
	p := r.assistants
	if !p.narrow() || p.editor.object.Visible() {
		t.Fatal("the assistant is shown beside the list")
	}
	if r.win.Canvas().Focused() != p.row(p.current) {
		t.Errorf("the keyboard is at %T, not at the first assistant", r.win.Canvas().Focused())
	}
	p.choose(p.all[1].ID)
	if p.body.Objects[0].Visible() || !p.editor.object.Visible() || !p.editor.back.Visible() {
		t.Error("the list is shown beside the assistant")
	}
	test.Tap(p.editor.back)
	if !p.body.Objects[0].Visible() || p.editor.object.Visible() {
		t.Error("there is no way back to the list")
	}
}

func TestTheFace(t *testing.T) {
	for name, want := range map[string]string{"ada": "A", " übung": "Ü", "7 dwarfs": "7", "★": "?", "": "?"} {
		if got := (&Face{Name: name}).initial(); got != want {
			t.Errorf("%q has the letter %q", name, got)
		}
	}
	for i := range app.AssistantColours {
		if c := contrast(ExpertColor(i), inkOn(ExpertColor(i))); c < 4.5 {
			t.Errorf("the letter on colour %d has a contrast of %.1f", i, c)
		}
	}
}

// Whatever is opened, typed and chosen in the window, each conversation keeps its
// own.
func TestNothingLeaksInTheWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	random := rand.New(rand.NewPCG(1, 2))
	heat, prompt, with := map[app.ID]float64{}, map[app.ID]string{}, map[app.ID]string{}
	var ids []app.ID
	for range 3 {
		r.newConversation()
		r.say("hello")
		ids, heat[r.current] = append(ids, r.current), 0.8
	}
	list := r.knownAssistants()
	for step := range 24 {
		id := ids[random.IntN(len(ids))]
		r.open(id)
		switch random.IntN(4) {
		case 0:
			heat[id] = float64(1+random.IntN(20)) / 10
			for _, n := range r.seen().numbers {
				if n.field.name == "Temperature" {
					n.entry.SetText(n.field.text(heat[id]))
				}
			}
		case 1:
			prompt[id] = strings.Repeat("x", 1+random.IntN(5))
			r.seen().system.entry.SetText(prompt[id]) // kept by the next open
		case 2:
			a := list[random.IntN(2)] // one without, one with sampling of its own
			with[id] = a.Name
			r.chooseAssistant(a.ID)
			if f := r.inForce(); f.SamplingFrom != app.FromConversation {
				heat[id] = f.Sampling.Settings.Temperature
			}
		case 3:
			p := r.seen().presets
			p.choice.SetSelectedIndex(random.IntN(4))
			heat[id] = r.seen().now.Sampling.Temperature
		}
		for _, id := range ids {
			r.open(id)
			f := r.inForce()
			if f.Sampling.Settings.Temperature != heat[id] || prompt[id] != "" && f.System != prompt[id] || f.Assistant.Name != with[id] {
				t.Fatalf("step %d: conversation %d has %v %q %q, want %v %q %q", step, id, f.Sampling.Settings.Temperature, f.System, f.Assistant.Name, heat[id], prompt[id], with[id])
			}
			if r.seen().now.Sampling.Temperature != heat[id] || r.seen().system.entry.Text != prompt[id] {
				t.Fatalf("step %d: of conversation %d the settings show %v %q", step, id, r.seen().now.Sampling.Temperature, r.seen().system.entry.Text)
			}
		}
	}
}

// Tab goes from the name to the description, and then to the buttons.
func TestTabInTheHeadOfAnAssistant(t *testing.T) {
	r := newRig(t, "Yes.")
	r.openAssistants(0)
	e := r.assistants.editor
	c := r.win.Canvas()
	c.Focus(e.name)
	c.FocusNext()
	if c.Focused() != fyne.Focusable(e.about) {
		t.Errorf("after the name comes %T", c.Focused())
	}
	c.FocusNext()
	if _, ok := c.Focused().(*glyphButton); !ok {
		t.Errorf("after the description comes %T", c.Focused())
	}
}

// Opening the page lays it out a few times, not once for every size that is tried on
// the way.
func TestAssistantsOpenWithoutALotOfLayout(t *testing.T) {
	r := newRig(t, "Yes.")
	r.openAssistants(0)
	p := r.assistants
	a := p.all[1]
	a.System = strings.Repeat("Write short functions with clear names. ", 12)
	if err := r.app.ChangeAssistant(a); err != nil {
		t.Fatal(err)
	}
	p.detail.close()
	for range 2 {
		n := 0
		p.editor.system.entry.onGrown = func() { n++; p.editor.grown() }
		r.openAssistants(a.ID)
		r.until("nothing is to be told any more", func() bool { return !p.editor.system.entry.telling })
		if p.editor.now.ID != a.ID || n > 2 {
			t.Errorf("the page was laid out anew %d times", n)
		}
		p.detail.close()
	}
}
