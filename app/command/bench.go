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
	Repetitions int  `short:"r" default:"1" help:"Times to measure; the best counts."`
	JSON        bool `name:"json" help:"Write JSON."`
}

type benchResult struct {
	Test            string  `json:"test"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	Seconds         float64 `json:"seconds"`
}

type benchReport struct {
	Model       string        `json:"model"`
	Device      string        `json:"device"`
	Threads     int           `json:"threads"`
	LoadSeconds float64       `json:"load_seconds"`
	PeakBytes   int64         `json:"peak_memory_bytes"`
	Results     []benchResult `json:"results"`
}

func (c *benchCmd) Run(e *env) error {
	if c.Prompt < 0 || c.Generate < 0 || c.Repetitions < 1 || c.Prompt+c.Generate == 0 {
		return errors.New("there is nothing to measure: --prompt and --generate are numbers of tokens, not both 0, --repetitions is at least 1")
	}
	o, err := c.options(e)
	if err != nil {
		return err
	}
	if o.Context == 0 {
		o.Context = c.Prompt + c.Generate
	}
	l, err := e.load(o)
	if err != nil {
		return err
	}
	defer l.Close()
	info, _ := l.Info()
	r := benchReport{Model: filepath.Base(o.Path), Device: info.Device, Threads: c.Threads, LoadSeconds: info.LoadSeconds}
	if r.Threads == 0 {
		r.Threads = engine.Threads()
	}
	if r.Results, err = c.measure(e, l); err != nil {
		return err
	}
	r.PeakBytes = peakMemory()
	if c.JSON {
		return json.NewEncoder(e.out).Encode(r)
	}
	for _, t := range r.Results {
		fmt.Fprintf(e.out, "%-8s %10.2f tokens/s\n", t.Test, t.TokensPerSecond)
	}
	_, err = fmt.Fprintf(e.out, "%s, %s, %d threads, loaded in %.2f s, %.0f MB at most\n", r.Model, r.Device, r.Threads, r.LoadSeconds, float64(r.PeakBytes)/1e6)
	return err
}

// measure warms up with a few tokens, then keeps the best of the repetitions.
func (c *benchCmd) measure(e *env, l *engine.Local) ([]benchResult, error) {
	if _, _, err := l.Time(e.ctx, min(c.Prompt, 16), min(c.Generate, 2)); err != nil {
		return nil, err
	}
	best := map[string]benchResult{}
	keep := func(test string, tokens int, seconds float64) {
		if speed := float64(tokens) / seconds; tokens > 0 && speed > best[test].TokensPerSecond {
			best[test] = benchResult{Test: test, TokensPerSecond: speed, Seconds: seconds}
		}
	}
	reading, writing := fmt.Sprintf("pp%d", c.Prompt), fmt.Sprintf("tg%d", c.Generate)
	for range c.Repetitions {
		read, _, err := l.Time(e.ctx, c.Prompt, 0)
		if err != nil {
			return nil, err
		}
		_, write, err := l.Time(e.ctx, min(c.Prompt, 1), c.Generate)
		if err != nil {
			return nil, err
		}
		keep(reading, c.Prompt, read.Seconds())
		keep(writing, c.Generate, write.Seconds())
	}
	var out []benchResult
	for _, test := range []string{reading, writing} {
		if r, ok := best[test]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}
