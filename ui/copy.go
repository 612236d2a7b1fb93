package ui

import (
	"cmp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/engine/prompt"
)

// Plain is the text of a message without marks, as it reads on screen; "": there is
// no such message.
func (t *Transcript) Plain(id uint64) string {
	b := t.view.byID[id]
	if b == nil {
		return ""
	}
	if b.user() {
		return string(b.split.text)
	}
	if !b.ready {
		b.cut()
		t.view.arrangeRows(b)
	}
	first, end := b.chunkSpan()
	if first == end {
		return ""
	}
	last := b.rows[end-1]
	all := selection{spot{b.rows[first], 0}, spot{last, len(b.split.text) + 1<<20}}
	before := t.view.selection
	t.view.selection = all
	text := t.view.selectedOf(b)
	t.view.selection = before
	return text
}

// Selected is the selected text as it reads on screen, "": nothing is selected.
func (t *Transcript) Selected() string { return t.view.selected() }

// SelectedSource is the selected text with its marks: of paragraphs, lists, tables
// and blocks of code that are selected as a whole, the source; of others, what is
// selected of them.
func (t *Transcript) SelectedSource() string { return t.view.eachSelected(t.view.sourceOf) }

func (v *transcriptView) sourceOf(b *bubble) string {
	var text strings.Builder
	for _, r := range b.rows {
		if r.kind != chunkRow {
			continue
		}
		block := r.block
		if block == nil {
			block = newBlock(v.stage, b.nodes(v.md, r), 1e6, ColorPage, nil)
		}
		from, to := v.selection.within(r, block.length())
		if from >= to {
			continue
		}
		part := block.textBetween(from, to)
		if from == 0 && to >= block.length() {
			part = b.split.source(r.chunk)
		}
		if text.Len() > 0 && part != "" {
			text.WriteString("\n")
			if !r.chunk.follows || r.chunk.gap {
				text.WriteString("\n")
			}
		}
		text.WriteString(part)
	}
	return text.String()
}

// TappedSecondary implements fyne.SecondaryTappable: what can be copied here.
func (v *transcriptView) TappedSecondary(event *fyne.PointEvent) {
	i := v.bubbleAt(event.Position.Y)
	if v.owner.OnCopyMenu == nil || i >= len(v.bubbles) || v.bubbles[i].notice() {
		return
	}
	v.owner.OnCopyMenu(v.bubbles[i].entry.ID, event.AbsolutePosition)
}

// copyMenu lists what can be copied of a message, and of what is selected.
func (w *Window) copyMenu(id uint64, at fyne.Position) {
	t := w.transcript
	var items []*fyne.MenuItem
	if t.Selected() != "" {
		items = append(items, w.menuItem("copy.selection", nil), w.menuItem("copy.selection-plain", nil), fyne.NewMenuItemSeparator())
	}
	items = append(items, w.copyItems(app.ID(id))...)
	items = append(items, fyne.NewMenuItemSeparator(), w.menuItem("copy.conversation", nil), w.menuItem("copy.conversation-plain", nil))
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), w.win.Canvas(), at)
}

// copyItems copy a message.
func (w *Window) copyItems(id app.ID) []*fyne.MenuItem {
	m, ok := w.findMessage(id)
	if !ok {
		return nil
	}
	return []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("Copy as Markdown"), func() { w.copy(m.Text) }),
		fyne.NewMenuItem(lang.L("Copy as plain text"), func() { w.copy(w.transcript.Plain(uint64(id))) }),
	}
}

func copyCommands() []command {
	s := lang.L("Copy")
	selected := func(w *Window) bool { return w.transcript.Selected() != "" }
	return []command{
		{id: "copy.reply", section: s, title: lang.L("Copy the reply as Markdown"), keys: "Ctrl+Shift+C", icon: "copy", when: answered, run: aboutReply(func(w *Window, m app.Message) { w.copy(m.Text) })},
		{id: "copy.reply-plain", section: s, title: lang.L("Copy the reply as plain text"), icon: "copy", when: answered, run: aboutReply(func(w *Window, m app.Message) { w.copy(w.transcript.Plain(uint64(m.ID))) })},
		{id: "copy.selection", section: s, title: lang.L("Copy the selection as Markdown"), icon: "copy", when: selected, run: func(w *Window) { w.copy(w.transcript.SelectedSource()) }},
		{id: "copy.selection-plain", section: s, title: lang.L("Copy the selection as plain text"), icon: "copy", when: selected, run: func(w *Window) { w.copy(w.transcript.Selected()) }},
		{id: "copy.conversation", section: s, title: lang.L("Copy the conversation as Markdown"), icon: "copy", when: hasMessages, run: (*Window).copyConversation},
		{id: "copy.conversation-plain", section: s, title: lang.L("Copy the conversation as plain text"), icon: "copy", when: hasMessages, run: (*Window).copyConversationPlain},
	}
}

func (w *Window) copyConversation() {
	text, err := w.app.Markdown(w.current)
	if err != nil {
		w.failed(err)
		return
	}
	w.copy(text)
}

func (w *Window) copyConversationPlain() {
	var parts []string
	for _, m := range w.messages {
		name := lang.L("You")
		if m.Role == prompt.Assistant {
			name = cmp.Or(entryOf(m).Name, lang.L("Assistant")) // of an imported one the model may not be known
		}
		parts = append(parts, name+":\n"+w.transcript.Plain(uint64(m.ID)))
	}
	w.copy(strings.Join(parts, "\n\n"))
}
