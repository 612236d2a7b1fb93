package ui

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// splitSend is one message sent to two settings: as the model answers, and with the
// experiment. The replies are written one after the other, as two versions of
// the same turn, and then shown side by side.
type splitSend struct {
	conversation app.ID
	second       engine.Mix // what the second reply is written with
	reply        app.ID     // the first one
	seed         int64      // of the reply being written: chance is the same for both
}

// openSplit asks for the message.
func (w *Window) openSplit() {
	m := w.app.Mix(w.current)
	info, _ := w.app.Model()
	names := expertNames(w.app.Experts(info.Hash, info.Experts, info.ExpertNames))
	entry := newFilterEntry(lang.L("Your message"), func(string) {})
	entry.SetText(w.composer.Text())
	text := lang.L("Both answer the same message, one after the other: first all experts, then the experiment.")
	if with := mixText(m, names); with != "" {
		text = fmt.Sprintf(lang.L("Both answer the same message, one after the other: first all experts, then %s."), with)
	}
	w.ask(lang.L("Compare two settings"), text, lang.L("Send to both"), []fyne.CanvasObject{captioned(lang.L("Message"), entry)}, func() error {
		switch {
		case m.IsZero():
			return errors.New(lang.L("choose an experiment first: what is compared is the model as it is and the experiment"))
		case strings.TrimSpace(entry.Text) == "":
			return app.ErrEmpty
		case w.job != nil:
			return app.ErrBusy
		}
		w.sendToBoth(entry.Text, m)
		return nil
	})
}

// sendToBoth sends a message to the model as it is, and then to the experiment.
func (w *Window) sendToBoth(text string, m engine.Mix) {
	id := w.ensureConversation()
	if id == 0 || w.onceLoaded(func() { w.sendToBoth(text, m) }) {
		return
	}
	w.start(&job{conversation: id, typed: text, split: &splitSend{conversation: id, second: m}}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.SendWith(ctx, id, text, engine.Mix{})
	})
}

// splitEnded goes on with the second reply, or shows both. It says whether
// another job has begun.
func (w *Window) splitEnded(j *job, err error) bool {
	s := j.split
	if s == nil || err != nil || j.stopping || j.reply == 0 {
		return false
	}
	if s.reply != 0 {
		if m, ok := w.findMessage(j.reply); ok && w.current == s.conversation {
			w.compare(m)
		}
		return false
	}
	next := &splitSend{conversation: s.conversation, second: s.second, reply: j.reply}
	w.start(&job{conversation: s.conversation, stored: true, fresh: true, split: next}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.RegenerateWith(ctx, s.conversation, next.reply, s.second, s.seed)
	})
	return w.job != nil
}
