package quantize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"beyonder/engine/gguf"
)

const (
	reportEvery = 100 * time.Millisecond
	spare       = 1 << 20 // bytes of the disk that a new file leaves free
)

// writer writes one file.
type writer struct {
	ctx    context.Context
	file   model
	steps  []step
	keys   []gguf.KV
	encode *pipeline
	report func(Progress) bool

	start, last time.Time
	progress    Progress
}

// write makes the file beside its place and renames it when it is whole.
func (w *writer) write(out string) (err error) {
	w.progress.Total, w.progress.Expected = w.totals()
	if err := checkSpace(filepath.Dir(out), w.progress.Expected); err != nil {
		return err
	}
	file, err := gguf.NewDraft(out)
	if err != nil {
		return fmt.Errorf("cannot write the new file: %w", err)
	}
	if err := w.fill(file); err != nil {
		return errors.Join(err, file.Discard())
	}
	if err := file.Finish(); err != nil {
		return fmt.Errorf("cannot write the new file: %w", err)
	}
	w.say(true)
	return nil
}

// totals are the bytes to be read, and about those to be written: metadata take
// as much as before, a few keys aside.
func (w *writer) totals() (in, out int64) {
	for _, s := range w.steps {
		in += s.size()
		out += s.bytes()
	}
	return in, out + w.file.metadata()
}

// checkSpace refuses to begin what cannot be ended. Where the system does not say
// how much is free, writing will tell.
func checkSpace(dir string, need int64) error {
	free, err := freeSpace(dir)
	if err != nil || free >= uint64(need)+spare {
		return nil
	}
	return fmt.Errorf("the new file needs %s, but only %s are free in %s; make room or choose another folder", gguf.Size(need+spare), gguf.Size(int64(free)), dir)
}

// fill writes the whole file. Everything happens on this goroutine but encoding.
func (w *writer) fill(file io.Writer) error {
	if !w.say(true) {
		return errStopped
	}
	w.progress.Warnings = nil
	sources := make([]gguf.TensorSource, len(w.steps))
	for i := range w.steps {
		s := &w.steps[i]
		sources[i] = gguf.TensorSource{Name: s.Name, Type: s.to, Shape: s.Shape, Reader: &tensorReader{writer: w, step: s}}
	}
	return gguf.Write(counter{w, file}, w.keys, sources)
}

// counter counts what has reached the file.
type counter struct {
	w    *writer
	file io.Writer
}

func (c counter) Write(b []byte) (int, error) {
	n, err := c.file.Write(b)
	c.w.progress.Written += int64(n)
	if err != nil {
		err = fmt.Errorf("cannot write the new file: %w", err)
	}
	return n, err
}

// tensorReader is a tensor's bytes, encoded as they are asked for.
type tensorReader struct {
	*writer
	step *step
	read int    // bytes of the new tensor
	next int    // matrix of a tensor that is copied
	left []byte // of the one before
	rest []byte
}

func (r *tensorReader) Read(b []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	if len(r.rest) == 0 {
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	n := 0
	err := r.file.Guard(func() { n = copy(b, r.rest) })
	r.rest = r.rest[n:]
	return n, err
}

// more gets the next portion, and tells how far it is.
func (r *tensorReader) more() error {
	size := r.step.bytes()
	if int64(r.read) == size {
		return io.EOF
	}
	r.progress.Tensor, r.progress.From, r.progress.To = r.step.Name, r.step.Type, r.step.to
	var err error
	if r.step.copied() {
		r.rest, err = r.copy()
	} else {
		r.rest, err = r.encode.next()
	}
	if err != nil {
		return err
	}
	done := func() int64 { return int64(float64(r.step.size()) * float64(r.read) / float64(size)) }
	before := done()
	r.read += len(r.rest)
	r.progress.Done += done() - before
	if !r.say(false) {
		return errStopped
	}
	return nil
}

// copy is the next portion of a tensor that stays as it is.
func (r *tensorReader) copy() ([]byte, error) {
	if len(r.left) == 0 {
		if err := r.file.Guard(func() { r.left = r.file.matrix(r.step.Tensor, r.next) }); err != nil {
			return nil, err
		}
		r.next++
	}
	n := min(portion, len(r.left))
	portion := r.left[:n]
	r.left = r.left[n:]
	return portion, nil
}

// say reports progress if it is time, or if it must; false: nobody listens.
func (w *writer) say(must bool) bool {
	now := time.Now()
	if !must && now.Sub(w.last) < reportEvery {
		return true
	}
	w.last = now
	p := &w.progress
	if seconds := now.Sub(w.start).Seconds(); p.Done > 0 && seconds > 0 {
		p.Rate = float64(p.Done) / seconds
		p.Left = time.Duration(float64(p.Total-p.Done) / p.Rate * float64(time.Second))
	}
	return w.report(*p)
}
