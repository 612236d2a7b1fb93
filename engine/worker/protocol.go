// Package worker runs an engine in a process of its own: a driver that crashes,
// a shader that never ends or a model that is killed for memory takes that
// process only. Client has the same calls as engine.Local; Serve answers them
// in the child.
//
// Its one rule: both sides outlive any mistake of the other. The child ends when
// its input does, the parent kills a child that shows no sign of life. It does
// not know what a token or a layer is.
//
// The wire carries JSON values, one a line, in both directions.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"sync"

	"beyonder/engine"
)

// Engine is what a child serves: *engine.Local.
type Engine interface {
	Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error]
	Info() (engine.Info, bool)
	Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error]
	Count(text string) (tokens int, err error)
	Unload() error
	// Beat is a number that changes while the engine computes.
	Beat() int64
}

var _ Engine = (*engine.Local)(nil)

// request goes to the child. Exactly one of the pointers or flags is set.
type request struct {
	ID     uint64              `json:"id"`
	Load   *engine.LoadOptions `json:"load,omitempty"`
	Reply  *engine.Request     `json:"reply,omitempty"`
	Count  *string             `json:"count,omitempty"` // how many tokens it is
	Unload bool                `json:"unload,omitempty"`
	Cancel bool                `json:"cancel,omitempty"` // the call of that id
}

// frame comes from the child.
type frame struct {
	ID       uint64           `json:"id,omitempty"` // of the call; 0: of none
	Hello    int              `json:"hello,omitempty"`
	Beat     int64            `json:"beat,omitempty"` // a sign of life
	Progress *engine.Progress `json:"progress,omitempty"`
	Piece    *engine.Piece    `json:"piece,omitempty"`
	Tokens   int              `json:"tokens,omitempty"` // of a text that was to be counted
	End      *end             `json:"end,omitempty"`
}

// protocolVersion must be equal on both sides; they are the same program.
const protocolVersion = 1

// end closes a call.
type end struct {
	Info  *engine.Info `json:"info,omitempty"` // of the model that is loaded now
	Error *failure     `json:"error,omitempty"`
}

// failure carries an error across, with its type where callers branch on it.
type failure struct {
	Message string               `json:"message"`
	Memory  *engine.MemoryError  `json:"memory,omitempty"`
	Numbers *engine.NumbersError `json:"numbers,omitempty"`
	Lost    *engine.LostError    `json:"lost,omitempty"`
	File    *engine.FileError    `json:"file,omitempty"`
	NoModel bool                 `json:"no_model,omitempty"`
	Context string               `json:"context,omitempty"` // "cancelled", "deadline"
}

func pack(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Message: err.Error(), NoModel: errors.Is(err, engine.ErrNoModel)}
	errors.As(err, &f.Memory)
	errors.As(err, &f.Numbers)
	errors.As(err, &f.Lost)
	if file := new(engine.FileError); errors.As(err, &file) {
		whole := *file // with what was put around it
		whole.Text = f.Message
		f.File = &whole
	}
	switch {
	case errors.Is(err, context.Canceled):
		f.Context = "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		f.Context = "deadline"
	}
	return f
}

func (f *failure) unpack() error {
	switch {
	case f == nil:
		return nil
	case f.Memory != nil:
		return f.Memory
	case f.Numbers != nil:
		return f.Numbers
	case f.Lost != nil:
		return f.Lost
	case f.File != nil:
		return f.File
	case f.NoModel:
		return engine.ErrNoModel
	case f.Context == "cancelled":
		return context.Canceled
	case f.Context == "deadline":
		return context.DeadlineExceeded
	}
	return errors.New(f.Message)
}

// sender writes values from several goroutines, one a line.
type sender struct {
	mu  sync.Mutex
	enc *json.Encoder
}

func newSender(w io.Writer) *sender {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &sender{enc: enc}
}

func (s *sender) send(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enc.Encode(v)
}
