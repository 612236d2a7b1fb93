package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"beyonder/engine/compute"
	"beyonder/engine/cpu"
	"beyonder/engine/gl"
	"beyonder/engine/model"
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

// Stages of Progress in which the graphics card is at work, and with it its driver.
const (
	StageCard = "looking for a graphics card"
	StageMove = "moving weights to the graphics card"
)

// choose opens the device that was asked for, or the best there is, and says why
// it is not the graphics card.
func (m *loaded) choose(o LoadOptions) error {
	switch o.Device {
	case "cpu":
		return m.onProcessor(o, o.Setback)
	case "gl":
		if err := m.onCard(o); err != nil {
			return fmt.Errorf("the graphics card cannot be used: %w", err)
		}
		return nil
	case "", "auto":
		if err := m.onCard(o); err != nil {
			return m.onProcessor(o, either(o.Setback, err.Error()))
		}
		return nil
	}
	return fmt.Errorf("there is no device %q; use auto, gl or cpu", o.Device)
}

// either is the first text that says something.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (m *loaded) onProcessor(o LoadOptions, reason string) error {
	if err := checkMemory(m.info, workingBytes(m.config, m.options), o); err != nil {
		return err
	}
	d := m.processor(o)
	m.places, m.devices = model.On(d, m.config), []device{d}
	m.info.Device, m.info.DeviceReason, m.info.GPULayers, m.info.Driver = d.Name(), reason, 0, ""
	return nil
}

func (m *loaded) processor(o LoadOptions) device {
	return cpu.New(cpu.Options{Threads: cmp.Or(o.Threads, Threads()), Exact: o.Exact})
}

// onCard takes the graphics card, if there is one and it computes what the
// processor computes, for as much of the model as fits.
func (m *loaded) onCard(o LoadOptions) error {
	if o.ExpertsOnCPU && m.config.Experts == 0 {
		return errors.New("the model has no experts to keep on the processor")
	}
	d, err := gl.Open(gl.Options{Profile: o.Profile, Cache: o.Cache})
	if err != nil {
		return err
	}
	if err := m.share(d, o); err != nil {
		m.card, m.devices = nil, nil
		d.Close() // whatever it says, err is what matters
		return err
	}
	return nil
}

// share decides what is on the card.
func (m *loaded) share(card *gl.Device, o LoadOptions) error {
	free, _ := card.FreeMemory()
	s := weightParts(m.file.table(), m.config.Layers).sizes(m.config, m.options)
	p, err := s.fit(free, o)
	if err != nil {
		return err
	}
	err = selfTest(context.Background(), card, m.testedTypes())
	if err != nil && card.Plain() {
		err = selfTest(context.Background(), card, m.testedTypes())
	}
	if err != nil {
		return err
	}
	m.card, m.devices = card, []device{card}
	var processor device
	if !p.whole(m.config.Layers) {
		rest := m.info
		rest.FileBytes = max(0, rest.FileBytes-s.weights(p))
		if err := checkMemory(rest, workingBytes(m.config, m.options), o); err != nil {
			return err
		}
		processor = m.processor(o)
		m.devices = append(m.devices, processor)
	}
	m.places, m.moves = p.places(m.config, card, processor), s.weights(p)
	device, reason := p.describe(m.config, card)
	m.info.Device, m.info.DeviceReason, m.info.GPULayers, m.info.CardBytes = device, either(o.Setback, reason), p.layers, free
	m.info.Driver = card.Driver()
	return nil
}

// move hands the weights over and tells how far it is. A card whose memory does
// not suffice after all gets half the layers; if the device was ours to choose,
// one that fails gives way to the processor.
func (m *loaded) move(ctx context.Context, yield func(Progress, error) bool) error {
	for {
		err := m.moved(ctx, yield)
		if err == nil || errors.Is(err, errBreak) || ctx.Err() != nil {
			return err
		}
		had := m.info.GPULayers
		m.closeDevices()
		m.devices, m.card = nil, nil
		o := m.asked
		o.Setback = either(o.Setback, fmt.Sprintf("with %d layers, %v", had, err))
		if errors.Is(err, gl.ErrMemory) && had > 1 {
			o.GPULayers = had / 2
			if m.onCard(o) == nil {
				continue
			}
		}
		if m.asked.Device == "gl" {
			return err
		}
		if err := m.onProcessor(o, either(m.asked.Setback, err.Error())); err != nil {
			return err
		}
		return m.start()
	}
}

// moved is move without another try.
func (m *loaded) moved(ctx context.Context, yield func(Progress, error) bool) error {
	for p, err := range m.moving(ctx) {
		if err != nil {
			return err
		}
		if !yield(p, nil) {
			return errBreak
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := m.card.Tune(ctx); err != nil {
		return err
	}
	if away := m.card.Evicted(); away > evictable && m.asked.GPULayers == 0 {
		return fmt.Errorf("%w: its driver moved %d MB out again", gl.ErrMemory, away>>20)
	}
	m.info.Warnings = append(m.info.Warnings, m.card.Notes()...)
	return nil
}

// evictable is what a driver may move out of graphics memory without being
// thought short of it: other programs' windows.
const evictable = 256 << 20

// moving is start with progress. Reading runs ahead of it, so that the weights
// come from the disk in one run and no more than once.
func (m *loaded) moving(ctx context.Context) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		m.card.Begin(ctx)
		done := make(chan error, 1)
		ahead := make(chan struct{})
		go func() { done <- m.start() }()
		go func() {
			defer close(ahead)
			for range m.file.Prefetch(ctx) { // what fails here fails there as well, and is told there
			}
		}()
		defer func() { stop(); <-ahead }()
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case err := <-done:
				if err != nil {
					yield(Progress{}, err)
				}
				return
			case <-tick.C:
				if !yield(Progress{Stage: StageMove, Done: m.card.Uploaded(), Total: max(m.moves, m.card.Uploaded())}, nil) {
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
