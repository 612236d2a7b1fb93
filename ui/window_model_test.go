package ui

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
)

func TestWhatDoesNotFitIsLoadedOnlyIfOneInsists(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	e.Unload()
	e.LoadError = &engine.MemoryError{Path: "mixtral-8x7b.Q8_0.gguf", NeedBytes: 49_600_000_000, FreeBytes: 9_200_000_000}
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
	if len(loads) != 2 || loads[0].Force || !loads[1].Force || loads[1].Path != loads[0].Path {
		t.Fatalf("loaded with %+v", loads)
	}
	if r.picker.name != "mixtral-8x7b.Q8_0" || r.cardText("error") != "" {
		t.Errorf("the picker names %q, the card says %q", r.picker.name, r.cardText("error"))
	}
}

// modelFile makes a file that is there; the engine of the tests does not read it.
func modelFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A message whose model does not fit is kept, and answered once it is loaded after all.
func TestAMessageWaitsForItsModel(t *testing.T) {
	e := newTestEngine()
	r := newRigWith(t, e, t.TempDir(), Options{Model: modelFile(t, "big.gguf")})
	r.idle()
	r.unload()
	e.LoadError = &engine.MemoryError{Path: "/models/big.gguf", NeedBytes: 2e10, FreeBytes: 1e10}
	r.say("hello")
	if len(r.stored()) != 1 || !strings.HasPrefix(r.cardText("error"), "Not enough memory for big.gguf") {
		t.Fatalf("stored %+v, the card says %q", r.stored(), r.cardText("error"))
	}
	e.LoadError = nil
	r.press("error", "Load anyway")
	r.idle()
	if got := r.stored(); len(got) != 2 || got[1].Text != "Yes." {
		t.Errorf("stored %+v", got)
	}
}

func TestAModelsWarningsAreTold(t *testing.T) {
	e := newTestEngine()
	e.Model.Warnings = []string{"the file has no chat template: ChatML is used"}
	r := newRigWith(t, e, t.TempDir(), Options{Model: "/models/a.gguf"})
	r.idle()
	if got := r.cardText("warning"); got != "The file has no chat template: ChatML is used." {
		t.Errorf("the card says %q", got)
	}
}

func TestPicturesCannotBeDropped(t *testing.T) {
	e := apptest.New([]string{"Yes."}, 0)
	e.Unload()
	r := newRigWith(t, e, t.TempDir(), Options{})
	r.drop([2]string{"holiday.jpg", "\xff\xd8\xff\xe0"})
	if got := r.cardText("error"); !strings.HasPrefix(got, "holiday.jpg is a picture, and only text can be attached") {
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
	if took := time.Since(begun); took > soon {
		t.Errorf("stopping took %v", took)
	}
	if r.cardText("loading")+r.cardText("error") != "" {
		t.Error("a card is left")
	}
}

// reopened is a window on a folder in which a model was used before.
func reopened(t *testing.T, e *apptest.Engine, change func(*app.Settings)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := newRigWith(t, e, dir, Options{Model: modelFile(t, "last.gguf")})
	r.idle()
	if change != nil {
		r.keep(change)
	}
	r.app.Close()
	e.Unload()
	return newRigWith(t, e, dir, Options{})
}

func TestTheLastModelIsLoadedAtTheStart(t *testing.T) {
	e := newTestEngine()
	e.Model.Warnings = []string{"the file has no chat template"}
	r := reopened(t, e, nil)
	r.idle()
	if info, ok := r.app.Model(); !ok || info.Name != "last" {
		t.Errorf("loaded is %q", info.Name)
	}
	if r.cardText("warning") != "" {
		t.Error("a warning that was told before is told again")
	}
	later := newTestEngine()
	r = reopened(t, later, func(s *app.Settings) { s.LoadAtStart = false })
	r.idle()
	if n := len(later.Loads()); n != 1 {
		t.Errorf("against the reader's wish, loaded %d times", n)
	}
}

// What does not fit into memory is no news until it is needed.
func TestALastModelThatDoesNotFitIsNoError(t *testing.T) {
	e := newTestEngine()
	dir := t.TempDir()
	r := newRigWith(t, e, dir, Options{Model: modelFile(t, "last.gguf")})
	r.idle()
	r.app.Close()
	e.Unload()
	e.LoadError = &engine.MemoryError{Path: "last.gguf", NeedBytes: 2e10, FreeBytes: 1e10}
	r = newRigWith(t, e, dir, Options{})
	r.idle()
	if got := r.cardText("error"); got != "" {
		t.Errorf("the card says %q", got)
	}
	r.say("hello")
	if got := r.cardText("error"); !strings.HasPrefix(got, "Not enough memory for last.gguf") {
		t.Errorf("the card says %q", got)
	}
}

func slowLoading(t *testing.T) *rig {
	t.Helper()
	e := apptest.New([]string{"Yes."}, 20*time.Millisecond)
	e.Unload()
	e.LoadSteps = 20
	return newRigWith(t, e, t.TempDir(), Options{Model: modelFile(t, "slow.gguf")})
}

func TestWhatIsSentWhileLoadingIsSentAfterwards(t *testing.T) {
	r := slowLoading(t)
	r.write("an early question")
	r.key(fyne.KeyReturn)
	if r.job != nil || r.composer.Text() != "an early question" || r.composer.hint.text == "" {
		t.Fatalf("the composer holds %q and says %q", r.composer.Text(), r.composer.hint.text)
	}
	r.until("it is sent", func() bool { return r.job != nil })
	r.idle()
	if got := r.stored(); len(got) != 2 || got[0].Text != "an early question" || r.composer.hint.text != "" {
		t.Errorf("stored %+v; the composer says %q", got, r.composer.hint.text)
	}
}

func TestStoppedLoadingSendsNothing(t *testing.T) {
	r := slowLoading(t)
	r.write("an early question")
	r.key(fyne.KeyReturn)
	r.key(fyne.KeyEscape)
	r.idle()
	r.pass(50 * time.Millisecond)
	if r.job != nil || len(r.stored()) != 0 || r.composer.Text() != "an early question" || r.composer.note != "" {
		t.Errorf("stored %+v, the composer holds %q and says %q", r.stored(), r.composer.Text(), r.composer.note)
	}
}

// What waits belongs to the conversation it was written in.
func TestWhatWaitsIsNotSentElsewhere(t *testing.T) {
	r := slowLoading(t)
	r.write("an early question")
	r.key(fyne.KeyReturn)
	first := r.current
	r.newConversation()
	r.write("something else")
	r.idle()
	r.pass(50 * time.Millisecond)
	if got, _ := r.app.Messages(first); len(got) != 0 || r.job != nil {
		t.Errorf("sent: %+v", got)
	}
	if c, _ := r.app.Conversation(first); c.Draft != "an early question" || r.composer.Text() != "something else" {
		t.Errorf("the drafts are %q and %q", c.Draft, r.composer.Text())
	}
}

func TestAFolderWithAModelCanBeDropped(t *testing.T) {
	e := newTestEngine()
	e.Unload()
	r := newRigWith(t, e, t.TempDir(), Options{})
	empty := t.TempDir()
	r.dropped(fyne.Position{}, []fyne.URI{fileURI(empty)})
	if got := r.cardText("error"); got != "There is no .gguf file in the folder "+filepath.Base(empty)+"." {
		t.Errorf("the card says %q", got)
	}
	file := modelFile(t, "one.gguf")
	r.dropped(fyne.Position{}, []fyne.URI{fileURI(filepath.Dir(file))})
	r.idle()
	if info, ok := r.app.Model(); !ok || info.Path != file || r.cardText("error") != "" {
		t.Errorf("loaded is %q, the card says %q", info.Path, r.cardText("error"))
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

// A folder on a network that does not answer holds up nothing in the window, which
// shows what is true when it does.
func TestAModelsFolderThatHangs(t *testing.T) {
	dir, e := t.TempDir(), newTestEngine()
	path := filepath.Join(t.TempDir(), "far.gguf")
	if err := os.WriteFile(path, []byte("GGUF"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRigWith(t, e, dir, Options{})
	r.choose(path)
	r.idle()
	if err := errors.Join(r.app.Unload(), r.app.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	free := make(chan struct{})
	enough := make(chan struct{})
	time.AfterFunc(30*time.Second, func() { close(enough) })
	var waited atomic.Bool
	disk := func(string) {
		select {
		case <-free:
		case <-enough:
			waited.Store(true) // it would do so for ever
		}
	}
	r = newRigOf(t, app.Options{Dir: dir, Engine: e, Disk: disk}, e, Options{})
	r.until("the start is over", func() bool { return r.loading == nil })
	for _, f := range []func(){
		r.showModel, r.picker.open, r.openPalette, func() { r.openAssistants(0) }, r.openMixture, r.modelsChanged,
	} {
		f()
		if top := r.win.Canvas().Overlays().Top(); top != nil {
			r.win.Canvas().Overlays().Remove(top)
		}
	}
	if m, ok := r.lastModel(); !ok || m.Path != path || waited.Load() {
		t.Errorf("the last model is %+v, %v; the window waited: %v", m, ok, waited.Load())
	}
	close(free)
	r.until("the file is seen to be gone", func() bool { return r.goneModel() != "" })
}
