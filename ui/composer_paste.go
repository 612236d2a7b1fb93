package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/assets"
)

// longPaste is the number of characters from which a text is set aside instead
// of being put into the field. Fyne's field wraps and measures its whole text
// anew with every key: 30 ms at 20,000 characters, 150 ms at 50,000, and seconds
// once if they have no line break. A text set aside costs nothing.
const longPaste = 6000

// longEdit is the same for a text that is to be changed: set aside, it could not be.
const longEdit = 50000

// paste takes what is pasted. It returns false for a text that the field can
// take in by itself.
func (c *Composer) paste(text string) bool {
	if utf8.RuneCountInString(text) < longPaste {
		return false
	}
	c.aside = append(c.aside, text)
	c.piecesChanged()
	return true
}

// joined is the whole message: what stands in the field, then what was set aside.
func (c *Composer) joined() string {
	parts := slices.Clone(c.aside)
	if c.entry.Text != "" {
		parts = slices.Insert(parts, 0, c.entry.Text)
	}
	return strings.Join(parts, "\n\n")
}

// split puts a text where it is handled well: in the field, or aside.
func (c *Composer) split(text string) (field string) {
	c.aside = nil
	most := longPaste
	if c.editing != "" {
		most = longEdit
	}
	if utf8.RuneCountInString(text) >= most {
		c.aside = []string{text}
		return ""
	}
	return text
}

// piecesChanged shows what is set aside and announces the changed message.
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
	for i, text := range c.aside {
		c.pieces.Add(c.piece(i, text))
	}
	setVisible(c.pieces, len(c.pieces.Objects) > 0)
}

// piece is the row of a text set aside; its button throws it away.
func (c *Composer) piece(i int, text string) fyne.CanvasObject {
	away := newGlyph(assets.Icon("close"), 24, func() {
		c.aside = slices.Delete(slices.Clone(c.aside), i, i+1)
		c.piecesChanged()
		c.Focus()
	})
	title := fmt.Sprintf(lang.L("Pasted text, %s characters"), count(utf8.RuneCountInString(text)))
	beginning := strings.Join(strings.Fields(text[:min(len(text), 400)]), " ")
	row := newFocusRow(title, strings.ToValidUTF8(beginning, ""), nil, away)
	row.icon, row.framed = assets.Icon("document"), true
	return row
}
