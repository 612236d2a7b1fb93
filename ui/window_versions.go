package ui

import (
	"context"
	"iter"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/engine/prompt"
)

// turnVersion shows another version of the message that the keyboard is at, or
// of the last one that has any.
func (w *Window) turnVersion(step int) {
	if m, ok := w.findMessage(app.ID(w.transcript.Focused())); ok && m.Siblings > 1 {
		w.sibling(uint64(m.ID), step)
		return
	}
	for i := len(w.messages) - 1; i >= 0; i-- {
		if w.messages[i].Siblings > 1 {
			w.sibling(uint64(w.messages[i].ID), step)
			return
		}
	}
}

// exclude leaves a message out of what the model sees, or takes it in again.
func (w *Window) exclude(id uint64) {
	m, ok := w.findMessage(app.ID(id))
	if !ok {
		return
	}
	if err := w.app.SetExcluded(w.current, m.ID, !m.Excluded); err != nil {
		w.failed(err)
		return
	}
	w.reloadMessages()
}

// editsReply says whether what is being changed is a reply: that takes no engine.
func (w *Window) editsReply() bool {
	m, ok := w.findMessage(w.editing)
	return ok && m.Role == prompt.Assistant
}

// editReply stores another version of a reply with the reader's words.
func (w *Window) editReply(id, message app.ID, text string) {
	w.cancelEdit()
	if _, err := w.app.EditReply(id, message, text); err != nil {
		w.failed(err)
		return
	}
	w.listConversations()
	w.reloadMessages()
	w.transcript.ScrollToBottom()
	w.sendNext()
}

// beginAnew writes another version of a reply, with given first words.
func (w *Window) beginAnew(message app.ID, opening string) {
	id := w.current
	w.start(&job{conversation: id, stored: true, fresh: true}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.RegenerateFrom(ctx, id, message, opening)
	})
}

// openingGiven writes another version of the last reply with the first words that
// the composer has.
func (w *Window) openingGiven() {
	if m, ok := w.lastOf(prompt.Assistant); ok {
		w.regenerate(uint64(m.ID))
	} else if n := len(w.messages); n > 0 {
		w.regenerate(uint64(w.messages[n-1].ID))
	}
}

// lastOf is the newest message of a role.
func (w *Window) lastOf(role string) (app.Message, bool) {
	for i := len(w.messages) - 1; i >= 0; i-- {
		if w.messages[i].Role == role {
			return w.messages[i], true
		}
	}
	return app.Message{}, false
}

// more lists what else can be done with a message.
func (w *Window) more(id uint64, at fyne.Position) {
	if m, ok := w.findMessage(app.ID(id)); ok {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", w.moreItems(m)...), w.win.Canvas(), at)
	}
}

func (w *Window) moreItems(m app.Message) (items []*fyne.MenuItem) {
	items = append(w.copyItems(m.ID), fyne.NewMenuItemSeparator())
	if m.Role == prompt.Assistant {
		items = append(items,
			w.menuItem("reply.opening", nil),
			w.menuItem("reply.sent", func() { w.showSent(m) }),
			w.menuItem("reply.tokens", func() { w.showTokens(m) }),
			w.menuItem("reply.replay", func() { w.replay(m) }))
	}
	if m.Role == prompt.Assistant && hasVoice(w) {
		items = append(items, w.menuItem("reply.speak", func() { w.speak(w.current, m) }))
	}
	compare := w.menuItem("reply.compare", func() { w.compare(m) })
	compare.Disabled = m.Siblings < 2
	return append(items, compare)
}

// aboutReply does something about the reply that the keyboard is at, or about the
// last one.
func aboutReply(do func(*Window, app.Message)) func(*Window) {
	return func(w *Window) {
		m, ok := w.findMessage(app.ID(w.transcript.Focused()))
		if !ok || m.Role != prompt.Assistant {
			m, ok = w.lastOf(prompt.Assistant)
		}
		switch {
		case !ok || w.win.Canvas().Overlays().Top() != nil:
		case m.State == app.Streaming:
			w.sayWriting()
		default:
			do(w, m)
		}
	}
}

// compareKey compares the versions of the message that the keyboard is at, or of
// the last one that has several.
func (w *Window) compareKey() {
	m, ok := w.findMessage(app.ID(w.transcript.Focused()))
	for i := len(w.messages) - 1; i >= 0 && (!ok || m.Siblings < 2); i-- {
		m, ok = w.messages[i], true
	}
	if ok && w.win.Canvas().Overlays().Top() == nil {
		w.compare(m)
	}
}
