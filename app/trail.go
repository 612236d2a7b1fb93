package app

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"slices"

	"beyonder/engine"
	"beyonder/store"
)

// Trail is how a reply was made: what the model was given, what it chose and what
// else it could have chosen. It is kept beside the reply, compressed: some 10 kB
// for one of 300 tokens. It is kept and not computed when it is asked for,
// because the model need not be there by then, and because only the numbers that
// a token was drawn from are its probabilities: read again in batches, they
// differ.
type Trail struct {
	Parts []TrailPart `json:"parts"` // with Continue more than one
}

// TrailPart is what one call of the engine brought.
type TrailPart struct {
	At      int            `json:"at"` // byte of the reply's text where it begins
	Sent    engine.Sent    `json:"sent"`
	Tokens  []engine.Token `json:"tokens,omitempty"`
	Rolled  bool           `json:"rolled,omitempty"` // the window rolled in the middle of it
	Model   string         `json:"model"`
	Hash    string         `json:"hash"`
	Device  string         `json:"device"`
	KV      string         `json:"kv"`
	Build   string         `json:"build"`
	Mix     engine.Mix     `json:"mix,omitzero"`
	Context int            `json:"context"` // tokens of the window
	Done    engine.Done    `json:"done"`
}

// Given is how many bytes at the beginning of the text the model did not write.
func (t *Trail) Given() int {
	if len(t.Parts) == 0 {
		return 0
	}
	return t.Parts[0].At
}

func (t *Trail) last() *TrailPart { return &t.Parts[len(t.Parts)-1] }

// sent notes what was read. A second time it was because the window rolled.
func (t *Trail) sent(s engine.Sent) {
	if p := t.last(); len(p.Sent.IDs) == 0 {
		p.Sent = s
	} else {
		p.Rolled = true
	}
}

func (t *Trail) tokens(tokens []engine.Token) {
	for _, token := range tokens {
		token.Routes, token.Logprob = nil, rounded(token.Logprob)
		token.Top = slices.Clone(token.Top)
		for i := range token.Top {
			token.Top[i].Logprob = rounded(token.Top[i].Logprob)
		}
		t.last().Tokens = append(t.last().Tokens, token)
	}
}

// newWriting begins to write a reply, after what the trail has of it.
func (a *App) newWriting(m store.Message, j *store.Journal, r Reply, trail Trail) *writing {
	info, _ := a.engine.Info()
	trail.Parts = append(trail.Parts, TrailPart{
		At: len(m.Text), Model: r.Model, Hash: r.ModelHash, Device: r.Device, KV: r.KV, Build: r.Build, Mix: r.Mix, Context: info.Context,
	})
	w := newWriting(m, j, r, a.saveRoutes)
	w.trail = trail
	return w
}

// rounded keeps of a logarithm what a reader can make use of; the rest of its
// digits would be half of what a trail takes.
func rounded(logprob float32) float32 { return float32(math.Round(float64(logprob)*1e3) / 1e3) }

const trailName = "trail"

// keepTrail stores how a reply was made. That it cannot be is not worth an error:
// the text is what counts.
func (a *App) keepTrail(w *writing) {
	var data []byte
	w.record(func(t *Trail) {
		if whole := t.ended(w.reply.Done); len(whole.Parts) > 0 {
			data, _ = encodeTrail(&whole)
		}
	})
	if data != nil {
		_ = a.store.SetExtra(w.begun.Conversation, w.begun.ID, trailName, data)
	}
}

// ended is the trail of a reply that has ended so; without parts: nothing was read.
func (t *Trail) ended(done engine.Done) Trail {
	if len(t.last().Sent.IDs) == 0 {
		return Trail{}
	}
	whole := Trail{Parts: slices.Clone(t.Parts)}
	whole.last().Done = done
	return whole
}

// record changes the trail.
func (w *writing) record(f func(t *Trail)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.trail)
}

// Trail returns how a reply was made. It fails with ErrNoTrail if that was not
// kept, and while the reply is being written.
func (a *App) Trail(id, message ID) (t Trail, err error) {
	if w := a.writingOf(message); w != nil && w.ended() { // on its way to the disk
		w.record(func(trail *Trail) { t = trail.ended(w.reply.Done) })
		if len(t.Parts) > 0 {
			return t, nil
		}
	}
	data, err := a.store.Extra(id, message, trailName)
	if err != nil {
		return t, err
	}
	if data == nil {
		return t, ErrNoTrail
	}
	if t, err = decodeTrail(data); err != nil {
		return Trail{}, fmt.Errorf("how this reply was made cannot be read: %w", err)
	}
	return t, nil
}

func encodeTrail(t *Trail) ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	err = errors.Join(json.NewEncoder(z).Encode(t), z.Close())
	return b.Bytes(), err
}

// mostTrail is far more than a trail of the longest reply takes, and what a
// damaged or made-up one may be unpacked to.
const mostTrail = 1 << 26

func decodeTrail(data []byte) (t Trail, err error) {
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), mostTrail))
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(content, &t); err != nil {
		return Trail{}, err
	}
	return t, t.check()
}

// check refuses what no reply can have left.
func (t *Trail) check() error {
	if len(t.Parts) == 0 {
		return errors.New("it is empty")
	}
	at := 0
	for _, p := range t.Parts {
		if p.At < at {
			return errors.New("its parts are out of order")
		}
		for at = p.At; len(p.Tokens) > 0; p.Tokens = p.Tokens[1:] {
			if p.Tokens[0].Bytes < 0 || p.Tokens[0].Bytes > mostTrail {
				return fmt.Errorf("a token has %d bytes", p.Tokens[0].Bytes)
			}
			at += p.Tokens[0].Bytes
		}
		length := 0
		for _, part := range p.Sent.Parts {
			if part.Bytes < 0 || part.Bytes > len(p.Sent.Text)-length {
				return errors.New("the parts of its prompt are larger than that")
			}
			length += part.Bytes
		}
	}
	return nil
}

// build names the version of this program: its release, or its commit.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if revision == "" || info.Main.Version != "(devel)" && changed == "" {
		return info.Main.Version
	}
	return revision + changed
}

// kv is the type of the KV cache that the present settings load a model with.
func (a *App) kv() string {
	if kv := a.Settings().KV; kv != "" {
		return kv
	}
	return "f16"
}
