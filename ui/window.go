package ui

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/assets"
)

// Options says how the window starts and who is told what happens in it.
type Options struct {
	Trace      func(event string, fields map[string]any) // may be nil
	Model      string                                    // a file to load at the start, "": none
	Rectangles bool                                      // trace where the named widgets are, too
	Events     Events                                    // of the driver; none: the window never waits for them
}

// Window is the program's one window. All its methods but New's result's
// callbacks are called on the main goroutine.
type Window struct {
	fyneApp fyne.App
	app     *app.App
	win     fyne.Window
	post    poster
	options Options
	trace   *tracer
	closing bool
	late    *time.Timer // closes the window if closing takes too long
	losing  *modal      // asks whether to close though not all is stored; nil: it has not

	frame      *frame
	root       *fyne.Container // laid out by frame
	body       *fyne.Container // header, transcript, cards, composer, status
	sidebar    *Sidebar
	panel      *SettingsPanel
	experts    *ExpertsPanel
	picker     *ModelPicker
	assistant  *AssistantPicker
	assistants *assistantsPage // nil: it was not opened yet
	detail     *detail         // the page that was opened last; nil: none was
	faces      map[app.Speaker]*Face
	transcript *Transcript
	page       *emptyPage
	find       *findBar
	modal      *modal            // the last one; nil: there was none
	chooser    fyne.CanvasObject // of files, the last one; nil: there was none
	folder     string            // where something was chosen last, "": nowhere yet
	palette    *palette          // likewise
	sheet      *keySheet         // likewise
	keys       *keymap
	voice      *app.Voice // the system's, nil: it has none
	speaking   *speech    // a reply being spoken, nil: none is
	away       bool       // the reader is at another window
	hidden     bool       // the window is, by way of the tray
	tray       bool       // the program's sign is in the tray
	counted    string     // of which model the tokens in the composer were counted
	composer   *Composer
	status     *StatusLine
	cards      *cards
	toggle     *glyphButton // the sidebar
	newButton  *glyphButton // a new conversation, while there is no sidebar
	gear       *glyphButton // the settings
	petals     *glyphButton // the experts

	settings app.Settings
	current  app.ID        // the open conversation; 0: one that has nothing in it yet
	messages []app.Message // of its shown path
	editing  app.ID        // the message that is being changed in the composer
	inTrash  bool
	newIn    app.ID // the folder that the conversation which is begun next goes into
	newWith  app.ID // its assistant
	titles   map[app.ID]string

	gone        func()         // nothing is posted from then on
	focus       fyne.Focusable // that had the keyboard at the last picture
	painted     func()         // is told of each picture; nil: nobody wants to know
	draft       *pause
	resized     *pause // the window has another size
	undo        *time.Timer
	job         *job // the reply being written
	storing     *job // the one before, which has ended and is on its way to the disk
	line        []waiting
	held        map[app.ID]bool // conversations whose messages in line wait for the reader
	side        string          // which panel is at the right: "settings", "experts"
	expertsSeen bool            // that panel shows what holds
	mixture     *mixturePage    // nil: it was not opened yet
	library     *modelsPage     // likewise

	downloads []*downloading // under way, and stopped ones
	looked    lookedAt       // the reply whose experts are shown
	loading   *loading       // the model being loaded
}

// New builds the window and opens the newest conversation. Show shows it.
func New(fyneApp fyne.App, a *app.App, o Options) *Window {
	calm(fyneApp)
	g := newGate(o.Events)
	w := newWindow(fyneApp, a, o, g.post)
	w.gone, w.painted = g.shut, g.doze.stir
	g.rest()
	w.win.SetOnClosed(w.gone)
	return w
}

func newWindow(fyneApp fyne.App, a *app.App, o Options, post poster) *Window {
	w := &Window{fyneApp: fyneApp, app: a, options: o, post: post, trace: newTracer(o, post), settings: a.Settings(), held: map[app.ID]bool{}}
	w.draft = &pause{post: post, wait: draftPause}
	w.resized = &pause{post: post, wait: sizePause}
	w.applyLook()
	speak(w.settings.Language)
	w.win = fyneApp.NewWindow("Beyonder")
	w.win.SetIcon(assets.AppIcon())
	w.fyneApp.SetIcon(assets.AppIcon()) // of notifications
	w.win.SetPadded(false)
	w.voice = app.FindVoice()
	w.build()
	w.announce()
	w.transcript.SetStill(w.settings.Still)
	w.win.SetContent(w.root)
	w.win.Resize(w.firstSize())
	w.win.SetCloseIntercept(w.close)
	w.win.SetOnDropped(w.dropped)
	w.watchFocus()
	w.showTray()
	w.bindKeys()
	w.panel.Set(w.settings)
	w.newWith = w.settings.Assistant
	a.OnModels(func() { w.post(w.modelsChanged) })
	if !a.Locked() {
		w.openNewest()
		w.showModel()
	}
	if warnings := a.Warnings(); len(warnings) > 0 {
		w.say("warning", asSentence(strings.Join(warnings, "; ")))
	}
	return w
}

// Show shows the window and begins to load the model that Options name.
func (w *Window) Show() {
	w.win.Show()
	w.composer.Focus()
	if w.app.Locked() {
		w.askUnlock()
	} else {
		w.loadFirst()
	}
	w.findUnfinished()
	w.watchDays()
	w.app.OnUnsaved(func(err error) { w.post(func() { w.unstored(err) }) })
	w.app.KeepCopies(func(err error) { w.post(func() { w.failed(err) }) })
	// Not before the loop runs: what is traced can then be clicked.
	w.post.after(0, func() {
		size := w.win.Canvas().Size()
		w.trace.event("window-shown", map[string]any{"width": size.Width, "height": size.Height, "scale": w.win.Canvas().Scale()})
		w.settled()
	})
}

// loadFirst begins to load the model that Options name, or the one used last.
func (w *Window) loadFirst() {
	if w.options.Model != "" {
		w.load(w.options.Model, false, nil)
	} else if _, loaded := w.app.Model(); !loaded {
		w.loadLast()
	}
}

func (w *Window) firstSize() fyne.Size {
	if s := w.settings.Window; s.Width >= 720 && s.Height >= 480 {
		return fyne.NewSize(s.Width, s.Height)
	}
	return fyne.NewSize(1280, 800)
}

// build makes the widgets and puts them in their places.
func (w *Window) build() {
	w.sidebar, w.panel = NewSidebar(), NewSettingsPanel(w.post)
	w.panel.SetVoice(w.voice != nil)
	w.picker, w.status, w.composer = NewModelPicker(), NewStatusLine(), NewComposer()
	w.assistant = NewAssistantPicker()
	w.transcript, w.page = NewTranscript(), newEmptyPage()
	w.find = newFindBar(w)
	w.cards = newCards(w.relayout, w.backToWriting)
	w.toggle = newGlyph(assets.Icon("sidebar"), 32, w.toggleSidebar)
	w.newButton = newGlyph(assets.Icon("add"), 32, w.newConversation)
	w.gear = newGlyph(assets.Icon("settings"), 32, w.togglePanel)
	w.petals = newGlyph(assets.Icon("model"), 32, w.toggleExperts)
	w.experts = NewExpertsPanel(w.post)
	side := w.chooseSide(w.settings.PanelOpen)
	tips := w.explainButtons()
	header := newPadded(8, 12, 8, 12, newRow(4, 4, w.toggle, w.newButton, w.picker, w.assistant, spacer(), w.petals, w.gear))
	header = container.NewStack(newGround(theme.ColorNameBackground, w.transcript.view.Scrolled), header)
	foot := newGround("", w.transcript.view.Scrolled)
	w.body = container.New(middle{}, container.NewStack(w.transcript, w.page, w.find.holder), foot, w.cards.scroll, w.composer, w.status, header)
	w.frame = &frame{sidebarOpen: !w.settings.SidebarHidden, panelOpen: w.settings.PanelOpen != "", settled: w.settled, painted: w.tellPainted,
		sidebar: widthOr(w.settings.SidebarWidth, sidebarWidths()), panel: widthOr(w.settings.PanelWidth, panelWidths())}
	w.root = container.New(w.frame, w.body, newVeil(w.uncover), w.edged(w.sidebar, true), w.edged(side, false), tips)
}

// tellPainted tells of a picture; the frame that asks is made before painted is known.
func (w *Window) tellPainted() {
	w.followFocus()
	if w.painted != nil {
		w.painted()
	}
}

// explainButtons gives the buttons without words their hints.
func (w *Window) explainButtons() *tipLayer {
	tips := newTipLayer()
	for _, b := range append(w.find.buttons(), w.sidebar.keep, w.toggle, w.newButton, w.petals, w.gear, w.composer.button) {
		b.tips = tips
	}
	w.status.left.tips, w.assistant.tips = tips, tips
	return tips
}

// edged draws a hairline between a side panel and the middle.
func (w *Window) edged(o fyne.CanvasObject, right bool) fyne.CanvasObject {
	hairline := newSurface(theme.ColorNameSeparator, "", 0)
	g := w.newGripOf(1, func() *float32 { return &w.frame.sidebar }, sidebarWidths())
	if !right {
		g = w.newGripOf(-1, func() *float32 { return &w.frame.panel }, panelWidths())
	}
	return container.New(hairlineLayout{right}, o, hairline, g)
}

// announce connects what the widgets say with what the window does.
func (w *Window) announce() {
	s := w.sidebar
	s.OnNew, s.OnOpen, s.OnRename, s.OnDelete = w.newConversation, w.open, w.rename, w.trash
	s.OnRestore, s.OnTrash, s.OnEmptyTrash = w.restore, w.showTrash, w.emptyTrash
	w.announceLibrary(s)
	c := w.composer
	c.OnSend, c.OnStop, c.OnChanged, c.OnEditLast, c.OnResized = w.send, w.stop, w.typed, w.editLast, w.relayout
	c.OnVersion, c.OnOpening, c.OnUnqueue, c.OnSendQueued = w.turnVersion, w.openingGiven, w.unqueue, w.sendQueued
	t := w.transcript
	t.OnExclude, t.OnMore = w.exclude, w.more
	c.OnFile, c.OnCount = w.showFile, w.countTokens
	t.OnCopy, t.OnLink, t.OnFile = w.copy, w.openLink, w.showFile
	t.OnCopyMenu = w.copyMenu
	t.OnEdit, t.OnRegenerate, t.OnContinue, t.OnSibling = w.edit, w.regenerate, w.goOn, w.sibling
	p := w.picker
	p.OnManage = w.openModels
	p.Models, p.OnChoose, p.OnForget, p.OnOpen, p.OnUnload = w.listModels, w.choose, w.forget, w.openFile, w.unload
	w.page.OnExample, w.page.OnOpen, w.page.OnChoose = w.example, w.openFile, w.choose
	w.panel.OnChange, w.panel.OnSystem, w.panel.OnReload, w.panel.OnClose = w.change, w.setSystem, w.reload, w.togglePanel
	w.announceSetup()
	w.status.OnContext = w.explainContext
	w.announceExperts()
	w.announceAssistants()
}

// backToWriting puts the cursor into the composer after something else was
// done, unless that has opened a list of its own.
func (w *Window) backToWriting() {
	if w.win.Canvas().Overlays().Top() == nil {
		w.composer.Focus()
	}
}

// relayout lays the middle out again after one of its parts has grown or shrunk.
func (w *Window) relayout() {
	if w.body != nil {
		relayout(w.body)
		w.settled()
	}
}

// settled follows a layout: what depends on it, and the trace.
func (w *Window) settled() {
	if w.root == nil {
		return // the first layout, while the window is being built
	}
	setVisible(w.newButton, !w.frame.sidebarBeside(w.root.Size().Width))
	w.panel.Attend(w.root.Objects[framePanel].Visible() && w.side == "settings")
	if !w.expertsSeen && w.expertsVisible() {
		w.showExperts()
	}
	w.keepSize()
	w.trace.moved(w.win.Canvas(), w.named)
}

// named are the widgets that tests click on.
func (w *Window) named() map[string]fyne.CanvasObject {
	found := map[string]fyne.CanvasObject{
		"composer": w.composer.entry, "model-button": w.picker, "assistant-button": w.assistant, "settings-button": w.gear, "experts-button": w.petals, "sidebar-button": w.toggle,
		"transcript": w.transcript, "status": w.status, "empty": w.page,
	}
	if w.composer.state == composerIdle {
		found["send"] = w.composer.button
	} else {
		found["stop"] = w.composer.button
	}
	if w.root.Objects[frameSidebar].Visible() {
		found["sidebar"], found["new-conversation"] = w.sidebar, w.sidebar.newButton
		found["trash"] = w.sidebar.trash
	} else {
		found["new-conversation"] = w.newButton
	}
	if w.root.Objects[framePanel].Visible() {
		found[w.side] = w.sidePanel()
	}
	for key, c := range w.cards.shown {
		found["card-"+key] = c
		for _, o := range c.actions.Objects {
			found["card-"+key+"-"+slug(o.(*pushButton).Text)] = o
		}
	}
	return found
}

func (w *Window) title(id app.ID) string {
	if title := w.titles[id]; title != "" {
		return title
	}
	return untitled()
}

// findMessage returns the message with that id on the shown path.
func (w *Window) findMessage(id app.ID) (app.Message, bool) {
	i := slices.IndexFunc(w.messages, func(m app.Message) bool { return m.ID == id })
	if i < 0 {
		return app.Message{}, false
	}
	return w.messages[i], true
}
