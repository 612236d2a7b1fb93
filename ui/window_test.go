package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
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
	r := &rig{t: t, dir: dir, engine: e, queue: make(chan func(), 1<<16), traced: map[string]map[string]any{}}
	a, err := app.Open(app.Options{Dir: dir, Engine: e})
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

// until runs what others post until done.
func (r *rig) until(what string, done func() bool) {
	r.t.Helper()
	deadline := time.After(10 * time.Second)
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
	r.until("the reply ends", func() bool { return r.job == nil && r.loading == nil })
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

func TestAMessageIsAnswered(t *testing.T) {
	r := newRig(t, "The", "sky", "is", "blue.")
	r.say("Why is it so?")
	messages := r.stored()
	if len(messages) != 2 || messages[0].Text != "Why is it so?" || messages[1].Text != "The sky is blue." {
		t.Fatalf("stored: %+v", messages)
	}
	if messages[1].State != app.Complete {
		t.Errorf("the reply is %q", messages[1].State)
	}
	shown := r.entries()
	if len(shown) != 2 || shown[1].Text != "The sky is blue." || shown[1].State != "complete" {
		t.Errorf("shown: %+v", shown)
	}
	if r.composer.Text() != "" || r.composer.state != composerIdle {
		t.Errorf("the composer holds %q in state %d", r.composer.Text(), r.composer.state)
	}
	if got := r.titlesShown(); len(got) != 1 || got[0] == untitled {
		t.Errorf("the sidebar lists %q", got)
	}
	if f := r.status.figures; f.size != 8192 || f.used == 0 {
		t.Errorf("the status line shows %q", f)
	}
}

func TestWhatStreamsIsShownAsItComes(t *testing.T) {
	r := newRigWith(t, apptest.New(strings.Fields(strings.Repeat("word ", 40)), 5*time.Millisecond), t.TempDir(), Options{})
	r.write("Go on")
	r.key(fyne.KeyReturn)
	r.until("some of the reply is there", func() bool { return r.job.text.Len() > 20 })
	if r.composer.state != composerBusy || r.sidebar.writing != r.current {
		t.Error("the window does not say that a reply is being written")
	}
	if e := r.entries()[1]; e.State != "streaming" || e.Text != r.job.text.String() {
		t.Errorf("the entry of the reply is %+v", e)
	}
	r.idle()
}

func TestStopKeepsWhatCame(t *testing.T) {
	for name, stop := range map[string]func(*rig){
		"button": func(r *rig) { test.Tap(r.composer.button) },
		"escape": func(r *rig) { r.key(fyne.KeyEscape) },
		"escape with the focus elsewhere": func(r *rig) {
			r.win.Canvas().Focus(r.gear)
			r.key(fyne.KeyEscape)
		},
		"escape without a focus": func(r *rig) {
			r.win.Canvas().Unfocus()
			r.key(fyne.KeyEscape)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := apptest.New([]string{"one", "two", "three", "four"}, 0)
			e.Hang, e.HangAt = true, 2
			r := newRigWith(t, e, t.TempDir(), Options{})
			r.write("Count")
			r.key(fyne.KeyReturn)
			r.until("two words are there", func() bool { return r.job.text.String() == "one two" })
			begun := time.Now()
			stop(r)
			if r.composer.state != composerStopping {
				t.Error("the button still offers to stop")
			}
			r.idle()
			if took := time.Since(begun); took > 100*time.Millisecond {
				t.Errorf("stopping took %v", took)
			}
			last := r.stored()[1]
			if last.Text != "one two" || last.State != app.Stopped {
				t.Errorf("stored %q as %q", last.Text, last.State)
			}
			if r.cardText("error") != "" {
				t.Errorf("a stop is shown as an error: %q", r.cardText("error"))
			}
			if f := r.status.figures; f.used != 2 || f.size != 8192 {
				t.Errorf("the status line shows %q", f)
			}
		})
	}
}

func TestShiftEnterBreaksTheLine(t *testing.T) {
	r := newRig(t, "Yes.")
	r.write("one")
	r.composer.entry.modifiers = func() fyne.KeyModifier { return fyne.KeyModifierShift }
	r.key(fyne.KeyReturn)
	r.write("two")
	if got := r.composer.Text(); got != "one\ntwo" {
		t.Fatalf("the composer holds %q", got)
	}
	if r.composer.rows != 2 {
		t.Errorf("it is %d lines high", r.composer.rows)
	}
	if len(r.engine.Requests()) != 0 {
		t.Error("it was sent")
	}
}

func TestDraftsSurviveSwitching(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("first conversation")
	first := r.current
	r.newConversation()
	r.say("second conversation")
	second := r.current
	r.write("half a thought")
	r.open(first)
	if got := r.composer.Text(); got != "" {
		t.Fatalf("the other conversation's draft came along: %q", got)
	}
	r.write("another")
	r.open(second)
	if got := r.composer.Text(); got != "half a thought" {
		t.Fatalf("the draft is %q", got)
	}
	r.open(first)
	if got := r.composer.Text(); got != "another" {
		t.Fatalf("the draft is %q", got)
	}
}

func TestADraftIsStoredWithoutSwitching(t *testing.T) {
	r := newRig(t, "Yes.")
	r.write("not sent yet")
	r.until("the draft is stored", func() bool {
		c, err := r.app.Conversation(r.current)
		return r.current != 0 && err == nil && c.Draft == "not sent yet"
	})
	r.key(fyne.KeyReturn)
	r.idle()
	r.drafts.wait()
	if c, _ := r.app.Conversation(r.current); c.Draft != "" {
		t.Errorf("the sent message is still the draft %q", c.Draft)
	}
}

func TestDeleteAndUndo(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("the first")
	first := r.current
	r.newConversation()
	r.say("the second")
	second := r.current
	r.trash(second)
	if r.current != first || len(r.sidebar.shown) != 1 || r.sidebar.trash.title.text != "Trash (1)" {
		t.Fatalf("after deleting: open %d, %q, %q", r.current, r.titlesShown(), r.sidebar.trash.title.text)
	}
	r.press("undo", "Undo")
	if r.current != second || len(r.sidebar.shown) != 2 || r.cardText("undo") != "" {
		t.Fatalf("after undoing: open %d, %q", r.current, r.titlesShown())
	}
}

func TestTheTrashIsEmptiedAfterASecondClick(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("away with this")
	r.trash(r.current)
	test.Tap(r.sidebar.trash)
	if !r.sidebar.inTrash || len(r.sidebar.shown) != 1 {
		t.Fatalf("the trash shows %q", r.titlesShown())
	}
	test.Tap(r.sidebar.empty)
	if list, _ := r.app.Trash(); len(list) != 1 {
		t.Fatal("one click was enough")
	}
	test.Tap(r.sidebar.empty)
	if list, _ := r.app.Trash(); len(list) != 0 {
		t.Fatal("it is still there")
	}
	if r.sidebar.inTrash {
		t.Error("the empty trash is still shown")
	}
}

func TestSettingsHoldForTheNextRequest(t *testing.T) {
	r := newRig(t, "a", "b", "c", "d", "e")
	r.togglePanel()
	for _, n := range r.panel.numbers {
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
	if r.settings.Preset != "" || r.panel.presets.Selected != ownPreset {
		t.Errorf("the preset is still %q", r.panel.presets.Selected)
	}
	if kept := r.app.Settings(); kept.Sampling.Temperature != 0.35 {
		t.Errorf("kept: %+v", kept.Sampling)
	}
}

func TestTheSystemPromptGoesWithTheNextMessage(t *testing.T) {
	r := newRig(t, "Aye.")
	r.togglePanel()
	r.panel.system.entry.SetText("Talk like a sailor.")
	r.say("hello") // at once: sooner than what was typed is kept by itself
	sent := r.engine.Requests()[0].Messages
	if len(sent) != 2 || sent[0].Role != "system" || sent[0].Content != "Talk like a sailor." {
		t.Fatalf("the request has %+v", sent)
	}
}

func TestWhatDoesNotFitIsLoadedOnlyIfOneInsists(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	e.Unload()
	e.LoadError = &engine.MemoryError{Path: "/models/mixtral-8x7b.Q8_0.gguf", NeedBytes: 49_600_000_000, FreeBytes: 9_200_000_000}
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.dropped(fyne.Position{}, []fyne.URI{fileURI("/models/mixtral-8x7b.Q8_0.gguf")})
	r.idle()
	const want = "Not enough memory for mixtral-8x7b.Q8_0.gguf: it needs 49.6 GB, 9.2 GB are free. Choose a smaller file or load it anyway."
	if got := r.cardText("error"); got != want {
		t.Fatalf("the card says %q", got)
	}
	e.LoadError = nil
	r.press("error", "Load anyway")
	r.idle()
	loads := e.Loads()
	if len(loads) != 2 || loads[0].Force || !loads[1].Force {
		t.Fatalf("loaded with %+v", loads)
	}
	if r.picker.name != "mixtral-8x7b.Q8_0" || r.cardText("error") != "" {
		t.Errorf("the picker names %q, the card says %q", r.picker.name, r.cardText("error"))
	}
}

func TestOnlyModelFilesCanBeDropped(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	e.Unload()
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.dropped(fyne.Position{}, []fyne.URI{fileURI("/home/ann/holiday.jpg")})
	if got := r.cardText("error"); !strings.HasPrefix(got, "holiday.jpg is not a model file.") {
		t.Errorf("the card says %q", got)
	}
	if r.composer.reason == "" {
		t.Error("sending is offered without a model")
	}
	r.write("typing is never blocked")
	r.key(fyne.KeyReturn)
	if r.composer.Text() != "typing is never blocked" {
		t.Errorf("the composer holds %q", r.composer.Text())
	}
	r.dropped(fyne.Position{}, []fyne.URI{fileURI("/home/ann/holiday.jpg"), fileURI("/models/Tiny.GGUF")})
	r.idle()
	if loads := e.Loads(); len(loads) != 1 || loads[0].Path != "/models/Tiny.GGUF" {
		t.Errorf("loaded %+v", loads)
	}
	if r.composer.reason != "" {
		t.Errorf("sending is refused: %q", r.composer.reason)
	}
}

func TestLoadingCanBeStopped(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 20*time.Millisecond)
	e.Unload()
	e.LoadSteps = 1000
	r := newRigWith(t, e, t.TempDir(), Options{Model: "/models/big.gguf"})
	r.until("loading is under way", func() bool { return strings.Contains(r.cardText("loading"), "%") })
	begun := time.Now()
	r.press("loading", "Stop")
	r.idle()
	if took := time.Since(begun); took > 100*time.Millisecond {
		t.Errorf("stopping took %v", took)
	}
	if r.cardText("loading")+r.cardText("error") != "" {
		t.Error("a card is left")
	}
}

func TestAFailedReplySaysSoInItsPlace(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Fail, e.FailAt = &engine.LostError{Cause: "it was killed (signal 9)"}, 2
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("hello")
	last := r.entries()[1]
	if last.Text != "one two" || last.Error == "" || !strings.HasSuffix(last.Error, ".") {
		t.Errorf("the reply is shown as %+v", last)
	}
	if r.composer.state != composerIdle {
		t.Error("nothing more can be sent")
	}
}

func TestWhatIsWrittenGoesOnInTheBackground(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Hang, e.HangAt = true, 1
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.write("slowly")
	r.key(fyne.KeyReturn)
	r.until("a word is there", func() bool { return r.job.text.Len() > 0 })
	writing := r.current
	r.newConversation()
	r.write("meanwhile")
	r.key(fyne.KeyReturn)
	if r.composer.Text() != "meanwhile" || !strings.Contains(r.composer.hint.text, "is being written in") {
		t.Errorf("the composer holds %q and says %q", r.composer.Text(), r.composer.hint.text)
	}
	r.open(writing)
	if got := r.entries()[1]; got.Text != "one" || got.State != "streaming" {
		t.Errorf("on return the reply is %+v", got)
	}
	r.stop()
	r.idle()
}

func TestTheMemorysBeginningIsMarked(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("one")
	r.say("two")
	e.Notice = &engine.Notice{Kind: "rolled", Dropped: 2}
	r.say("three")
	check := func(when string) {
		shown := r.entries()
		i := slices.IndexFunc(shown, func(e Entry) bool { return e.Role == "notice" })
		if i != 2 || shown[3].Text != "two" {
			t.Errorf("%s the line is at %d of %+v", when, i, shown)
		}
	}
	check("after the reply")
	r.open(r.current)
	check("after coming back")
}

func TestAMessageCanBeChanged(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("first version")
	r.write("a draft")
	r.composer.SetText("")
	r.key(fyne.KeyUp)
	if r.editing == 0 || r.composer.Text() != "first version" {
		t.Fatalf("Up in the empty composer gave %q", r.composer.Text())
	}
	r.key(fyne.KeyEscape)
	if r.editing != 0 || r.composer.Text() == "first version" {
		t.Fatal("Esc did not leave the message")
	}
	r.edit(uint64(r.messages[0].ID))
	r.composer.SetText("second version")
	r.key(fyne.KeyReturn)
	r.idle()
	shown := r.entries()
	if len(shown) != 2 || shown[0].Text != "second version" || shown[0].Siblings != 2 || shown[0].Sibling != 1 {
		t.Fatalf("shown: %+v", shown)
	}
	r.sibling(shown[0].ID, -1)
	if shown := r.entries(); shown[0].Text != "first version" || len(shown) != 2 {
		t.Errorf("the earlier version is %+v", shown)
	}
}

func TestRegenerateAndContinue(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.say("hello")
	r.regenerate(r.entries()[1].ID)
	r.idle()
	if got := r.entries(); len(got) != 2 || got[1].Siblings != 2 || got[1].Text != "one two three" {
		t.Fatalf("after regenerating: %+v", got)
	}
	e.Hang, e.HangAt = true, 1
	r.write("again")
	r.key(fyne.KeyReturn)
	r.until("a word is there", func() bool { return r.job.text.String() == "one" })
	r.stop()
	r.idle()
	e.Hang = false
	r.goOn(r.entries()[3].ID)
	r.idle()
	if got := r.entries(); len(got) != 4 || got[3].Text != "one one two three" || got[3].State != "complete" {
		t.Errorf("after going on: %+v", got)
	}
}

func fileURI(path string) fyne.URI { return storage.NewFileURI(path) }

func TestClosingKeepsWhatCame(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Hang, e.HangAt = true, 2
	r := newRigWith(t, e, t.TempDir(), Options{})
	closed := false
	r.win.SetOnClosed(func() { closed = true })
	r.win.Resize(fyne.NewSize(1000, 700))
	r.write("hello")
	r.key(fyne.KeyReturn)
	r.until("two words are there", func() bool { return r.job.text.String() == "one two" })
	id := r.current
	r.write("and a draft")
	r.close()
	r.until("the window is closed", func() bool { return closed })
	messages, err := r.app.Messages(id)
	if err != nil || len(messages) != 2 || messages[1].Text != "one two" {
		t.Fatalf("kept: %+v, %v", messages, err)
	}
	if c, _ := r.app.Conversation(id); c.Draft != "and a draft" {
		t.Errorf("the draft is %q", c.Draft)
	}
	if s := r.app.Settings().Window; s.Width != 1000 || s.Height != 700 {
		t.Errorf("the size is kept as %+v", s)
	}
}

func TestEverythingIsThereTheNextTime(t *testing.T) {
	dir := t.TempDir()
	r := newRigWith(t, apptest.New([]string{"Yes."}, 0), dir, Options{})
	r.say("remember this")
	r.write("and this draft")
	r.close()
	r.app.Close()
	again := newRigWith(t, apptest.New([]string{"Yes."}, 0), dir, Options{})
	if got := again.entries(); len(got) != 2 || got[0].Text != "remember this" {
		t.Errorf("shown: %+v", got)
	}
	if got := again.composer.Text(); got != "and this draft" {
		t.Errorf("the draft is %q", got)
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
