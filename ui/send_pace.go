package ui

import (
	"time"

	"beyonder/app"
	"beyonder/engine"
)

// phase is a part of answering that takes time of its own.
type phase int

const (
	phaseWaiting phase = iota
	phaseLoading
	phaseReading
	phaseWriting
)

// paceTime is how often the figures change while a reply is written: as often
// as one can read them.
const paceTime = 250 * time.Millisecond

// pace measures a reply while it is written. The figures of the finished reply
// are the engine's own.
type pace struct {
	phase   phase
	entered time.Time // this phase
	begun   time.Time // the request
	first   time.Time // the first token
	waited  float64   // seconds for it, as they are kept with the reply; 0: it did not come yet
	last    time.Time // the last one so far
	written int       // tokens
	context int       // tokens in the context window before the reply
	told    time.Time
	reading readSoFar // of the prompt, as the engine told last
}

// readSoFar is how much of a prompt has been read. The engine tells when a batch is
// done, which may take it half a minute: in between the time left goes on.
type readSoFar struct {
	engine.Reading
	step  int           // tokens of the batch before, and so of that under way
	spent time.Duration // up to when it was told, by the engine's clock
	told  time.Time
}

// left is the time left as it is guessed now: what it was when it was told less what
// has gone by, but never less than if the batch under way ended this moment.
func (r readSoFar) left(now time.Time) string {
	if r.Done <= 0 || r.Total <= r.Done || r.spent < time.Second {
		return ""
	}
	since := now.Sub(r.told)
	after := max(0, r.Total-r.Done-r.step)
	least := float64(r.spent+since) * float64(after) / float64(r.Done+r.step)
	return leftText(max(time.Duration(least), time.Duration(float64(r.spent)*float64(r.Total-r.Done)/float64(r.Done))-since))
}

// readingTime is how often the time left of a reading is shown anew.
const readingTime = time.Second

// showReading shows how far the reading of a job's prompt is, now and as long as
// nothing else is heard of it.
func (w *Window) showReading(j *job) {
	told := j.pace.reading.told
	w.status.SetActivity(readingActivity(j.pace.reading, time.Now()))
	w.post.after(readingTime, func() {
		if w.job == j && !j.stopping && j.pace.phase == phaseReading && j.pace.reading.told.Equal(told) {
			w.showReading(j)
		}
	})
}

func (p *pace) begin(now time.Time) { *p = pace{begun: now, entered: now} }

// since enters a phase, if it is a new one, and tells how long it has lasted.
func (p *pace) since(s phase, now time.Time) time.Duration {
	if s != p.phase {
		p.phase, p.entered = s, now
	}
	return now.Sub(p.entered)
}

func (p *pace) read(r engine.Reading, now time.Time) {
	p.since(phaseReading, now)
	step := r.Done - p.reading.Done
	if step <= 0 { // the first that is told, or another reading
		step = r.Done
	}
	p.reading = readSoFar{r, step, seconds(r.Seconds), now}
	p.context = r.Reused + r.Done
}

// tokens counts n of them. With the first comes how long they were waited for.
func (p *pace) tokens(n int, waited float64, now time.Time) {
	p.waited = max(p.waited, waited)
	if n > 0 && p.written == 0 {
		p.first = now
		p.since(phaseWriting, now)
	}
	if n > 0 {
		p.last = now
	}
	p.written += n
}

// due says whether it is time to show the figures again.
func (p *pace) due(now time.Time) bool {
	if p.written+p.context == 0 || now.Sub(p.told) < paceTime {
		return false
	}
	p.told = now
	return true
}

// figures are those measured so far, in a window of size tokens; none before the
// engine has said anything.
func (p *pace) figures(size int) figures {
	f := figures{size: size, used: p.context + p.written}
	switch {
	case f.used == 0:
		return figures{}
	case p.written == 0:
		return f
	}
	f.firstSeconds = p.waited
	if spent := p.last.Sub(p.first).Seconds(); p.written > 1 && spent > 0.2 {
		f.tokensPerSecond = float64(p.written-1) / spent
	}
	return f
}

// doneFigures are the engine's own of a finished reply.
func doneFigures(d engine.Done) figures {
	f := figures{used: d.ContextUsed, size: d.ContextSize, firstSeconds: d.FirstSeconds}
	if d.NewTokens > 1 && d.WriteSeconds > 0 {
		f.tokensPerSecond = float64(d.NewTokens-1) / d.WriteSeconds
	}
	return f
}

// showPace shows how a reply comes along; its end may have been among what came.
func (w *Window) showPace(j *job) {
	now := time.Now()
	if info, ok := w.app.Model(); ok && w.job == j && j.pace.due(now) && w.current == j.conversation {
		w.status.SetFigures(j.pace.figures(info.Context))
	}
}

// showLast shows the figures of a job that has ended: the engine's own, or what
// was measured here where the engine was stopped before it could tell.
func (w *Window) showLast(j *job) {
	w.showFigures()
	info, ok := w.app.Model()
	if m, found := w.findMessage(j.reply); ok && found && m.Reply != nil && m.Reply.Done.ContextSize == 0 {
		w.status.SetFigures(j.pace.figures(info.Context))
	}
}

// showFigures shows those of the last reply of the open conversation, if it was
// the loaded model that wrote it: another one counts other tokens in another window.
func (w *Window) showFigures() {
	w.showRoom()
	info, loaded := w.app.Model()
	r := w.lastReply()
	switch {
	case w.job != nil && w.job.conversation == w.current:
		w.status.SetFigures(w.job.pace.figures(info.Context))
	case loaded && r == nil && len(w.messages) == 0:
		w.status.SetFigures(figures{size: info.Context})
	case loaded && r != nil && r.ModelHash == info.Hash && r.Done.ContextSize == info.Context:
		w.status.SetFigures(doneFigures(r.Done))
	default:
		w.status.SetFigures(figures{})
	}
}

// lastReply is what is known of the newest message, if that is a reply.
func (w *Window) lastReply() *app.Reply {
	if n := len(w.messages); n > 0 {
		return w.messages[n-1].Reply
	}
	return nil
}
