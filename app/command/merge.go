package command

import (
	"fmt"
	"io"
	"time"

	"beyonder/engine/merge"
)

// mergeCmd makes one model of several.
type mergeCmd struct {
	Config  string `arg:"" help:"mergekit's configuration (.yml) of a mixture (experts) or of a plain merge (merge_method)."`
	Out     string `arg:"" help:"File (.gguf) to write."`
	Name    string `placeholder:"TEXT" help:"What the model is called (default: as the file)."`
	Type    string `name:"dtype" placeholder:"TYPE" help:"float32, float16 or bfloat16 (default: what the configuration says, or the models' own)."`
	Seed    int64  `default:"0" help:"What is left to chance (dare, noise, random routers) depends on this number alone."`
	Threads int    `short:"t" default:"0" help:"Processor cores to use (default: all)."`
}

func (c *mergeCmd) Run(e *env) error {
	start, shown, stage := time.Now(), time.Time{}, ""
	var last merge.Progress
	for p, err := range merge.Merge(e.ctx, merge.Options{Config: c.Config, Out: c.Out, Name: c.Name, Type: c.Type, Seed: c.Seed, Threads: c.Threads}) {
		if err != nil {
			return err
		}
		if p.Notice != "" {
			fmt.Fprintln(e.err, "beyonder: note:", p.Notice)
			continue
		}
		if last = p; p.Stage != stage || time.Since(shown) >= time.Second {
			stage, shown = p.Stage, time.Now()
			showMerge(e.err, p)
		}
	}
	_, err := fmt.Fprintf(e.out, "%s: %s in %s\n", c.Out, size(last.Done), time.Since(start).Round(time.Second/10))
	return err
}

func showMerge(w io.Writer, p merge.Progress) {
	fmt.Fprintf(w, "%3d %%  %s", 100*p.Done/max(1, p.Total), p.Stage)
	if p.Rate > 0 {
		fmt.Fprintf(w, "  %s of %s  %.0f MB/s  %s left", size(p.Done), size(p.Total), p.Rate/1e6, p.Left.Round(time.Second))
	}
	fmt.Fprintln(w)
}
