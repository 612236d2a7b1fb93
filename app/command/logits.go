package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"beyonder/engine"
	"beyonder/engine/sample"
)

// logitsCmd shows the model's predictions, for comparing engines.
type logitsCmd struct {
	loading
	IDs  []int32 `name:"ids" required:"" placeholder:"ID" help:"Tokens to read, comma-separated."`
	Top  int     `default:"10" help:"How many of the likeliest tokens to show for each position (0: all, by id)."`
	JSON bool    `name:"json" help:"Write JSON."`
}

// position is what follows one token: [id, logit, logprob] of each candidate.
type position struct {
	Pos   int      `json:"pos"`
	Token int32    `json:"token"`
	Top   [][3]any `json:"top"`
}

func (c *logitsCmd) Run(e *env) error {
	switch {
	case len(c.IDs) == 0:
		return errors.New("--ids names no tokens")
	case c.Top < 0:
		return fmt.Errorf("--top is %d: it must be a number of tokens, or 0 for all of the vocabulary", c.Top)
	}
	o, err := c.options(e)
	if err != nil {
		return err
	}
	if o.Context == 0 {
		o.Context = len(c.IDs)
	}
	l, err := e.load(o)
	if err != nil {
		return err
	}
	defer l.Close()
	w := bufio.NewWriter(e.out)
	if err := c.write(e, l, w); err != nil {
		return err
	}
	return w.Flush()
}

// write writes each position as it comes: a whole vocabulary for each of a
// thousand tokens is more than one wants to keep.
func (c *logitsCmd) write(e *env, l *engine.Local, w *bufio.Writer) error {
	pos := 0
	for logits, err := range l.Logits(e.ctx, c.IDs) {
		if err != nil {
			return err
		}
		p := position{Pos: pos, Token: c.IDs[pos], Top: top(logits, c.Top)}
		if err := p.write(w, c.JSON); err != nil {
			return err
		}
		pos++
	}
	if c.JSON {
		w.WriteString("]}\n")
	}
	return nil
}

// write writes one position; what cannot be written shows at Flush.
func (p position) write(w *bufio.Writer, asJSON bool) error {
	if asJSON {
		w.WriteString(map[bool]string{true: `{"positions":[`, false: ","}[p.Pos == 0])
		b, err := json.Marshal(p)
		w.Write(b)
		return err
	}
	fmt.Fprintf(w, "position %d, after token %d\n", p.Pos, p.Token)
	for _, t := range p.Top {
		fmt.Fprintf(w, "  %8d %12.6f %12.6f\n", t[0], t[1], t[2])
	}
	return nil
}

// top is the n likeliest tokens, or all of them by id if n is 0.
func top(logits []float32, n int) [][3]any {
	if n > 0 {
		_, ranked := sample.Logprobs(logits, 0, min(n, len(logits)))
		out := make([][3]any, 0, len(ranked))
		for _, r := range ranked {
			out = append(out, [3]any{r.ID, logits[r.ID], r.Logprob})
		}
		return out
	}
	most, sum := float64(math.Inf(-1)), 0.0
	for _, v := range logits {
		most = max(most, float64(v))
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	out := make([][3]any, len(logits))
	for i, v := range logits {
		out[i] = [3]any{i, v, float64(v) - most - math.Log(sum)}
	}
	return out
}
