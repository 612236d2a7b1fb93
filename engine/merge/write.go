package merge

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"beyonder/engine/gguf"
)

// write writes the file beside its place and moves it there when it is complete
// and on the disk.
func (m *merger) write(p *plan) (err error) {
	size, err := m.checkPlace(p)
	if err != nil {
		return err
	}
	file, err := gguf.NewDraft(m.Out)
	if err != nil {
		return fmt.Errorf("the merged model cannot be written: %w", err)
	}
	if err := m.fill(file, p, size); err != nil {
		return errors.Join(err, file.Discard())
	}
	if err := file.Finish(); err != nil {
		return fmt.Errorf("the merged model cannot be written: %w", err)
	}
	return nil
}

// checkPlace refuses a plan whose file has no place, and returns the file's size.
// It is asked before any weights are read, and again before they are written.
func (m *merger) checkPlace(p *plan) (size int64, err error) {
	if err := m.checkOut(); err != nil {
		return 0, err
	}
	folder := filepath.Dir(m.Out)
	if _, err := os.Stat(folder); err != nil {
		return 0, fmt.Errorf("the merged model cannot be written: %w", err)
	}
	if size, err = p.size(); err != nil {
		return 0, err
	}
	free, known := freeBytes(folder)
	return size, checkRoom(size, free, known, folder)
}

func checkRoom(size, free int64, known bool, folder string) error {
	if !known || free >= size {
		return nil
	}
	return fmt.Errorf("the merged model needs %s, but only %s are free in %s; make room or choose another place", gguf.Size(size), gguf.Size(free), folder)
}

// checkOut refuses to write onto a model that is being read.
func (m *merger) checkOut() error {
	out, err := os.Stat(m.Out)
	if err != nil {
		return nil // it is not there, or creating a file beside it will say why not
	}
	if out.IsDir() {
		return fmt.Errorf("%s is a folder; the result is a file, so give it a name", m.Out)
	}
	for _, s := range m.library.models {
		if in, err := os.Stat(s.path); err == nil && os.SameFile(in, out) {
			return fmt.Errorf("%s is one of the models to be merged; write the result somewhere else", m.Out)
		}
	}
	return nil
}

// size is the file's size within a few bytes for each tensor.
func (p *plan) size() (int64, error) {
	var keys counter
	if err := gguf.Write(&keys, p.keys, nil); err != nil {
		return 0, err
	}
	n := int64(keys)
	for _, t := range p.tensors {
		n += t.bytes() + int64(len(t.name)) + 64 + 32
	}
	return n, nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func (m *merger) fill(file io.Writer, p *plan, size int64) error {
	sources := make([]gguf.TensorSource, 0, len(p.tensors))
	for _, t := range p.tensors {
		sources = append(sources, gguf.TensorSource{
			Name: t.name, Type: t.typ, Shape: t.shape,
			Reader: &stream{ctx: m.ctx, threads: m.Threads, out: t},
		})
	}
	w := &progressWriter{w: file, m: m, total: size, began: time.Now()}
	if err := w.report(); err != nil {
		return err
	}
	if err := gguf.Write(w, p.keys, sources); err != nil {
		return err
	}
	w.total = w.done
	return w.report()
}

// progressWriter tells how much has been written, ten times a second.
type progressWriter struct {
	w           io.Writer
	m           *merger
	done, total int64
	began, last time.Time
}

func (p *progressWriter) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.done += int64(n)
	if err != nil {
		return n, fmt.Errorf("the merged model cannot be written: %w", err)
	}
	if time.Since(p.last) < 100*time.Millisecond {
		return n, p.m.ctx.Err()
	}
	return n, p.report()
}

func (p *progressWriter) report() error {
	p.last = time.Now()
	s := Progress{Stage: "writing", Done: p.done, Total: max(p.total, p.done)}
	if passed := p.last.Sub(p.began); passed > 0 && p.done > 0 {
		s.Rate = float64(p.done) / passed.Seconds()
		s.Left = time.Duration(float64(s.Total-s.Done) / s.Rate * float64(time.Second))
	}
	return p.m.tell(s)
}
