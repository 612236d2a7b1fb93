package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine/prompt"
)

// undoTime is how long the offer to undo a deletion stands.
const undoTime = 8 * time.Second

// openNewest opens the conversation that was changed last.
func (w *Window) openNewest() {
	list := w.listConversations()
	w.countTrash()
	if len(list) > 0 {
		w.open(list[0].ID)
	} else {
		w.open(0)
	}
}

// listConversations brings the sidebar up to date.
func (w *Window) listConversations() []app.Conversation {
	list, err := w.app.Conversations()
	if err != nil {
		w.failed(err)
		return nil
	}
	if w.titles == nil {
		w.titles = map[app.ID]string{}
	}
	clear(w.titles)
	for _, c := range list {
		w.titles[c.ID] = c.Title
	}
	if !w.inTrash {
		w.sidebar.Set(list, w.listFolders(false), false)
	}
	w.showTitle()
	return list
}

// relist brings the sidebar up to date after a message: one conversation has become
// the newest. To list ten thousand anew would take as long as a letter may.
func (w *Window) relist(id app.ID) {
	c, err := w.app.Conversation(id)
	if err != nil || w.inTrash || !w.sidebar.Renew(c) {
		w.listConversations()
		return
	}
	w.titles[id] = c.Title
	w.showTitle()
}

func (w *Window) showTitle() {
	title := "Beyonder"
	if w.titles[w.current] != "" {
		title = w.titles[w.current] + " – Beyonder"
	}
	w.win.SetTitle(title)
}

// newConversation opens an empty page. It is stored with its first words.
func (w *Window) newConversation() {
	w.newIn, w.newWith = 0, w.settings.Assistant
	w.open(0)
	w.composer.Focus()
}

// open shows a conversation; 0 is one that has nothing in it yet.
func (w *Window) open(id app.ID) {
	w.leave()
	c, messages, err := w.read(id)
	if err != nil {
		w.failed(err)
		return
	}
	if id != w.current {
		w.cards.clear("error", "full", "replay", "compare") // they were about the other one
		w.find.close()
	}
	w.current, w.messages, w.editing = id, messages, 0
	w.transcript.SetEntries(w.entries())
	w.transcript.ScrollToBottom()
	w.composer.SetText(c.Draft)
	w.draft.drop() // setting the text asked for it to be kept
	w.composer.SetEditing("")
	w.readLine(id)
	w.showLine()
	w.showConversationSettings()
	w.sidebar.SetCurrent(id)
	if w.inTrash {
		w.showTrash(false)
	}
	if w.frame.over == "sidebar" {
		w.uncover()
	}
	w.showTitle()
	w.showSpeaking()
	w.showState()
	w.showFigures()
	w.lookAt(0)
	w.showUnanswered()
	w.sendNext() // what waited for a change to a message that was left
	w.composer.Focus()
}

func (w *Window) read(id app.ID) (c app.Conversation, messages []app.Message, err error) {
	if id == 0 {
		return c, nil, nil
	}
	if c, err = w.app.Conversation(id); err == nil {
		messages, err = w.app.Messages(id)
	}
	return c, messages, err
}

// leave keeps what was typed before another conversation takes its place.
func (w *Window) leave() {
	w.panel.Flush()
	if w.editing != 0 {
		w.cancelEdit()
	}
	w.draft.flush()
}

// draftPause is how long after the last keystroke a draft is kept.
const draftPause = 400 * time.Millisecond

// typed keeps the draft, a moment after the last key.
func (w *Window) typed(text string) {
	if w.editing != 0 {
		return
	}
	id := w.current
	w.draft.do(func() {
		if id == 0 && strings.TrimSpace(text) == "" {
			return
		}
		if id == 0 {
			id = w.ensureConversation() // by now it may have been stored: to open another one flushes first
		}
		if id == 0 {
			return
		}
		if err := w.app.SaveDraft(id, text); err != nil {
			w.failed(err)
		}
	})
}

// ensureConversation stores the open conversation if that has not happened yet.
// It returns 0 if it cannot.
func (w *Window) ensureConversation() app.ID {
	if w.current != 0 {
		return w.current
	}
	c, err := w.app.NewConversationWith(w.newWith, w.newIn)
	if err != nil {
		w.failed(err)
		return 0
	}
	w.current = c.ID
	w.newIn, w.newWith = 0, 0
	w.listConversations()
	w.sidebar.SetCurrent(c.ID)
	return c.ID
}

func (w *Window) rename(id app.ID, title string) {
	if err := w.app.Rename(id, title); err != nil {
		w.failed(err)
	}
	w.listConversations()
	w.composer.Focus()
}

func (w *Window) setSystem(text string) {
	if id := w.ensureConversation(); id != 0 {
		if err := w.app.SetSystem(id, text); err != nil {
			w.failed(err)
		}
		w.updateSetup()
	}
}

// trash puts a conversation into the trash and offers to take it out again.
func (w *Window) trash(id app.ID) {
	title := w.title(id)
	if id == w.current {
		w.leave()
	}
	if err := w.app.Delete(id); err != nil {
		w.failed(err)
		return
	}
	w.leaveLine(id)
	list := w.listConversations()
	w.countTrash()
	if id == w.current {
		w.current, w.messages = 0, nil
		if len(list) > 0 {
			w.open(list[0].ID)
		} else {
			w.open(0)
		}
	}
	w.offerUndo(fmt.Sprintf(lang.L("“%s” is in the trash."), title), func() { w.restore(id) })
}

func (w *Window) offerUndo(text string, undo func()) {
	if w.undo != nil {
		w.undo.Stop()
	}
	c := newCard(text, theme.ColorNameSeparator, nil, action{lang.L("Undo"), false, func() {
		w.cards.set("undo", nil)
		undo()
	}})
	w.cards.set("undo", c)
	w.undo = w.post.after(undoTime, func() {
		if w.cards.shown["undo"] == c {
			w.cards.set("undo", nil)
		}
	})
}

// restore takes a conversation out of the trash and opens it.
func (w *Window) restore(id app.ID) {
	w.cards.set("undo", nil)
	if err := w.app.Restore(id); err != nil {
		w.failed(err)
		return
	}
	w.inTrash = false
	w.listConversations()
	w.countTrash()
	w.open(id)
}

// showTrash lists what is in the trash, or the conversations again.
func (w *Window) showTrash(open bool) {
	w.inTrash = open
	if !open {
		w.listConversations()
		return
	}
	list, err := w.app.Trash()
	if err != nil {
		w.failed(err)
		return
	}
	w.sidebar.Set(list, w.listFolders(true), true)
}

func (w *Window) emptyTrash() {
	if err := w.app.EmptyTrash(); err != nil {
		w.failed(err)
	}
	w.cards.set("undo", nil)
	w.countTrash()
	w.showTrash(false)
}

func (w *Window) countTrash() {
	list, err := w.app.Trash()
	if err != nil {
		w.failed(err)
		return
	}
	w.sidebar.SetTrashed(len(list), len(w.listFolders(true)))
}

// edit takes a message into the composer to be changed.
func (w *Window) edit(id uint64) {
	m, ok := w.findMessage(app.ID(id))
	switch {
	case !ok || m.Role == "":
		return
	case w.job != nil:
		w.sayWriting()
		return
	}
	w.leave()
	w.editing = m.ID
	w.composer.SetEditing(map[string]string{prompt.User: "message", prompt.Assistant: "reply"}[m.Role])
	w.composer.SetText(m.Text)
	w.composer.Focus()
}

// editLast takes the reader's last message into the composer.
func (w *Window) editLast() {
	for i := len(w.messages) - 1; i >= 0; i-- {
		if w.messages[i].Role == prompt.User {
			w.edit(uint64(w.messages[i].ID))
			return
		}
	}
}

// cancelEdit leaves the message as it was and brings the draft back.
func (w *Window) cancelEdit() {
	if w.loading != nil && w.loading.waits == w.current {
		w.loading.after = nil // it was to be sent
		w.composer.SetNote("")
	}
	w.composer.SetEditing("")
	draft := ""
	if c, err := w.app.Conversation(w.current); err == nil {
		draft = c.Draft
	}
	w.composer.SetText(draft)
	w.editing = 0
}

// sibling shows another version of a message, with what follows it.
func (w *Window) sibling(id uint64, step int) {
	if w.job != nil && w.job.conversation == w.current {
		w.sayWriting()
		return
	}
	if err := w.app.ShowSibling(w.current, app.ID(id), step); err != nil {
		w.failed(err)
		return
	}
	w.trace.event("version-shown", map[string]any{"message": id, "step": step})
	at := slices.IndexFunc(w.messages, func(m app.Message) bool { return m.ID == app.ID(id) })
	w.putMessages(func(entries []Entry) {
		if at >= 0 && at < len(w.messages) {
			w.transcript.Turn(entries, id, uint64(w.messages[at].ID))
		} else {
			w.transcript.SetEntries(entries)
		}
	})
	w.cards.clear("full", "replay")
	w.showUnanswered()
}

// reloadMessages shows the path of the open conversation as it is stored now.
func (w *Window) reloadMessages() { w.putMessages(w.transcript.SetEntries) }

func (w *Window) putMessages(put func([]Entry)) {
	_, messages, err := w.read(w.current)
	if err != nil {
		w.failed(err)
		return
	}
	w.messages = messages
	put(w.entries())
	w.find.again()
	w.showState()
	w.showFigures()
	w.lookAt(0)
}
