package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/assets"
)

// SetQueue shows the messages that wait to be sent, the next one first. held says
// that they wait for the reader, not for a reply.
func (c *Composer) SetQueue(texts []string, held bool) {
	if len(texts) == 0 && len(c.queue) == 0 {
		return
	}
	c.queue, c.held = texts, held
	c.piecesShown()
	c.show()
}

// queueRow is one of them: a click takes it back into the field, its buttons send
// it now or throw it away.
func (c *Composer) queueRow(i int, text string) fyne.CanvasObject {
	away := newGlyph(assets.Icon("close"), 24, func() { c.OnUnqueue(i); c.Focus() })
	away.tip, away.tips = lang.L("Do not send it"), c.button.tips
	buttons := []*glyphButton{away}
	if c.held {
		now := newGlyph(assets.Icon("send"), 24, func() { c.OnSendQueued(i) })
		now.tip, now.tips = lang.L("Send it now"), c.button.tips
		buttons = []*glyphButton{now, away}
	}
	title := strings.Join(strings.Fields(text[:min(len(text), 400)]), " ")
	row := newFocusRow(strings.ToValidUTF8(title, ""), c.queueCaption(i), func() { c.takeBack(i) }, buttons...)
	row.icon, row.framed = assets.Icon("history"), true
	return row
}

func (c *Composer) queueCaption(i int) string {
	switch {
	case c.held && i == 0:
		return lang.L("Waits. Enter in the empty field sends it.")
	case c.held:
		return lang.L("Waits")
	case i == 0:
		return lang.L("Is sent when the reply has ended")
	}
	return counted(i, lang.L("Is sent 1 reply later"), lang.L("Is sent %s replies later"))
}

// takeBack puts a waiting message into the field, if nothing stands there.
func (c *Composer) takeBack(i int) {
	if !c.empty() {
		return
	}
	text := c.queue[i]
	c.OnUnqueue(i)
	c.SetText(text)
	c.Focus()
}

// canWait says whether a message could be put in line now.
func (c *Composer) canWait() bool {
	return (c.state == composerBusy || c.state == composerStopping) && c.editing == "" && c.reason == "" && !c.empty()
}
