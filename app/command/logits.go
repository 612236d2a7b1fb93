package command

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"

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
	o := c.options()
	if o.Context == 0 {
		o.Context = max(len(c.IDs), 1)
	}
	l, err := e.load(o)
	if err != nil {
		return err
	}
	defer l.Close()
	out := struct {
		Positions []position `json:"positions"`
	}{}
	for logits, err := range l.Logits(e.ctx, c.IDs) {
		if err != nil {
			return err
		}
		n := len(out.Positions)
		out.Positions = append(out.Positions, position{Pos: n, Token: c.IDs[n], Top: top(logits, c.Top)})
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(out)
	}
	w := bufio.NewWriter(e.out)
	for _, p := range out.Positions {
		fmt.Fprintf(w, "position %d, after token %d\n", p.Pos, p.Token)
		for _, t := range p.Top {
			fmt.Fprintf(w, "  %8d %12.6f %12.6f\n", t[0], t[1], t[2])
		}
	}
	return w.Flush()
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
