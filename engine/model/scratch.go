package model

import "beyonder/engine/compute"

// scratch is the working memory of a step, made once: rows for a batch of
// tokens, named after what they hold.
type scratch struct {
	x        compute.Rows // the residual stream
	normed   compute.Rows // width
	q        compute.Rows // heads × head size
	k, v     compute.Rows // key/value heads × head size
	attended compute.Rows // heads × head size
	logits   compute.Rows // of the router: experts

	gate, up compute.Rows      // feed-forward width, in a mixture one row per token and chosen expert
	choices  []compute.Choices // of each layer, where they are of this part
	some     []compute.Choices // memory for those of the first tokens
	share    int               // rows of gate per token

	vocabulary compute.Rows // logits of the tokens that were asked for
}

// outputRows is how many tokens' logits are computed at a time.
const outputRows = 32

// newScratch makes the memory of what a part does; rows that it has no use for
// are empty.
func newScratch(dev compute.Device, c Config, batch int, does duties) (scratch, error) {
	var err error
	rows := func(n, width int, used bool) compute.Rows {
		if !used {
			n = 0
		}
		r, e := dev.NewRows(n, width)
		if err == nil {
			err = e
		}
		return r
	}
	share, attends, feeds := max(1, c.Used), does.attention > 0, len(does.feed) > 0
	s := scratch{
		x:          rows(batch, c.Width, true),
		normed:     rows(batch, c.Width, true),
		q:          rows(batch, c.Heads*c.HeadDim, attends),
		k:          rows(batch, c.KVHeads*c.HeadDim, attends),
		v:          rows(batch, c.KVHeads*c.HeadDim, attends),
		attended:   rows(batch, c.Heads*c.HeadDim, attends),
		gate:       rows(batch*share, c.FeedForward, feeds),
		up:         rows(batch*share, c.FeedForward, feeds),
		vocabulary: rows(min(batch, outputRows), c.Vocabulary, does.output),
		share:      share,
	}
	if c.Experts == 0 {
		return s, err
	}
	s.logits = rows(batch, c.Experts, feeds)
	s.choices, s.some = make([]compute.Choices, c.Layers), make([]compute.Choices, c.Layers)
	for _, i := range does.feed {
		ch, e := dev.NewChoices(batch, c.Used)
		if err == nil {
			err = e
		}
		s.choices[i] = ch
	}
	return s, err
}

// scratchBytes is the memory that newScratch takes.
func scratchBytes(c Config, batch int) int64 {
	perToken := 2*c.Width + 2*c.Heads*c.HeadDim + 2*c.KVHeads*c.HeadDim + 2*max(1, c.Used)*c.FeedForward
	return 4 * (int64(batch)*int64(perToken) + int64(min(batch, outputRows))*int64(c.Vocabulary))
}

// first is the scratch of the first n tokens.
func (s scratch) first(n int) scratch {
	s.x, s.normed = s.x.Slice(0, n), s.normed.Slice(0, n)
	s.q, s.k, s.v = s.q.Slice(0, n), s.k.Slice(0, n), s.v.Slice(0, n)
	s.attended = s.attended.Slice(0, n)
	s.gate, s.up = s.gate.Slice(0, n*s.share), s.up.Slice(0, n*s.share)
	if s.choices == nil {
		return s
	}
	s.logits = s.logits.Slice(0, n)
	all := s.choices
	s.choices = s.some
	for i, c := range all {
		s.choices[i] = c.First(n)
	}
	return s
}
