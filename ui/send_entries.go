package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// noticeID marks the entry that is no message but the line where the model's
// memory begins. Messages are numbered from 1 and never get there.
const noticeID = 1 << 63

// entries is the shown path as the transcript shows it.
func (w *Window) entries() []Entry {
	begins := w.memoryBegins()
	var entries []Entry
	for i, m := range w.messages {
		if i > 0 && i == begins {
			entries = append(entries, Entry{ID: noticeID, Role: "notice", Text: memoryText(begins), State: string(app.Complete)})
		}
		e := w.entryOf(m)
		if w.job != nil && m.ID == w.job.reply {
			// What is on its way to the screen comes with the next delivery.
			e.Text, e.State = w.job.text.String(), string(app.Streaming)
		}
		entries = append(entries, e)
	}
	return entries
}

// memoryBegins is the place of the first message that the model saw when it
// wrote the last reply; 0: it saw all of them.
func (w *Window) memoryBegins() int {
	var notices []engine.Notice
	if w.job != nil && w.job.conversation == w.current {
		notices = w.job.notices
	} else if n := len(w.messages); n > 0 && w.messages[n-1].Reply != nil {
		notices = w.messages[n-1].Reply.Notices
	}
	for i := len(notices) - 1; i >= 0; i-- {
		if notices[i].Kind == "rolled" {
			return min(notices[i].Dropped, len(w.messages)-1)
		}
	}
	return 0
}

func memoryText(dropped int) string {
	return counted(dropped, lang.L("The model's memory begins here: it no longer sees the message above."),
		lang.L("The model's memory begins here: it no longer sees the %s messages above."))
}

// entryOf is a message with the face of the assistant that wrote it.
func (w *Window) entryOf(m app.Message) Entry {
	e := entryOf(m)
	if m.Reply == nil || m.Reply.By == nil {
		return e
	}
	by := *m.Reply.By
	if w.faces[by] == nil {
		if w.faces == nil {
			w.faces = map[app.Speaker]*Face{}
		}
		w.faces[by] = w.faceOf(&by)
	}
	e.Face = w.faces[by]
	e.Name = strings.TrimSuffix(e.Face.Name+" · "+e.Name, " · ")
	return e
}

// entryOf is a message as the transcript shows it.
func entryOf(m app.Message) Entry {
	e := Entry{ID: uint64(m.ID), Role: m.Role, Text: m.Text, State: string(m.State), Error: m.Error,
		Sibling: m.Sibling, Siblings: m.Siblings, Excluded: m.Excluded}
	if m.Role == prompt.Assistant && m.Reply != nil {
		e.Name, e.Experts, e.Code = m.Reply.Model, len(m.Reply.Experts) > 0, codeOf(m.Reply)
		e.Detail = replyDetail(*m.Reply)
		e.Cut = m.Reply.Done.Reason == engine.StopLength || m.Reply.Done.Reason == engine.StopContext
		if m.Reply.Edited {
			e.Cut = e.Cut || m.Reply.Done.Reason == ""
			e.Detail = strings.TrimSuffix(lang.L("changed by you")+" · "+e.Detail, " · ")
		}
	}
	return e
}

// replyDetail tells how a reply went: "212 tokens · 12.4 tokens/s · first after
// 0.8 s · ended at the longest reply".
func replyDetail(r app.Reply) string {
	d := r.Done
	if d.Reason == "" {
		return ""
	}
	var parts []string
	if text := mixText(r.Mix, r.Experts); text != "" {
		parts = append(parts, fmt.Sprintf(lang.L("Experiment: %s"), text))
	}
	parts = append(parts, counted(d.NewTokens, lang.L("1 token"), lang.L("%s tokens")))
	f := doneFigures(d)
	f.size = 0 // the context is the conversation's, not this reply's
	if text := f.String(); text != "" {
		parts = append(parts, text)
	}
	if text := formatFact(d.Sampling.Format); text != "" {
		parts = append(parts, text)
	}
	switch d.Reason {
	case engine.StopLength:
		parts = append(parts, lang.L("ended at the longest reply that is set"))
	case engine.StopContext:
		parts = append(parts, lang.L("the context is full"))
	case engine.StopFormat:
		parts = append(parts, lang.L("no token could go on with it in its format"))
	case engine.StopText:
		parts = append(parts, lang.L("ended at a stop text"))
	}
	return strings.Join(parts, " · ")
}
