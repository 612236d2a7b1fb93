package engine

import (
	"fmt"
	"slices"

	"beyonder/engine/model"
)

// Mix is an experiment with a mixture: it answers with other experts than its
// routers would choose. The zero value is none.
type Mix struct {
	Used   int       `json:"used,omitempty"`   // experts for each token; 0: as many as the model was made for
	Off    []bool    `json:"off,omitempty"`    // by expert: it is never chosen
	Favour []float32 `json:"favour,omitempty"` // by expert: added to the router's logit, natural logarithm
}

// mostFavour is as good as always: e^40.
const mostFavour = 40

// never is added to the logit of an expert that is off. It is finite, because
// shaders may compute otherwise with infinities, and e^never is 0.
const never = -1e30

// IsZero says whether the mix is no experiment.
func (m Mix) IsZero() bool {
	return m.Used == 0 && !slices.Contains(m.Off, true) && !slices.ContainsFunc(m.Favour, func(x float32) bool { return x != 0 })
}

// of is the mix for a model with so many experts, used of them for each token.
// Experts that are off are not chosen for want of others.
func (m Mix) of(experts, used int) (model.Mix, error) {
	if m.IsZero() {
		return model.Mix{}, nil
	}
	if experts == 0 {
		return model.Mix{}, fmt.Errorf("the model is no mixture: it has no experts to try out")
	}
	if m.Off != nil && len(m.Off) != experts || m.Favour != nil && len(m.Favour) != experts {
		return model.Mix{}, fmt.Errorf("the experiment is for another model: this one has %d experts", experts)
	}
	x, on := model.Mix{Used: m.Used}, experts
	if x.Used == 0 {
		x.Used = used
	}
	if x.Used < 1 || x.Used > experts {
		return x, fmt.Errorf("%d experts per token are not possible: the model has %d", x.Used, experts)
	}
	x.Bias = make([]float32, experts)
	for e := range x.Bias {
		if m.Favour != nil {
			if f := m.Favour[e]; !(f >= -mostFavour && f <= mostFavour) {
				return x, fmt.Errorf("expert %d cannot be favoured by %g: choose -%d to %d", e+1, f, mostFavour, mostFavour)
			}
			x.Bias[e] = m.Favour[e]
		}
		if m.Off != nil && m.Off[e] {
			x.Bias[e] = never
			on--
		}
	}
	if on == 0 {
		return x, fmt.Errorf("all experts are switched off: switch one on, so that something can answer")
	}
	x.Used = min(x.Used, on)
	return x, nil
}

// mix makes the model answer with other experts. What the KV cache holds was
// computed with those before, so that it is of no use any more.
func (m *loaded) mix(x Mix) error {
	want, err := x.of(m.config.Experts, m.config.Used)
	if err != nil || want.Used == m.mixed.Used && slices.Equal(want.Bias, m.mixed.Bias) {
		return err
	}
	if err := m.model.SetMix(want); err != nil {
		return err
	}
	m.session.forget()
	m.mixed, m.batch = want, m.model.Batch()
	return nil
}

// unmix ends an experiment, for what is no reply.
func (m *loaded) unmix() { _ = m.mix(Mix{}) } // it cannot be refused
