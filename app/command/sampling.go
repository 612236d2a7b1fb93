package command

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"beyonder/app"
	"beyonder/assets/starter"
	"beyonder/engine"
	"beyonder/engine/sample"
)

// sampling are the flags that change a preset's settings. Those not given leave
// the preset as it is.
type sampling struct {
	Preset string `default:"llama.cpp" help:"Settings to start from: llama.cpp, transformers, precise or creative."`

	Seed        *int64   `help:"Seed of the random numbers (-1: a new one)."`
	Temperature *float64 `name:"temp" help:"Temperature (0: always the likeliest token)."`
	TopK        *int     `help:"Keep the k likeliest tokens (0: off)."`
	TopP        *float64 `help:"Keep the likeliest tokens up to this probability (1: off)."`
	MinP        *float64 `help:"Keep tokens at least this likely, relative to the likeliest (0: off)."`
	TypicalP    *float64 `help:"Locally typical sampling (1: off)."`
	TopNSigma   *float64 `name:"top-n-sigma" help:"Keep logits within n standard deviations of the largest (-1: off)."`

	RepeatPenalty    *float64 `help:"Divide the logits of tokens that were used (1: off)."`
	FrequencyPenalty *float64 `help:"Lower a token's logit for each use (0: off)."`
	PresencePenalty  *float64 `help:"Lower the logit of every token that was used (0: off)."`
	PenaltyWindow    *int     `help:"Tokens that the penalties look back on (-1: all)."`

	DynamicRange     *float64 `name:"dynatemp-range" help:"Dynamic temperature: range (0: off)."`
	DynamicExponent  *float64 `name:"dynatemp-exponent" help:"Dynamic temperature: how it follows the entropy (1: in proportion)."`
	XTCProbability   *float64 `name:"xtc-probability" help:"Leave the top choices out this often (0: off)."`
	XTCThreshold     *float64 `name:"xtc-threshold" help:"Top choices are those at least this likely."`
	DRYMultiplier    *float64 `name:"dry-multiplier" help:"Penalise what would repeat a sequence (0: off)."`
	DRYBase          *float64 `name:"dry-base" help:"DRY: what each further token multiplies the penalty by."`
	DRYAllowedLength *int     `name:"dry-allowed-length" help:"DRY: tokens of the shortest repetition that is penalised."`
	DRYWindow        *int     `name:"dry-window" help:"DRY: tokens to look back on (-1: all, 0: off)."`
	DRYBreakers      []string `name:"dry-breaker" sep:"none" help:"DRY: text that no repetition reaches across (may be given several times; default: a line's end, colon, quote, asterisk)."`
	Mirostat         *int     `help:"Mirostat version, 1 or 2 (0: off)."`
	MirostatTau      *float64 `help:"Mirostat: the surprise to aim at, in bits."`
	MirostatEta      *float64 `help:"Mirostat: how fast it adapts."`

	Order     string            `placeholder:"A,B,…" help:"The samplers in the order they act, comma-separated."`
	LogitBias map[int32]float64 `placeholder:"ID=BIAS;…" help:"Add to the logits of tokens."`
	Ban       []string          `sep:"none" help:"Text that must not appear (may be given several times)."`
	Stop      []string          `sep:"none" help:"Text that ends the reply (may be given several times)."`
	Grammar   string            `placeholder:"FILE|TEXT" help:"GBNF grammar that the reply must fit."`
	Schema    string            `name:"json-schema" placeholder:"FILE|TEXT" help:"JSON Schema that the reply must fit, as JSON."`
	MaxTokens *int              `name:"max-tokens" short:"n" help:"Most tokens to write (0: until the window is full)."`
}

// settings is the preset with the given flags applied.
func (s *sampling) settings() (sample.Settings, error) {
	out, err := s.preset()
	if err != nil {
		return out, err
	}
	set(&out.Seed, s.Seed)
	set(&out.Temperature, s.Temperature)
	set(&out.TopK, s.TopK)
	set(&out.TopP, s.TopP)
	set(&out.MinP, s.MinP)
	set(&out.TypicalP, s.TypicalP)
	set(&out.TopNSigma, s.TopNSigma)
	set(&out.RepeatPenalty, s.RepeatPenalty)
	set(&out.FrequencyPenalty, s.FrequencyPenalty)
	set(&out.PresencePenalty, s.PresencePenalty)
	set(&out.PenaltyWindow, s.PenaltyWindow)
	set(&out.DynamicRange, s.DynamicRange)
	set(&out.XTCProbability, s.XTCProbability)
	set(&out.XTCThreshold, s.XTCThreshold)
	set(&out.DRYMultiplier, s.DRYMultiplier)
	set(&out.DynamicExponent, s.DynamicExponent)
	set(&out.DRYBase, s.DRYBase)
	set(&out.DRYAllowedLength, s.DRYAllowedLength)
	set(&out.DRYWindow, s.DRYWindow)
	set(&out.Mirostat, s.Mirostat)
	set(&out.MirostatTau, s.MirostatTau)
	set(&out.MirostatEta, s.MirostatEta)
	set(&out.MaxTokens, s.MaxTokens)
	if s.Order != "" {
		out.Order = strings.Split(s.Order, ",")
	}
	if len(s.DRYBreakers) > 0 {
		out.DRYBreakers = s.DRYBreakers
	}
	out.LogitBias, out.Banned, out.Stop = s.LogitBias, s.Ban, s.Stop
	if err := s.format(&out); err != nil {
		return out, err
	}
	return out, out.Validate()
}

func (s *sampling) preset() (sample.Settings, error) {
	var names []string
	for _, p := range sample.Presets() {
		if p.Name == s.Preset {
			return p.Settings, nil
		}
		names = append(names, p.Name)
	}
	return sample.Settings{}, fmt.Errorf("there is no preset %q; the presets are %s", s.Preset, strings.Join(names, ", "))
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// loading are the flags that say which model to load, and how.
type loading struct {
	Model    string `short:"m" placeholder:"FILE" help:"Model file (.gguf); without one, the Starter inside the program."`
	Device   string `default:"auto" enum:"auto,gl,cpu" help:"Where to compute: gl (the graphics card), cpu, or auto."`
	Layers   *int   `name:"gpu-layers" placeholder:"N" help:"Layers to keep on the graphics card, the last ones (default: as many as fit)."`
	Experts  bool   `name:"experts-cpu" help:"Keep attention on the graphics card, and experts on the processor."`
	Context  int    `short:"c" placeholder:"TOKENS" help:"Size of the context window (0: the model's own, at most 8192)."`
	KV       string `name:"kv" default:"f16" enum:"f16,f32,q8_0" help:"Type of the KV cache: f16, f32 or q8_0."`
	Exact    bool   `help:"Compute in float32 throughout, slowly."`
	Threads  int    `short:"t" help:"Threads to compute with (0: one per core)."`
	Force    bool   `help:"Load even if memory will not suffice."`
	Template string `placeholder:"NAME" help:"Prompt template to use instead of the file's own."`
}

// options are those for loading.
func (l *loading) options(e *env) (engine.LoadOptions, error) {
	path, err := l.file(e)
	o := engine.LoadOptions{
		Path: path, Device: l.Device, Context: l.Context, KV: l.KV, Exact: l.Exact,
		Threads: l.Threads, Force: l.Force, Template: l.Template, ExpertsOnCPU: l.Experts,
	}
	switch {
	case l.Layers == nil:
	case *l.Layers == 0:
		o.Device = "cpu"
	default:
		o.GPULayers = *l.Layers
	}
	return o, err
}

// file is the model's file. Without one it is the model inside the program, which
// is unpacked to the folder where the window unpacks it.
func (l *loading) file(e *env) (string, error) {
	if l.Model != "" {
		return l.Model, nil
	}
	dir, err := app.DataDir(e.cli.Data)
	if err != nil {
		return "", err
	}
	path, err := app.Unpack(starter.Files(), dir)
	if err != nil {
		return "", fmt.Errorf("%w with -m FILE", err)
	}
	return path, nil
}

// load opens the model in this process.
func (e *env) load(o engine.LoadOptions) (*engine.Local, error) {
	l := engine.NewLocal()
	return l, e.follow(l.Load(e.ctx, e.cached(o)))
}

// cached lets what devices tuned and compiled be kept where the window keeps it.
func (e *env) cached(o engine.LoadOptions) engine.LoadOptions {
	if dir, err := app.DataDir(e.cli.Data); err == nil {
		o.Cache = filepath.Join(dir, "cache")
	}
	return o
}

// follow waits for a model to be loaded. In a terminal it tells how far it is.
func (e *env) follow(steps iter.Seq2[engine.Progress, error]) error {
	shown := false
	for p, err := range steps {
		if shown {
			fmt.Fprint(e.err, "\r\x1b[K")
		}
		if err != nil {
			return err
		}
		if shown = p.Done < p.Total && isTerminal(e.err); shown {
			fmt.Fprintf(e.err, "%s: %d %%", p.Stage, 100*p.Done/p.Total)
		}
	}
	return nil
}

// warn tells on standard error what the model's file leaves to doubt.
func (e *env) warn(info engine.Info) {
	for _, w := range info.Warnings {
		e.tell(strings.Replace(w, engine.InSettings, "--template NAME chooses another", 1))
	}
}
