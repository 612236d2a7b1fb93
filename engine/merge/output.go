package merge

import (
	"context"
	"fmt"
	"io"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// plan is a file to be written.
type plan struct {
	keys    []gguf.KV
	tensors []*output
	notices []string
}

// output is a tensor of the file: one part, or one for each expert.
type output struct {
	name  string
	typ   quant.Type
	shape []uint64
	parts []part
}

// part is computed, or copied as it stands.
type part struct {
	weights int
	formula formula // nil: copy
	copy    *view   // of the output's type
}

func (o *output) bytes() int64 { return int64(o.typ.RowBytes(weightsOf(o.shape))) }

// check refuses a tensor whose rows its type cannot hold.
func (o *output) check() error {
	if n := uint64(o.typ.BlockElems()); o.shape[0]%n != 0 {
		return fmt.Errorf("tensor %s has rows of %d weights, which %s cannot hold; choose another dtype", o.name, o.shape[0], o.typ)
	}
	return nil
}

// computed is an output of one part.
func computed(name string, t quant.Type, shape []uint64, f formula) *output {
	return &output{name: name, typ: t, shape: shape, parts: []part{{weights: weightsOf(shape), formula: f}}}
}

// copied is a tensor as it stands.
func copied(name string, v *view) *output {
	return &output{name: name, typ: v.typ, shape: v.shape, parts: []part{{weights: weightsOf(v.shape), copy: v}}}
}

// stream is an output's bytes, computed as they are read: so many chunks at a
// time as there are goroutines, so that a model's size does not matter.
type stream struct {
	ctx     context.Context
	threads int
	out     *output

	part  int // being read
	from  int // weights of it that have been computed
	open  bool
	ready []byte // computed, not yet read; of a copy, all of it
	batch []byte // memory of ready
	rooms []room
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.ready) == 0 {
		if s.part == len(s.out.parts) {
			return 0, io.EOF
		}
		if err := s.next(); err != nil {
			s.close()
			return 0, err
		}
	}
	return s.take(p)
}

// take hands out what is ready. A copy's bytes are mapped, so that reading them may fail.
func (s *stream) take(p []byte) (n int, err error) {
	do := func() { n = copy(p, s.ready) }
	if v := s.out.parts[min(s.part, len(s.out.parts)-1)].copy; v != nil {
		if err := v.model.Guard(do); err != nil {
			return 0, fmt.Errorf("model %s: %w", v.model.name, err)
		}
	} else {
		do()
	}
	s.ready = s.ready[n:]
	return n, nil
}

// next makes more bytes ready, or goes on to the next part.
func (s *stream) next() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	p := &s.out.parts[s.part]
	if s.open && s.from == p.weights {
		s.close()
		s.part++
		return nil
	}
	if !s.open {
		if err := s.begin(p); err != nil {
			return err
		}
	}
	if p.copy != nil {
		s.ready, s.from = p.copy.data, p.weights
		return nil
	}
	return s.compute(p)
}

func (s *stream) begin(p *part) error {
	s.open, s.from = true, 0
	if p.copy != nil {
		return p.copy.open()
	}
	if err := openAll(p.formula.inputs()); err != nil {
		return err
	}
	if s.rooms == nil {
		s.rooms = make([]room, s.threads)
	}
	return p.formula.prepare(s.ctx, s.threads)
}

func (s *stream) close() {
	if !s.open {
		return
	}
	s.open = false
	if p := s.out.parts[s.part]; p.copy != nil {
		p.copy.close()
	} else {
		closeAll(p.formula.inputs())
	}
}

// compute fills a batch of chunks, each by one goroutine.
func (s *stream) compute(p *part) error {
	t, from := s.out.typ, s.from
	weights := min(4*s.threads*chunk, p.weights-from)
	if need := t.RowBytes(weights); cap(s.batch) < need {
		s.batch = make([]byte, need)
	}
	s.batch = s.batch[:t.RowBytes(weights)]
	err := each(s.ctx, s.threads, chunksOf(weights), func(worker, c int) error {
		at, n := c*chunk, min(chunk, weights-c*chunk)
		r := &s.rooms[worker]
		x := r.of(0, n)
		rest := (*r)[1:]
		if err := p.formula.compute(x, from+at, (*room)(&rest)); err != nil {
			return err
		}
		*r = append((*r)[:1], rest...)
		if err := encode(t, s.batch[t.RowBytes(at):t.RowBytes(at+n)], x); err != nil {
			return fmt.Errorf("tensor %s: %w", s.out.name, err)
		}
		return nil
	})
	s.ready, s.from = s.batch, from+weights
	return err
}
