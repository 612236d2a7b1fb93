package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

const (
	mostLines  = 8    // the composer grows up to this
	longestFit = 2000 // bytes; a longer text fills mostLines anyway
)

// composerState says what its round button does.
type composerState int

const (
	composerIdle     composerState = iota // sends
	composerBusy                          // stops the reply
	composerLoading                       // stops the loading; Enter sends once it is done
	composerStopping                      // has been told to stop
)

// Composer is where messages are written. It knows nothing of models or
// conversations: it says what was asked for, and is told whether sending is
// possible now. Typing always is.
type Composer struct {
	widget.BaseWidget
	OnSend     func(text string)
	OnStop     func()
	OnChanged  func(text string)
	OnEditLast func() // Up in an empty composer
	OnResized  func() // it has become higher or lower

	OnVersion    func(step int)                                       // Left and Right in an empty composer
	OnOpening    func()                                               // the last reply is to begin with the words of TakeOpening
	OnUnqueue    func(i int)                                          // the i-th waiting message is not to be sent
	OnSendQueued func(i int)                                          // it is to be sent now
	OnFile       func(app.Attachment)                                 // a text beside the field is to be shown
	OnCount      func(text string, told func(tokens int, exact bool)) // how many tokens it is

	state   composerState
	reason  string // why nothing can be sent now; "": it can
	note    string // what will become of what was sent
	editing string // what is being changed, "": nothing
	rows    int
	aside   []*attached // texts beside the field
	used    int         // tokens of the context, by the conversation
	size    int         // that it has; 0: not known
	queue   []string    // messages that wait to be sent
	held    bool        // they wait for the reader

	opening *openingField // for the first words of the reply; nil: not asked for

	entry   *composerEntry
	panel   *surface
	button  *glyphButton
	hint    *paragraph
	pieces  *fyne.Container   // rows of what stands above the field
	shelf   *container.Scroll // with them
	content *fyne.Container
}

// NewComposer returns an empty composer.
func NewComposer() *Composer {
	c := &Composer{rows: 1, entry: newComposerEntry(), panel: newSurface(theme.ColorNameInputBackground, theme.ColorNameInputBorder, 14)}
	c.ExtendBaseWidget(c)
	c.entry.SetPlaceHolder(lang.L("Write a message"))
	c.entry.SetMinRowsVisible(1)
	c.entry.onSend, c.entry.onUpEmpty, c.entry.onFocus, c.entry.onPaste = c.send, c.upEmpty, c.focused, c.paste
	c.entry.onSideEmpty = c.sideEmpty
	c.entry.OnChanged = c.changed
	c.entry.long = func() bool { return c.rows == mostLines }
	c.button = newGlyph(assets.Icon("send"), 32, c.press)
	c.button.solid = true
	c.hint = newParagraph("", captionStyle)
	c.hint.Hide()
	c.pieces = newColumn(4)
	c.shelf = container.NewVScroll(newPadded(1, 1, 1, 1, c.pieces)) // room for the frames of the rows
	c.shelf.Hide()
	c.content = container.New(composerLayout{}, c.panel, c.entry, c.button, c.hint, c.shelf)
	c.show()
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Composer) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(c.content)
}

// Tapped implements fyne.Tappable: what is around the field is the field's, too.
func (c *Composer) Tapped(*fyne.PointEvent) { c.Focus() }

// Resize implements fyne.CanvasObject: another width wraps the text anew.
func (c *Composer) Resize(size fyne.Size) {
	c.BaseWidget.Resize(size)
	c.measure()
}

// Text is what stands in it, with what was set aside.
func (c *Composer) Text() string { return c.joined() }

// SetText replaces what stands in it and puts the cursor at the end.
func (c *Composer) SetText(text string) {
	had := len(c.aside) > 0
	field := c.split(text)
	if had || len(c.aside) > 0 {
		c.showPieces()
		c.resized()
	}
	if field == c.entry.Text {
		c.changed(field)
	}
	c.entry.SetText(field)
	c.entry.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
}

// SetState says what the round button does.
func (c *Composer) SetState(state composerState) {
	if state != c.state {
		c.state = state
		c.show()
	}
}

// SetReason says why nothing can be sent now, in a sentence; "" that it can.
func (c *Composer) SetReason(reason string) {
	if reason != c.reason {
		c.reason = reason
		c.show()
	}
}

// SetNote says what will become of what was sent and waits; "": nothing waits.
func (c *Composer) SetNote(note string) {
	if note != c.note {
		c.note = note
		c.show()
	}
}

// SetEditing says what the text is a new version of: "message" or "reply"; "": of
// nothing.
func (c *Composer) SetEditing(what string) {
	c.editing = what
	c.show()
}

// Focus puts the cursor into it.
func (c *Composer) Focus() {
	if canvas := canvasOf(c.entry); canvas != nil {
		canvas.Focus(c.entry)
	}
}

// TypeRune puts the cursor into it and types r: what is typed while nothing
// has the focus is meant for it.
func (c *Composer) TypeRune(r rune) {
	c.Focus()
	c.entry.TypedRune(r)
}

func (c *Composer) press() {
	switch c.state {
	case composerIdle:
		c.send()
	case composerBusy, composerLoading:
		c.OnStop()
	}
}

func (c *Composer) send() {
	switch {
	case c.canSend() || c.canWait():
		c.OnSend(c.joined())
	case c.held && c.ready() && c.empty():
		c.OnSendQueued(0)
	}
}

func (c *Composer) canSend() bool {
	return c.ready() && c.reason == "" && !c.empty()
}

// ready says whether a message could be taken now.
func (c *Composer) ready() bool { return c.state == composerIdle || c.state == composerLoading }

func (c *Composer) upEmpty() {
	if c.ready() && len(c.aside) == 0 && c.OnEditLast != nil {
		c.OnEditLast()
	}
}

func (c *Composer) sideEmpty(step int) {
	if len(c.aside) == 0 && c.OnVersion != nil {
		c.OnVersion(step)
	}
}

func (c *Composer) focused(on bool) {
	if on {
		c.panel.set(theme.ColorNameInputBackground, theme.ColorNamePrimary)
	} else {
		c.panel.set(theme.ColorNameInputBackground, theme.ColorNameInputBorder)
	}
}

func (c *Composer) changed(string) {
	c.show()
	c.measure()
	if c.OnChanged != nil {
		c.OnChanged(c.joined())
	}
}

// show brings button and hint up to date.
func (c *Composer) show() {
	icon, tip := "send", lang.L("Send (Enter)")
	if c.state != composerIdle {
		icon, tip = "stop", lang.L("Stop (Esc)")
	}
	c.button.setIcon(assets.Icon(icon))
	c.button.tip = tip
	if c.canSend() || c.state == composerBusy || c.state == composerLoading {
		c.button.Enable()
	} else {
		c.button.Disable()
	}
	c.setHint(c.hintText())
}

func (c *Composer) hintText() string {
	switch {
	case c.note != "":
		return c.note
	case c.editing == "message":
		return lang.L("This becomes a new version of your message. Esc leaves the message as it is.")
	case c.editing != "":
		return lang.L("This becomes a new version of the reply, beside the one that is there. Esc leaves it as it is.")
	case c.overfull() != "":
		return c.overfull()
	case c.canWait():
		return lang.L("Enter puts this in line: it is sent when the reply has ended.")
	case c.ready() && c.reason != "":
		return c.reason
	case c.state == composerStopping:
		return lang.L("Stopping.")
	}
	text, _ := c.room()
	return text
}

// overfull says that the message is too long, "" if it is not.
func (c *Composer) overfull() string {
	if text, over := c.room(); over {
		return text
	}
	return ""
}

func (c *Composer) setHint(text string) {
	if text == c.hint.text {
		return
	}
	c.hint.SetText(text)
	setVisible(c.hint, text != "")
	c.resized()
}

// measure counts the lines that the text takes and grows or shrinks.
func (c *Composer) measure() {
	if rows := c.lines(); rows != c.rows {
		c.rows = rows
		c.entry.SetMinRowsVisible(rows)
		c.resized()
	}
}

func (c *Composer) lines() int {
	return fieldLines(c.entry.Text, c.entry.Size().Width, 1, mostLines)
}

// fieldLines is how many lines a text takes in a field of some width, within limits.
func fieldLines(text string, width float32, least, most int) int {
	if len(text) > longestFit || strings.Count(text, "\n") >= most-1 {
		return most
	}
	if text == "" || width <= 0 {
		return least
	}
	// Fyne tells a field's cursor row but not its number of rows: wrap the
	// same text at the same width with the type that the field itself uses.
	twin := widget.NewRichText(&widget.TextSegment{Text: text, Style: widget.RichTextStyleInline})
	twin.Wrapping = fyne.TextWrapWord
	twin.Resize(fyne.NewSize(width, 1))
	row := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
	rows := int((twin.MinSize().Height-2*theme.InnerPadding())/row + 0.5)
	return min(max(rows, least), most)
}

func (c *Composer) resized() {
	relayout(c.content)
	if c.OnResized != nil {
		c.OnResized()
	}
}

// composerLayout: the field with the button at its right lower corner, the hint
// under both, all on the panel.
type composerLayout struct{}

const composerSide = 8 // between the panel's edge and the field

// shelfHeight is the height of what stands above the field: of more than a few
// rows, the rest is scrolled.
func shelfHeight(shelf *container.Scroll) float32 {
	return min(shelf.Content.MinSize().Height, px(176))
}

// MinSize implements fyne.Layout.
func (composerLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	field, button, hint, shelf := objects[1], objects[2], objects[3], objects[4].(*container.Scroll)
	height := max(field.MinSize().Height, button.MinSize().Height) + px(12)
	if hint.Visible() {
		height += hint.MinSize().Height + px(4)
	}
	if shelf.Visible() {
		height += shelfHeight(shelf) + px(8)
	}
	return fyne.NewSize(px(200), height)
}

// Layout implements fyne.Layout.
func (composerLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	panel, field, button, hint, shelf := objects[0], objects[1], objects[2], objects[3], objects[4].(*container.Scroll)
	panel.Resize(size)
	bottom := size.Height - px(6)
	if hint.Visible() {
		inset := px(composerSide) + theme.InnerPadding()
		height := fit(hint, size.Width-2*inset)
		bottom -= height + px(4)
		hint.Move(fyne.NewPos(inset, bottom))
	}
	top := px(6)
	if shelf.Visible() {
		fit(shelf.Content, size.Width-2*px(composerSide))
		height := shelfHeight(shelf)
		top = px(8) + height
		putAt(shelf, px(composerSide), px(8), size.Width-2*px(composerSide), height)
	}
	side := button.MinSize()
	button.Resize(side)
	button.Move(fyne.NewPos(size.Width-px(composerSide)-side.Width, bottom-side.Height-px(2)))
	least := field.MinSize().Height
	field.Resize(fyne.NewSize(size.Width-2*px(composerSide)-side.Width-px(4), min(least, bottom-top)))
	field.Move(fyne.NewPos(px(composerSide), top+max(0, (bottom-top-least)/2)))
}
