package merge

import (
	"fmt"
	"slices"
	"strings"

	"beyonder/engine/quant"
)

// plain plans a merge of dense models into one, in the manner of mergekit.
type plain struct {
	*plainConfig
	models map[string]*model // by the configuration's names
	donor  *model            // of metadata, and of the vocabulary unless another is named
	vocab  *vocabulary       // nil: the models' own, which must be of one size
	forced *quant.Type
	seed   int64
}

// resolvedSlice is a slice whose models are open and whose layers are known.
type resolvedSlice struct {
	sliceConfig
	base *model // nil: none
	from []*model
}

// resolve fills in what the short form leaves open and compares the models.
func (p *plain) resolve() ([]resolvedSlice, error) {
	var out []resolvedSlice
	for _, s := range p.slices {
		r := resolvedSlice{sliceConfig: s, base: p.models[p.baseOf(s)]}
		r.sources = slices.Clone(s.sources)
		for i := range r.sources {
			src := &r.sources[i]
			m := p.models[src.model]
			if src.to == wholeModel {
				src.to = m.layers
			}
			if src.to > m.layers {
				return nil, fmt.Errorf("model %s has %d layers, so that [%d, %d] cannot be taken from it", m.name, m.layers, src.from, src.to)
			}
			if n, first := src.to-src.from, r.sources[0]; n != first.to-first.from {
				return nil, fmt.Errorf("model %s has %d layers, but %s has %d: they do not fit each other", m.name, n, first.model, first.to-first.from)
			}
			r.from = append(r.from, m)
		}
		out = append(out, r)
	}
	return out, p.compare()
}

// named are all models in the configuration's order, the base first.
func (p *plain) named() []*model {
	var all []*model
	for _, name := range p.names() {
		all = append(all, p.models[name])
	}
	return all
}

func (p *plain) compare() error {
	for _, m := range p.named() {
		if err := m.checkNames(); err != nil {
			return err
		}
		if err := m.fits(p.donor); err != nil {
			return err
		}
	}
	return nil
}

// plan lists the tensors: embeddings, layers, what comes after them.
func (p *plain) plan() (*plan, error) {
	parts, err := p.resolve()
	if err != nil {
		return nil, err
	}
	out, last := &plan{}, parts[len(parts)-1]
	add := func(o *output, err error) error {
		if err != nil || o == nil {
			return err
		}
		out.tensors = append(out.tensors, o)
		return o.check()
	}
	if err := add(p.tensor(parts[0], embeddings, embeddings, 0, 0)); err != nil {
		return nil, err
	}
	layers := 0
	for _, s := range parts {
		for i := range s.sources[0].to - s.sources[0].from {
			if err := p.layer(s, i, layers, add); err != nil {
				return nil, err
			}
			layers++
		}
	}
	for _, name := range []string{finalNorm, head} {
		if err := add(p.tensor(last, name, name, 0, 0)); err != nil {
			return nil, err
		}
	}
	if v, ok := p.donor.table[ropeFreqs]; ok {
		out.tensors = append(out.tensors, copied(ropeFreqs, &view{model: p.donor, name: ropeFreqs, typ: v.Type, shape: v.Shape}))
	}
	return out, nil
}

// layer adds the i-th layer of a slice, which becomes the result's layer number.
func (p *plain) layer(s resolvedSlice, i, number int, add func(*output, error) error) error {
	n := s.sources[0].to - s.sources[0].from
	t := 1.0
	if n > 1 {
		t = float64(i) / float64(n-1)
	}
	for _, name := range layerNames {
		if err := add(p.tensor(s, inLayer(number, name.gguf), name.gguf, i, t)); err != nil {
			return err
		}
	}
	return nil
}

// tensor is one tensor of the result. rest is its name in the sources, behind
// "blk.N." if it belongs to a layer; i is the layer within the slice. It is nil
// if no source has the tensor and models can do without it.
func (p *plain) tensor(s resolvedSlice, name, rest string, i int, t float64) (*output, error) {
	views, err := p.views(s, name, rest, i)
	if err != nil || views == nil {
		return nil, err
	}
	if err := allShapes(name, views); err != nil {
		return nil, err
	}
	j := job{plain: p, slice: s, name: name, t: t, views: views}
	f, err := j.formula()
	if err != nil {
		return nil, err
	}
	typ := j.typ()
	if c, ok := f.(*scaled); ok && c.unchanged() {
		if p.forced == nil && len(c.x.shape) > 1 {
			typ = c.x.typ
		}
		if c.x.typ == typ {
			return copied(name, c.x), nil
		}
	}
	return computed(name, typ, views[0].shape, f), nil
}

// views are the sources' tensors, nil if none has it and none needs it.
func (p *plain) views(s resolvedSlice, name, rest string, i int) ([]*view, error) {
	var out []*view
	missing := 0
	for j, m := range s.from {
		source := rest
		if _, _, ok := splitLayer(name); ok {
			source = inLayer(s.sources[j].from+i, rest)
		}
		if _, ok := m.table[source]; !ok && (name == head || strings.HasSuffix(rest, ".bias")) {
			missing++
			if name == head {
				source = embeddings // tied
			}
		}
		if missing == len(s.from) {
			return nil, nil
		}
		out = append(out, &view{model: m, name: source})
	}
	for _, v := range out {
		t, err := v.model.tensor(v.name)
		if err != nil {
			return nil, err
		}
		v.typ, v.shape = t.Type, t.Shape
	}
	if isEmbedding(name) && p.vocab != nil {
		return p.vocab.gather(out, s.base)
	}
	return out, nil
}

// metadata is the donor's, with the number of layers and the vocabulary that the result has.
func (p *plain) metadata(name string, tensors []*output) *metadata {
	d := newMetadata(p.donor)
	layers := 0
	for _, t := range tensors {
		if layer, _, ok := splitLayer(t.name); ok {
			layers = max(layers, layer+1)
		}
	}
	d.set(p.donor.prefix+"block_count", uint32(layers))
	if p.vocab != nil {
		p.vocab.describe(d)
	}
	if _, stated := p.donor.Value(p.donor.prefix + "vocab_size"); stated {
		d.set(p.donor.prefix+"vocab_size", uint32(tensors[0].shape[1]))
	}
	d.describe(name, p.named())
	d.types(tensors)
	return d
}
