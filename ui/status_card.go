package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// card is a sentence between transcript and composer, with what can be done
// about it: an error, the progress of loading, an undo. It never covers
// anything and never has to be answered.
type card struct {
	widget.BaseWidget
	text    *paragraph
	meter   *meter
	close   *glyphButton
	back    *surface
	actions *fyne.Container
	content *fyne.Container
	acted   func() // after any of its buttons
	first   *cardWords
}

// cardWords is what a card said at first, and in which language: each other language
// is made of that, as two words of one may be the same in the next.
type cardWords struct {
	language, text string
	labels         []string
}

// An action is something to do about a card.
type action struct {
	label   string
	primary bool
	do      func()
}

// newCard returns a card with a coloured edge; closed may be nil: it cannot be
// sent away.
func newCard(text string, edge fyne.ThemeColorName, closed func(), actions ...action) *card {
	c := &card{text: newParagraph(text, bodyStyle), meter: newMeter(), back: newSurface(theme.ColorNameHeaderBackground, edge, 10)}
	c.ExtendBaseWidget(c)
	c.meter.Hide()
	c.close = newGlyph(assets.Icon("close"), 24, func() { c.act(closed) })
	c.close.tip = lang.L("Close")
	setVisible(c.close, closed != nil)
	c.actions = newRow(8, -1)
	for _, a := range actions {
		c.actions.Add(a.button(c))
	}
	setVisible(c.actions, len(actions) > 0)
	c.content = container.New(&cardLayout{}, c.text, c.meter, c.actions, c.close)
	return c
}

// speak says what stands on the card in another language than before.
func (c *card) speak(before, now string) {
	if c.first == nil {
		c.first = &cardWords{language: before, text: c.text.text}
		for _, o := range c.actions.Objects {
			c.first.labels = append(c.first.labels, o.(*pushButton).Text)
		}
	}
	p := between(c.first.language, now)
	c.text.SetText(p.say(c.first.text))
	c.close.tip = lang.L("Close")
	for i, o := range c.actions.Objects {
		o.(*pushButton).SetText(p.say(c.first.labels[i]))
	}
	relayout(c.content)
}

func (a action) button(c *card) *pushButton {
	do := func() { c.act(a.do) }
	if a.primary {
		return newPrimaryButton(a.label, do)
	}
	return newButton(a.label, do)
}

func (c *card) act(do func()) {
	do()
	if c.acted != nil {
		c.acted()
	}
}

// progress changes the words and how far it has come; negative: not known.
func (c *card) progress(text string, fraction float64) {
	c.text.SetText(text)
	setVisible(c.meter, fraction >= 0)
	c.meter.set(fraction)
	relayout(c.content)
}

// Resize implements fyne.CanvasObject.
func (c *card) Resize(size fyne.Size) {
	c.BaseWidget.Resize(size)
	c.content.Resize(size)
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(c.back, c.content))
}

// cardLayout: the text, then a meter, then the actions at the left; where text
// and actions fit into one line they share it. It remembers the width that it was
// given, which its height follows from.
type cardLayout struct{ width float32 }

const cardPad = 16

// MinSize implements fyne.Layout.
func (l *cardLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	text, bar, actions := objects[0], objects[1], objects[2]
	height := text.MinSize().Height
	if bar.Visible() {
		height += px(8) + bar.MinSize().Height
	}
	height += 2 * px(12)
	switch {
	case !actions.Visible():
	case l.together(objects):
		height = max(height, actions.MinSize().Height+px(16))
	default:
		height += px(8) + actions.MinSize().Height
	}
	return fyne.NewSize(px(240), height)
}

// right is where text and actions end: left of the cross.
func (l *cardLayout) right(objects []fyne.CanvasObject) float32 {
	right := l.width - px(cardPad)
	if cross := objects[3]; cross.Visible() {
		right -= cross.MinSize().Width + px(4)
	}
	return right
}

// together says whether the actions stand right of the text.
func (l *cardLayout) together(objects []fyne.CanvasObject) bool {
	p := objects[0].(*paragraph)
	room := l.right(objects) - px(cardPad) - objects[2].MinSize().Width - px(16)
	return p.style.width(p.text) <= room
}

// Layout implements fyne.Layout.
func (l *cardLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	text, bar, actions, cross := objects[0], objects[1], objects[2], objects[3]
	right, wanted := l.right(objects), actions.MinSize()
	width := right - px(cardPad)
	together := actions.Visible() && l.together(objects)
	if together {
		width -= wanted.Width + px(16)
	}
	top := px(12)
	bottom := top + fit(text, width)
	if together && !bar.Visible() {
		top = (size.Height - text.Size().Height) / 2 // one line with the actions
	}
	text.Move(fyne.NewPos(px(cardPad), top))
	high := min(text.Size().Height, text.(*paragraph).style.lineHeight())
	cross.Resize(cross.MinSize())
	cross.Move(fyne.NewPos(right+px(8), top+(high-cross.Size().Height)/2))
	if bar.Visible() {
		bar.Resize(fyne.NewSize(width, bar.MinSize().Height))
		bar.Move(fyne.NewPos(px(cardPad), bottom+px(8)))
		bottom += px(8) + bar.MinSize().Height
	}
	actions.Resize(wanted)
	if together {
		actions.Move(fyne.NewPos(right-wanted.Width, (size.Height-wanted.Height)/2))
	} else {
		actions.Move(fyne.NewPos(px(cardPad), bottom+px(8)))
	}
}

// cards is the place between transcript and composer, one card for each key.
type cards struct {
	scroll    *container.Scroll // around box: a low window may have too little room for all of it
	box       *fyne.Container
	shown     map[string]*card
	onResized func()
	onActed   func() // a button of a card was pressed
}

func newCards(resized, acted func()) *cards {
	box := newColumn(8)
	return &cards{scroll: container.NewVScroll(box), box: box, shown: map[string]*card{}, onResized: resized, onActed: acted}
}

// take shows the cards of another place, which were in the language before, in the
// language now.
func (s *cards) take(from *cards, before, now string) {
	for _, o := range from.box.Objects {
		c := o.(*card)
		for key, shown := range from.shown {
			if shown == c {
				s.set(key, c)
			}
		}
		c.speak(before, now)
	}
	s.onResized()
}

// clear takes away what is shown under the keys.
func (s *cards) clear(keys ...string) {
	for _, key := range keys {
		s.set(key, nil)
	}
}

// set shows c under key, instead of what was there; nil takes it away.
func (s *cards) set(key string, c *card) {
	if old := s.shown[key]; old != nil {
		s.box.Remove(old)
		delete(s.shown, key)
	}
	if c != nil {
		c.acted = s.onActed
		s.shown[key] = c
		s.box.Add(c)
	}
	s.onResized()
}
