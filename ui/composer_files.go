package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
)

// longPaste is the number of characters from which a text that is pasted goes
// with the message instead of into the field.
const longPaste = 2000

// longText is the number of characters that the field takes at most. Fyne's field
// wraps and measures its whole text anew with every key: 30 ms at 20,000
// characters, 150 ms at 50,000, and seconds once if they have no line break.
// A text set aside costs nothing.
const longText = 6000

// longEdit is the same for a text that is to be changed: set aside, it could not be.
const longEdit = 50000

// attached is a text beside the field: a file, something that was pasted, or,
// without a name, a part of the message that is too long for the field.
type attached struct {
	app.Attachment
	part   string // of the message
	tokens int
	exact  bool // tokens were counted, not guessed
}

// AddFile puts a text beside the field. It goes with the message.
func (c *Composer) AddFile(f app.Attachment) {
	c.aside = append(c.aside, c.newAttached(f))
	c.piecesChanged()
	c.Focus()
}

func (c *Composer) newAttached(f app.Attachment) *attached {
	a := &attached{Attachment: f, part: f.Text, tokens: (len(f.Text) + 3) / 4}
	if f.Name != "" {
		a.part = f.String()
	}
	c.countTokens(a)
	return a
}

// countTokens asks how many tokens a text is; until that is known it is guessed.
func (c *Composer) countTokens(a *attached) {
	if c.OnCount == nil {
		return
	}
	c.OnCount(a.Text, func(tokens int, exact bool) {
		if slices.Contains(c.aside, a) {
			a.tokens, a.exact = tokens, exact
			c.piecesShown()
			c.show()
		}
	})
}

// Recount counts anew what could only be guessed, or everything: another model
// reads other tokens.
func (c *Composer) Recount(all bool) {
	for _, a := range slices.Clone(c.aside) {
		if all || !a.exact {
			c.countTokens(a)
		}
	}
}

// SetRoom says how many tokens of the context the conversation takes, and how many
// there are; 0: not known.
func (c *Composer) SetRoom(used, size int) {
	if used != c.used || size != c.size {
		c.used, c.size = used, size
		c.show()
	}
}

// room says what the message takes of the context with what is beside the field,
// and whether that is too much.
func (c *Composer) room() (text string, over bool) {
	if len(c.aside) == 0 || c.size == 0 {
		return "", false
	}
	total := c.used + (len(c.entry.Text)+3)/4
	exact := true
	for _, a := range c.aside {
		total += a.tokens
		exact = exact && a.exact
	}
	if !exact {
		total = roundTokens(total)
	}
	if total > c.size {
		return fmt.Sprintf(lang.L("%s of %s tokens: more than the model can see at once. Take something away, or choose a larger context in the settings."), count(total), count(c.size)), true
	}
	return fmt.Sprintf(lang.L("%s of %s tokens with what is attached"), count(total), count(c.size)), false
}

// paste takes what is pasted. It returns false for a text that the field can
// take in by itself.
func (c *Composer) paste(text string) bool {
	if utf8.RuneCountInString(text) <= longPaste || !utf8.ValidString(text) {
		return false
	}
	name, n := lang.L("Pasted text"), 1
	for slices.ContainsFunc(c.aside, func(a *attached) bool { return a.Name == name }) {
		n++
		name = fmt.Sprintf("%s %d", lang.L("Pasted text"), n)
	}
	c.AddFile(app.Attachment{Name: name, Text: strings.ReplaceAll(text, "\r\n", "\n")})
	return true
}

// joined is the whole message: what stands in the field, then what is beside it.
func (c *Composer) joined() string {
	var parts []string
	if strings.TrimSpace(c.entry.Text) != "" || len(c.aside) == 0 {
		parts = append(parts, c.entry.Text)
	}
	for _, a := range c.aside {
		parts = append(parts, a.part)
	}
	return strings.Join(parts, "\n\n")
}

// empty says whether there is nothing to be sent.
func (c *Composer) empty() bool { return len(c.aside) == 0 && strings.TrimSpace(c.entry.Text) == "" }

// split puts a message where it is handled well: in the field, and beside it.
func (c *Composer) split(message string) (field string) {
	c.aside = nil
	text, files := app.Attached(message)
	most := longText
	if c.editing != "" {
		most = longEdit
	}
	if utf8.RuneCountInString(text) >= most {
		c.aside = append(c.aside, c.newAttached(app.Attachment{Text: text}))
		text = ""
	}
	for _, f := range files {
		c.aside = append(c.aside, c.newAttached(f))
	}
	return text
}

// piecesChanged shows what is beside the field and announces the changed message.
func (c *Composer) piecesChanged() {
	c.showPieces()
	c.changed(c.entry.Text)
	c.resized()
}

// piecesShown shows what stands above the field, which is no part of the message.
func (c *Composer) piecesShown() {
	c.showPieces()
	c.resized()
}

func (c *Composer) showPieces() {
	c.pieces.RemoveAll()
	for i, text := range c.queue {
		c.pieces.Add(c.queueRow(i, text))
	}
	if c.opening != nil {
		c.pieces.Add(c.openingRow())
	}
	for _, a := range c.aside {
		c.pieces.Add(c.fileRow(a))
	}
	setVisible(c.shelf, len(c.pieces.Objects) > 0)
}

// fileRow is the row of a text beside the field: a click shows it, its buttons put
// it into the field or throw it away.
func (c *Composer) fileRow(a *attached) fyne.CanvasObject {
	away := newGlyph(assets.Icon("close"), 24, func() {
		c.drop(a)
		c.piecesChanged()
		c.Focus()
	})
	away.tip, away.tips = lang.L("Do not send it"), c.button.tips
	buttons := []*glyphButton{away}
	if utf8.RuneCountInString(a.Text) < longEdit {
		into := newGlyph(assets.Icon("down"), 24, func() { c.putInto(a) })
		into.tip, into.tips = lang.L("Put it into the field"), c.button.tips
		buttons = []*glyphButton{into, away}
	}
	title := a.Name
	if title == "" {
		title = fmt.Sprintf(lang.L("Long text, %s characters"), count(utf8.RuneCountInString(a.Text)))
	}
	row := newFocusRow(title, fileNote(a.Text)+", "+tokensText(a.tokens, a.exact), func() {
		if c.OnFile != nil {
			c.OnFile(a.Attachment)
		}
	}, buttons...)
	row.icon, row.framed = assets.Icon("document"), true
	return row
}

func (c *Composer) drop(a *attached) {
	c.aside = slices.DeleteFunc(slices.Clone(c.aside), func(other *attached) bool { return other == a })
}

// putInto takes a text into the field, behind what stands there.
func (c *Composer) putInto(a *attached) {
	c.drop(a)
	text := c.entry.Text
	if strings.TrimSpace(text) != "" {
		text += "\n\n"
	}
	c.showPieces()
	c.entry.SetText(text + strings.TrimSuffix(a.Text, "\n"))
	c.resized()
	c.Focus()
}
