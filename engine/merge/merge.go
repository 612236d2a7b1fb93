// Package merge makes a model out of others: a mixture of experts from dense
// models, as Beyonder-4x7B-v2 was made, or one dense model from several. It reads
// mergekit's configurations as they are and follows mergekit 0.1's formulas.
//
// Its one rule: nothing is held that can be read again. Each tensor is computed
// in chunks as it is written, on all cores, so that memory does not grow with
// the models, and the result does not depend on the number of cores. What a
// configuration asks for and this package cannot do is an error, never left out.
//
// It knows the names of a dense model's tensors, not what a layer computes: the
// hidden states that routers are made from are the engine's.
package merge

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"beyonder/engine/quant"
)

// Options says what to merge.
type Options struct {
	Config  string   // path of a mergekit configuration (YAML); relative paths in it start from its folder, or from the current one
	Out     string   // path of the GGUF file to write; replaced when it is complete
	Name    string   // of the model, general.name; "": the file's
	Type    string   // float32, float16 or bfloat16, instead of the configuration's dtype; "": as it says
	Seed    int64    // of what is left to chance: dare, noise, random routers
	Threads int      // 0: one per core
	Experts []string // what a mixture's experts are called, in the configuration's order; nil: as their sources are
}

// Progress is how far a merge has come, or something its user should know.
type Progress struct {
	Stage     string        // what is being done, for people: "writing"
	Done      int64         // bytes; while prompts are read, prompts
	Total     int64         // in the same unit
	Rate      float64       // bytes per second; 0 if not known yet
	Left      time.Duration // until the stage ends, at this rate
	Sentences []Sentence    // of Preview, with its last step
	Notice    string        // if not "", the other fields mean nothing
}

// Merge does what a configuration says. The sequence ends without an error once
// the file is complete; ended early, by break or by ctx, nothing is left of it.
// Errors are sentences that name the line and key, or the model and tensor.
func Merge(ctx context.Context, o Options) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		m := &merger{Options: o, ctx: ctx, yield: func(p Progress) bool { return yield(p, nil) }}
		if m.Threads <= 0 {
			m.Threads = runtime.GOMAXPROCS(0)
		}
		m.library = &library{folder: filepath.Dir(o.Config), models: map[string]*model{}}
		err := errors.Join(m.run(), m.library.close())
		if err != nil && !errors.Is(err, errBreak) {
			yield(Progress{}, err)
		}
	}
}

// errBreak says that the consumer has ended the sequence.
var errBreak = errors.New("ended by the consumer")

// merger is one merge under way.
type merger struct {
	Options
	ctx     context.Context
	yield   func(Progress) bool
	library *library

	sentences []string // to be read besides the prompts
}

func (m *merger) tell(p Progress) error {
	if !m.yield(p) {
		return errBreak
	}
	return m.ctx.Err()
}

func (m *merger) run() error {
	if _, err := m.typeFor(); err != nil {
		return err
	}
	text, err := os.ReadFile(m.Config)
	if err != nil {
		return fmt.Errorf("the configuration cannot be read: %w", err)
	}
	c, err := readConfig(text)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(m.Config), err)
	}
	var p *plan
	if c.mixture != nil {
		p, err = m.planMixture(c.mixture)
	} else {
		p, err = m.planPlain(c.plain)
	}
	if err != nil {
		return err
	}
	for _, n := range p.notices {
		if err := m.tell(Progress{Notice: n}); err != nil {
			return err
		}
	}
	return m.write(p)
}

// name is what the model is called.
func (m *merger) name() string {
	if m.Name != "" {
		return m.Name
	}
	return strings.TrimSuffix(filepath.Base(m.Out), ".gguf")
}

// typeFor is the type that is asked for, nil if none is.
func (m *merger) typeFor(names ...string) (*quant.Type, error) {
	for _, name := range append([]string{m.Type}, names...) {
		if name != "" {
			t, err := dtype(name)
			return &t, err
		}
	}
	return nil, nil
}

func (m *merger) planMixture(c *mixtureConfig) (*plan, error) {
	x, err := m.openMixture(c)
	if err != nil {
		return nil, err
	}
	draft, err := x.plan(x.noRouters())
	if err != nil {
		return nil, err
	}
	if _, err := m.checkPlace(draft); err != nil {
		return nil, err // before any prompt is read
	}
	rows, err := m.routers(x)
	if err != nil {
		return nil, err
	}
	p, err := x.plan(rows)
	if err != nil {
		return nil, err
	}
	if n := alike(rows, len(c.experts)); n != "" {
		p.notices = append(p.notices, n)
	}
	p.keys = x.metadata(m.name(), p.tensors, m.Experts).keys()
	return p, nil
}

func (m *merger) openMixture(c *mixtureConfig) (x *mixture, err error) {
	x = &mixture{mixtureConfig: c, seed: m.Seed}
	if x.forced, err = m.typeFor(c.dtype); err != nil {
		return nil, err
	}
	if x.base, err = m.library.open(c.base); err != nil {
		return nil, err
	}
	for _, e := range c.experts {
		o, err := m.library.open(e.model)
		if err != nil {
			return nil, err
		}
		x.experts = append(x.experts, o)
	}
	return x, x.check()
}

func (m *merger) planPlain(c *plainConfig) (*plan, error) {
	x, err := m.openPlain(c)
	if err != nil {
		return nil, err
	}
	p, err := x.plan()
	if err != nil {
		return nil, err
	}
	p.keys = x.metadata(m.name(), p.tensors).keys()
	return p, nil
}

func (m *merger) openPlain(c *plainConfig) (x *plain, err error) {
	x = &plain{plainConfig: c, models: map[string]*model{}, seed: m.Seed}
	if x.forced, err = m.typeFor(c.out, c.dtype); err != nil {
		return nil, err
	}
	for _, name := range c.names() {
		if x.models[name], err = m.library.open(name); err != nil {
			return nil, err
		}
	}
	x.donor = x.models[c.slices[0].sources[0].model]
	if c.base != "" {
		x.donor = x.models[c.base]
	}
	switch of := c.vocabulary(); {
	case c.tokenizer == union:
		x.vocab, err = unionVocabulary(x.donor, x.named())
	case of != "":
		x.vocab, err = newVocabulary(x.models[of], x.named())
	}
	return x, err
}
