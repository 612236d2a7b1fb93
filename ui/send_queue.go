package ui

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// waiting is a message in line: it is sent when no reply is being written any
// more, also when another conversation is open by then.
type waiting struct {
	conversation app.ID
	text         string
}

// wait puts a message in line.
func (w *Window) wait(id app.ID, text string) {
	w.line = append(w.line, waiting{id, text})
	delete(w.held, id)
	w.keepLine(id)
	w.draft.drop()
	w.composer.SetText("")
}

// lineOf is what waits in a conversation.
func (w *Window) lineOf(id app.ID) (texts []string) {
	for _, m := range w.line {
		if m.conversation == id {
			texts = append(texts, m.text)
		}
	}
	return texts
}

// keepLine stores what waits in a conversation, and shows it.
func (w *Window) keepLine(id app.ID) {
	if err := w.app.SetQueue(id, w.lineOf(id)); err != nil {
		w.failed(err)
	}
	w.showLine()
}

// readLine brings back what waited when the program ended. It waits for the
// reader then: what was to come before it may not have come.
func (w *Window) readLine(id app.ID) {
	if id == 0 || len(w.lineOf(id)) > 0 {
		return
	}
	texts, err := w.app.Queue(id)
	if err != nil {
		w.failed(err)
	}
	for _, text := range texts {
		w.line = append(w.line, waiting{id, text})
		w.held[id] = true
	}
}

func (w *Window) showLine() {
	w.composer.SetQueue(w.lineOf(w.current), w.held[w.current])
}

// nth is the place in line of the i-th message of the open conversation, -1 if
// there is none.
func (w *Window) nth(i int) int {
	for at, m := range w.line {
		if m.conversation != w.current {
			continue
		}
		if i == 0 {
			return at
		}
		i--
	}
	return -1
}

// unqueue takes a message of the open conversation out of the line.
func (w *Window) unqueue(i int) {
	if at := w.nth(i); at >= 0 {
		w.line = slices.Delete(w.line, at, at+1)
		w.keepLine(w.current)
	}
}

// sendQueued sends a held message of the open conversation before all others.
func (w *Window) sendQueued(i int) {
	at := w.nth(i)
	if at < 0 {
		return
	}
	m := w.line[at]
	w.line = slices.Insert(slices.Delete(w.line, at, at+1), 0, m)
	delete(w.held, m.conversation)
	w.showLine()
	w.sendNext()
}

// sendNext sends what is first in line, if nothing is being written or loaded. What
// waits in the conversation in which a message is being changed waits for that too.
func (w *Window) sendNext() {
	if w.closing || w.job != nil || w.loading != nil {
		return
	}
	at := slices.IndexFunc(w.line, func(m waiting) bool {
		return !w.held[m.conversation] && (w.editing == 0 || m.conversation != w.current)
	})
	if at < 0 {
		return
	}
	m := w.line[at]
	w.line = slices.Delete(w.line, at, at+1)
	w.showLine()
	w.start(&job{conversation: m.conversation, queued: m.text}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.SendQueued(ctx, m.conversation, m.text)
	})
}

// lineGoesOn says whether what waits in a conversation is sent by itself as soon as
// the reply before it is stored: what is sent now comes after it.
func (w *Window) lineGoesOn(id app.ID) bool {
	j := w.storing
	return j != nil && j.conversation == id && j.state == app.Complete && len(w.lineOf(id)) > 0
}

// holdLine holds what waits behind a reply that did not come to its end: it may want
// other words now. Enter in the empty field sends it, also before the reply is stored.
func (w *Window) holdLine(j *job) {
	if j.lineHeld || j.replayed != 0 || j.state == app.Complete || len(w.lineOf(j.conversation)) == 0 {
		return
	}
	j.lineHeld = true
	w.held[j.conversation] = true
	w.showLine()
}

// lineAfter goes on with the line after a job.
func (w *Window) lineAfter(j *job) {
	if j.queued != "" && !j.stored {
		w.line = slices.Insert(w.line, 0, waiting{j.conversation, j.queued})
		j.lineHeld = false
	}
	w.holdLine(j)
	w.showLine()
	w.sendNext()
}

// leaveLine forgets what waits in a conversation that goes into the trash; it is
// read again when the conversation comes back.
func (w *Window) leaveLine(id app.ID) {
	w.line = slices.DeleteFunc(w.line, func(m waiting) bool { return m.conversation == id })
}

// waitsElsewhere says what will become of what is sent while another conversation's
// reply is being written.
func (w *Window) waitsElsewhere() string {
	if w.job == nil || w.job.conversation == w.current {
		return ""
	}
	return fmt.Sprintf(lang.L("A reply is being written in “%s”. What you send now waits until it has ended."), w.title(w.job.conversation))
}
