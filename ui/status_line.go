package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// choiceLine is one line of text that can be said in several ways, each shorter
// than the one before: the first that fits is shown, and the whole of it as a
// hint under the pointer where it did not fit.
type choiceLine struct {
	lineText
	texts []string
	tips  *tipLayer // where the hint is shown, nil: nowhere
}

var _ desktop.Hoverable = (*choiceLine)(nil)

func newChoiceLine(style textStyle) *choiceLine {
	l := &choiceLine{}
	l.style, l.flexible = style, true
	l.ExtendBaseWidget(l)
	return l
}

// SetTexts changes what is said, the longest first.
func (l *choiceLine) SetTexts(texts ...string) {
	l.texts = texts
	l.choose()
}

// Resize implements fyne.CanvasObject: another width may fit another text.
func (l *choiceLine) Resize(size fyne.Size) {
	l.lineText.Resize(size)
	l.choose()
}

func (l *choiceLine) choose() {
	text := ""
	for _, text = range l.texts {
		if l.style.width(text) <= l.Size().Width {
			break
		}
	}
	l.SetText(text)
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (l *choiceLine) MouseIn(*desktop.MouseEvent) {
	if len(l.texts) > 0 && ellipsis(l.text, l.Size().Width, l.style) != l.texts[0] {
		l.tips.show(l, l.texts[0])
	}
}
func (l *choiceLine) MouseMoved(*desktop.MouseEvent) {}
func (l *choiceLine) MouseOut()                      { l.tips.hide(l) }

// tappableLine is a lineText that can be clicked.
type tappableLine struct {
	lineText
	onTapped func()
}

var (
	_ fyne.Tappable      = (*tappableLine)(nil)
	_ desktop.Cursorable = (*tappableLine)(nil)
)

func newTappableLine(style textStyle, tapped func()) *tappableLine {
	l := &tappableLine{onTapped: tapped}
	l.style = style
	l.ExtendBaseWidget(l)
	return l
}

// Tapped implements fyne.Tappable.
func (l *tappableLine) Tapped(*fyne.PointEvent) { l.onTapped() }

// Cursor implements desktop.Cursorable.
func (l *tappableLine) Cursor() desktop.Cursor { return desktop.PointerCursor }
