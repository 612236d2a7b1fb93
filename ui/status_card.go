package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
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
	setVisible(c.close, closed != nil)
	c.actions = newRow(8, -1)
	for _, a := range actions {
		c.actions.Add(a.button(c))
	}
	setVisible(c.actions, len(actions) > 0)
	c.content = container.New(cardLayout{}, c.text, c.meter, c.actions, c.close)
	return c
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

// cardLayout: the text, then a meter, then the actions at the right; where the
// text is one short line they share its line.
type cardLayout struct{}

const cardPad = 16

// MinSize implements fyne.Layout.
func (l cardLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := objects[0].Size().Width
	height := px(12) + objects[0].MinSize().Height + px(12)
	if objects[1].Visible() {
		height += px(8) + objects[1].MinSize().Height
	}
	if objects[2].Visible() {
		if beside(objects[0], width) {
			height = max(height, objects[2].MinSize().Height+px(16))
		} else {
			height += px(8) + objects[2].MinSize().Height
		}
	}
	return fyne.NewSize(px(240), height)
}

// beside says whether the actions stand right of the text: when it is one line.
func beside(text fyne.CanvasObject, width float32) bool {
	p := text.(*paragraph)
	return width > 0 && len(p.lines) <= 1
}

// Layout implements fyne.Layout.
func (l cardLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	text, bar, actions, cross := objects[0], objects[1], objects[2], objects[3]
	right := size.Width - px(cardPad)
	if cross.Visible() {
		side := cross.MinSize()
		right -= side.Width
		cross.Resize(side)
		cross.Move(fyne.NewPos(right+px(4), px(9)))
		right -= px(4)
	}
	width := right - px(cardPad)
	wanted := actions.MinSize()
	if actions.Visible() && text.(*paragraph).style.width(text.(*paragraph).text) <= width-wanted.Width-px(16) {
		width -= wanted.Width + px(16)
	}
	height := fit(text, width)
	text.Move(fyne.NewPos(px(cardPad), px(12)))
	bottom := px(12) + height
	if bar.Visible() {
		bar.Resize(fyne.NewSize(width, bar.MinSize().Height))
		bar.Move(fyne.NewPos(px(cardPad), bottom+px(8)))
		bottom += px(8) + bar.MinSize().Height
	}
	actions.Resize(wanted)
	if beside(text, width) {
		actions.Move(fyne.NewPos(right-wanted.Width, (size.Height-wanted.Height)/2))
	} else {
		actions.Move(fyne.NewPos(px(cardPad), bottom+px(8)))
	}
}

// cards is the place between transcript and composer, one card for each key.
type cards struct {
	box       *fyne.Container
	shown     map[string]*card
	onResized func()
	onActed   func() // a button of a card was pressed
}

func newCards(resized, acted func()) *cards {
	return &cards{box: newColumn(8), shown: map[string]*card{}, onResized: resized, onActed: acted}
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
