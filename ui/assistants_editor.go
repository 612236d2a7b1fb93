package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine"
)

// assistantEditor shows one assistant with all that can be changed of it. Changes
// are kept a moment after the last key.
type assistantEditor struct {
	page     *assistantsPage
	now      app.Assistant
	was      app.Assistant // when it was shown
	save     *pause
	counting *pause
	showing  bool

	back     *focusRow // to the list, in a narrow window
	face     *faceView
	name     *filterEntry
	about    *filterEntry
	colours  []*colourButton
	remove   *pushButton // the picture
	system   *textRow
	tokens   *lineText
	greeting *filterEntry
	sampling *assistantSampling
	policy   *keySelect
	model    *keySelect
	models   []string // paths, as in model
	users    *lineText
	first    *pushButton // it is the one that new conversations begin with
	revert   *pushButton
	content  *fyne.Container
	scroll   *container.Scroll
	object   fyne.CanvasObject
}

func newAssistantEditor(p *assistantsPage) *assistantEditor {
	e := &assistantEditor{page: p, save: &pause{post: p.window.post, wait: 400 * time.Millisecond}, counting: &pause{post: p.window.post, wait: 200 * time.Millisecond}}
	e.back = newFocusRow(lang.L("All assistants"), "", e.leave)
	e.back.icon = assets.Icon("back")
	e.sampling = newAssistantSampling(e)
	e.content = newColumn(20, e.back, e.head(), e.looks(), e.told(), e.chosen(), e.foot())
	e.scroll = container.NewVScroll(newPadded(1, 16, 8, 1, e.content))
	e.object = wheeled(e.scroll)
	return e
}

// head is the face with the name, and what can be done with the assistant.
func (e *assistantEditor) head() fyne.CanvasObject {
	e.face = newFaceView(nil, 48)
	e.name = newFilterEntry(lang.L("Name"), func(text string) { e.change(func(a *app.Assistant) { a.Name = text }) })
	e.about = newFilterEntry(lang.L("What it is for, in a few words"), func(text string) { e.change(func(a *app.Assistant) { a.About = text }) })
	up := newGlyph(assets.Icon("up"), 28, func() { e.page.move(e.now.ID, -1) })
	down := newGlyph(assets.Icon("down"), 28, func() { e.page.move(e.now.ID, 1) })
	more := newGlyph(assets.Icon("more"), 28, nil)
	more.onTapped = func() { e.menu(more) }
	up.tip, down.tip, more.tip = lang.L("Further up in the list"), lang.L("Further down in the list"), lang.L("Copy, export, delete")
	for _, b := range []*glyphButton{up, down, more} {
		b.tips = e.page.tips
	}
	return newRow(12, 1, e.face, container.New(headLayout{}, e.name, e.about, newRow(4, -1, up, down, more)))
}

// headLayout: the name and, beside it, the buttons; the description under both. They
// are given in the order in which Tab goes through them: name, description, buttons.
type headLayout struct{}

const headRowGap = 6

// MinSize implements fyne.Layout.
func (headLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	name, about, buttons := objects[0].MinSize(), objects[1].MinSize(), objects[2].MinSize()
	return fyne.NewSize(max(name.Width+px(4)+buttons.Width, about.Width), max(name.Height, buttons.Height)+px(headRowGap)+about.Height)
}

// Layout implements fyne.Layout.
func (headLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	name, about, buttons := objects[0], objects[1], objects[2]
	right := buttons.MinSize()
	height := max(name.MinSize().Height, right.Height)
	name.Resize(fyne.NewSize(size.Width-right.Width-px(4), height))
	name.Move(fyne.Position{})
	buttons.Resize(fyne.NewSize(right.Width, height))
	buttons.Move(fyne.NewPos(size.Width-right.Width, 0))
	about.Resize(fyne.NewSize(size.Width, about.MinSize().Height))
	about.Move(fyne.NewPos(0, height+px(headRowGap)))
}

// looks are its colour and its picture.
func (e *assistantEditor) looks() fyne.CanvasObject {
	row := container.New(layout.NewRowWrapLayoutWithCustomPadding(px(6), px(6)))
	for i := range app.AssistantColours {
		b := newColourButton(i, func() { e.change(func(a *app.Assistant) { a.Colour = i }) })
		b.tips = e.page.tips
		e.colours = append(e.colours, b)
		row.Add(b)
	}
	e.remove = newButton(lang.L("Remove the picture"), func() { e.change(func(a *app.Assistant) { a.Picture = nil }) })
	picture := newButton(lang.L("Picture…"), e.askPicture)
	buttons := container.New(layout.NewRowWrapLayoutWithCustomPadding(px(8), px(8)), picture, e.remove)
	return labelled(lang.L("Colour or picture"), row, newGap(4), buttons)
}

// told is what the model and the reader are told.
func (e *assistantEditor) told() fyne.CanvasObject {
	e.system = newTextRow(lang.L("System prompt"), lang.L("What the model is told before a conversation, unless the conversation has its own. It comes before the folder's."),
		lang.L("You are a helpful assistant."), 4, e.save, func(string) error { return nil })
	e.system.entry.left = func() {}
	e.system.entry.OnChanged = func(text string) {
		e.system.entry.grow()
		e.count(text)
		e.change(func(a *app.Assistant) { a.System = text })
	}
	e.system.entry.onGrown, e.system.entry.post = e.grown, e.page.window.post
	e.tokens = newLine("", captionStyle)
	e.greeting = newFilterEntry(lang.L("What shall we talk about?"), func(text string) { e.change(func(a *app.Assistant) { a.Greeting = text }) })
	return newColumn(20, newColumn(4, e.system.object, e.tokens),
		labelled(lang.L("Greeting"), e.greeting, newParagraph(lang.L("Stands above a new conversation. The model is not told."), captionStyle)))
}

// chosen is how it answers.
func (e *assistantEditor) chosen() fyne.CanvasObject {
	e.policy = newKeySelect([]string{lang.L("As without an assistant"), lang.L("Stop"), lang.L("Forget the oldest messages")}, func(i int) {
		e.change(func(a *app.Assistant) { a.Policy = append([]engine.ContextPolicy{""}, policies()...)[i] })
	})
	e.model = newKeySelect(nil, func(i int) {
		if i >= 0 && i < len(e.models) {
			e.change(func(a *app.Assistant) { a.Model = e.models[i] })
		}
	})
	return newColumn(20, e.sampling.object,
		labelled(lang.L("When the context is full"), e.policy),
		labelled(lang.L("Model"), e.model, newParagraph(lang.L("It is loaded when you choose the assistant for a conversation. A conversation that is there already is answered by the loaded model."), captionStyle)))
}

func (e *assistantEditor) foot() fyne.CanvasObject {
	e.users = newLine("", captionStyle)
	talk := newPrimaryButton(lang.L("New conversation"), func() { e.page.talk(e.now.ID) })
	e.first = newButton("", e.toggleFirst)
	e.revert = newButton(lang.L("Undo the changes"), e.undo)
	return newColumn(8, e.users, container.New(layout.NewRowWrapLayoutWithCustomPadding(px(8), px(8)), talk, e.first, e.revert))
}

// show shows an assistant.
func (e *assistantEditor) show(a app.Assistant) {
	e.save.drop()
	e.showing = true
	e.now, e.was = a, a
	e.name.SetText(assistantName(a))
	e.about.SetText(a.About)
	e.system.Set(a.System)
	e.greeting.SetText(a.Greeting)
	e.policy.SetSelectedIndex(0)
	if a.Policy != "" {
		e.policy.SetSelectedIndex(1 + policyIndex(a.Policy))
	}
	e.listModels()
	e.sampling.show(a.Sampling)
	e.count(a.System)
	e.showing = false
	e.follow()
	e.scroll.ScrollToTop()
}

// listModels fills the choice of models.
func (e *assistantEditor) listModels() {
	names := []string{lang.L("Whichever is loaded")}
	e.models = []string{""}
	for _, m := range e.page.window.listModels() {
		if !m.Missing || m.Path == e.now.Model {
			names, e.models = append(names, modelName(m)), append(e.models, m.Path)
		}
	}
	if e.now.Model != "" && !slices.Contains(e.models, e.now.Model) {
		names, e.models = append(names, modelFileName(e.now.Model)), append(e.models, e.now.Model)
	}
	e.model.Options = names
	e.model.SetSelectedIndex(max(0, slices.Index(e.models, e.now.Model)))
}

// follow brings up to date what follows from the assistant: the preview, what can
// be done.
func (e *assistantEditor) follow() {
	a := e.now
	e.face.set(faceOf(a))
	for i, b := range e.colours {
		b.choose(i == a.Colour)
	}
	setVisible(e.remove, len(a.Picture) > 0)
	e.users.SetText(e.usersText())
	e.first.SetText(lang.L("Begin conversations with it"))
	if e.page.window.settings.Assistant == a.ID {
		e.first.SetText(lang.L("Begin conversations without it"))
	}
	setEnabled(e.revert, !sameAssistant(e.was, a))
	e.grown()
}

func (e *assistantEditor) usersText() string {
	n, err := e.page.window.app.Using(e.now.ID)
	switch {
	case err != nil:
		return ""
	case n == 0:
		return lang.L("No conversation is with it yet.")
	case n == 1:
		return lang.L("1 conversation is with it.")
	}
	return fmt.Sprintf(lang.L("%s conversations are with it."), count(n))
}

func sameAssistant(a, b app.Assistant) bool {
	alike := a.Name == b.Name && a.Colour == b.Colour && a.About == b.About && a.System == b.System && a.Greeting == b.Greeting &&
		a.Policy == b.Policy && a.Model == b.Model && string(a.Picture) == string(b.Picture)
	if !alike || (a.Sampling == nil) != (b.Sampling == nil) {
		return false
	}
	return a.Sampling == nil || a.Sampling.Preset == b.Sampling.Preset && app.SameSampling(a.Sampling.Settings, b.Sampling.Settings)
}

// change applies f and keeps the result a moment later.
func (e *assistantEditor) change(f func(*app.Assistant)) {
	if e.showing || e.now.ID == 0 {
		return
	}
	f(&e.now)
	e.follow()
	if strings.TrimSpace(e.now.Name) != "" {
		e.page.changed(e.now)
	}
	e.save.do(e.keep)
}

// keep stores the assistant as it is shown.
func (e *assistantEditor) keep() {
	a := e.now
	if original, ok := app.BuiltinAssistant(a.Builtin); ok && a.Name == assistantName(app.Assistant{Name: original.Name, Builtin: a.Builtin}) {
		a.Name = original.Name // the field shows it in the reader's language
	}
	if err := e.page.window.app.ChangeAssistant(a); err != nil {
		e.page.fail(err)
		return
	}
	e.page.say("", nil)
}

func (e *assistantEditor) flush() { e.save.flush() }

// undo makes the assistant what it was when it was shown.
func (e *assistantEditor) undo() {
	e.save.drop()
	e.set(e.was)
}

// set takes another state of the assistant.
func (e *assistantEditor) set(a app.Assistant) {
	was := e.was
	if err := e.page.window.app.ChangeAssistant(a); err != nil {
		e.page.fail(err)
		return
	}
	e.page.read(a.ID)
	e.was = was
	e.follow()
}

// count tells how many tokens the system prompt has: at once about, and exactly as
// soon as the model has counted them.
func (e *assistantEditor) count(text string) {
	e.tokens.SetText(promptLength(text, (len(text)+3)/4, false))
	e.counting.do(func() {
		e.page.window.countTokens(text, func(tokens int, exact bool) {
			if text == e.system.entry.Text { // or else it is out of date
				e.tokens.SetText(promptLength(text, tokens, exact))
			}
		})
	})
}

// promptLength tells how long a text is for the model, "" for an empty one.
func promptLength(text string, tokens int, exact bool) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return tokensText(tokens, exact)
}

func (e *assistantEditor) grown() {
	e.scroll.Content.Refresh()
	relayout(e.content)
	e.scroll.Refresh()
}

// leave goes back to the list, in a narrow window.
func (e *assistantEditor) leave() {
	e.flush()
	e.page.inside = false
	e.page.read(e.now.ID)
	e.page.focus()
}

// toggleFirst makes it the assistant that new conversations begin with, or no
// longer.
func (e *assistantEditor) toggleFirst() {
	w := e.page.window
	w.keep(func(s *app.Settings) {
		if s.Assistant == e.now.ID {
			s.Assistant = 0
		} else {
			s.Assistant = e.now.ID
		}
	})
	if w.current == 0 {
		w.newWith = w.settings.Assistant
	}
	e.follow()
}

// menu shows what can be done with the assistant as a whole.
func (e *assistantEditor) menu(b *glyphButton) {
	e.flush()
	a := e.now
	original, builtin := app.BuiltinAssistant(a.Builtin)
	original.ID = a.ID
	reset := fyne.NewMenuItem(lang.L("As it came with Beyonder"), func() { e.set(original) })
	reset.Disabled = !builtin || sameAssistant(original, a)
	menu := fyne.NewMenu("",
		fyne.NewMenuItem(lang.L("Duplicate"), func() { e.page.duplicate(a.ID) }),
		fyne.NewMenuItem(lang.L("Export…"), func() { e.page.askExport(a) }),
		reset,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Move to the trash"), func() { e.page.trash(a) }))
	c := e.page.window.win.Canvas()
	at := below(b)
	at.X += b.Size().Width - widget.NewPopUpMenu(menu, c).MinSize().Width
	widget.ShowPopUpMenuAtPosition(menu, c, at)
}

func (e *assistantEditor) askPicture() {
	e.page.window.chooseFile(choosing{title: lang.L("A picture for the assistant (.png, .jpg, .gif)"), endings: []string{".png", ".jpg", ".jpeg", ".gif"}, chosen: e.takePicture})
}

func (e *assistantEditor) takePicture(path string) {
	picture, err := app.ReadPicture(path)
	if err != nil {
		e.page.fail(err)
		return
	}
	e.change(func(a *app.Assistant) { a.Picture = picture })
}
