package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"beyonder/engine"
)

// process is one child.
type process struct {
	cmd      *exec.Cmd
	out      io.Closer     // the end of its output that is read
	requests chan request  // to write; closed to end the child
	frames   chan frame    // closed when the child's output ends
	ended    chan struct{} // closed when the child is gone, after cause is set
	cause    string
	log      *log

	killing sync.Once
	why     string // it was killed
}

// start runs the child and waits for its greeting.
func start(ctx context.Context, o Options) (*process, error) {
	p := &process{
		cmd: exec.Command(o.Command[0], o.Command[1:]...), log: &log{also: o.Log},
		// A request and its cancel: as long as the child reads, there is room.
		requests: make(chan request, 2), frames: make(chan frame), ended: make(chan struct{}),
	}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), o.Env...), p.log
	p.cmd.WaitDelay = lingering
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = out
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the engine's process cannot be started: %w", err)
	}
	go p.write(in)
	go p.read(out)
	if err := p.greet(ctx, o.StartDeadline); err != nil {
		return nil, err
	}
	return p, nil
}

// lingering is how long after its end what is left in a child's pipes may take to be
// read: what it started itself may hold them open.
const lingering = time.Second

// kill ends the child at once; the first reason is the one that is told.
func (p *process) kill(why string) {
	p.killing.Do(func() {
		p.why = why
		p.cmd.Process.Kill() // fails if it is gone, which is well
		time.AfterFunc(lingering, func() { p.out.Close() })
	})
}

// post has a request written. A child that does not read fills its pipe up;
// then this waits for nothing but its end.
func (p *process) post(r request) {
	select {
	case p.requests <- r:
	case <-p.ended:
	}
}

// write writes requests until there are no more or the child is gone.
func (p *process) write(in io.WriteCloser) {
	defer in.Close()
	out := newSender(in)
	for {
		select {
		case r, more := <-p.requests:
			if !more {
				return
			}
			if out.send(r) != nil {
				p.kill("its input is closed")
				return
			}
		case <-p.ended:
			return
		}
	}
}

// read passes frames on until the output ends, then waits for the child's end.
func (p *process) read(out io.Reader) {
	dec := json.NewDecoder(out)
	for {
		var f frame
		if dec.Decode(&f) != nil {
			break
		}
		p.pass(f)
	}
	p.kill("") // output without sense: nothing more will come
	err := p.cmd.Wait()
	if p.cause = p.why; p.cause == "" {
		p.cause = ending(err, p.log.first())
	}
	close(p.ended)
	close(p.frames)
}

// pass hands a frame to the call under way. Between calls nobody listens: a
// late sign of life is dropped then, so that the end of an idle child is seen.
func (p *process) pass(f frame) {
	if f.Beat == 0 {
		p.frames <- f
		return
	}
	select {
	case p.frames <- f:
	default:
	}
}

// gone tells whether the child has ended.
func (p *process) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// ending says in words how a process ended. said is what it wrote to its
// standard error first: a crash begins with its cause.
func ending(err error, said string) string {
	if said != "" {
		said = ": " + said
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "its process ended" + said
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return "its process was ended (" + exit.String() + said + ")"
	}
	return "its process failed (" + err.Error() + said + ")"
}

func (p *process) greet(ctx context.Context, deadline time.Duration) error {
	late := time.NewTimer(deadline)
	defer late.Stop()
	stopped := ctx.Done()
	for {
		select {
		case f, ok := <-p.frames:
			switch {
			case !ok && ctx.Err() != nil:
				return ctx.Err()
			case !ok:
				return p.lost()
			case f.Hello == protocolVersion:
				return nil
			case f.Hello != 0:
				p.kill("it is of another version; restart Beyonder")
			}
		case <-late.C:
			p.kill(fmt.Sprintf("it did not start within %v", deadline))
		case <-stopped:
			stopped = nil
			p.kill("it was stopped")
		}
	}
}

// lost is the error of a child that is gone, or goes now.
func (p *process) lost() *engine.LostError {
	<-p.ended
	return &engine.LostError{Cause: p.cause}
}

// stop ends the child in good order, or kills it.
func (p *process) stop(grace time.Duration) {
	close(p.requests)
	late := time.NewTimer(grace)
	defer late.Stop()
	for {
		select {
		case _, ok := <-p.frames:
			if !ok {
				return
			}
		case <-late.C:
			p.kill("it was stopped")
		}
	}
}

// leave ends the child at once and waits until it is gone.
func (p *process) leave() {
	p.kill("it was stopped")
	for range p.frames { // the reader must not hang on a frame that nobody takes
	}
}

// log takes what a child writes to its standard error and keeps the beginning.
type log struct {
	mu   sync.Mutex
	buf  []byte
	also io.Writer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.also != nil {
		l.also.Write(b) // a log that cannot be written must not stop the engine
	}
	const most = 300
	l.buf = append(l.buf, b[:min(len(b), most-len(l.buf))]...)
	return len(b), nil
}

// first is the first line, or what there is of it.
func (l *log) first() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(string(l.buf)), "\n")
	return strings.ToValidUTF8(strings.TrimSpace(line), "")
}
