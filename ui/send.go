package ui

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// job is a reply being written. There is one at a time; it goes on when another
// conversation is opened.
type job struct {
	conversation app.ID
	cancel       context.CancelFunc
	typed        string     // goes back into the composer if it could not be stored
	stored       bool       // the message is on disk
	split        *splitSend // the message goes to two settings
	fresh        bool       // the shown path changes: read it again once the job has begun
	stopping     bool
	queued       string    // the message, if it waited in line before
	lineHeld     bool      // what waits behind it is held, or was until the reader sent it
	state        app.State // of the reply at its end
	replayed     app.ID    // the reply that is written once more; 0: none is

	user    app.ID          // the message that is answered, if it was sent with this job
	reply   app.ID          // the message being written; 0: not begun
	text    strings.Builder // of it, as far as it is on the screen
	notices []engine.Notice
	loaded  bool // the model had to be loaded first

	pace pace
}

// send is what the composer asks for: a new message, or a new version of one.
func (w *Window) send(text string) {
	w.panel.Flush() // what was just set is to hold for this reply
	id := w.ensureConversation()
	switch {
	case id != 0 && w.editing == 0 && (w.job != nil || w.lineGoesOn(id)):
		w.wait(id, text)
		return
	case w.job != nil && !w.editsReply():
		w.say("writing", lang.L("A reply is being written. Send the changed message when it has ended."))
		return
	}
	if id == 0 || w.onceLoaded(w.composer.send) {
		return
	}
	w.draft.drop()
	if w.editing != 0 {
		w.sendEdit(text)
		return
	}
	opening := w.composer.TakeOpening()
	w.start(&job{conversation: id, typed: text}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.SendFrom(ctx, id, text, opening)
	})
}

func (w *Window) sendEdit(text string) {
	id, message := w.current, w.editing
	if w.editsReply() {
		w.editReply(id, message, text)
		return
	}
	w.cancelEdit()
	draft := w.composer.Text()
	w.start(&job{conversation: id, typed: text, fresh: true}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.Edit(ctx, id, message, text)
	})
	w.composer.SetText(draft)
}

// regenerate asks for another version of a reply, goOn for more of it.
func (w *Window) regenerate(message uint64) {
	opening := ""
	if w.job == nil {
		opening = w.composer.TakeOpening()
	}
	w.beginAnew(app.ID(message), opening)
}

func (w *Window) goOn(message uint64) {
	id := w.current
	w.start(&job{conversation: id, stored: true, fresh: true}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.Continue(ctx, id, app.ID(message))
	})
}

// start follows one reply. It waits for a model that is being loaded, but not for
// another reply.
func (w *Window) start(j *job, reply func(context.Context) iter.Seq2[app.Event, error]) {
	switch {
	case w.closing, w.onceLoaded(func() { w.start(j, reply) }):
		return
	case w.job != nil:
		w.sayWriting()
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel = cancel
	j.pace.begin(time.Now())
	w.job = j
	w.cards.clear("error", "warning", "full", "unanswered")
	if j.typed != "" {
		w.composer.SetText("")
		w.draft.drop() // Send clears the stored draft itself
	}
	w.status.SetActivity(activity{text: lang.L("Waiting for the engine"), short: lang.L("Waiting"), fraction: -1})
	w.status.SetFigures(figures{}) // those of the reply before are not this one's
	w.sidebar.SetWriting(j.conversation)
	w.showState()
	if j.queued == "" { // the reader may be at something else by now
		w.backToWriting()
	}
	follow(w.post, reply(ctx),
		func(events []app.Event) { w.deliver(j, events) },
		func(err error) { w.finish(j, err) })
}

// sayWriting says why something is not done now; it is taken back when the reply
// has ended.
func (w *Window) sayWriting() {
	w.say("writing", lang.L("A reply is being written. Stop it, or wait until it has ended."))
}

// stop ends what is being written or loaded. What the engine still does about
// it is its business: from the reader's side it has ended.
func (w *Window) stop() {
	w.stopLoading()
	if w.job != nil && !w.job.stopping {
		w.job.stopping = true
		w.job.cancel()
		w.status.SetActivity(activity{})
		w.showState()
		if w.speaking != nil && w.speaking.reply == w.job.reply {
			w.hush()
		}
	}
}

// deliver shows a batch of events; the text in it is shown in one piece.
func (w *Window) deliver(j *job, events []app.Event) {
	var text strings.Builder
	show := func() {
		if text.Len() > 0 {
			w.append(j, text.String())
			text.Reset()
		}
	}
	for _, e := range events {
		if e.Text != "" || len(e.Tokens) > 0 {
			text.WriteString(e.Text)
			j.pace.tokens(len(e.Tokens), e.First, time.Now())
			continue
		}
		show()
		w.event(j, e)
	}
	show()
	w.showPace(j)
}

func (w *Window) append(j *job, text string) {
	j.text.WriteString(text)
	w.status.SetActivity(activity{})
	if j.replayed != 0 {
		w.status.SetActivity(replayText(j.text.String()))
	} else if w.current == j.conversation {
		w.transcript.Append(uint64(j.reply), text)
		w.routed(j.reply, false)
	}
	if j.replayed == 0 && strings.ContainsAny(text, ".!?…。！？\n ") { // a sentence may have ended
		w.speakOn()
	}
}

// event shows everything but text.
func (w *Window) event(j *job, e app.Event) {
	switch {
	case e.User != nil:
		j.stored, j.user = true, e.User.ID
		if j.queued != "" {
			w.keepLine(j.conversation) // it is a message now
		}
		w.relist(j.conversation)
		w.shown(j, *e.User)
	case e.Loading != nil:
		j.loaded = true
		w.status.SetActivity(loadingActivity(w.modelName(), *e.Loading, j.pace.since(phaseLoading, time.Now())))
	case e.Started != nil:
		j.reply = e.Started.ID
		j.text.Reset()
		j.text.WriteString(e.Started.Text)
		if j.split != nil && e.Started.Reply != nil {
			j.split.seed = e.Started.Reply.Done.Seed
		}
		w.shown(j, *e.Started)
		w.speakAloud(j, *e.Started)
		w.showModel()
		if j.loaded {
			w.warnOfModel()
		}
	case e.Reading != nil:
		j.pace.read(*e.Reading, time.Now())
		w.showReading(j)
	case e.Notice != nil:
		w.notice(j, *e.Notice)
	case e.Finished != nil:
		w.finished(j, *e.Finished)
		w.heard(j)
		w.over(j)
		w.speakOn()
	case e.Replayed != nil:
		w.showReplayed(j, *e.Replayed)
	}
}

// notice tells what must not go unsaid about a reply.
func (w *Window) notice(j *job, n engine.Notice) {
	j.notices = append(j.notices, n)
	switch {
	case w.current != j.conversation:
	case n.Kind == app.NoticeUnsaved:
		w.say("error", lang.L("What comes now cannot be stored. It stays on screen, and storing it is tried again all the time: free some space on the disk."))
	case n.Kind == app.NoticeDamaged:
		w.say("warning", counted(n.Dropped, lang.L("1 message of this conversation cannot be read from the disk any more."), lang.L("%s messages of this conversation cannot be read from the disk any more."))+" "+lang.L("The model does not see what is missing."))
	case n.Kind == app.NoticeCard, n.Kind == "prefix":
		w.say("warning", asSentence(n.Text))
	default:
		w.transcript.SetEntries(w.entries())
	}
}

// shown adds a message to the open conversation. Where the path has changed, it
// is read again instead.
func (w *Window) shown(j *job, m app.Message) {
	if w.current != j.conversation {
		return
	}
	if j.fresh {
		w.reloadMessages()
		w.transcript.ScrollToBottom()
		return
	}
	w.messages = append(w.messages, m)
	w.transcript.Add(w.entryOf(m))
	w.transcript.ScrollToBottom()
	w.showState()
}

// finished shows the reply as it is stored.
func (w *Window) finished(j *job, m app.Message) {
	j.state = m.State
	if w.current != j.conversation {
		return
	}
	for i := range w.messages {
		if w.messages[i].ID == m.ID {
			w.messages[i] = m
		}
	}
	w.transcript.Update(w.entryOf(m))
	w.routed(m.ID, true)
	if m.Reply != nil && m.Reply.Done.Reason == engine.StopContext {
		w.contextFull(m)
	}
}

// over shows that a reply has ended: the reader can go on, whatever the disk still
// does about it. What is sent to two settings goes on by itself.
func (w *Window) over(j *job) {
	if w.job == j && j.split == nil {
		w.storing = j
		w.holdLine(j)
		w.free(j)
	}
}

// free makes a job no longer the one that is being done.
func (w *Window) free(j *job) {
	w.job = nil
	w.cards.clear("writing")
	w.status.SetActivity(activity{})
	w.sidebar.SetWriting(0)
	w.showModel()
	w.showLast(j)
	w.trace.event("reply-shown", map[string]any{"conversation": j.conversation, "message": j.reply})
}

// finish ends a job; everything that came has been delivered and stored.
func (w *Window) finish(j *job, err error) {
	j.cancel()
	if w.job == j {
		w.free(j)
	}
	w.storing = nil
	w.giveBack(j)
	w.relist(j.conversation)
	w.explain(j, err)
	w.notify(j)
	if w.closing {
		w.closeNow()
		return
	}
	if !w.splitEnded(j, err) {
		w.lineAfter(j)
	}
}

// giveBack puts a message that could not be stored into the composer again.
func (w *Window) giveBack(j *job) {
	if !j.stored && j.typed != "" && w.current == j.conversation && w.composer.Text() == "" {
		w.composer.SetText(j.typed)
	}
}

// explain shows what ended a job where no message says it already.
func (w *Window) explain(j *job, err error) {
	var memory *engine.MemoryError
	again := func() { w.answerAgain(j) }
	switch {
	case errors.As(err, &memory):
		w.refused(w.app.LastModel(), memory, again)
	case j.reply != 0 && errors.Is(err, app.ErrFull):
		w.unstored(err)
	case errors.Is(err, app.ErrNoModel):
		w.say("error", lang.L("There is no model to answer. Your message is kept."), action{lang.L("Choose a model"), true, w.picker.open})
	case sentence(err) == "":
		w.showUnanswered()
	case j.reply == 0 && j.user != 0:
		w.failed(err, action{lang.L("Try again"), false, again})
	case j.reply == 0:
		w.failed(err)
	}
}

// answerAgain asks for what a job was to bring once more.
func (w *Window) answerAgain(j *job) {
	message := j.reply
	if message == 0 {
		message = j.user
	}
	if message != 0 && w.current == j.conversation {
		w.regenerate(uint64(message))
	}
}

// showUnanswered offers to answer a message whose reply was never begun: it was
// stopped while the model was loaded, or the program ended.
func (w *Window) showUnanswered() {
	w.cards.set("unanswered", nil)
	n := len(w.messages)
	if n == 0 || w.messages[n-1].Role != prompt.User || w.job != nil || w.modelName() == "" {
		return
	}
	id := uint64(w.messages[n-1].ID)
	w.say("unanswered", lang.L("Your last message has no answer yet."), action{lang.L("Answer it"), false, func() { w.regenerate(id) }})
}

// contextFull says that the model can see no more after the reply m, and what
// can be done.
func (w *Window) contextFull(m app.Message) {
	goOn := action{lang.L("Forget the oldest messages"), false, func() {
		w.setPolicy(engine.RollWhenFull)
		w.showConversationSettings()
		w.resume(m)
	}}
	text := lang.L("The context is full: this conversation is as long as the model can see at once.")
	switch {
	case len(w.messages) <= 2:
		text = lang.L("The context is full: this message and its reply are as long as the model can see at once. A larger context size, in the settings, gives them more room.")
		goOn = action{lang.L("Settings"), false, w.showSettings}
	case w.inForce().Policy == engine.RollWhenFull:
		goOn = action{lang.L("Continue"), false, func() { w.resume(m) }}
	}
	w.say("full", text, goOn, action{lang.L("New conversation"), true, w.newConversation})
}

// resume goes on with a reply for which there was no room; one that has not a
// word yet is begun anew.
func (w *Window) resume(m app.Message) {
	w.cards.set("full", nil)
	if m.Text == "" {
		w.regenerate(uint64(m.ID))
	} else {
		w.goOn(uint64(m.ID))
	}
}
