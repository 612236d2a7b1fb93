package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"beyonder/engine/cpu"
	"beyonder/engine/gguf"
)

// Pages says in what pages of memory a model's weights lie, in bytes. The processor
// writes tokens faster from large ones, of 2 MB, on some machines by a third; a file's
// are large or not, as the system has it. Where that pays and memory is plenty, weights
// are copied into memory of our own.
type Pages struct {
	Bytes  int64   `json:"bytes"`            // that are in memory; 0: unknown
	Large  int64   `json:"large"`            // of them in large pages
	Copied int64   `json:"copied"`           // of them in memory of our own, which other programs with the same file do not share
	Gain   float64 `json:"gain,omitempty"`   // how many times as fast as small pages large ones were read; 0: not measured
	Reason string  `json:"reason,omitempty"` // why weights in small pages were not copied; "": nothing to say
}

// String is for people: "copied, 97 % in large pages".
func (p Pages) String() string {
	if p.Bytes == 0 {
		return "unknown"
	}
	how := "mapped"
	if p.Copied > p.Bytes/2 {
		how = "copied"
	}
	text := fmt.Sprintf("%s, %.0f %% in large pages", how, 100*float64(p.Large)/float64(p.Bytes))
	if p.Gain > 0 {
		text += fmt.Sprintf(", which are read %.2f times as fast", p.Gain)
	}
	if p.Reason != "" {
		text += ": " + p.Reason
	}
	return text
}

// StageCopy is the stage of Progress in which weights are copied because BEYONDER_PAGES
// asks for it.
const StageCopy = "copying weights into large pages"

// envPages names the environment variable that decides about copying: "copy" has a
// model's weights copied before it is ready, whatever there is to gain; "keep" leaves
// them where they are. Otherwise it is decided by measuring, while nothing is asked.
const envPages = "BEYONDER_PAGES"

// policy says when weights are copied.
type policy struct {
	always bool    // whatever there is to gain
	from   int64   // bytes in small pages, and half of all
	trial  int64   // bytes that are copied to measure with
	gain   float64 // times as fast as small pages large ones must be read
	spare  int64   // bytes of memory that must be free afterwards
}

// whenIdle is the policy where nothing was asked for. With less in small pages nobody
// would notice; the trial is more than most caches hold; a quarter of the memory stays
// free, because copies, unlike a file's pages, cannot be dropped when it gets short.
func whenIdle() policy {
	return policy{from: 256 << 20, trial: 128 << 20, gain: 1.15, spare: max(2<<30, totalMemory()/4)}
}

// Why weights are not copied.
var (
	errNoGain   = errors.New("not worth a copy")
	errNoRoom   = errors.New("memory is too short for a copy")
	errNoLarge  = errors.New("the system has no large pages to give")
	errReplaced = errors.New("another model was loaded")
)

// Settle waits until everything is done that is done to a loaded model while nothing
// is asked, or until ctx ends.
func (l *Local) Settle(ctx context.Context) error {
	m := l.current()
	if m == nil {
		return ErrNoModel
	}
	select {
	case <-m.settled:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle copies m's weights if the policy says so. Whoever asks something meanwhile waits for
// one piece, some milliseconds.
func (l *Local) settle(m *loaded, p policy) {
	defer close(m.settled)
	l.busy.Lock()
	defer l.busy.Unlock()
	if l.current() != m {
		return
	}
	// What fails here leaves the weights where they are; a file that can no longer be
	// read is told by the reply that needs it.
	_ = l.enlarge(m, p, func(int64) error {
		l.busy.Unlock()
		time.Sleep(time.Millisecond)
		l.busy.Lock()
		if l.current() != m {
			return errReplaced
		}
		return nil
	})
}

// pages does what envPages asks for once a model is ready.
func (l *Local) pages(ctx context.Context, m *loaded, yield func(Progress, error) bool) error {
	if os.Getenv(envPages) != "copy" {
		l.look(m, 0, nil)
		return nil
	}
	return l.enlarge(m, policy{always: true}, func(done int64) error {
		if !yield(Progress{Stage: StageCopy, Done: done, Total: m.file.Size()}, nil) {
			return errBreak
		}
		return ctx.Err()
	})
}

// plain is the model's file, if the processor reads all of its weights straight from
// it: a folder's are partly copies, and a graphics card has its own.
func (m *loaded) plain() (*gguf.File, bool) {
	f, ok := m.file.(ggufFile)
	return f.File, ok && m.card == nil
}

// look notes in what pages the weights lie.
func (l *Local) look(m *loaded, gain float64, reason error) (p Pages) {
	if f, ok := m.plain(); ok {
		seen, _ := f.Pages()
		p = Pages{Bytes: seen.Bytes, Large: seen.Large, Copied: seen.Copied, Gain: gain}
	}
	if reason != nil {
		p.Reason = reason.Error()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m.info.Pages = p
	return p
}

// enlarge copies the weights into large pages if they lie in small ones and the policy
// says so. It calls between after each step of some milliseconds, with the bytes it has
// copied, and ends if that fails. Nobody may compute during a step.
func (l *Local) enlarge(m *loaded, when policy, between func(done int64) error) error {
	f, ok := m.plain()
	if !ok {
		return nil
	}
	p := l.look(m, 0, nil)
	if !when.always && p.Bytes-p.Large < max(when.from, p.Bytes/2) {
		return nil
	}
	free, _ := freeMemory()
	c := &copier{tight: free < 2*f.Size(), file: f, pieces: f.Pieces(), left: f.Size(), working: workingBytes(m.config, m.options), when: when, between: between}
	if c.device, ok = m.devices[0].(*cpu.Device); !ok {
		return nil
	}
	gain, err := c.all()
	switch err {
	case nil, errNoGain, errNoRoom, errNoLarge:
		l.look(m, gain, err)
	}
	if when.always && err == errNoRoom {
		return fmt.Errorf("%s: %w of its weights into large pages", filepath.Base(f.Path), err)
	}
	return err
}

// copier copies a file's weights piece by piece.
type copier struct {
	file    *gguf.File
	device  *cpu.Device
	pieces  []gguf.Piece // that are left
	left    int64        // bytes in them
	done    int64        // bytes copied
	working int64        // bytes that answering takes and that may not be taken yet
	tight   bool         // memory does not hold both the file's pages and the copies
	when    policy
	between func(done int64) error
}

// all copies all pieces, some to try with first, and tells what there was to gain.
func (c *copier) all() (gain float64, err error) {
	if !c.when.always {
		gain, err = c.try()
	}
	for err == nil && len(c.pieces) > 0 {
		err = c.copy()
	}
	return gain, err
}

// copy copies the next piece. It looks each time whether all will find room.
func (c *copier) copy() error {
	free, known := freeMemory()
	if !known || free < c.left+c.working+c.when.spare {
		return errNoRoom
	}
	p := c.pieces[0]
	if err := p.Copy(c.tight); err != nil {
		return err
	}
	n := int64(len(p.Data))
	c.pieces, c.left, c.done = c.pieces[1:], c.left-n, c.done+n
	return c.between(c.done)
}

// try copies some pieces and measures how many times as fast they are read as those
// that come after them.
func (c *copier) try() (gain float64, err error) {
	if c.left < 2*c.when.trial {
		return 0, errNoGain
	}
	before, _ := c.file.Pages()
	var own []gguf.Piece
	for sum := 0; int64(sum) < c.when.trial; sum += len(own[len(own)-1].Data) {
		own = append(own, c.pieces[0])
		if err := c.copy(); err != nil {
			return 0, err
		}
	}
	if after, _ := c.file.Pages(); after.Large-before.Large < c.when.trial/2 {
		return 0, errNoLarge
	}
	others := c.pieces[:min(len(own), len(c.pieces))]
	for range 3 {
		g, err := c.compare(own, others)
		if err != nil {
			return 0, err
		}
		if gain == 0 || g < gain {
			gain = g
		}
		if gain < c.when.gain {
			return gain, errNoGain
		}
	}
	return gain, nil
}

// compare measures how many times as fast large pieces are read as small ones, by turns.
// On a busy machine the result is off by a third every fifth time; so the least of
// several counts.
func (c *copier) compare(large, small []gguf.Piece) (float64, error) {
	quick, slow := 0.0, 0.0
	for range 5 {
		quick, slow = max(quick, c.pace(large)), max(slow, c.pace(small))
		if err := c.between(c.done); err != nil {
			return 0, err
		}
	}
	if quick == 0 || slow == 0 {
		return 0, errNoGain
	}
	return quick / slow, nil
}

// pace is at how many bytes per second pieces are read, the fastest of them: where
// other programs are at work, too, it is the one that they did not disturb.
func (c *copier) pace(pieces []gguf.Piece) (best float64) {
	for _, p := range pieces {
		best = max(best, c.device.Pace(p.Data))
	}
	return best
}
