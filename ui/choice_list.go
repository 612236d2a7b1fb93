package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// choiceList is what opens under a button to choose from: rows, of which the
// selected one has the keyboard first, and under a line what else can be done.
type choiceList struct {
	rows, more  []*focusRow
	width, most float32 // how wide all is and how high the rows are before they scroll, at 100 %; width 0: as the button
	popup       *widget.PopUp
	scroll      *container.Scroll
	list        *fyne.Container
}

// add adds a row that closes the list and then does something.
func (l *choiceList) add(title, caption string, do func()) *focusRow {
	row := newFocusRow(title, caption, l.then(do))
	l.rows = append(l.rows, row)
	return row
}

// addMore adds one of the other things that can be done.
func (l *choiceList) addMore(title, caption string, do func()) {
	l.more = append(l.more, newFocusRow(title, caption, l.then(do)))
}

// then closes the list and does f.
func (l *choiceList) then(f func()) func() {
	return func() {
		l.popup.Hide()
		f()
	}
}

// openUnder shows the list under a button.
func (l *choiceList) openUnder(button fyne.CanvasObject) {
	c := fyne.CurrentApp().Driver().CanvasForObject(button)
	if c == nil {
		return
	}
	room, rest := c.Size(), newColumn(4)
	if len(l.rows) > 0 && len(l.more) > 0 {
		rest.Add(widget.NewSeparator())
	}
	for _, row := range l.more {
		rest.Add(row)
	}
	least := rest.MinSize().Height + px(4+4+4) + 2*theme.InnerPadding()
	menu := container.NewBorder(nil, newPadded(0, 2, 0, 2, rest), nil, nil)
	if len(l.rows) > 0 {
		l.list = newColumn(2)
		for _, row := range l.rows {
			l.list.Add(row)
		}
		l.scroll = container.NewVScroll(newPadded(2, 2, 2, 2, l.list))
		wanted := max(px(40), min(l.list.MinSize().Height+px(4), room.Height-px(16)-least, px(l.most)))
		menu.Add(newSized(0, wanted/px(1), wheeled(l.scroll)))
	}
	l.popup = widget.NewPopUp(container.NewStack(newPadded(4, 4, 4, 4, menu), newTipLayer()), c)
	width := button.Size().Width
	if l.width > 0 {
		width = px(l.width)
	}
	size := fyne.NewSize(min(width, room.Width-px(32)), min(l.popup.MinSize().Height, room.Height-px(16)))
	l.popup.Resize(size)
	at := below(button)
	at.X = max(px(16), min(at.X, room.Width-size.Width-px(16)))
	at.Y = max(px(8), min(at.Y, room.Height-size.Height-px(8)))
	l.popup.ShowAtPosition(at)
	l.takeKeys(c)
}

// takeKeys gives the keyboard to the selected row, or to the first.
func (l *choiceList) takeKeys(c fyne.Canvas) {
	all := slices.Concat(l.rows, l.more)
	for i, row := range all {
		row.onFocus = func() { l.show(row) }
		row.keys = func(event *fyne.KeyEvent) bool { return l.key(c, event) }
		row.onRune = func(r rune) { l.find(c, i, r) }
	}
	if len(all) > 0 {
		c.Focus(all[max(0, slices.IndexFunc(all, func(row *focusRow) bool { return row.selected }))])
	}
}

// show scrolls to a row.
func (l *choiceList) show(row *focusRow) {
	if l.scroll == nil || !slices.Contains(l.rows, row) {
		return
	}
	top, offset := row.Position().Y, l.scroll.Offset.Y
	bottom := top + row.Size().Height + px(4) - l.scroll.Size().Height
	if to := max(min(offset, top), bottom); to != offset {
		l.scroll.ScrollToOffset(fyne.NewPos(0, to))
	}
}

// key closes the list, or goes to one of its ends.
func (l *choiceList) key(c fyne.Canvas, event *fyne.KeyEvent) bool {
	all := slices.Concat(l.rows, l.more)
	switch event.Name {
	case fyne.KeyEscape:
		l.popup.Hide()
	case fyne.KeyHome:
		c.Focus(all[0])
	case fyne.KeyEnd:
		c.Focus(all[len(all)-1])
	default:
		return false
	}
	return true
}

// find goes to the next row that begins with a letter.
func (l *choiceList) find(c fyne.Canvas, from int, letter rune) {
	for i := range l.rows {
		row := l.rows[(from+1+i)%len(l.rows)]
		if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(row.title.text)); unicode.ToLower(first) == unicode.ToLower(letter) {
			c.Focus(row)
			return
		}
	}
}
