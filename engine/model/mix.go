package model

import "fmt"

// Mix changes which experts the routers choose. The zero value changes nothing.
type Mix struct {
	Used int       // experts for each token; 0: as many as the model was made for
	Bias []float32 // added to the router's logit of each expert; nil: nothing
}

// SetMix holds for the steps that follow. What the KV cache has of other steps
// was computed otherwise.
func (m *Model) SetMix(x Mix) error {
	used := x.Used
	if used == 0 {
		used = m.c.Used
	}
	switch {
	case m.c.Experts == 0 && (x.Used != 0 || x.Bias != nil):
		return fmt.Errorf("the model is no mixture: it has no experts to choose from")
	case m.c.Experts == 0:
		return nil
	case used < 1 || used > m.c.Experts:
		return fmt.Errorf("%d experts per token are not possible: the model has %d", used, m.c.Experts)
	case x.Bias != nil && len(x.Bias) != m.c.Experts:
		return fmt.Errorf("%d values were given for %d experts", len(x.Bias), m.c.Experts)
	case used > m.o.Batch*max(1, m.c.Used):
		return fmt.Errorf("%d experts per token are more than there is room for", used)
	}
	m.mix = Mix{Used: used, Bias: x.Bias}
	for _, p := range m.at.parts {
		p.scratch.share = used
		for _, i := range p.does.feed {
			p.scratch.choices[i].Used = used
		}
	}
	return nil
}

// Batch is how many tokens a step may read. The working memory is made for the
// model's own number of experts; more of them leave room for fewer tokens.
func (m *Model) Batch() int {
	if m.mix.Used <= m.c.Used {
		return m.o.Batch
	}
	return m.o.Batch * m.c.Used / m.mix.Used
}
