package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine"
)

// loading is a model file being loaded.
type loading struct {
	path   string
	cancel context.CancelFunc
	begun  time.Time
	card   *card
	quiet  bool   // nobody asked for it: it is the model of the last time
	next   func() // what is to be done instead, once this has ended
	after  func() // what the reader asked for meanwhile, to be done once the model is there
	waits  app.ID // in this conversation

	stopped bool // by the reader, for whom it has ended
}

// cardDelay is how soon the progress of loading is shown: what is done sooner
// needs none, and nothing has to move for it.
const cardDelay = 300 * time.Millisecond

// load loads a model file; then may be nil and is done once it is there. What is
// being loaded already gives way.
func (w *Window) load(path string, force bool, then func()) {
	if l := w.loading; l != nil {
		l.next = func() {
			w.load(path, force, then)
			if w.loading != nil {
				w.loading.after, w.loading.waits = l.after, l.waits
			}
		}
		l.cancel()
		return
	}
	if w.job != nil {
		w.say("writing", lang.L("A reply is being written. Stop it, or load the model when it has ended."))
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &loading{path: path, cancel: cancel, begun: time.Now()}
	w.loading = l
	w.post.after(cardDelay, func() { w.showLoading(l) })
	w.status.SetActivity(loadingActivity(fileName(path), engine.Progress{}, 0))
	w.status.SetFigures(figures{})
	w.picker.Set(strings.TrimSuffix(fileName(path), filepath.Ext(path)), "")
	w.cards.clear("error", "warning", "full", "unanswered")
	w.showState()
	follow(w.post, w.app.Load(ctx, path, force),
		func(steps []engine.Progress) { w.loadingStep(l, steps[len(steps)-1]) },
		func(err error) { w.loaded(l, err, then) })
}

// stopLoading ends the loading of a model. For the reader it has ended with that;
// what waited for it stays in the composer.
func (w *Window) stopLoading() {
	l := w.loadingNow()
	if l == nil {
		return
	}
	l.stopped, l.after = true, nil
	l.cancel()
	w.status.SetActivity(activity{})
	w.cards.set("loading", nil)
	w.showModel()
	w.trace.event("loading-stopped", map[string]any{"path": l.path})
}

// loadingNow is the loading that the reader knows of; nil: there is none.
func (w *Window) loadingNow() *loading {
	if w.loading == nil || w.loading.stopped {
		return nil
	}
	return w.loading
}

// showLoading shows a card with how far the loading has come.
func (w *Window) showLoading(l *loading) {
	if w.loadingNow() == l {
		l.card = newCard(fmt.Sprintf(lang.L("Loading %s"), fileName(l.path)), theme.ColorNameSeparator, nil, action{lang.L("Stop"), false, w.stop})
		w.cards.set("loading", l.card)
	}
}

func (w *Window) loadingStep(l *loading, p engine.Progress) {
	if l.card != nil && !l.stopped {
		a := loadingActivity(fileName(l.path), p, time.Since(l.begun))
		l.card.progress(a.text, a.fraction)
		w.relayout()
	}
}

// loadLast loads the model of the last time, so that the reader finds the window
// as it was. If that does not work it can wait until there is a message for it.
func (w *Window) loadLast() {
	if m, ok := w.lastModel(); ok && w.settings.LoadAtStart {
		w.load(m.Path, false, nil)
		w.loading.quiet = true
	}
}

// onceLoaded does f for the open conversation as soon as the model is there; it
// says false if none is being loaded, and f is to be done now.
func (w *Window) onceLoaded(f func()) bool {
	l, id := w.loading, w.current
	if l == nil {
		return false
	}
	l.waits = id
	l.after = func() {
		if w.current == id {
			f()
		}
	}
	w.showState()
	return true
}

func (w *Window) loaded(l *loading, err error, then func()) {
	l.cancel()
	w.loading = nil
	w.status.SetActivity(activity{})
	w.cards.set("loading", nil)
	w.showModel()
	var memory *engine.MemoryError
	switch {
	case w.closing:
		w.closeNow()
	case l.next != nil:
		l.next()
	case l.stopped:
		w.goAhead(nil, l.after)
	case err != nil && l.quiet && l.after == nil:
		w.showUnanswered()
	case errors.As(err, &memory):
		w.refused(l.path, memory, func() { w.goAhead(then, l.after) })
	case err != nil:
		w.failed(err)
		w.showUnanswered()
	default:
		if !l.quiet {
			w.warnOfModel()
		}
		w.goAhead(then, l.after)
	}
}

// goAhead does what has waited for a model.
func (w *Window) goAhead(then, after func()) {
	switch {
	case then != nil:
		then()
	case after != nil:
		after()
	default:
		w.showUnanswered()
	}
}

// warnOfModel tells what the loaded file gave reason to doubt.
func (w *Window) warnOfModel() {
	info, ok := w.app.Model()
	if ok && len(info.Warnings) > 0 {
		var told []string
		for _, text := range info.Warnings {
			told = append(told, errorText(text))
		}
		w.say("warning", asSentence(strings.Join(told, "; ")))
	}
}

// refused says that the model at path does not fit into memory; the reader may insist.
func (w *Window) refused(path string, e *engine.MemoryError, then func()) {
	text := memorySentence(e)
	if w.settings.Context > 8192 {
		text += " " + lang.L("A smaller context size, in the settings, needs less.")
	}
	c := newCard(text, theme.ColorNameWarning, func() { w.cards.set("error", nil) },
		action{lang.L("Choose another"), true, w.picker.open},
		action{lang.L("Load anyway"), false, func() { w.load(path, true, then) }})
	w.cards.set("error", c)
}

// choose loads a model from the list.
func (w *Window) choose(path string) { w.load(path, false, nil) }

// reload loads the model again, with the settings as they are now.
func (w *Window) reload() {
	if info, ok := w.app.Model(); ok {
		w.load(info.Path, false, nil)
	}
}

func (w *Window) unload() {
	if w.job != nil || w.loading != nil {
		w.say("error", lang.L("The model is at work. Stop it first."))
		return
	}
	if err := w.app.Unload(); err != nil {
		w.failed(err)
	}
	w.showModel()
}

func (w *Window) forget(path string) {
	if err := w.app.Forget(path); err != nil {
		w.failed(err)
	}
	w.showModel()
}

func (w *Window) knownModels() []app.KnownModel {
	models, err := w.app.KnownModels()
	if err != nil {
		w.failed(err)
	}
	return models
}

// modelsChanged shows that the disk has other models than it had.
func (w *Window) modelsChanged() {
	switch {
	case w.app.Locked() || w.closing:
	case w.loadingNow() != nil: // its end shows the rest
		w.showState()
	default:
		w.showModel()
	}
}

// listModels is knownModels for a list that opens: the next time it has what came
// to the disk meanwhile.
func (w *Window) listModels() []app.KnownModel {
	w.app.LookForModels(0)
	return w.knownModels()
}

// openFile lets the reader look for a model file.
func (w *Window) openFile() { w.openFileIn("") }

// openFileIn begins to look in a folder, "": where something was chosen last.
func (w *Window) openFileIn(folder string) {
	w.chooseFile(choosing{title: lang.L("Open a model file (.gguf)"), endings: []string{".gguf"}, in: folder, chosen: w.choose})
}

// droppedFolder takes the one model of a folder, or asks which one.
func (w *Window) droppedFolder(path string) {
	switch models := app.ModelsIn(path); len(models) {
	case 0:
		w.say("error", fmt.Sprintf(lang.L("There is no .gguf file in the folder %s."), fileName(path)))
	case 1:
		w.choose(models[0].Path)
	default:
		w.openFileIn(path)
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// lastModel is the file that the next message would load; false: there is none.
func (w *Window) lastModel() (app.KnownModel, bool) {
	last := w.app.LastModel()
	if last == "" {
		return app.KnownModel{}, false
	}
	for _, m := range w.knownModels() {
		if m.Path == last {
			return m, !m.Missing
		}
	}
	return app.KnownModel{}, false
}

// onStarter reports whether the next message is the Starter's to answer.
func (w *Window) onStarter() bool {
	if info, ok := w.app.Model(); ok {
		return w.app.IsStarter(info.Path)
	}
	m, ok := w.lastModel()
	return ok && m.Starter
}

// goneModel says that the model of the last time is not there any more, "" if it is.
func (w *Window) goneModel() string {
	last := w.app.LastModel()
	for _, m := range w.knownModels() {
		if last != "" && m.Path == last && m.Missing {
			return fmt.Sprintf(lang.L("%[1]s, the model you used last, is not at %[2]s any more."), modelName(m), m.Path)
		}
	}
	return ""
}

// modelName is the loaded model's, or that of the one to be loaded.
func (w *Window) modelName() string {
	if info, ok := w.app.Model(); ok {
		return info.Name
	}
	if m, ok := w.lastModel(); ok {
		return modelName(m)
	}
	return ""
}

// showModel brings up to date what depends on the loaded model.
func (w *Window) showModel() {
	info, ok := w.app.Model()
	name := w.modelName()
	w.panel.SetChoice(w.app.LoadChoice(info.Path))
	w.panel.SetLoaded(info, ok)
	w.showStart()
	switch {
	case ok:
		w.picker.Set(name, info.Path)
		w.status.SetModel(modelTexts(info)...)
	case name != "":
		w.picker.Set(name, "")
		w.status.SetModel(fmt.Sprintf(lang.L("%s is not loaded. Your next message loads it."), name), lang.L("Not loaded. Your next message loads it."))
	default:
		w.picker.Set("", "")
		w.status.SetModel(lang.L("No model is loaded"))
	}
	w.showFigures()
	w.showState()
	w.showExperts()
	w.showMix()
	w.relayout()
}

// showState brings up to date what can be done now: send, stop, or why not; and
// what stands where there is nothing to read.
func (w *Window) showState() {
	name := w.modelName()
	w.composer.SetState(w.composerState())
	w.composer.SetReason(w.reason(name))
	w.composer.SetNote(w.note())
	empty := len(w.messages) == 0
	setVisible(w.transcript, !empty)
	setVisible(w.page, empty)
	switch {
	case !empty:
	case w.job != nil && w.job.conversation == w.current: // what was sent is on its way to the disk
		w.page.wait("")
	case w.loadingNow() != nil && w.loading.path != w.app.LastModel():
		w.page.wait(lang.L("The model is being loaded."))
	case name == "":
		w.page.askForModel(w.knownModels(), w.goneModel())
	case w.onStarter():
		w.page.offerStarter()
	default:
		w.page.offerExamples(name)
	}
	w.settled()
}

func (w *Window) composerState() composerState {
	switch {
	case w.job != nil && w.job.stopping && w.job.conversation == w.current:
		return composerStopping
	case w.job != nil && w.job.conversation == w.current:
		return composerBusy
	case w.loadingNow() != nil:
		return composerLoading
	}
	return composerIdle
}

// reason says why nothing can be sent, "" if it can.
func (w *Window) reason(model string) string {
	switch {
	case w.loadingNow() == nil && model == "" && len(w.messages) == 0: // the page above says how
		return lang.L("Choose a model first.")
	case w.loadingNow() == nil && model == "":
		return lang.L("Choose a model first: drop a .gguf file on the window, or open one above.")
	}
	return ""
}

// note says what will become of what was sent while the model is being loaded.
func (w *Window) note() string {
	if l := w.loadingNow(); l != nil && l.after != nil && l.waits == w.current {
		return lang.L("This is sent as soon as the model is loaded. Esc stops the loading.")
	}
	return w.waitsElsewhere()
}

func (w *Window) example(prompt string) {
	w.composer.SetText(prompt)
	w.composer.Focus()
}

func fileName(path string) string { return filepath.Base(path) }
