package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// openingField is the line in which the first words of the next reply are given.
type openingField struct {
	widget.Entry
	done   func() // Enter
	closed func() // Esc
	frame  *surface
}

func newOpeningField(done, closed func()) *openingField {
	e := &openingField{done: done, closed: closed, frame: newSurface("", theme.ColorNameInputBorder, 8)}
	e.ExtendBaseWidget(e)
	e.SetPlaceHolder(lang.L("The first words of the reply"))
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *openingField) CreateRenderer() fyne.WidgetRenderer {
	return frameless{e.Entry.CreateRenderer()}
}

// FocusGained and FocusLost implement fyne.Focusable.
func (e *openingField) FocusGained() {
	e.frame.set("", theme.ColorNamePrimary)
	e.Entry.FocusGained()
}

func (e *openingField) FocusLost() {
	e.frame.set("", theme.ColorNameInputBorder)
	e.Entry.FocusLost()
}

// TypedKey implements fyne.Focusable.
func (e *openingField) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		e.done()
	case fyne.KeyEscape:
		e.closed()
	case fyne.KeyPageUp, fyne.KeyPageDown:
		passKey(e, event)
	default:
		if isFunctionKey(event.Name) {
			passKey(e, event)
			return
		}
		e.Entry.TypedKey(event)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *openingField) TypedShortcut(shortcut fyne.Shortcut) {
	e.Entry.TypedShortcut(shortcut)
	passShortcut(e, shortcut)
}

// AskOpening opens the line for the first words of the next reply, or closes it.
func (c *Composer) AskOpening() {
	if c.opening != nil {
		c.closeOpening()
		return
	}
	c.opening = newOpeningField(c.openingDone, c.closeOpening)
	c.piecesShown()
	if canvas := canvasOf(c.entry); canvas != nil {
		canvas.Focus(c.opening)
	}
}

func (c *Composer) closeOpening() {
	c.opening = nil
	c.piecesShown()
	c.Focus()
}

// openingDone sends what stands in the field; where nothing does, the last reply
// is what is to begin otherwise.
func (c *Composer) openingDone() {
	switch {
	case !c.empty():
		c.send()
	case c.ready() && strings.TrimSpace(c.opening.Text) != "" && c.OnOpening != nil:
		c.OnOpening()
	}
}

// TakeOpening returns the first words that the next reply is to have, once.
func (c *Composer) TakeOpening() string {
	if c.opening == nil {
		return ""
	}
	text := c.opening.Text
	c.opening = nil
	c.piecesShown()
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

// openingRow is the line with what it is for and what takes it away.
func (c *Composer) openingRow() fyne.CanvasObject {
	away := newGlyph(assets.Icon("close"), 24, c.closeOpening)
	away.tip, away.tips = lang.L("Let the model begin by itself (Esc)"), c.button.tips
	row := newRow(4, 1, newPadded(0, 0, 0, 10, newLine(lang.L("Reply begins with"), captionStyle)), c.opening, away)
	return container.NewStack(c.opening.frame, newPadded(0, 4, 0, 0, row))
}
