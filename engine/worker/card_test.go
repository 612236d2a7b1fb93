//go:build unix

package worker

import (
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/engine"
)

// card is an engine with a graphics card that fails as its model's name says.
type card struct {
	scripted
	o engine.LoadOptions
}

const cardLayers = 32

func (c *card) Load(ctx context.Context, o engine.LoadOptions) iter.Seq2[engine.Progress, error] {
	return func(yield func(engine.Progress, error) bool) {
		c.o = o
		stage := engine.StageCard
		if o.Device == "cpu" {
			stage = "reading weights"
		}
		if !yield(engine.Progress{Stage: stage}, nil) {
			return
		}
		if o.Path == "crash while loading" && o.Device != "cpu" {
			os.Exit(3)
		}
		c.loaded = true
	}
}

func (c *card) Info() (engine.Info, bool) {
	i := engine.Info{Device: "CPU", DeviceReason: c.o.Setback}
	if c.o.Device != "cpu" {
		i.Device, i.GPULayers = "GPU", cardLayers
		if c.o.GPULayers > 0 {
			i.GPULayers = c.o.GPULayers
		}
	}
	return i, c.loaded
}

func (c *card) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		i, _ := c.Info()
		switch {
		case i.GPULayers == 0:
			yield(engine.Piece{Text: "the processor"}, nil)
		case c.o.Path == "crash":
			os.Exit(3)
		case c.o.Path == "hang":
			select {}
		case c.o.Path == "lost":
			yield(engine.Piece{Text: "before"}, nil)
			yield(engine.Piece{}, &engine.LostError{Cause: "the driver reset it", Card: true})
		}
	}
}

// A graphics driver that crashes, hangs or resets its card ends the child, never
// the program: the next child asks for half of the layers, the one after that for
// none, and says why.
func TestCardIsLessened(t *testing.T) {
	for path, why := range map[string]string{"crash": "exit status 3", "hang": "no sign of life", "lost": "the driver reset it"} {
		t.Run(path, func(t *testing.T) {
			c := client(t, "card", Options{StepDeadline: 300 * time.Millisecond, StopDeadline: 100 * time.Millisecond})
			for _, layers := range []int{cardLayers, cardLayers / 2, 0} {
				if err := load(c, path); err != nil {
					t.Fatal(err)
				}
				info, _ := c.Info()
				if info.GPULayers != layers || (layers < cardLayers) != strings.Contains(info.DeviceReason, why) {
					t.Fatalf("%d layers on the card, want %d; the reason is %q", info.GPULayers, layers, info.DeviceReason)
				}
				pid := c.PID()
				_, _, err := reply(context.Background(), c, "", 0, nil)
				var lost *engine.LostError
				if layers == 0 && err == nil {
					break
				}
				if !errors.As(err, &lost) || !lost.Card || !strings.Contains(lost.Cause, why) {
					t.Fatalf("the reply ended with %v", err)
				}
				if _, ok := c.Info(); ok || c.PID() == pid {
					t.Fatal("the child is still there")
				}
				c.forgive()
			}
		})
	}
}

// A driver that crashes while the model is loaded is not asked a second time.
func TestCardCrashesWhileLoading(t *testing.T) {
	c := client(t, "card", Options{})
	var lost *engine.LostError
	if err := load(c, "crash while loading"); !errors.As(err, &lost) || !lost.Card {
		t.Fatalf("got %v", err)
	}
	if err := load(c, "crash while loading"); err != nil {
		t.Fatal(err)
	}
	if info, _ := c.Info(); info.Device != "CPU" || !strings.Contains(info.DeviceReason, "given up") {
		t.Errorf("%+v", info)
	}
}

// A child that the system kills, as it does for want of main memory, is no card's
// fault.
func TestKilledWithACard(t *testing.T) {
	c := client(t, "card", Options{})
	if err := load(c, "hang"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { syscall.Kill(c.PID(), syscall.SIGKILL) })
	_, _, err := reply(context.Background(), c, "", 0, nil)
	var lost *engine.LostError
	if !errors.As(err, &lost) || lost.Card {
		t.Errorf("got %v", err)
	}
}

// A child that is lost while only the processor worked is no card's fault.
func TestLossWithoutACard(t *testing.T) {
	c := client(t, "scripted", Options{})
	if err := load(c, "model"); err != nil {
		t.Fatal(err)
	}
	_, _, err := reply(context.Background(), c, "crash", 0, nil)
	var lost *engine.LostError
	if !errors.As(err, &lost) || lost.Card {
		t.Errorf("got %v", err)
	}
	if o := c.lessen(engine.LoadOptions{Path: "model"}); o.Device != "" || o.Setback != "" {
		t.Errorf("the next load asks for %+v", o)
	}
}
