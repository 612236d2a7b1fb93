package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"beyonder/engine/cpu"
	"beyonder/engine/gl"
	"beyonder/engine/grammar"
	"beyonder/engine/model"
	"beyonder/engine/prompt"
	"beyonder/engine/token"
)

// Local is the engine in this process. Its methods may be called from any
// goroutine; one Load or Reply runs at a time, another one waits.
type Local struct {
	busy sync.Mutex // held while loading or replying

	mu     sync.Mutex // guards loaded
	loaded *loaded
}

// loaded is a model ready to answer.
type loaded struct {
	info    Info
	file    container
	config  model.Config
	options model.Options
	asked   LoadOptions
	places  model.Places
	devices []device   // that it takes
	moves   int64      // bytes of weights for the graphics card
	card    *gl.Device // the one of them that is a graphics card; nil: none
	watch   *stopwatch // nil: nothing is timed
	model   *model.Model
	tok     *token.Tokenizer
	tmpl    *prompt.Template
	batch   int
	mixed   model.Mix // the experiment that holds
	session session
	settled chan struct{} // closed when nothing more is done to it in the background

	grammar *grammar.Grammar    // of the last reply that had to have a form; nil: there was none
	wanted  form                // what it was made from
	pieces  *grammar.Vocabulary // nil: there was none
}

// ErrNoModel says that no model is loaded.
var ErrNoModel = errors.New("no model is loaded")

// NewLocal returns an engine with no model.
func NewLocal() *Local { return &Local{} }

func (l *Local) current() *loaded {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loaded
}

// Info describes the loaded model; false if there is none.
func (l *Local) Info() (Info, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.loaded == nil {
		return Info{}, false
	}
	return l.loaded.info, true
}

// Beat counts finished pieces of computing. It moves while the engine works.
func (l *Local) Beat() int64 {
	sum := int64(0)
	if m := l.current(); m != nil {
		for _, d := range m.devices {
			sum += d.Progress()
		}
	}
	return sum
}

// Unload gives the model's memory back.
func (l *Local) Unload() error {
	l.busy.Lock()
	defer l.busy.Unlock()
	return l.replace(nil)
}

// Close is Unload.
func (l *Local) Close() error { return l.Unload() }

func (l *Local) replace(m *loaded) error {
	l.mu.Lock()
	old := l.loaded
	l.loaded = m
	l.mu.Unlock()
	if old == nil {
		return nil
	}
	err := old.close()
	debug.FreeOSMemory() // the old KV cache must be gone before there is a new one
	return err
}

func (m *loaded) close() error {
	return errors.Join(m.closeDevices(), m.file.Close())
}

// closeDevices leaves them where they are: Beat may still ask them.
func (m *loaded) closeDevices() error {
	var errs []error
	for _, d := range m.devices {
		errs = append(errs, d.Close())
	}
	return errors.Join(errs...)
}

// Load opens a file in place of the loaded model. The sequence ends without an
// error once the model is ready; ended early, by break or by ctx, nothing is
// loaded, and neither after an error, unless it is the file's own: what cannot be
// opened or is no model leaves the one that was. Errors are sentences that name the file; *MemoryError if it is too large.
func (l *Local) Load(ctx context.Context, o LoadOptions) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		l.busy.Lock()
		defer l.busy.Unlock()
		began := time.Now()
		m, err := open(o)
		if err != nil { // the old model stays: a file that is none is no reason to give it up
			yield(Progress{}, err)
			return
		}
		if err := l.replace(nil); err != nil {
			m.close()
			yield(Progress{}, err)
			return
		}
		err = m.ready(ctx, o, yield)
		if err == nil {
			err = l.pages(ctx, m, yield)
		}
		if err != nil {
			m.close()
			if !errors.Is(err, errBreak) {
				yield(Progress{}, err)
			}
			return
		}
		m.info.LoadSeconds = time.Since(began).Seconds()
		l.replace(m)
		if os.Getenv(envPages) == "" {
			go l.settle(m, whenIdle())
		} else {
			close(m.settled)
		}
	}
}

// errBreak says that the consumer has ended the sequence.
var errBreak = errors.New("ended by the consumer")

// ready chooses the devices, brings the weights into memory and hands them over. Those of a
// GGUF file are handed over first: one that cannot work is refused before any time
// is spent on it. Those of a folder, whose shapes have been looked at, are read
// first: handing them over means reading, and this tells how far it is. To a
// graphics card they are copied straight from the file; of what is left to the
// processor then, the file is read first.
func (m *loaded) ready(ctx context.Context, o LoadOptions, yield func(Progress, error) bool) error {
	if o.Device != "cpu" && !yield(Progress{Stage: StageCard}, nil) {
		return errBreak
	}
	if err := m.choose(o); err != nil {
		return named(o.Path, err)
	}
	if m.card == nil && !m.file.rearranged() {
		if err := m.start(); err != nil {
			return err
		}
		return m.read(ctx, yield)
	}
	if m.file.rearranged() || len(m.devices) > 1 {
		if err := m.read(ctx, yield); err != nil {
			return err
		}
	}
	if m.card != nil {
		return m.move(ctx, yield)
	}
	return m.start()
}

// start hands the weights to the device.
func (m *loaded) start() (err error) {
	if m.asked.Profile && m.card == nil {
		m.watch = newStopwatch(m.devices[0])
		m.places = model.On(m.watch, m.config)
	}
	source := asking{m.file, map[string]bool{}}
	if m.model, err = model.NewSplit(source, m.config, m.places, m.options); err != nil {
		return named(m.info.Path, err)
	}
	if err := source.rest(); err != nil {
		return named(m.info.Path, err)
	}
	m.session = session{model: m.model}
	return nil
}

// asking notes which tensors are asked for.
type asking struct {
	container
	asked map[string]bool
}

func (a asking) Tensor(name string) (model.Tensor, bool) {
	a.asked[name] = true
	return a.container.Tensor(name)
}

// rest refuses what nobody asked for: a header that hides layers, or weights that
// the graph does not know. To leave them out would be to answer with another model.
func (a asking) rest() error {
	for _, t := range a.table() {
		if !a.asked[t.Name] {
			return fmt.Errorf("tensor %q has no place in the model that the header describes: the file is damaged or of an unknown kind", t.Name)
		}
	}
	return nil
}

// read brings the weights into memory, so that the first reply is not slow, and
// tells how far it is.
func (m *loaded) read(ctx context.Context, yield func(Progress, error) bool) error {
	total := m.file.Size()
	for done, err := range m.file.Prefetch(ctx) {
		if err != nil {
			return err
		}
		if !yield(Progress{Stage: "reading weights", Done: done, Total: total}, nil) {
			return errBreak
		}
	}
	return ctx.Err()
}

// open does everything but touch the weights and the devices.
func open(o LoadOptions) (*loaded, error) {
	f, err := openContainer(o.Path)
	if err != nil {
		return nil, err
	}
	m, err := build(f, o)
	if err != nil {
		f.Close()
		return nil, named(o.Path, err)
	}
	return m, nil
}

// named puts the file's name before an error that does not tell it yet.
func named(path string, err error) error {
	name := filepath.Base(path)
	if strings.Contains(err.Error(), name) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func build(f container, o LoadOptions) (*loaded, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	tok, err := vocabulary(f)
	if err != nil {
		return nil, err
	}
	c, err := model.ReadConfig(f, tok.Size())
	if err != nil {
		return nil, err
	}
	m := &loaded{file: f, config: c, tok: tok, asked: o, info: describe(f, c, o), settled: make(chan struct{})}
	m.info.Warnings = slices.Concat(m.info.Warnings, f.oddities(), tok.Warnings())
	if m.tmpl, err = m.template(o.Template); err != nil {
		return nil, err
	}
	m.options = model.Options{Context: m.info.Context, Batch: batch(m.info), F16: o.KV != "f32" && !o.Exact, Q8: o.KV == "q8_0" && !o.Exact}
	m.batch = m.options.Batch
	m.info.CacheBytes = c.CacheShape(m.options).Bytes()
	return m, nil
}

// batch is how many tokens are read at a time: enough for matrix-matrix speed,
// few enough that progress is seen about once a second on a desktop processor.
// It depends on the model and the processor's kind alone, so that a run can be
// repeated to the byte. Never fewer than 128, for 64, decoding weights takes an
// eighth of the time, or with AMX, which multiplies that much faster, 256.
func batch(i Info) int {
	const tokenBillions = 500e9
	n, least := int(tokenBillions/float64(max(1, i.ActiveParameters)))/32*32, 128
	if cpu.HasTiles() {
		least = 256
	}
	return min(max(n, least), 512)
}

// cores is how many the system lent to the program when it started.
var cores = runtime.GOMAXPROCS(0)

// Threads is how many the engine uses if LoadOptions does not say: one per core, also
// where Go was allowed to run more since.
func Threads() int { return cores }
