package command

import (
	"fmt"
	"io"
	"time"

	"beyonder/engine/quantize"
)

// quantizeCmd makes a smaller model file of one.
type quantizeCmd struct {
	In      string `arg:"" help:"Model file (.gguf), best in F16, BF16 or F32; of a split one, its first part; or a Hugging Face folder."`
	Out     string `arg:"" help:"File to write."`
	Type    string `short:"t" placeholder:"TYPE" default:"Q4_K_M" help:"Type to make, such as Q4_K_M, Q6_K or Q8_0 (default: ${default}; a wrong name lists all)."`
	Imatrix string `placeholder:"FILE" help:"Importance matrix (.gguf or .dat): errors count where they matter."`
	Rules   string `default:"today" enum:"today,2024" help:"Which tensors get more bits: the rules of today, or of January 2024 (${enum})."`
	Threads int    `default:"0" help:"Processor cores to use (default: all)."`
}

func (q *quantizeCmd) Run(e *env) error {
	mixture, err := quantize.MixtureNamed(q.Type)
	if err != nil {
		return err
	}
	options := quantize.Options{
		In: q.In, Out: q.Out, Mixture: mixture, Rules: quantize.Rules(q.Rules), Imatrix: q.Imatrix, Threads: q.Threads,
	}
	start, shown := time.Now(), time.Time{}
	var last quantize.Progress
	for p, err := range quantize.Run(e.ctx, options) {
		if err != nil {
			return err
		}
		for _, w := range p.Warnings {
			fmt.Fprintln(e.err, "beyonder: note:", w)
		}
		if last = p; time.Since(shown) >= time.Second {
			shown = time.Now()
			showProgress(e.err, p)
		}
	}
	_, err = fmt.Fprintf(e.out, "%s: %s, %s from %s in %s\n", q.Out, mixture.Name,
		size(last.Written), size(last.Total), time.Since(start).Round(time.Second/10))
	return err
}

func showProgress(w io.Writer, p quantize.Progress) {
	if p.Done == 0 {
		return
	}
	fmt.Fprintf(w, "%3d %%  %s of %s  %.0f MB/s  %s left  %s\n", 100*p.Done/max(1, p.Total),
		size(p.Done), size(p.Total), p.Rate/1e6, p.Left.Round(time.Second), p.Tensor)
}
