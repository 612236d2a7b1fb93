package worker

import (
	"bytes"
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
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *sender
	frames chan frame    // closed when the child's output ends
	ended  chan struct{} // closed when the child is gone, after cause is set
	cause  string
	log    *tail
	kill   func(why string)
}

// start runs the child and waits for its greeting.
func start(o Options) (*process, error) {
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Env = append(os.Environ(), o.Env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: newSender(in), frames: make(chan frame), ended: make(chan struct{}), log: &tail{also: o.Log}}
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the engine's process cannot be started: %w", err)
	}
	var once sync.Once
	why := ""
	p.kill = func(reason string) {
		once.Do(func() {
			why = reason
			cmd.Process.Kill()
		})
	}
	go p.read(out, &why, &once)
	return p, p.greet(o.StartDeadline)
}

// read passes frames on until the output ends, then waits for the child's end.
func (p *process) read(out io.Reader, why *string, once *sync.Once) {
	dec := json.NewDecoder(out)
	for {
		var f frame
		if dec.Decode(&f) != nil {
			break
		}
		p.pass(f)
	}
	once.Do(func() { p.cmd.Process.Kill() }) // output without sense: nothing more will come
	p.cause = ending(p.cmd.Wait())
	if *why != "" {
		p.cause = *why
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

// ending says in words how a process ended.
func ending(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "its process ended"
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return "its process was ended (" + exit.String() + ")"
	}
	return "its process failed (" + err.Error() + ")"
}

func (p *process) greet(deadline time.Duration) error {
	late := time.NewTimer(deadline)
	defer late.Stop()
	for {
		select {
		case f, ok := <-p.frames:
			switch {
			case !ok:
				return p.lost()
			case f.Hello == protocolVersion:
				return nil
			case f.Hello != 0:
				p.kill("it is of another version; restart Beyonder")
			}
		case <-late.C:
			p.kill(fmt.Sprintf("it did not start within %v", deadline))
		}
	}
}

// lost is the error of a child that is gone, or goes now.
func (p *process) lost() error {
	<-p.ended
	return &engine.LostError{Cause: p.cause}
}

// stop ends the child in good order, or kills it.
func (p *process) stop(grace time.Duration) {
	p.in.Close()
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

// tail keeps the last lines a child wrote to its standard error.
type tail struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	also io.Writer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.also != nil {
		t.also.Write(b) // a log that cannot be written must not stop the engine
	}
	t.buf.Write(b)
	if over := t.buf.Len() - 8<<10; over > 0 {
		t.buf.Next(over)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.buf.String())
}
