package ui

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine/prompt"
)

// speech is a reply being spoken, sentence by sentence while it is being written.
type speech struct {
	reply, conversation app.ID
	text                string // of the reply, while it is being written
	said                int    // sentences, those that are being spoken included
	busy                bool
	ctx                 context.Context
	stop                context.CancelFunc
}

// Spoken is what is spoken of a message: its words, without code and formulas. Of
// one that is not shown, text is what it says.
func (t *Transcript) Spoken(id uint64, text string) string {
	b := t.view.byID[id]
	if b == nil {
		b = newBubble(Entry{ID: id, Role: "assistant", Text: text, State: "streaming"})
	}
	if !b.ready {
		b.cut()
		t.view.arrangeRows(b)
	}
	var parts []string
	for _, r := range b.rows {
		if r.kind != chunkRow || r.chunk.kind == fenceChunk || r.chunk.kind == mathChunk || r.chunk.kind == htmlChunk || r.chunk.kind == indentedChunk {
			continue
		}
		block := newBlock(t.view.stage, b.nodes(t.view.md, r), 1e6, ColorPage, nil)
		for i := range block.pieces {
			if text := strings.TrimSpace(block.pieces[i].text()); text != "" {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, "\n")
}

func hasVoice(w *Window) bool { return w.voice != nil }

// speakReply speaks the reply that the keyboard is at, or the last one, which may
// still be being written.
func (w *Window) speakReply() {
	m, ok := w.findMessage(app.ID(w.transcript.Focused()))
	if !ok || m.Role != prompt.Assistant {
		m, ok = w.lastOf(prompt.Assistant)
	}
	if ok && w.win.Canvas().Overlays().Top() == nil {
		w.speak(w.current, m)
	}
}

// speak speaks a reply of a conversation; what is being spoken gives way.
func (w *Window) speak(conversation app.ID, m app.Message) {
	w.hush()
	if w.voice == nil {
		w.say("voice", noVoice())
		return
	}
	s := &speech{reply: m.ID, conversation: conversation, text: m.Text}
	s.ctx, s.stop = context.WithCancel(context.Background())
	w.speaking = s
	w.showSpeaking()
	w.speakOn()
}

// showSpeaking says what is being spoken: who opens another conversation meanwhile
// goes on hearing the reply of the one before.
func (w *Window) showSpeaking() {
	if w.speaking == nil {
		return
	}
	text := lang.L("The reply is being spoken.")
	if of := w.speaking.conversation; of != w.current {
		text = fmt.Sprintf(lang.L("The reply in “%s” is being spoken."), w.title(of))
	}
	w.cards.set("voice", newCard(text, "separator", nil, action{lang.L("Stop"), false, w.hush}))
}

// speakAloud speaks a reply that has just been begun, if the reader wants all of
// them spoken; what it goes on from was spoken before. One of a conversation that is
// not open does not interrupt what is being spoken.
func (w *Window) speakAloud(j *job, m app.Message) {
	if !w.settings.Aloud || w.voice == nil || j.conversation != w.current && w.speaking != nil {
		return
	}
	said := len(sentences(w.transcript.Spoken(uint64(m.ID), m.Text), false))
	w.speak(j.conversation, m)
	w.speaking.said = said
}

// heard keeps what there is of the reply that a job writes, if it is being spoken.
func (w *Window) heard(j *job) {
	if w.speaking != nil && w.speaking.reply == j.reply {
		w.speaking.text = j.text.String()
	}
}

// speakOn speaks what is finished of the reply and has not been spoken, or ends
// when all has been.
func (w *Window) speakOn() {
	s := w.speaking
	if s == nil || s.busy {
		return
	}
	writing := w.job != nil && w.job.reply == s.reply
	if writing {
		w.heard(w.job)
	}
	all := sentences(w.transcript.Spoken(uint64(s.reply), s.text), !writing)
	switch {
	case len(all) > s.said:
		s.busy = true
		text := strings.Join(all[s.said:], "\n")
		s.said = len(all)
		inBackground(w.post, func() error { return w.voice.Speak(s.ctx, text) }, func(err error) { w.spoke(s, err) })
	case !writing:
		w.hush()
	}
}

// spoke follows the end of some sentences.
func (w *Window) spoke(s *speech, err error) {
	s.busy = false
	if w.speaking != s {
		return // it was stopped
	}
	if err != nil {
		w.hush()
		if !w.closing {
			w.failed(err)
		}
		return
	}
	w.speakOn()
}

// hush ends what is being spoken.
func (w *Window) hush() {
	if w.speaking != nil {
		w.speaking.stop()
		w.speaking = nil
	}
	w.cards.set("voice", nil)
}

// switchAloud has all replies spoken, or no longer.
func (w *Window) switchAloud() {
	w.keep(func(s *app.Settings) { s.Aloud = !s.Aloud })
	w.panel.SetProgram(w.settings)
	switch {
	case !w.settings.Aloud:
		w.hush()
		w.say("voice", lang.L("Replies are not read aloud any more."))
	case w.voice == nil:
		w.say("voice", noVoice())
	default:
		w.say("voice", lang.L("Replies are read aloud from now on, each sentence as soon as it is written."))
	}
}

// noVoice says why nothing is spoken.
func noVoice() string {
	return lang.L("This system has no voice that reads aloud. On Linux, eSpeak NG or Speech Dispatcher is one; Beyonder finds it at its next start.")
}

// sentences cuts a text to be spoken into its sentences, lines being ends of
// sentences, too. Unless it is over, what may go on is not among them.
func sentences(text string, over bool) (list []string) {
	begin, ended := 0, false
	add := func(end int) {
		if s := strings.TrimSpace(text[begin:end]); s != "" {
			list = append(list, s)
		}
		begin, ended = end, false
	}
	for i, r := range text {
		switch {
		case r == '\n':
			add(i)
		case strings.ContainsRune("。！？", r):
			add(i + utf8.RuneLen(r))
		case strings.ContainsRune(".!?…", r):
			ended = true
		case ended && unicode.IsSpace(r):
			add(i)
		case !strings.ContainsRune("\"'”’»)]", r):
			ended = false
		}
	}
	if over {
		add(len(text))
	}
	return list
}
