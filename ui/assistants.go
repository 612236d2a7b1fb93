package ui

import (
	"fmt"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/assets"
)

// assistantsPage is where assistants are made and changed: the list at the left,
// one of them at the right. What is changed is kept at once.
type assistantsPage struct {
	window *Window
	tips   *tipLayer
	detail *detail

	all     []app.Assistant
	trashed []app.Assistant
	current app.ID // the one that is shown, 0: none
	inside  bool   // in a narrow window: the assistant is shown, not the list
	open    bool   // what is in the trash is listed

	list   *fyne.Container
	add    *focusRow
	scroll *container.Scroll
	editor *assistantEditor
	note   *paragraph
	undo   *pushButton
	again  func() // what undo does
	lower  *fyne.Container
	body   *fyne.Container
}

func newAssistantsPage(w *Window) *assistantsPage {
	p := &assistantsPage{window: w, tips: newTipLayer(), list: newColumn(2)}
	p.scroll = container.NewVScroll(newPadded(1, 8, 8, 1, p.list))
	p.editor = newAssistantEditor(p)
	p.note = newParagraph("", captionStyle)
	p.undo = newButton(lang.L("Undo"), func() {
		again := p.again
		p.say("", nil)
		again()
	})
	p.lower = newRow(12, 0, p.note, p.undo)
	p.lower.Hide()
	p.body = container.New(assistantsLayout{p}, wheeled(p.scroll), newSurface(theme.ColorNameSeparator, "", 0), p.editor.object, p.lower)
	return p
}

// openAssistants opens the page at an assistant, 0: at the first.
func (w *Window) openAssistants(id app.ID) {
	if w.assistants == nil {
		w.assistants = newAssistantsPage(w)
	}
	p := w.assistants
	if p.detail != nil && p.detail.popup.Visible() {
		return
	}
	p.inside = id != 0
	p.say("", nil)
	p.read(id)
	p.detail = w.openDetail(lang.L("Assistants"), lang.L("Somebody to talk to: a name, what the model is told, and how it chooses its words. What you change is kept at once and holds in the conversations with that assistant, but for what was changed in them."), 900, container.NewStack(p.body, p.tips), nil)
	p.detail.left = p.leave
	p.focus()
}

// focus puts the keyboard where one would go on.
func (p *assistantsPage) focus() {
	c := p.window.win.Canvas()
	if row := p.row(p.current); p.narrow() && p.inside && p.current != 0 {
		c.Focus(p.editor.name)
	} else if row != nil {
		c.Focus(row)
	} else if len(p.list.Objects) > 0 {
		c.Focus(p.add)
	}
}

// leave keeps what was typed a moment ago and shows in the window what has changed.
func (p *assistantsPage) leave() {
	p.editor.flush()
	p.window.faces = nil
	p.window.showConversationSettings()
	p.window.showState()
	for _, e := range p.window.entries() {
		if e.Face != nil {
			p.window.transcript.Update(e)
		}
	}
}

func (p *assistantsPage) narrow() bool {
	return p.body.Size().Width > 0 && p.body.Size().Width < px(640)
}

// read reads the list anew and shows an assistant of it; 0: the first.
func (p *assistantsPage) read(id app.ID) {
	var err, err2 error
	p.all, err = p.window.app.Assistants()
	p.trashed, err2 = p.window.app.TrashedAssistants()
	for _, e := range []error{err, err2} {
		if e != nil {
			p.fail(e)
		}
	}
	if !slices.ContainsFunc(p.all, func(a app.Assistant) bool { return a.ID == id }) {
		id = 0
		if len(p.all) > 0 {
			id = p.all[0].ID
		}
	}
	p.current = id
	p.fill()
	p.editor.show(p.at(id))
	p.layout()
}

// at is an assistant of the list.
func (p *assistantsPage) at(id app.ID) app.Assistant {
	if i := slices.IndexFunc(p.all, func(a app.Assistant) bool { return a.ID == id }); i >= 0 {
		return p.all[i]
	}
	return app.Assistant{}
}

// fill lists the assistants and what can be done with the list.
func (p *assistantsPage) fill() {
	p.list.RemoveAll()
	for _, a := range p.all {
		row := newFocusRow(assistantName(a), assistantAbout(a), func() { p.choose(a.ID) })
		row.face, row.selected = faceOf(a), a.ID == p.current
		p.list.Add(row)
	}
	p.add = newFocusRow(lang.L("New assistant"), "", p.make)
	p.add.icon = assets.Icon("add")
	p.list.Add(p.add)
	load := newFocusRow(lang.L("Import…"), "", p.askImport)
	load.icon = assets.Icon("folder")
	p.list.Add(load)
	if missing, err := p.window.app.MissingBuiltins(); err == nil && missing > 0 {
		row := newFocusRow(lang.L("Restore the built-in ones"), "", p.restoreBuiltins)
		row.icon = assets.Icon("undo")
		p.list.Add(row)
	}
	p.fillTrash()
	p.list.Refresh()
}

func (p *assistantsPage) fillTrash() {
	if len(p.trashed) == 0 {
		p.open = false
		return
	}
	fold := newFocusRow(fmt.Sprintf(lang.L("Trash (%s)"), count(len(p.trashed))), "", func() { p.open = !p.open; p.fill(); p.layout() })
	fold.icon = assets.Icon("delete")
	p.list.Add(fold)
	if !p.open {
		return
	}
	for _, a := range p.trashed {
		erase := newGlyph(assets.Icon("close"), 24, func() { p.askErase(a) })
		erase.tip, erase.tips = lang.L("Delete for good…"), p.tips
		row := newFocusRow(assistantName(a), lang.L("Click to restore"), func() { p.restore(a.ID) }, erase)
		row.face = faceOf(a)
		p.list.Add(row)
	}
}

// row is the line of an assistant, nil if it has none.
func (p *assistantsPage) row(id app.ID) *focusRow {
	if i := slices.IndexFunc(p.all, func(a app.Assistant) bool { return a.ID == id }); i >= 0 {
		return p.list.Objects[i].(*focusRow)
	}
	return nil
}

// choose shows an assistant.
func (p *assistantsPage) choose(id app.ID) {
	p.editor.flush()
	p.inside = true
	p.current = id
	p.all, _ = p.window.app.Assistants() // flush may have changed one
	p.fill()
	p.editor.show(p.at(id))
	p.layout()
	if p.narrow() {
		p.window.win.Canvas().Focus(p.editor.name)
	} else {
		p.window.win.Canvas().Focus(p.row(id))
	}
}

// changed takes in that the assistant that is shown was changed: its row follows.
func (p *assistantsPage) changed(a app.Assistant) {
	i := slices.IndexFunc(p.all, func(x app.Assistant) bool { return x.ID == a.ID })
	if i < 0 {
		return
	}
	p.all[i] = a
	row := p.row(a.ID)
	row.face = faceOf(a)
	row.title.SetText(assistantName(a))
	row.caption.SetText(assistantAbout(a))
	row.Refresh()
}

// layout lays the page out anew.
func (p *assistantsPage) layout() {
	p.scroll.Content.Refresh()
	relayout(p.body)
	p.scroll.Refresh()
}

// say shows a sentence under the page, and a button that undoes what it tells; ""
// takes it away.
func (p *assistantsPage) say(text string, undo func()) {
	p.note.setStyle(captionStyle)
	p.note.SetText(text)
	p.again = undo
	setVisible(p.undo, undo != nil)
	setVisible(p.lower, text != "")
	if p.detail != nil {
		p.layout()
	}
}

func (p *assistantsPage) fail(err error) {
	p.say(sentence(err), nil)
	p.note.setStyle(dangerStyle)
}

// make adds an assistant and begins with its name.
func (p *assistantsPage) make() {
	p.editor.flush()
	name, n := lang.L("New assistant"), 1
	for slices.ContainsFunc(p.all, func(a app.Assistant) bool { return a.Name == name }) {
		n++
		name = fmt.Sprintf("%s %d", lang.L("New assistant"), n)
	}
	a, err := p.window.app.NewAssistant(app.Assistant{Name: name, Colour: (len(p.all) + len(p.trashed)) % app.AssistantColours})
	if err != nil {
		p.fail(err)
		return
	}
	p.inside = true
	p.read(a.ID)
	p.window.win.Canvas().Focus(p.editor.name)
	p.editor.name.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (p *assistantsPage) duplicate(id app.ID) {
	p.editor.flush()
	a, err := p.window.app.DuplicateAssistant(id)
	if err != nil {
		p.fail(err)
		return
	}
	p.read(a.ID)
}

// trash puts an assistant into the trash and offers to take it out again.
func (p *assistantsPage) trash(a app.Assistant) {
	p.editor.flush()
	if err := p.window.app.DeleteAssistant(a.ID); err != nil {
		p.fail(err)
		return
	}
	w := p.window
	if w.newWith == a.ID {
		w.newWith = 0
	}
	if w.settings.Assistant == a.ID {
		w.keep(func(s *app.Settings) { s.Assistant = 0 })
	}
	p.inside = false
	p.read(0)
	text := fmt.Sprintf(lang.L("“%s” is in the trash. Conversations with it go on as they are."), assistantName(a))
	p.say(text, func() { p.restore(a.ID) })
}

func (p *assistantsPage) restore(id app.ID) {
	p.editor.flush()
	if err := p.window.app.RestoreAssistant(id); err != nil {
		p.fail(err)
		return
	}
	p.say("", nil)
	p.inside = true
	p.read(id)
}

// askErase asks once more: this cannot be undone.
func (p *assistantsPage) askErase(a app.Assistant) {
	w := p.window
	n, err := w.app.Using(a.ID)
	if err != nil {
		p.fail(err)
		return
	}
	text := lang.L("This cannot be undone.")
	if n > 0 {
		text = fmt.Sprintf(lang.L("%s had it and keep its system prompt and its values as their own. This cannot be undone."), conversations(n))
	}
	m := w.ask(fmt.Sprintf(lang.L("Delete “%s” for good?"), assistantName(a)), text, lang.L("Delete for good"), nil, func() error {
		if err := w.app.EraseAssistant(a.ID); err != nil {
			return err
		}
		p.read(p.current)
		return nil
	})
	m.left = p.focus
}

func (p *assistantsPage) restoreBuiltins() {
	p.editor.flush()
	if err := p.window.app.RestoreBuiltins(); err != nil {
		p.fail(err)
		return
	}
	p.read(p.current)
}

// move puts an assistant a place further up (-1) or down (+1).
func (p *assistantsPage) move(id app.ID, step int) {
	p.editor.flush()
	at := slices.IndexFunc(p.all, func(a app.Assistant) bool { return a.ID == id })
	to := at + step
	if at < 0 || to < 0 || to >= len(p.all) {
		return
	}
	before := app.ID(0)
	if step > 0 {
		to++
	}
	if to < len(p.all) {
		before = p.all[to].ID
	}
	if err := p.window.app.MoveAssistant(id, before); err != nil {
		p.fail(err)
		return
	}
	p.read(id)
}

func (p *assistantsPage) askImport() {
	p.window.chooseFile(choosing{title: lang.L("Import an assistant (.json)"), endings: []string{".json"}, chosen: p.importFile})
}

func (p *assistantsPage) importFile(path string) {
	p.editor.flush()
	var a app.Assistant
	inBackground(p.window.post, func() (err error) {
		a, err = p.window.app.ImportAssistant(path)
		return err
	}, func(err error) {
		if err != nil {
			p.fail(err)
			return
		}
		p.inside = true
		p.read(a.ID)
		p.say(fmt.Sprintf(lang.L("“%s” is imported."), a.Name), func() { p.trash(a) })
	})
}

func (p *assistantsPage) askExport(a app.Assistant) {
	p.editor.flush()
	w := p.window
	w.chooseToSave(nameForFile(assistantName(a))+".json", []string{".json"}, func(path string) {
		inBackground(w.post, func() error { return w.app.ExportAssistant(a.ID, path) }, func(err error) {
			if err != nil {
				p.fail(err)
				return
			}
			p.say(fmt.Sprintf(lang.L("%s is written to %s."), filepath.Base(path), filepath.Dir(path)), nil)
		})
	}, p.fail)
}

// talk begins a conversation with an assistant.
func (p *assistantsPage) talk(id app.ID) {
	p.detail.close()
	p.window.newConversationWith(id)
}

// assistantsLayout: the list beside the assistant or, where there is no room, one
// of the two; under both a line that tells what was done.
type assistantsLayout struct{ page *assistantsPage }

// MinSize implements fyne.Layout.
func (assistantsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(200), px(160)) }

// Layout implements fyne.Layout.
func (l assistantsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list, hairline, editor, lower := objects[0], objects[1], objects[2], objects[3]
	height := size.Height
	if lower.Visible() {
		height -= fit(lower, size.Width-px(16)) + px(8)
		lower.Move(fyne.NewPos(0, height+px(8)))
	}
	narrow := size.Width < px(640)
	side := px(240)
	setVisible(list, !narrow || !l.page.inside)
	setVisible(editor, (!narrow || l.page.inside) && l.page.current != 0)
	setVisible(hairline, !narrow)
	setVisible(l.page.editor.back, narrow)
	if narrow {
		for _, o := range []fyne.CanvasObject{list, editor} {
			o.Move(fyne.Position{})
			o.Resize(fyne.NewSize(size.Width, height))
		}
		return
	}
	list.Move(fyne.Position{})
	list.Resize(fyne.NewSize(side, height))
	hairline.Move(fyne.NewPos(side+px(8), 0))
	hairline.Resize(fyne.NewSize(1, height))
	editor.Move(fyne.NewPos(side+px(24), 0))
	editor.Resize(fyne.NewSize(size.Width-side-px(24), height))
}
