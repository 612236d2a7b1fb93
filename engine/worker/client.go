package worker

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"beyonder/engine"
)

// Options says which child to run and how patient to be.
type Options struct {
	Command []string  // the program and its arguments: its standard input and output speak the protocol
	Env     []string  // added to this process's environment
	Log     io.Writer // gets the child's standard error; may be nil

	StartDeadline time.Duration // for the greeting; 0: 15 s
	StepDeadline  time.Duration // without a sign of life while it works; 0: 60 s
	StopDeadline  time.Duration // from a cancelled reply to its end; 0: 3 s
	// LoadGrace is how long a stopped load may take to end by itself. Then the child
	// is ended: it has no model, so that nothing is lost with it, and what holds it
	// up, a slow disk or a driver, may last for seconds. 0: 50 ms.
	LoadGrace time.Duration
}

// Client is an engine in a child process. Its methods may be called from any
// goroutine; one call runs at a time, another one waits, and none may be made
// by the consumer of a sequence that has not ended. The child starts with
// the first Load; a Load that is stopped may end it. When it is lost, the call under way ends with an
// *engine.LostError, Info says that nothing is loaded, and the next Load starts
// another child, after a pause that doubles from loss to loss.
type Client struct {
	o    Options
	busy sync.Mutex // held during a call

	mu       sync.Mutex // guards the rest
	p        *process
	info     *engine.Info
	stop     context.CancelFunc // of the call under way
	stopping int                // calls of Unload that wait for it
	losses   int                // in a row
	lostAt   time.Time
	calls    uint64
	stage    string // of the loading under way
	card     setback
	leaving  <-chan struct{} // closed when the last child that was left to itself is gone; nil: none was
}

// New returns a client; nothing is started yet.
func New(o Options) *Client {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&o.StartDeadline, 15*time.Second)
	def(&o.StepDeadline, 60*time.Second)
	def(&o.StopDeadline, 3*time.Second)
	def(&o.LoadGrace, 50*time.Millisecond)
	return &Client{o: o}
}

// Info describes the loaded model; false if there is none.
func (c *Client) Info() (engine.Info, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.info == nil || c.p == nil || c.p.gone() {
		return engine.Info{}, false
	}
	return *c.info, true
}

// PID is the child's process id, 0 if none runs.
func (c *Client) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.p == nil {
		return 0
	}
	return c.p.cmd.Process.Pid
}

// Load is engine.Local's Load in the child. It ends LoadGrace after its context
// at the latest, whatever the child is at; the next one waits for its end.
func (c *Client) Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		ctx, done := c.begin(ctx)
		defer done()
		err := c.load(ctx, request{Load: &o}, func(f frame) bool {
			return f.Progress == nil || yield(*f.Progress, nil)
		})
		if err != nil && !errors.Is(err, errBreak) {
			yield(engine.Progress{}, err)
		}
	}
}

func (c *Client) load(ctx context.Context, r request, take func(frame) bool) error {
	p, err := c.ensure(ctx)
	if err != nil {
		return err
	}
	c.note(nil) // the child gives the old model up first
	less := c.lessen(*r.Load)
	err = c.call(ctx, p, request{Load: &less}, func(f frame) bool {
		c.loading(f.Progress)
		return take(f)
	})
	c.loading(nil)
	if _, loaded := c.Info(); loaded && errors.Is(err, errBreak) {
		c.abandon(p) // it was quicker than the break
	}
	if errors.Is(err, errAbandoned) {
		return either(ctx.Err(), errBreak)
	}
	return err
}

func either(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// Reply is engine.Local's Reply in the child.
func (c *Client) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		ctx, done := c.begin(ctx)
		defer done()
		p := c.running()
		if p == nil {
			yield(engine.Piece{}, engine.ErrNoModel)
			return
		}
		err := c.call(ctx, p, request{Reply: &r}, func(f frame) bool {
			return f.Piece == nil || yield(*f.Piece, nil)
		})
		if err != nil && !errors.Is(err, errBreak) {
			yield(engine.Piece{}, err)
		}
	}
}

// ErrBusy says that another call is under way.
var ErrBusy = errors.New("the engine is at work")

// Count is engine.Local's Count in the child. It does not wait: while another
// call is under way, it fails with ErrBusy.
func (c *Client) Count(text string) (tokens int, err error) {
	if !c.busy.TryLock() {
		return 0, ErrBusy
	}
	defer c.busy.Unlock()
	p := c.running()
	if p == nil {
		return 0, engine.ErrNoModel
	}
	err = c.call(context.Background(), p, request{Count: &text}, func(f frame) bool {
		tokens += f.Tokens
		return true
	})
	return tokens, err
}

// begin waits for the call under way. The context it returns ends with ctx, or
// when Unload is called.
func (c *Client) begin(ctx context.Context) (_ context.Context, done func()) {
	c.busy.Lock()
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, c.stop = context.WithCancel(ctx)
	if c.stopping > 0 {
		c.stop()
	}
	stop := c.stop
	return ctx, func() { stop(); c.busy.Unlock() }
}

// Unload gives the model's memory back by ending the child. A call under way
// ends first, as if its context had ended.
func (c *Client) Unload() error {
	c.mu.Lock()
	c.stopping++
	if c.stop != nil {
		c.stop()
	}
	c.mu.Unlock()
	c.busy.Lock()
	defer c.busy.Unlock()
	c.mu.Lock()
	c.stopping--
	c.mu.Unlock()
	c.end()
	late, stop := context.WithTimeout(context.Background(), c.o.StopDeadline)
	defer stop()
	_ = c.left(late) // one that the system does not let go of holds nobody up
	return nil
}

// Close is Unload.
func (c *Client) Close() error { return c.Unload() }

// end ends the child.
func (c *Client) end() {
	if p := c.forget(); p != nil {
		p.stop(c.o.StopDeadline)
	}
}

// running is the child, nil if none runs. One that has ended while nothing was
// asked of it is forgotten here.
func (c *Client) running() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.p != nil && c.p.gone() {
		c.p, c.info = nil, nil
	}
	return c.p
}

func (c *Client) forget() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.p
	c.p, c.info = nil, nil
	return p
}

// ensure returns the child, started if there is none. It ends with ctx, even if
// the system takes its time to start a process or to end the one before.
func (c *Client) ensure(ctx context.Context) (*process, error) {
	if p := c.running(); p != nil {
		return p, nil
	}
	if err := c.pause(ctx); err != nil {
		return nil, err
	}
	type started struct {
		p   *process
		err error
	}
	begun, over := make(chan started), make(chan struct{})
	go func() {
		defer close(over)
		p, err := start(ctx, c.o)
		select {
		case begun <- started{p, err}:
		case <-ctx.Done():
			if p != nil {
				p.leave()
			}
		}
	}()
	select {
	case s := <-begun:
		if s.err == nil {
			c.mu.Lock()
			c.p = s.p
			c.mu.Unlock()
		} else if ctx.Err() == nil {
			c.noteLoss()
		}
		return s.p, s.err
	case <-ctx.Done():
		c.mu.Lock()
		c.leaving = over
		c.mu.Unlock()
		return nil, ctx.Err()
	}
}

// abandon ends a child without waiting for its end. It is no loss: it was wanted.
func (c *Client) abandon(p *process) {
	c.forget()
	over := make(chan struct{})
	c.mu.Lock()
	c.leaving = over
	c.mu.Unlock()
	go func() {
		defer close(over)
		p.leave()
	}()
}

// left waits until the child that was abandoned last is gone, and its memory free.
func (c *Client) left(ctx context.Context) error {
	c.mu.Lock()
	leaving := c.leaving
	c.mu.Unlock()
	if leaving == nil {
		return nil
	}
	select {
	case <-leaving:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pause waits before a lost child is replaced: not after the first loss, then
// half a second, doubling to eight. One that was abandoned must be gone.
func (c *Client) pause(ctx context.Context) error {
	if err := c.left(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	wait := time.Duration(0)
	if c.losses > 1 {
		wait = time.Until(c.lostAt.Add(250 * time.Millisecond << min(c.losses-1, 5)))
	}
	c.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

func (c *Client) noteLoss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.losses++
	c.lostAt = time.Now()
}

// errBreak says that the consumer has ended the sequence.
var errBreak = errors.New("ended by the consumer")

// errAbandoned says that the child of a stopped load was not waited for.
var errAbandoned = errors.New("the child was left to itself")

// call sends a request and hands its frames to take until the end.
func (c *Client) call(ctx context.Context, p *process, r request, take func(frame) bool) error {
	c.mu.Lock()
	c.calls++
	r.ID = c.calls
	c.mu.Unlock()
	p.post(r)
	w := &watch{c: c, p: p, id: r.ID, cancelled: ctx.Done(), timer: time.NewTimer(c.o.StepDeadline), grace: c.o.StopDeadline}
	if r.Load != nil {
		w.loads, w.grace = true, c.o.LoadGrace
	}
	defer w.timer.Stop()
	over, broke := false, false
	defer func() {
		if !over { // the consumer panicked or its goroutine exited
			w.cancel()
		}
	}()
	for {
		f, err := w.next()
		switch {
		case err != nil:
			over = true
			return err
		case f.ID != r.ID:
			continue
		case f.End != nil:
			over = true
			return c.ended(f.End, broke)
		case !broke && !take(f):
			broke = true
			w.cancel()
		}
	}
}

// ended notes what the child has loaded now. One that has lost its graphics card
// is of no use: what the driver holds is given back by its end.
func (c *Client) ended(e *end, broke bool) error {
	if e.Error != nil && e.Error.Lost != nil {
		e.Error.Lost.Card = c.noteCard(e.Error.Lost.Cause)
		c.end()
		c.noteLoss()
		return e.Error.Lost
	}
	c.note(e.Info)
	if e.Error == nil {
		c.mu.Lock()
		c.losses = 0
		c.mu.Unlock()
	}
	if broke {
		return errBreak
	}
	return e.Error.unpack()
}

func (c *Client) note(loaded *engine.Info) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.info = loaded
}

// loss kills the child and says why the call has no end.
func (c *Client) loss(p *process, why string) error {
	if why != "" {
		p.kill(why)
	}
	for range p.frames { // the reader must not hang on a frame that nobody takes
	}
	lost := p.lost()
	lost.Card = c.noteCard(lost.Cause)
	c.forget()
	c.noteLoss()
	return lost
}

// watch waits for a call's frames, for the context and for the deadlines.
type watch struct {
	c         *Client
	p         *process
	id        uint64
	cancelled <-chan struct{} // nil once the call is cancelled
	stopping  bool
	timer     *time.Timer
	grace     time.Duration // from the cancelling to the end
	loads     bool          // then the child is left to itself, with no model to be lost
}

func (w *watch) next() (frame, error) {
	if !w.stopping { // the consumer may have taken its time
		w.timer.Reset(w.c.o.StepDeadline)
	}
	for {
		select {
		case f, ok := <-w.p.frames:
			if !ok {
				return frame{}, w.c.loss(w.p, "")
			}
			if !w.stopping {
				w.timer.Reset(w.c.o.StepDeadline)
			}
			return f, nil
		case <-w.cancelled:
			w.cancel()
		case <-w.timer.C:
			switch {
			case w.stopping && w.loads:
				w.c.abandon(w.p)
				return frame{}, errAbandoned
			case w.stopping:
				return frame{}, w.c.loss(w.p, "it did not stop within "+w.grace.String())
			}
			return frame{}, w.c.loss(w.p, "it gave no sign of life for "+w.c.o.StepDeadline.String())
		}
	}
}

// cancel asks the child to end the call and starts the clock.
func (w *watch) cancel() {
	if w.stopping {
		return
	}
	w.stopping, w.cancelled = true, nil
	w.timer.Reset(w.grace)
	w.p.post(request{ID: w.id, Cancel: true})
}
