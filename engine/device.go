package engine

import (
	"context"
	"fmt"
	"iter"
	"time"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
	"beyonder/engine/gl"
)

// device is what a model computes on.
type device interface {
	compute.Device
	Progress() int64 // finished pieces of work: a sign of life
}

var (
	_ device = (*cpu.Device)(nil)
	_ device = (*gl.Device)(nil)
)

// Serve runs work on another goroutine and lends the calling thread, the
// program's main one, to the graphics engine until work returns its exit status.
// A process whose main thread does something else, as a window's, computes on
// the processor.
func Serve(work func() int) int { return gl.Serve(work) }

// choose opens the device that was asked for, or the best there is, and says why
// it is not the graphics card.
func (m *loaded) choose(o LoadOptions) error {
	switch o.Device {
	case "cpu":
		return m.onProcessor(o, "")
	case "gl":
		return m.onCard(o)
	case "", "auto":
		if err := m.onCard(o); err != nil {
			return m.onProcessor(o, err.Error())
		}
		return nil
	}
	return fmt.Errorf("there is no device %q; use auto, gl or cpu", o.Device)
}

func (m *loaded) onProcessor(o LoadOptions, reason string) error {
	if err := checkMemory(m.info, workingBytes(m.config, m.options), o); err != nil {
		return err
	}
	m.use(cpu.New(cpu.Options{Threads: o.Threads, Exact: o.Exact}), reason)
	return nil
}

// onCard takes the graphics card, if there is one, the model fits, and it
// computes what the processor computes.
func (m *loaded) onCard(o LoadOptions) error {
	d, err := gl.Open(gl.Options{})
	if err != nil {
		return err
	}
	need := m.cardBytes()
	if free, known := d.FreeMemory(); known && need > free && !o.Force {
		d.Close() // whatever it says, the next sentence is what matters
		return fmt.Errorf("the model needs %.1f GB of graphics memory, %.1f GB are free", float64(need)/1e9, float64(free)/1e9)
	}
	if err := selfTest(context.Background(), d, m.testedTypes()); err != nil {
		d.Close()
		return err
	}
	m.use(d, "")
	return nil
}

func (m *loaded) use(d device, reason string) {
	m.dev = d
	m.info.Device, m.info.DeviceReason = d.Name(), reason
}

// cardReserve is graphics memory left to the desktop and the driver.
const cardReserve = 512 << 20

// cardBytes is the graphics memory that the model takes.
func (m *loaded) cardBytes() int64 {
	need := m.config.WorkingBytes(m.options) + cardReserve
	for _, t := range m.file.table() {
		if len(t.Shape) > 0 && t.Shape[0] > 0 {
			need += gl.RowBytes(t.Type, int(t.Shape[0])) * int64(t.elems()/t.Shape[0])
		}
	}
	return need
}

// move hands the weights to the graphics card and tells how far it is. If the
// device was ours to choose, one that fails gives way to the processor.
func (m *loaded) move(ctx context.Context, card *gl.Device, yield func(Progress, error) bool) error {
	for p, err := range m.moving(ctx, card) {
		if err == nil {
			if !yield(p, nil) {
				return errBreak
			}
			continue
		}
		if ctx.Err() != nil || m.asked.Device == "gl" {
			return err
		}
		card.Close() // what it says adds nothing to err
		if err := m.onProcessor(m.asked, err.Error()); err != nil {
			return err
		}
		return m.start()
	}
	m.info.Warnings = append(m.info.Warnings, card.Notes()...)
	return ctx.Err()
}

// moving is start with progress.
func (m *loaded) moving(ctx context.Context, card *gl.Device) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		card.Begin(ctx)
		done := make(chan error, 1)
		go func() { done <- m.start() }()
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case err := <-done:
				stop()
				if err != nil {
					yield(Progress{}, err)
				}
				return
			case <-tick.C:
				if !yield(Progress{Stage: "moving weights to the graphics card", Done: card.Uploaded(), Total: m.info.FileBytes}, nil) {
					stop()
					<-done
					return
				}
			}
		}
	}
}

// progressEvery is how often progress is told.
const progressEvery = 100 * time.Millisecond
