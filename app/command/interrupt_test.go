//go:build unix

package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soon is what do returns, which must be within seconds.
func soon(t *testing.T, do func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
		return nil
	}
}

// Ctrl+C ends a command that waits for its input.
func TestInterruptWhileWaiting(t *testing.T) {
	never, keep := io.Pipe()
	defer keep.Close()
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, stop)
	e := &env{ctx: ctx, in: never, out: io.Discard, err: io.Discard}
	if err := soon(t, func() error { return e.run([]string{"tokenize", "-m", tinyModel}) }); !errors.Is(err, context.Canceled) {
		t.Errorf("tokenize: %v", err)
	}
	interruptMe(t, nil, syscall.SIGINT)
	e = &env{ctx: context.Background(), in: never, out: io.Discard, err: io.Discard}
	if err := soon(t, func() error { return e.run([]string{"chat", "-m", tinyModel}) }); !errors.Is(err, context.Canceled) {
		t.Errorf("chat: %v", err)
	}
}

// A conversation in a terminal ends when the program is asked to, whether it waits
// for its input or answers.
func TestTerminatedConversation(t *testing.T) {
	never, keep := io.Pipe()
	defer keep.Close()
	terminated := interruptMe(t, nil, syscall.SIGTERM)
	e := &env{ctx: context.Background(), in: never, out: io.Discard, err: io.Discard}
	if err := soon(t, func() error { return e.run([]string{"chat", "-m", tinyModel}) }); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: %v", err)
	}
	terminated()
	out := &notify{begun: make(chan struct{})}
	interruptMe(t, out.begun, syscall.SIGTERM)
	e = &env{ctx: context.Background(), in: strings.NewReader("one\ntwo\n"), out: out, err: io.Discard}
	err := soon(t, func() error {
		return e.run([]string{"chat", "-m", tinyModel, "-n", "0", "-c", "100000", "--device", "cpu"})
	})
	if !errors.Is(err, context.Canceled) || len(out.text) == 0 {
		t.Errorf("answering: %v after %d bytes", err, len(out.text))
	}
}

// interruptMe sends this process a signal again and again, from when a channel is
// closed on (nil: at once) until the test ends or it is told to.
func interruptMe(t *testing.T, from <-chan struct{}, s syscall.Signal) (enough func()) {
	signal.Notify(make(chan os.Signal, 1), s) // for good: a late one would end the test
	ended := make(chan struct{})
	enough = sync.OnceFunc(func() { close(ended) })
	t.Cleanup(enough)
	go func() {
		if from != nil {
			<-from
		}
		for tick := time.Tick(20 * time.Millisecond); ; <-tick {
			select {
			case <-ended:
				return
			default:
				syscall.Kill(os.Getpid(), s)
			}
		}
	}()
	return enough
}

// notify closes a channel when the first text is written.
type notify struct {
	text  []byte
	begun chan struct{}
}

func (n *notify) Write(b []byte) (int, error) {
	if len(n.text) == 0 && len(b) > 0 {
		close(n.begun)
	}
	n.text = append(n.text, b...)
	return len(b), nil
}

// A reply that a script's user stops keeps its text, and the script ends: the
// messages after it are not answered.
func TestInterruptedReply(t *testing.T) {
	out := &notify{begun: make(chan struct{})}
	interruptMe(t, out.begun, syscall.SIGINT)
	e := &env{ctx: context.Background(), in: strings.NewReader("one\ntwo\n"), out: out, err: io.Discard}
	err := soon(t, func() error {
		return e.run([]string{"chat", "-m", tinyModel, "-n", "0", "-c", "100000", "--device", "cpu"})
	})
	if !errors.Is(err, context.Canceled) || len(out.text) == 0 || !strings.HasSuffix(string(out.text), "\n") {
		t.Errorf("%v after %d bytes", err, len(out.text))
	}
}

// A reader that wants no more, as head does, is no fault to be told.
func TestClosedPipe(t *testing.T) {
	var told bytes.Buffer
	e := &env{err: &told}
	if s := e.status(fmt.Errorf("write: %w", syscall.EPIPE)); s != 1 || told.Len() > 0 {
		t.Errorf("status %d, %q", s, told.String())
	}
}

func TestTheNullDeviceIsNoTerminal(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if isTerminal(f) {
		t.Error("it is taken for one")
	}
}
