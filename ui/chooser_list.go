package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// fileList is the virtualised list of a fileChooser.
type fileList struct {
	widget.List
	chooser *fileChooser
	focused bool
}

func newFileList(c *fileChooser) *fileList {
	l := &fileList{chooser: c}
	l.ExtendBaseWidget(l)
	l.HideSeparators = true
	l.Length = func() int { return len(c.shown) }
	l.CreateItem = func() fyne.CanvasObject { return newQuickRow() }
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(c.shown) {
			l.fill(o.(*quickRow), i)
		}
	}
	return l
}

func (l *fileList) fill(row *quickRow, i int) {
	c := l.chooser
	item, icon, note := c.shown[i], "folder", ""
	if !item.folder {
		icon = "document"
		note = fmt.Sprintf(lang.L("%[1]s, %[2]s"), bytesText(item.bytes), dateText(item.changed))
	}
	row.framed = l.focused && i == c.at
	row.set(icon, item.name, note, i == c.at, func() { c.clicked(i) })
}

// page is how many rows can be seen at once.
func (l *fileList) page() int {
	return max(1, int(l.Size().Height/(newQuickRow().MinSize().Height+theme.Padding())))
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable: what is
// typed goes into the field.
func (l *fileList) FocusGained() {
	l.focused = true
	l.chooser.move(l.chooser.at)
	l.Refresh()
}

func (l *fileList) FocusLost() { l.focused = false; l.Refresh() }

func (l *fileList) TypedRune(r rune) {
	c := l.chooser
	c.window.win.Canvas().Focus(c.path)
	c.path.TypedRune(r)
}

func (l *fileList) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyLeft, fyne.KeyBackspace:
		l.chooser.goTo(parentOf(l.chooser.folder))
	case fyne.KeySpace:
		l.chooser.enter()
	default:
		if !l.chooser.key(event) {
			passKey(l, event)
		}
	}
}
