package merge

import (
	"slices"
	"strings"
)

func readPlain(n node) (*plainConfig, error) {
	f, err := n.fields("merge_method", "base_model", "models", "slices", "parameters", "dtype", "out_dtype", "tokenizer_source", "tokenizer")
	if err != nil {
		return nil, err
	}
	k := &keep{}
	c := &plainConfig{
		method:     readMethod(k, f["merge_method"]),
		base:       kept[string](k)(f["base_model"].text()),
		parameters: kept[settings](k)(readSettings(f["parameters"])),
		dtype:      k.dtype(f["dtype"]),
		out:        k.dtype(f["out_dtype"]),
		tokenizer:  readTokenizer(k, f),
	}
	_, models := f["models"]
	_, layers := f["slices"]
	switch {
	case models == layers:
		k.add(n.fail("exactly one of models and slices is needed"))
	case models:
		c.slices = []sliceConfig{readModels(k, f["models"], c.base)}
	default:
		for _, s := range kept[[]node](k)(f["slices"].list()) {
			c.slices = append(c.slices, readSlice(k, s))
		}
	}
	if k.err == nil {
		k.err = c.check(n)
	}
	return c, k.err
}

func readMethod(k *keep, n node) string {
	name := kept[string](k)(n.text())
	if k.err == nil && !slices.Contains(methods, name) {
		k.add(n.fail("the method %q is not supported; there are %s", name, strings.Join(methods, ", ")))
	}
	return name
}

// readTokenizer reads either spelling of where the vocabulary comes from.
func readTokenizer(k *keep, f map[string]node) string {
	at := f["tokenizer_source"]
	if t := f["tokenizer"]; t.value != nil {
		if at.value != nil {
			k.add(t.fail("tokenizer and tokenizer_source are the same; state one of them"))
			return ""
		}
		inner, err := t.fields("source")
		if err != nil {
			k.add(err)
			return ""
		}
		at = inner["source"]
	}
	return kept[string](k)(at.text())
}

// readModels reads the short form: one slice of all layers. The base takes part
// in it whether it is listed or not.
func readModels(k *keep, n node, base string) sliceConfig {
	var s sliceConfig
	listed := base == ""
	for _, at := range kept[[]node](k)(n.list()) {
		f, err := at.fields("model", "parameters")
		if err != nil {
			k.add(err)
			return s
		}
		m := sliceSource{model: k.reference(f["model"]), to: wholeModel, parameters: kept[settings](k)(readSettings(f["parameters"]))}
		listed = listed || m.model == base
		s.sources = append(s.sources, m)
	}
	if !listed {
		s.sources = append(s.sources, sliceSource{model: base, to: wholeModel})
	}
	return s
}

func readSlice(k *keep, n node) sliceConfig {
	f, err := n.fields("sources", "base_model", "parameters")
	if err != nil {
		k.add(err)
		return sliceConfig{}
	}
	s := sliceConfig{base: kept[string](k)(f["base_model"].text()), parameters: kept[settings](k)(readSettings(f["parameters"]))}
	for _, at := range kept[[]node](k)(f["sources"].list()) {
		s.sources = append(s.sources, readSource(k, at))
	}
	return s
}

func readSource(k *keep, n node) sliceSource {
	f, err := n.fields("model", "layer_range", "parameters")
	if err != nil {
		k.add(err)
		return sliceSource{}
	}
	s := sliceSource{model: k.reference(f["model"]), parameters: kept[settings](k)(readSettings(f["parameters"]))}
	ends := kept[[]node](k)(f["layer_range"].list())
	if len(ends) != 2 {
		k.add(n.fail("layer_range must be the first layer and the one after the last, such as [0, 32]"))
		return s
	}
	s.from = kept[int](k)(ends[0].whole(0, 0, 1024))
	s.to = kept[int](k)(ends[1].whole(0, 0, 1024))
	if k.err == nil && s.from >= s.to {
		k.add(n.fail("the layers from %d to %d are none", s.from, s.to))
	}
	return s
}

// baseOf is the base model of a slice.
func (c *plainConfig) baseOf(s sliceConfig) string {
	if s.base != "" {
		return s.base
	}
	return c.base
}

// vocabulary names the model whose tokens the result has; "" if that is left
// open, or if it has those of all.
func (c *plainConfig) vocabulary() string {
	switch c.tokenizer {
	case "base":
		return c.base
	case union:
		return ""
	}
	return c.tokenizer
}

// names are all models that are mentioned, the base first, each once.
func (c *plainConfig) names() []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(c.base)
	for _, s := range c.slices {
		for _, m := range s.sources {
			add(m.model)
		}
		add(s.base)
	}
	add(c.vocabulary())
	return names
}

// check compares each slice with what the method needs.
func (c *plainConfig) check(at node) error {
	if len(c.slices) == 0 {
		return at.fail("there are no slices to merge")
	}
	if c.tokenizer == "base" && c.base == "" {
		return at.fail("tokenizer_source is base, but there is no base_model")
	}
	for i, s := range c.slices {
		if err := c.checkSlice(at, i, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *plainConfig) checkSlice(at node, i int, s sliceConfig) error {
	if len(s.sources) == 0 {
		return at.fail("slice %d has no sources", i)
	}
	based, first := false, s.sources[0]
	for j, m := range s.sources {
		based = based || m.model == c.baseOf(s)
		if m.to-m.from != first.to-first.from {
			return at.fail("slice %d takes %d layers of %s, but %d of %s: they must be equally many", i, first.to-first.from, first.model, m.to-m.from, m.model)
		}
		for _, other := range s.sources[:j] {
			if other.model == m.model {
				return at.fail("slice %d has the model %s twice", i, m.model)
			}
		}
	}
	switch c.method {
	case "passthrough":
		if len(s.sources) != 1 {
			return at.fail("passthrough takes one source a slice; slice %d has %d", i, len(s.sources))
		}
	case "linear":
	case "slerp":
		if len(s.sources) != 2 || !based {
			return at.fail("slerp takes two models, one of them the base_model; slice %d has %d sources", i, len(s.sources))
		}
	default:
		if !based {
			return at.fail("%s needs a base_model among the sources of slice %d: the others are taken as changes to it", c.method, i)
		}
	}
	return nil
}
