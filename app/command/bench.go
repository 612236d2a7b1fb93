package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"beyonder/engine"
)

// benchCmd measures speed.
type benchCmd struct {
	loading
	Prompt      int  `short:"p" default:"512" help:"Tokens to read."`
	Generate    int  `short:"n" default:"64" help:"Tokens to write."`
	Depth       int  `help:"Tokens that are in the window already when it writes."`
	Repetitions int  `short:"r" default:"1" help:"Times to measure; the best counts."`
	Profile     bool `help:"Show the time of each kind of step, or kernel of the graphics card."`
	Limits      bool `help:"Measure the machine's limits as well and show the fraction reached (with --device=cpu)."`
	JSON        bool `name:"json" help:"Write JSON."`
}

// benchResult is a test's best run. Bytes and operations are per second: of
// weights read when writing, of products when reading.
type benchResult struct {
	Test            string            `json:"test"`
	TokensPerSecond float64           `json:"tokens_per_second"`
	Seconds         float64           `json:"seconds"`
	Bytes           float64           `json:"bytes_per_second,omitempty"`
	Operations      float64           `json:"operations_per_second,omitempty"`
	Profile         []engine.VerbTime `json:"profile,omitempty"`
}

type benchReport struct {
	Model         string        `json:"model"`
	Device        string        `json:"device"`
	Threads       int           `json:"threads"`
	LoadSeconds   float64       `json:"load_seconds"`
	PeakBytes     int64         `json:"peak_memory_bytes"`
	BytesPerToken int64         `json:"bytes_per_token"`
	Pages         engine.Pages  `json:"pages,omitzero"`            // in which the weights lie
	Bandwidth     float64       `json:"bandwidth,omitempty"`       // bytes per second
	PeakOps       float64       `json:"peak_operations,omitempty"` // per second
	Results       []benchResult `json:"results"`
}

func (c *benchCmd) Run(e *env) error {
	if c.Prompt < 0 || c.Generate < 0 || c.Depth < 0 || c.Repetitions < 1 || c.Prompt+c.Generate == 0 {
		return errors.New("there is nothing to measure: --prompt and --generate are numbers of tokens, not both 0, --repetitions is at least 1")
	}
	o, err := c.options(e)
	if err != nil {
		return err
	}
	o.Profile = c.Profile
	if c.Limits && o.Device != "cpu" {
		return errors.New("only the processor's limits can be measured: use --device=cpu")
	}
	if o.Context == 0 {
		o.Context = max(c.Prompt, max(1, c.Depth)+c.Generate, min(c.Prompt, 16)+min(c.Generate, 2)) // the last to warm up
	}
	l, err := e.load(o)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Settle(e.ctx); err != nil {
		return err
	}
	info, _ := l.Info()
	r := benchReport{Pages: info.Pages, Model: filepath.Base(o.Path), Device: info.Device, Threads: c.Threads, LoadSeconds: info.LoadSeconds, BytesPerToken: l.Work().Bytes}
	if r.Threads == 0 {
		r.Threads = engine.Threads()
	}
	if r.Results, err = c.measure(e, l); err != nil {
		return err
	}
	r.PeakBytes = peakMemory()
	if c.Limits {
		r.Bandwidth, r.PeakOps = engine.Limits(r.Threads)
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(r)
	}
	return r.print(e)
}

// print writes a line for each test, and its profile.
func (r benchReport) print(e *env) error {
	for _, t := range r.Results {
		fmt.Fprintf(e.out, "%-12s %9.2f tokens/s  ", t.Test, t.TokensPerSecond)
		if t.Bytes > 0 {
			fmt.Fprintf(e.out, "%6.1f GB/s of weights%s, %.3f GB per token\n", t.Bytes/1e9, share(t.Bytes, r.Bandwidth, "memory's"), float64(r.BytesPerToken)/1e9)
		} else {
			fmt.Fprintf(e.out, "%6.0f billion operations/s%s\n", t.Operations/1e9, share(t.Operations, r.PeakOps, "the peak"))
		}
		for _, v := range t.Profile {
			r.line(e, v, t.Seconds)
		}
	}
	if r.Bandwidth > 0 {
		fmt.Fprintf(e.out, "limits: %.1f GB/s read from memory, %.0f billion operations/s\n", r.Bandwidth/1e9, r.PeakOps/1e9)
	}
	if r.Pages.Bytes > 0 {
		fmt.Fprintf(e.out, "weights: %v\n", r.Pages)
	}
	_, err := fmt.Fprintf(e.out, "%s, %s, %d threads, loaded in %.2f s, %.0f MB at most\n", r.Model, r.Device, r.Threads, r.LoadSeconds, float64(r.PeakBytes)/1e6)
	return err
}

func (r benchReport) line(e *env, v engine.VerbTime, seconds float64) {
	fmt.Fprintf(e.out, "  %-16s %6d × %9.1f µs  %5.1f %%", v.Verb, v.Calls, v.Seconds*1e6/float64(v.Calls), 100*v.Seconds/seconds)
	if v.Bytes > 0 {
		fmt.Fprintf(e.out, "  %6.1f GB/s%s", float64(v.Bytes)/v.Seconds/1e9, share(float64(v.Bytes)/v.Seconds, r.Bandwidth, "memory's"))
	}
	if v.Operations > 0 {
		fmt.Fprintf(e.out, "  %6.0f G op/s%s", float64(v.Operations)/v.Seconds/1e9, share(float64(v.Operations)/v.Seconds, r.PeakOps, "the peak"))
	}
	fmt.Fprintln(e.out)
}

// share is how much of a limit was reached, if it is known.
func share(x, limit float64, whose string) string {
	if limit <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%.0f %% of %s)", 100*x/limit, whose)
}

// warmUp is how many tokens are read and written before anything is measured.
func (c *benchCmd) warmUp() (read, write int) { return min(c.Prompt, 16), min(c.Generate, 2) }

// measure warms up with a few tokens, then keeps the best of the repetitions.
func (c *benchCmd) measure(e *env, l *engine.Local) ([]benchResult, error) {
	read, write := c.warmUp()
	if _, _, err := l.Time(e.ctx, read, write); err != nil {
		return nil, err
	}
	var reading, writing benchResult
	for range c.Repetitions {
		if c.Prompt > 0 {
			l.Profile() // what came before does not count
			took, _, err := l.Time(e.ctx, c.Prompt, 0)
			if err != nil {
				return nil, err
			}
			reading.keep(c.Prompt, took.Seconds(), l)
		}
		if c.Generate > 0 {
			if err := c.write(e, l, &writing); err != nil {
				return nil, err
			}
		}
	}
	var out []benchResult
	if c.Prompt > 0 {
		reading.Test = fmt.Sprintf("pp%d", c.Prompt)
		reading.Operations = reading.TokensPerSecond * float64(l.Work().Operations)
		out = append(out, reading)
	}
	if c.Generate > 0 {
		writing.Test = fmt.Sprintf("tg%d", c.Generate)
		if c.Depth > 0 {
			writing.Test += fmt.Sprintf("@%d", c.Depth)
		}
		writing.Bytes = writing.TokensPerSecond * float64(l.Work().Bytes)
		out = append(out, writing)
	}
	return out, nil
}

// write measures writing behind Depth tokens, whose reading does not count.
func (c *benchCmd) write(e *env, l *engine.Local, best *benchResult) error {
	_, took, err := l.Time(e.ctx, max(c.Depth, 1), c.Generate)
	if err != nil {
		return err
	}
	best.keep(c.Generate, took.Seconds(), l)
	return nil
}

// keep notes a run if it is the fastest.
func (b *benchResult) keep(tokens int, seconds float64, l *engine.Local) {
	profile := l.Profile()
	if speed := float64(tokens) / seconds; speed > b.TokensPerSecond {
		b.TokensPerSecond, b.Seconds, b.Profile = speed, seconds, profile
	}
}
