package merge

import (
	"fmt"
	"strings"

	"beyonder/engine/quant"
)

// mixture plans a mixture of experts in the manner of mergekit-moe: everything
// but the feed-forward layers is the base's, those are the experts' side by
// side, and the routers are given.
type mixture struct {
	*mixtureConfig
	base    *model
	experts []*model
	forced  *quant.Type // what the configuration or the caller asks for
	seed    int64
}

// feedForward are the matrices of which each expert has its own.
var feedForward = []string{"ffn_gate", "ffn_up", "ffn_down"}

func (m *mixture) check() error {
	all := append([]*model{m.base}, m.experts...)
	for _, e := range all {
		if err := e.checkNames(); err != nil {
			return err
		}
		if e.layers != m.base.layers {
			return fmt.Errorf("model %s has %d layers, but the base %s has %d: they do not fit each other", e.name, e.layers, m.base.name, m.base.layers)
		}
	}
	return nil
}

// plan lists the tensors. routers holds for each layer the rows of all experts.
func (m *mixture) plan(routers [][]float32) (*plan, error) {
	p := &plan{}
	for _, name := range m.base.names {
		layer, rest, ok := splitLayer(name)
		which, _, _ := strings.Cut(rest, ".")
		switch {
		case !ok || !strings.HasPrefix(rest, "ffn_") || rest == "ffn_norm.weight":
			v, err := m.base.view(name)
			if err != nil {
				return nil, err
			}
			p.tensors = append(p.tensors, m.copied(v))
		default:
			o, err := m.stacked(layer, which, name)
			if err != nil {
				return nil, err
			}
			p.tensors = append(p.tensors, o)
		}
		if rest == "ffn_norm.weight" {
			p.tensors = append(p.tensors, m.router(layer, routers[layer]))
		}
	}
	return p, m.complete(p)
}

// complete checks that every layer got its router and its experts.
func (m *mixture) complete(p *plan) error {
	have := map[string]bool{}
	for _, t := range p.tensors {
		have[t.name] = true
		if err := t.check(); err != nil {
			return err
		}
	}
	for layer := range m.base.layers {
		for _, name := range []string{"ffn_norm", "ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"} {
			if full := inLayer(layer, name+".weight"); !have[full] {
				return fmt.Errorf("model %s has no tensor that %s could be made from: it is incomplete", m.base.name, full)
			}
		}
	}
	return nil
}

// copied is a tensor of the base, in the type that was asked for. Vectors stay
// in float32, which is how engines want them.
func (m *mixture) copied(v *view) *output {
	t := v.typ
	if m.forced != nil {
		t = *m.forced
	}
	if len(v.shape) == 1 {
		t = quant.F32
	}
	if t == v.typ {
		return copied(v.name, v)
	}
	return computed(v.name, t, v.shape, &scaled{x: v, factor: 1})
}

// router is in float32 whatever the other tensors are: it is small, and a
// rounded one would choose other experts.
func (m *mixture) router(layer int, rows []float32) *output {
	width := uint64(len(rows) / len(m.experts))
	return computed(inLayer(layer, "ffn_gate_inp.weight"), quant.F32, []uint64{width, uint64(len(m.experts))}, values(rows))
}

// stacked is one matrix of all experts.
func (m *mixture) stacked(layer int, which, name string) (*output, error) {
	base, err := m.base.view(name)
	if err != nil {
		return nil, err
	}
	if len(base.shape) != 2 {
		return nil, fmt.Errorf("model %s: tensor %s has the shape %v, which is not a matrix", m.base.name, name, base.shape)
	}
	views := make([]*view, len(m.experts))
	for i, e := range m.experts {
		if views[i], err = e.view(name); err != nil {
			return nil, err
		}
		if err := sameShape(name, base, views[i]); err != nil {
			return nil, err
		}
	}
	o := &output{
		name:  inLayer(layer, which+"_exps.weight"),
		typ:   m.expertType(base, views, which == "ffn_down"),
		shape: []uint64{base.shape[0], base.shape[1], uint64(len(views))},
	}
	for i, v := range views {
		o.parts = append(o.parts, m.expert(i, v, o, which == "ffn_down"))
	}
	return o, nil
}

// changed reports whether an expert's matrix is not the model's own.
func (e expertConfig) changed(down bool) bool { return e.noise != 0 || down && e.residual != 1 }

// expertType is the type of a matrix of all experts. Unless one is asked for,
// it is the base's if that is a plain number; equal quantized types stay as they
// are, and of different ones the weights are written in float16.
func (m *mixture) expertType(base *view, views []*view, down bool) quant.Type {
	if m.forced != nil {
		return *m.forced
	}
	if base.typ.BlockElems() == 1 {
		return base.typ
	}
	for i, v := range views {
		if v.typ != views[0].typ || m.mixtureConfig.experts[i].changed(down) {
			return quant.F16
		}
	}
	return views[0].typ
}

func (m *mixture) expert(i int, v *view, o *output, down bool) part {
	e := m.mixtureConfig.experts[i]
	weights := weightsOf(v.shape)
	if v.typ == o.typ && !e.changed(down) {
		return part{weights: weights, copy: v}
	}
	f := &scaled{x: v, factor: 1, noise: float32(e.noise), seed: m.seed, name: o.name, number: i}
	if down {
		f.factor = float32(e.residual)
	}
	return part{weights: weights, formula: f}
}

// metadata is the base's, as that of a mixture.
func (m *mixture) metadata(name string, tensors []*output, experts []string) *metadata {
	d := newMetadata(m.base)
	d.set(m.base.prefix+"expert_count", uint32(len(m.experts)))
	d.set(m.base.prefix+"expert_used_count", uint32(m.used))
	d.describe(name, append([]*model{m.base}, m.experts...))
	m.nameExperts(d, experts)
	d.types(tensors)
	return d
}
