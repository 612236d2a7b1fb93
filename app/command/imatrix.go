package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"beyonder/engine"
	"beyonder/engine/quantize"
)

// imatrixCmd makes an importance matrix of a text.
type imatrixCmd struct {
	loading
	Text   string `arg:"" help:"Text file to read: some ten thousand words of what the model is to be good at (-: standard input)."`
	Out    string `arg:"" help:"File to write, for quantize --imatrix: .gguf, or .dat for the older form."`
	Chunk  int    `default:"512" help:"Tokens to read at a time, each time from an empty context."`
	Chunks int    `default:"0" help:"Chunks to read at most (default: all)."`
}

func (c *imatrixCmd) Run(e *env) error {
	text, err := c.read(e)
	if err != nil {
		return err
	}
	o, err := c.options(e)
	if err != nil {
		return err
	}
	o.Device = "cpu"
	if o.Context == 0 {
		o.Context = c.Chunk
	}
	l, err := e.load(o)
	if err != nil {
		return err
	}
	defer l.Close()
	info, _ := l.Info()
	e.warn(info)
	return c.make(e, l, text)
}

func (c *imatrixCmd) read(e *env) (string, error) {
	read := func() ([]byte, error) { return os.ReadFile(c.Text) }
	if c.Text == "-" {
		read = func() ([]byte, error) { return io.ReadAll(e.in) }
	}
	text, err := read()
	if err != nil {
		return "", fmt.Errorf("the text cannot be read: %w", err)
	}
	return string(text), nil
}

func (c *imatrixCmd) make(e *env, l *engine.Local, text string) error {
	start, shown := time.Now(), time.Time{}
	var found *engine.Importance
	for f, err := range l.Importance(e.ctx, text, c.Chunk, c.Chunks) {
		if err != nil {
			return err
		}
		if found = f; time.Since(shown) >= time.Second {
			shown = time.Now()
			left := time.Since(start) / time.Duration(f.Chunks) * time.Duration(f.Of-f.Chunks)
			fmt.Fprintf(e.err, "%3d %%  %d of %d chunks of %d tokens  %s left\n", 100*f.Chunks/f.Of, f.Chunks, f.Of, f.Tokens, left.Round(time.Second))
		}
	}
	sums := quantize.Sums{Datasets: []string{filepath.Base(c.Text)}, Chunks: found.Chunks, Tokens: found.Tokens}
	for _, x := range found.Columns {
		sums.Entries = append(sums.Entries, quantize.Entry{Name: x.Name, Sums: x.Sums, Counts: x.Counts})
	}
	e.tellUnseen(found)
	if err := sums.Save(c.Out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.out, "%s: %d tensors, %d chunks of %d tokens in %s\n", c.Out, len(sums.Entries), found.Chunks, found.Tokens, time.Since(start).Round(time.Second/10))
	return err
}

// tellUnseen tells of experts that the text never reached: of their columns the
// matrix says nothing.
func (e *env) tellUnseen(found *engine.Importance) {
	unseen, all := 0, 0
	for _, x := range found.Columns {
		for _, n := range x.Counts {
			if all++; n == 0 {
				unseen++
			}
		}
	}
	if unseen > 0 {
		e.tell(fmt.Sprintf("note: the text never reached %d of %d matrices (experts that were not chosen); a longer or more varied text does", unseen, all))
	}
}
