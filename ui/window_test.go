package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

// rig is a window on Fyne's test driver, an application on a fresh folder and
// an engine that streams given words. The test's goroutine is the main
// goroutine: what others post waits until the test waits for something, so that
// the race detector sees any widget touched from elsewhere.
type rig struct {
	*Window
	t      *testing.T
	dir    string
	engine *apptest.Engine
	queue  chan func()
	events []string
	traced map[string]map[string]any // the last of each event
}

// newRig opens a window with a model loaded whose replies are these words.
func newRig(t *testing.T, words ...string) *rig {
	t.Helper()
	return newRigWith(t, apptest.New(words, 0), t.TempDir(), Options{})
}

func newTestEngine() *apptest.Engine { return apptest.New([]string{"Yes."}, 0) }

func newRigWith(t *testing.T, e *apptest.Engine, dir string, o Options) *rig {
	t.Helper()
	return newRigOf(t, app.Options{Dir: dir, Engine: e}, e, o)
}

func newRigOf(t *testing.T, of app.Options, e *apptest.Engine, o Options) *rig {
	t.Helper()
	r := &rig{t: t, dir: of.Dir, engine: e, queue: make(chan func(), 1<<16), traced: map[string]map[string]any{}}
	a, err := app.Open(of)
	if err != nil {
		t.Fatal(err)
	}
	o.Trace = func(event string, fields map[string]any) {
		r.events = append(r.events, event)
		r.traced[event] = fields
	}
	r.Window = newWindow(test.NewTempApp(t), a, o, func(f func()) { r.queue <- f })
	r.composer.entry.modifiers = func() fyne.KeyModifier { return 0 }
	t.Cleanup(func() { a.Close() })
	r.Show()
	return r
}

// seen is the settings panel with all that it shows once it is opened.
func (r *rig) seen() *SettingsPanel {
	r.panel.Attend(true)
	return r.panel
}

// until runs what others post until done.
func (r *rig) until(what string, done func() bool) {
	r.t.Helper()
	deadline := time.After(60 * time.Second)
	for !done() {
		select {
		case f := <-r.queue:
			f()
		case <-time.After(5 * time.Millisecond): // what happens without a post
		case <-deadline:
			r.t.Fatalf("waited too long until %s", what)
		}
	}
}

// pass runs what others post for a while.
func (r *rig) pass(d time.Duration) {
	end := time.After(d)
	for {
		select {
		case f := <-r.queue:
			f()
		case <-end:
			return
		}
	}
}

func (r *rig) key(name fyne.KeyName) {
	event := &fyne.KeyEvent{Name: name}
	if focused := r.win.Canvas().Focused(); focused != nil {
		focused.TypedKey(event)
	} else {
		r.win.Canvas().OnTypedKey()(event)
	}
}

func (r *rig) write(text string) {
	r.composer.Focus()
	test.Type(r.composer.entry, text)
}

// say sends a message and waits for its answer.
func (r *rig) say(text string) {
	r.t.Helper()
	r.write(text)
	r.key(fyne.KeyReturn)
	r.idle()
}

func (r *rig) idle() {
	r.t.Helper()
	r.until("the reply ends", func() bool { return r.job == nil && r.storing == nil && r.loading == nil })
}

// stored is the open conversation as it is on disk.
func (r *rig) stored() []app.Message {
	r.t.Helper()
	messages, err := r.app.Messages(r.current)
	if err != nil {
		r.t.Fatal(err)
	}
	return messages
}

func (r *rig) titlesShown() []string {
	var titles []string
	for _, c := range r.sidebar.shown {
		titles = append(titles, titleOf(c))
	}
	return titles
}

func (r *rig) cardText(key string) string {
	if c := r.cards.shown[key]; c != nil {
		return c.text.text
	}
	return ""
}

// press presses a button of a card.
func (r *rig) press(key, label string) {
	r.t.Helper()
	c := r.cards.shown[key]
	if c == nil {
		r.t.Fatalf("there is no card %q", key)
	}
	for _, o := range c.actions.Objects {
		if b := o.(*pushButton); b.Text == label {
			test.Tap(b)
			return
		}
	}
	r.t.Fatalf("card %q has no button %q", key, label)
}

// warm changes the temperature of the open conversation.
func (r *rig) warm(temperature float64) {
	s := r.inForce().Sampling
	s.Settings.Temperature = temperature
	r.setSampling(s)
	r.showConversationSettings()
}

func TestSettingsHoldForTheNextRequest(t *testing.T) {
	r := newRig(t, "a", "b", "c", "d", "e")
	r.togglePanel()
	for _, n := range r.seen().numbers {
		switch n.field.name {
		case "Temperature":
			n.entry.SetText("0.35")
		case "Longest reply":
			n.entry.SetText("3")
		}
	}
	r.say("hello")
	sent := r.engine.Requests()[0]
	if sent.Sampling.Temperature != 0.35 || sent.Sampling.MaxTokens != 3 {
		t.Fatalf("the request has %+v", sent.Sampling)
	}
	if b := r.seen().presets; b.choice.Selected != "llama.cpp" || b.mark.text == "" {
		t.Errorf("the preset is %q, marked %q", b.choice.Selected, b.mark.text)
	}
	if kept, err := r.app.InForce(r.current); err != nil || kept.Sampling.Settings.Temperature != 0.35 || r.app.Settings().Sampling.Temperature != 0.8 {
		t.Errorf("kept: %+v (%v)", kept.Sampling, err)
	}
}

func TestTheSystemPromptGoesWithTheNextMessage(t *testing.T) {
	r := newRig(t, "Aye.")
	r.togglePanel()
	r.seen().system.entry.SetText("Talk like a sailor.")
	r.say("hello") // at once: sooner than what was typed is kept by itself
	sent := r.engine.Requests()[0].Messages
	if len(sent) != 2 || sent[0].Role != "system" || sent[0].Content != "Talk like a sailor." {
		t.Fatalf("the request has %+v", sent)
	}
}

// Fyne's driver asks whatever the pointer comes over for its cursor before it
// tells it so, and does not survive none.
func TestEverythingUnderThePointerHasACursor(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	for _, o := range test.LaidOutObjects(r.root) {
		if c, ok := o.(desktop.Cursorable); ok && c.Cursor() == nil {
			t.Errorf("a %T has no cursor", o)
		}
	}
}

// The settings panel, while nobody sees it, costs nothing whatever happens to the
// model, and shows what holds once it is opened.
func TestTheHiddenPanelIsLeftAlone(t *testing.T) {
	r := newRig(t, "Yes.")
	if r.root.Objects[framePanel].Visible() {
		t.Fatal("the panel is open")
	}
	s := r.inForce().Sampling
	s.Settings.Temperature = 0.35
	r.setSampling(s)
	r.showConversationSettings()
	r.seen() // its renderers are made
	r.settled()
	hidden := testing.AllocsPerRun(5, r.showModel)
	r.showSettings()
	if got := r.number("Temperature").entry.Text; got != "0.35" {
		t.Errorf("opened, it shows the temperature %s", got)
	}
	shown := testing.AllocsPerRun(5, func() { r.panel.Set(r.panel.now) })
	if hidden > shown/4 {
		t.Errorf("%.0f allocations while it is hidden, %.0f to show it", hidden, shown)
	}
	t.Logf("%.0f allocations while it is hidden, %.0f to show it", hidden, shown)
}
