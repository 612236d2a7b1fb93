package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/assets"
)

// findBar looks for a phrase in the open conversation. It lies over the corner of
// the text, so that nothing moves when it opens.
type findBar struct {
	window         *Window
	holder         *fyne.Container
	field          *filterEntry
	note           *lineText
	up, down, away *glyphButton
	places         int
}

func newFindBar(w *Window) *findBar {
	f := &findBar{window: w, note: newLine("", captionStyle)}
	f.field = newFilterEntry(lang.L("Find in this conversation"), func(string) { f.typed() })
	f.field.keys = f.key
	f.up = newGlyph(assets.Icon("up"), 28, func() { f.step(-1) })
	f.down = newGlyph(assets.Icon("down"), 28, func() { f.step(1) })
	f.away = newGlyph(assets.Icon("close"), 28, f.leave)
	f.up.tip, f.down.tip, f.away.tip = lang.L("The place before (Shift+Enter)"), lang.L("The next place (Enter or F3)"), lang.L("Close (Esc)")
	row := newRow(4, 0, f.field, newSized(72, 0, f.note), f.up, f.down, f.away)
	back := newSurface(theme.ColorNameOverlayBackground, theme.ColorNameSeparator, 8)
	f.holder = container.New(corner{}, container.NewStack(back, newPadded(4, 4, 4, 4, row)))
	f.holder.Hide()
	return f
}

func (f *findBar) buttons() []*glyphButton { return []*glyphButton{f.up, f.down, f.away} }

func (f *findBar) open() bool { return f.holder.Visible() }

// openFind opens the bar, or goes back to its field.
func (w *Window) openFind() {
	w.find.holder.Show()
	w.win.Canvas().Focus(w.find.field)
	w.find.field.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	w.find.again()
}

// show opens the bar with a phrase, at a message.
func (f *findBar) show(text string, message uint64) {
	if text == "" {
		return
	}
	f.holder.Show()
	f.field.Text = text
	f.field.CursorColumn = len([]rune(text))
	f.field.Refresh()
	f.places = f.window.transcript.Find(text)
	f.tell(f.window.transcript.FindIn(message))
	f.window.win.Canvas().Focus(f.field)
}

func (f *findBar) typed() {
	f.places = f.window.transcript.Find(f.field.Text)
	f.step(1)
}

// again looks once more after the conversation has changed, without moving.
func (f *findBar) again() {
	if f.open() {
		f.places = f.window.transcript.Find(f.field.Text)
		f.tell(0)
	}
}

func (f *findBar) step(by int) {
	if f.open() {
		f.tell(f.window.transcript.FindNext(by))
	}
}

func (f *findBar) tell(at int) {
	text := ""
	switch {
	case f.field.Text == "":
	case f.places == 0:
		text = lang.L("Not found")
	case at > 0:
		text = fmt.Sprintf(lang.L("%[1]s of %[2]s"), count(at), count(max(at, f.places)))
	default:
		text = count(f.places)
	}
	f.note.SetText(text)
}

func (f *findBar) key(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.window.composer.entry.modifiers()&fyne.KeyModifierShift != 0 {
			f.step(-1)
		} else {
			f.step(1)
		}
	case fyne.KeyDown:
		f.step(1)
	case fyne.KeyUp:
		f.step(-1)
	case fyne.KeyEscape:
		f.leave()
	default:
		return false
	}
	return true
}

func (f *findBar) leave() {
	f.close()
	f.window.composer.Focus()
}

func (f *findBar) close() {
	if f.open() {
		f.holder.Hide()
		f.window.transcript.Find("")
	}
}

// corner puts its object into the upper right corner of the text.
type corner struct{}

// MinSize implements fyne.Layout.
func (corner) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout implements fyne.Layout.
func (corner) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(px(400), size.Width-px(32))
	height := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(width, height))
	objects[0].Move(fyne.NewPos(size.Width-width-px(16), px(8)))
}
