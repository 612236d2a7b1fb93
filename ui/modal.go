package ui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"
)

// modal asks for something before anything else can be done: Enter in its last
// field and its first button do it, Esc leaves it.
type modal struct {
	window  *Window
	popup   *widget.PopUp
	content *fyne.Container // above the buttons
	cancel  *pushButton
	button  *pushButton
	busy    bool         // background is at work
	first   *filterEntry // of its fields; nil: it has none
	note    *paragraph   // what is wrong with what was given
	do      func() error
	left    func()          // called when it is left without that; may be nil
	bar     *fyne.Container // moves while it waits
}

// ask opens a modal. do says what is wrong with what was given, nil: it is done.
func (w *Window) ask(title, text, button string, fields []fyne.CanvasObject, do func() error) *modal {
	content := newColumn(12, newLine(title, titleStyle))
	m := &modal{window: w, content: content, note: newParagraph("", dangerStyle), do: do}
	if text != "" {
		content.Add(newParagraph(text, captionStyle))
	}
	for _, f := range fields {
		content.Add(f)
	}
	content.Add(m.note)
	m.cancel = newButton(lang.L("Cancel"), m.close)
	m.button = newPrimaryButton(button, m.finish)
	m.note.Hide()
	scroll := container.NewVScroll(newPadded(0, 4, 0, 4, content)) // where the window is low
	foot := newPadded(0, 4, 0, 4, container.NewHBox(spacer(), m.cancel, m.button))
	m.popup = widget.NewModalPopUp(newPadded(20, 20, 20, 20, container.New(modalLayout{w}, scroll, foot)), w.win.Canvas())
	m.fit()
	m.popup.Show()
	w.modal = m
	for _, f := range fields {
		if entry := entryIn(f); entry != nil {
			entry.keys = m.key
			if m.first == nil {
				m.first = entry
				w.win.Canvas().Focus(entry)
			}
		}
	}
	return m
}

// typed is a letter that no field has taken: a click beside them took the cursor
// away.
func (m *modal) typed(r rune) {
	if m.first != nil {
		m.window.win.Canvas().Focus(m.first)
		m.first.TypedRune(r)
	}
}

func (m *modal) open() bool { return m != nil && !m.popup.Hidden }

// fit gives the modal its width, and the height that follows from it.
func (m *modal) fit() {
	width := min(px(440), m.window.win.Canvas().Size().Width-px(48))
	m.popup.Resize(fyne.NewSize(width, 1))
	m.popup.Resize(fyne.NewSize(width, m.popup.MinSize().Height))
}

func (m *modal) key(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		m.finish()
	case fyne.KeyEscape:
		m.close()
	default:
		return false
	}
	return true
}

func (m *modal) finish() {
	if m.popup.Hidden || m.busy {
		return // its second Enter
	}
	m.done(m.do())
}

var errBusy = errors.New("busy") // never shown

// background is what do returns to have something slow done on another goroutine,
// and then told on the main one how it went; the modal stays until then.
func (m *modal) background(work func() error, told func(error)) error {
	m.busy = true
	m.button.Disable()
	inBackground(m.window.post, work, func(err error) {
		m.busy = false
		m.button.Enable()
		m.waited()
		told(err)
		m.done(err)
	})
	return errBusy
}

// wait shows what is done in the background. Until that is done, the modal cannot be
// left.
func (m *modal) wait(text string) {
	moving := widget.NewProgressBarInfinite()
	m.bar = newColumn(4, newLine(text, captionStyle), moving)
	m.content.Add(m.bar)
	m.note.Hide()
	m.cancel.Disable()
	m.fit()
}

// waited takes that away.
func (m *modal) waited() {
	if m.bar == nil {
		return
	}
	m.bar.Objects[1].(*widget.ProgressBarInfinite).Stop()
	m.content.Remove(m.bar)
	m.bar = nil
	m.cancel.Enable()
}

// done says what is wrong, or closes the modal.
func (m *modal) done(err error) {
	switch {
	case err == errBusy:
	case err != nil:
		m.note.SetText(sentence(err))
		m.note.Show()
		m.fit()
	default:
		m.close()
	}
}

func (m *modal) close() {
	if m.bar != nil {
		return
	}
	m.popup.Hide()
	if m.left != nil {
		m.left()
		return
	}
	m.window.backToWriting()
}

// modalLayout: what is asked, which scrolls where it is higher than the window, over
// the buttons.
type modalLayout struct{ window *Window }

const modalGap = 12 // above the buttons

// MinSize implements fyne.Layout.
func (l modalLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	body, foot := objects[0].(*container.Scroll).Content.MinSize(), objects[1].MinSize()
	room := l.window.win.Canvas().Size().Height - px(16+2*20+modalGap) - foot.Height
	return fyne.NewSize(max(body.Width, foot.Width), max(min(body.Height, room), px(48))+px(modalGap)+foot.Height)
}

// Layout implements fyne.Layout.
func (modalLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	foot := objects[1].MinSize().Height
	objects[0].Resize(fyne.NewSize(size.Width, max(0, size.Height-foot-px(modalGap))))
	objects[0].Move(fyne.Position{})
	putAt(objects[1], 0, size.Height-foot, size.Width, foot)
}

// captioned puts a caption over a field.
func captioned(label string, field fyne.CanvasObject) fyne.CanvasObject {
	return newColumn(4, newParagraph(label, captionStyle), field)
}

// entryIn is the one-line field in an object, nil if there is none.
func entryIn(o fyne.CanvasObject) *filterEntry {
	switch o := o.(type) {
	case *filterEntry:
		return o
	case *fyne.Container:
		for _, child := range o.Objects {
			if e := entryIn(child); e != nil {
				return e
			}
		}
	}
	return nil
}
