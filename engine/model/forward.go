package model

import "beyonder/engine/compute"

// forward reads ids at positions pos, pos+1, … and returns the residual stream
// after the last layer, one row per token. It only records verbs: errors come
// out of Read, but for one that comes while rows cross from device to device. enter,
// if not nil, sees what goes into each layer before the layer's own verbs are
// recorded.
//
//	h = x + Wo·attention(RMSNorm(x))
//	y = h + feedForward(RMSNorm(h))
func (m *Model) forward(ids []int32, pos int, enter func(layer int, on compute.Device, x compute.Rows)) step {
	s := m.at.embed.first(len(ids))
	s.dev.Embed(s.s.x, m.w.embed, ids)
	for i := range m.w.layers {
		s = m.move(s, m.at.attention[i])
		if enter != nil {
			enter(i, s.dev, s.s.x)
		}
		m.attention(i, pos, s)
		s = m.move(s, m.at.feed[i])
		if m.failed != nil {
			break
		}
		m.feedForward(i, s)
	}
	return m.move(s, m.at.output)
}

// attention lets each token look at itself and the tokens before it.
func (m *Model) attention(i, pos int, at step) {
	d, s, l := at.dev, at.s, &m.w.layers[i]
	d.RMSNorm(s.normed, s.x, l.attnNorm, m.c.Epsilon)
	d.MatMul(s.q, l.q, s.normed)
	d.MatMul(s.k, l.k, s.normed)
	d.MatMul(s.v, l.v, s.normed)
	d.Rotate(s.q, m.rope, pos)
	d.Rotate(s.k, m.rope, pos)
	d.Remember(at.cache, at.at[i], pos, s.k, s.v)
	d.Attend(s.attended, s.q, at.cache, at.at[i], pos)
	d.MatMulAdd(s.x, l.o, s.attended)
}

// feedForward is W2·(silu(W1·z) ⊙ W3·z), in a mixture the weighted sum of it
// over the experts that the router chooses for each token.
func (m *Model) feedForward(i int, at step) {
	d, s, l := at.dev, at.s, &m.w.layers[i]
	d.RMSNorm(s.normed, s.x, l.ffnNorm, m.c.Epsilon)
	if l.router == nil {
		d.MatMul(s.gate, l.gate, s.normed)
		d.MatMul(s.up, l.up, s.normed)
		d.SwiGLU(s.gate, s.gate, s.up)
		d.MatMulAdd(s.x, l.down, s.gate)
		return
	}
	d.MatMul(s.logits, l.router, s.normed)
	if m.mix.Bias != nil {
		d.Prefer(s.logits, m.mix.Bias)
	}
	d.Route(s.choices[i], s.logits)
	d.ExpertMatMul(s.gate, l.gates, s.normed, s.choices[i])
	d.ExpertMatMul(s.up, l.ups, s.normed, s.choices[i])
	d.SwiGLU(s.gate, s.gate, s.up)
	d.ExpertMatMulAdd(s.x, l.downs, s.gate, s.choices[i])
}

// output turns rows of the residual stream into logits over the vocabulary.
func (m *Model) output(x compute.Rows) compute.Rows {
	d, s := m.at.output.dev, &m.at.output.scratch
	normed, logits := s.normed.Slice(0, x.N), s.vocabulary.Slice(0, x.N)
	d.RMSNorm(normed, x, m.w.norm, m.c.Epsilon)
	d.MatMul(logits, m.w.output, normed)
	return logits
}
