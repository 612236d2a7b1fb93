package merge

import (
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/quant"
)

// config is what a configuration says; one of mixture and plain is set.
type config struct {
	mixture *mixtureConfig
	plain   *plainConfig
}

// mixtureConfig is mergekit-moe's.
type mixtureConfig struct {
	base    string // supplies everything but the feed-forward layers
	mode    gateMode
	dtype   string
	used    int // experts per token
	experts []expertConfig
}

type expertConfig struct {
	model              string
	positive, negative []string // prompts
	noise              float64  // standard deviation of what is added to the weights
	residual           float64  // multiplies the down projection
}

// gateMode says what a mixture's routers are made from.
type gateMode string

const (
	gateHidden  gateMode = "hidden"         // the residual stream at the prompts' last tokens
	gateEmbed   gateMode = "cheap_embed"    // the embeddings of the prompts' tokens
	gateRandom  gateMode = "random"         // normally distributed, standard deviation 1
	gateUniform gateMode = "uniform_random" // evenly distributed in ±1/√width
)

// plainConfig is mergekit's own: a model of the same kind from several.
type plainConfig struct {
	method     string
	base       string // "": none
	slices     []sliceConfig
	parameters settings
	dtype      string // in which the merge computes; the file's too, unless out says otherwise
	out        string
	tokenizer  string // "", "base", union, or a model
}

// union is where a vocabulary comes from that has the tokens of all models.
const union = "union"

// sliceConfig is a run of layers of the result.
type sliceConfig struct {
	base       string
	sources    []sliceSource
	parameters settings
}

// sliceSource is a run of layers of a model.
type sliceSource struct {
	model      string
	from, to   int // layers; to is wholeModel if the configuration names models, not layers
	parameters settings
}

const wholeModel = -1

// methods are the plain merges that there are.
var methods = []string{"linear", "slerp", "task_arithmetic", "ties", "dare_ties", "dare_linear", "passthrough"}

// parameterNames are the parameters of all methods. One that the chosen method
// does not use is ignored, as mergekit does: recipes are copied around so.
var parameterNames = []string{"weight", "density", "normalize", "rescale", "lambda", "int8_mask", "t", "scale"}

// readConfig reads a configuration. Errors are sentences that name the line and the key.
func readConfig(text []byte) (config, error) {
	n, err := parseYAML(text)
	if err != nil {
		return config{}, err
	}
	m, ok := n.value.(map[string]node)
	if !ok {
		return config{}, n.fail("the configuration must state merge_method, or experts for a mixture")
	}
	_, mixture := m["experts"]
	_, plain := m["merge_method"]
	switch {
	case mixture && plain:
		return config{}, m["merge_method"].fail("a mixture (experts) and a plain merge (merge_method) cannot be one")
	case mixture:
		c, err := readMixture(n)
		return config{mixture: c}, err
	case plain:
		c, err := readPlain(n)
		return config{plain: c}, err
	}
	return config{}, n.fail("the configuration must state merge_method, or experts for a mixture")
}

// keep remembers the first error, so that reading fields stays a list.
type keep struct{ err error }

func (k *keep) add(err error) {
	if k.err == nil {
		k.err = err
	}
}

func kept[T any](k *keep) func(v T, err error) T {
	return func(v T, err error) T {
		k.add(err)
		return v
	}
}

// dtype reads the name of a type: mergekit's names, and those of GGUF.
func dtype(name string) (quant.Type, error) {
	switch strings.ToLower(strings.TrimPrefix(name, "torch.")) {
	case "float32", "f32":
		return quant.F32, nil
	case "float16", "f16":
		return quant.F16, nil
	case "bfloat16", "bf16":
		return quant.BF16, nil
	}
	return 0, fmt.Errorf("the type %q is not one a merge can write; use float32, float16 or bfloat16", name)
}

// dtypeField reads a type's name and checks it; "" for none.
func (k *keep) dtype(n node) string {
	name := kept[string](k)(n.text())
	if name != "" && k.err == nil {
		if _, err := dtype(name); err != nil {
			k.add(n.fail("%v", err))
		}
	}
	return name
}

// reference reads a model's path.
func (k *keep) reference(n node) string {
	path := kept[string](k)(n.text())
	if k.err == nil && path == "" {
		k.add(n.fail("the path of a model is needed here"))
	}
	return path
}

func readMixture(n node) (*mixtureConfig, error) {
	f, err := n.fields("base_model", "gate_mode", "dtype", "experts_per_token", "experts", "shared_experts", "architecture")
	if err != nil {
		return nil, err
	}
	k := &keep{}
	c := &mixtureConfig{mode: readMode(k, f["gate_mode"]), dtype: k.dtype(f["dtype"])}
	if f["base_model"].value == nil {
		return nil, n.fail("base_model is missing: everything but the experts' feed-forward layers comes from it")
	}
	c.base = k.reference(f["base_model"])
	c.used = kept[int](k)(f["experts_per_token"].whole(2, 1, 512))
	if shared := kept[[]node](k)(f["shared_experts"].list()); len(shared) > 0 {
		k.add(f["shared_experts"].fail("mixtures with shared experts are not supported; Mixtral's kind has none"))
	}
	if a := kept[string](k)(f["architecture"].text()); !strings.HasPrefix("mixtral", strings.ToLower(a)) {
		k.add(f["architecture"].fail("the architecture %q is not supported; mixtral is", a))
	}
	for _, e := range kept[[]node](k)(f["experts"].list()) {
		c.experts = append(c.experts, readExpert(k, e))
	}
	if k.err == nil {
		k.err = c.check(f["experts"])
	}
	return c, k.err
}

func readMode(k *keep, n node) gateMode {
	switch name := kept[string](k)(n.text()); name {
	case "", "hidden", "hidden_last":
		return gateHidden
	case "cheap_embed":
		return gateEmbed
	case "random":
		return gateRandom
	case "uniform_random", "uniform":
		return gateUniform
	default:
		k.add(n.fail("the gate mode %q is not supported; there are hidden, cheap_embed, random and uniform_random", name))
		return ""
	}
}

func readExpert(k *keep, n node) expertConfig {
	f, err := n.fields("source_model", "positive_prompts", "negative_prompts", "noise_scale", "residual_scale")
	if err != nil {
		k.add(err)
		return expertConfig{}
	}
	if f["source_model"].value == nil {
		k.add(n.fail("source_model is missing"))
		return expertConfig{}
	}
	return expertConfig{
		model:    k.reference(f["source_model"]),
		positive: kept[[]string](k)(f["positive_prompts"].texts()),
		negative: kept[[]string](k)(f["negative_prompts"].texts()),
		noise:    kept[float64](k)(f["noise_scale"].number(0)),
		residual: kept[float64](k)(f["residual_scale"].number(1)),
	}
}

// check refuses what mergekit-moe refuses: mixtures that cannot work.
func (c *mixtureConfig) check(at node) error {
	switch {
	case len(c.experts) < c.used:
		return at.fail("%d experts are fewer than the %d at work for each token (experts_per_token)", len(c.experts), c.used)
	case len(c.experts) > 512:
		return at.fail("%d experts are more than the 512 allowed", len(c.experts))
	case c.mode == gateRandom:
		return nil
	}
	prompts, models := false, false
	for i, e := range c.experts {
		if len(e.positive) == 0 {
			return at.fail("expert %d (%s) has no positive_prompts: nothing would be routed to it on purpose", i, e.model)
		}
		first := c.experts[0]
		prompts = prompts || !slices.Equal(e.positive, first.positive) || !slices.Equal(e.negative, first.negative)
		models = models || e.model != first.model
	}
	switch {
	case !prompts:
		return at.fail("all experts have the same prompts, so that the router could not tell them apart; state for each what it is for")
	case !models:
		return at.fail("all experts are the same model, so that the mixture would answer as that model does, only slower")
	}
	return nil
}
