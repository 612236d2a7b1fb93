package ui

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
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
	next   func() // what is to be done instead, once this has ended
}

// load loads a model file; then may be nil and is done once it is there. What is
// being loaded already gives way.
func (w *Window) load(path string, force bool, then func()) {
	if w.loading != nil {
		w.loading.next = func() { w.load(path, force, then) }
		w.loading.cancel()
		return
	}
	if w.job != nil {
		w.say("error", "A reply is being written. Stop it, or load the model when it has ended.")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &loading{path: path, cancel: cancel, begun: time.Now()}
	l.card = newCard("Loading "+fileName(path), theme.ColorNameSeparator, nil, action{"Stop", false, w.stop})
	w.loading = l
	w.status.SetActivity("Loading "+fileName(path), -1)
	w.status.SetFigures(figures{})
	w.picker.Set(strings.TrimSuffix(fileName(path), filepath.Ext(path)), "")
	w.cards.clear("error", "warning")
	w.cards.set("loading", l.card)
	w.showState()
	follow(w.post, w.app.Load(ctx, path, force),
		func(steps []engine.Progress) { w.loadingStep(l, steps[len(steps)-1]) },
		func(err error) { w.loaded(l, err, then) })
}

func (w *Window) loadingStep(l *loading, p engine.Progress) {
	text, fraction := loadingText(fileName(l.path), p, time.Since(l.begun))
	l.card.progress(text, fraction)
	w.relayout()
}

func (w *Window) loaded(l *loading, err error, then func()) {
	l.cancel()
	w.loading = nil
	w.status.SetActivity("", -1)
	w.cards.set("loading", nil)
	w.showModel()
	var memory *engine.MemoryError
	switch {
	case w.closing:
		w.closeNow()
	case l.next != nil:
		l.next()
	case errors.As(err, &memory):
		w.refused(memory, then)
	case err != nil:
		w.failed(err)
	case then != nil:
		w.warnOfModel()
		then()
	default:
		w.warnOfModel()
		w.showUnanswered()
	}
}

// warnOfModel tells what the loaded file gave reason to doubt.
func (w *Window) warnOfModel() {
	info, ok := w.app.Model()
	if ok && len(info.Warnings) > 0 {
		w.say("warning", asSentence(strings.Join(info.Warnings, "; ")))
	}
}

// refused says that a model does not fit into memory; the reader may insist.
func (w *Window) refused(e *engine.MemoryError, then func()) {
	path := e.Path
	c := newCard(memorySentence(e), theme.ColorNameWarning, func() { w.cards.set("error", nil) },
		action{"Choose another", true, w.picker.open},
		action{"Load anyway", false, func() { w.load(path, true, then) }})
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
		w.say("error", "The model is at work. Stop it first.")
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

// openFile lets the reader look for a model file.
func (w *Window) openFile() {
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			w.failed(err)
		case file != nil:
			path := file.URI().Path()
			file.Close()
			w.choose(path)
		}
	}, w.win)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".gguf"}))
	d.SetTitleText("Open a model file (.gguf)")
	d.Resize(w.win.Canvas().Size().Subtract(fyne.NewSize(px(80), px(80))))
	d.Show()
}

// dropped takes a model file that was dropped anywhere on the window.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	i := slices.IndexFunc(files, func(u fyne.URI) bool { return strings.EqualFold(filepath.Ext(u.Path()), ".gguf") })
	switch {
	case i >= 0:
		w.choose(files[i].Path())
	case len(files) > 0:
		w.say("error", notAModel(files[0].Path()))
	}
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
	w.panel.SetLoaded(info, ok)
	switch {
	case ok:
		w.picker.Set(name, info.Path)
		w.status.SetModel(modelText(info))
	case name != "":
		w.picker.Set(name, "")
		w.status.SetModel(name + " is not loaded. Your next message loads it.")
	default:
		w.picker.Set("", "")
		w.status.SetModel("No model is loaded")
	}
	w.showFigures()
	w.showState()
	w.relayout()
}

// showState brings up to date what can be done now: send, stop, or why not; and
// what stands where there is nothing to read.
func (w *Window) showState() {
	name := w.modelName()
	w.composer.SetState(w.composerState())
	w.composer.SetReason(w.reason(name))
	empty := len(w.messages) == 0
	setVisible(w.transcript, !empty)
	setVisible(w.page, empty)
	switch {
	case !empty:
	case w.loading != nil:
		w.page.wait("The model is being loaded.")
	case name == "":
		w.page.askForModel(w.knownModels())
	default:
		w.page.offerExamples(name)
	}
	w.settled()
}

func (w *Window) composerState() composerState {
	switch {
	case w.job != nil && w.job.stopping && w.job.conversation == w.current:
		return composerStopping
	case w.job != nil && w.job.conversation == w.current, w.loading != nil:
		return composerBusy
	}
	return composerIdle
}

// reason says why nothing can be sent, "" if it can.
func (w *Window) reason(model string) string {
	switch {
	case w.job != nil && w.job.conversation != w.current:
		return "A reply is being written in “" + w.title(w.job.conversation) + "”. Stop it there, or wait."
	case w.loading == nil && model == "":
		return "Choose a model first: drop a .gguf file on the window, or open one above."
	}
	return ""
}

func (w *Window) example(prompt string) {
	w.composer.SetText(prompt)
	w.composer.Focus()
}

func fileName(path string) string { return filepath.Base(path) }
