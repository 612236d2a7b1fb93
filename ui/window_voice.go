package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// speech is a reply being spoken.
type speech struct{ stop context.CancelFunc }

// Spoken is what is spoken of a message: its words, without code and formulas.
func (t *Transcript) Spoken(id uint64) string {
	b := t.view.byID[id]
	if b == nil {
		return ""
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

// speak speaks a reply; what is being spoken gives way.
func (w *Window) speak(m app.Message) {
	w.hush()
	text := w.transcript.Spoken(uint64(m.ID))
	if w.voice == nil || text == "" {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &speech{stop: cancel}
	w.speaking = s
	w.cards.set("voice", newCard(lang.L("The reply is being spoken."), "separator", nil, action{lang.L("Stop"), false, w.hush}))
	inBackground(w.post, func() error { return w.voice.Speak(ctx, text) }, func(err error) {
		cancel()
		if w.speaking == s {
			w.speaking = nil
			w.cards.set("voice", nil)
		}
		if err != nil && !w.closing {
			w.failed(err)
		}
	})
}

// hush ends what is being spoken.
func (w *Window) hush() {
	if w.speaking != nil {
		w.speaking.stop()
		w.speaking = nil
		w.cards.set("voice", nil)
	}
}
