package ui

import (
	"context"
	"errors"
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

// openSplit asks for the message, and for the experiment: the conversation's own, if
// it has one, or another.
func (w *Window) openSplit() {
	info, _ := w.app.Model()
	names := expertNames(w.app.Experts(info.Hash, info.Experts, info.ExpertNames))
	mixes := splitChoices(w.app.Mix(w.current), info)
	if len(mixes) == 0 {
		w.failed(errors.New(lang.L("the model is no mixture: it has no experts to try out")))
		return
	}
	var options []string
	for _, m := range mixes {
		options = append(options, mixText(m, names))
	}
	chosen := 0
	choice := newKeySelect(options, func(i int) { chosen = i })
	choice.SetSelectedIndex(0)
	entry := newFilterEntry(lang.L("Your message"), func(string) {})
	entry.SetText(w.composer.Text())
	fields := []fyne.CanvasObject{captioned(lang.L("Message"), entry), captioned(lang.L("Experiment"), choice)}
	w.ask(lang.L("Compare two settings"), lang.L("Both answer the same message, one after the other: first all experts, then the experiment."), lang.L("Send to both"), fields, func() error {
		switch {
		case strings.TrimSpace(entry.Text) == "":
			return app.ErrEmpty
		case w.job != nil:
			return app.ErrBusy
		}
		w.sendToBoth(entry.Text, mixes[chosen])
		return nil
	})
}

// splitChoices are the experiments that a model can be compared with: own, if it is
// one, each expert off, and one for each token. A model without experts has none.
func splitChoices(own engine.Mix, info engine.Info) (mixes []engine.Mix) {
	if info.Experts < 2 {
		return nil
	}
	if !own.IsZero() {
		mixes = append(mixes, own)
	}
	for e := range info.Experts {
		without := engine.Mix{Off: make([]bool, info.Experts)}
		without.Off[e] = true
		mixes = append(mixes, without)
	}
	if info.ExpertsUsed > 1 {
		mixes = append(mixes, engine.Mix{Used: 1})
	}
	return mixes
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
