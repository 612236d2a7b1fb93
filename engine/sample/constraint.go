package sample

import (
	"errors"
	"math/bits"
)

// Constraint says which tokens may come next: *grammar.Matcher.
type Constraint interface {
	// Allowed is a set: token i is bit i%64 of word i/64. It is only read, and
	// until the next call.
	Allowed() ([]uint64, error)
	Accept(id int32)
	// Rewind takes the last n accepted tokens back.
	Rewind(n int)
}

// ErrDeadEnd says that no token is left that the constraint allows.
var ErrDeadEnd = errors.New("no token of this model can go on with the reply in its format")

// Constrain keeps all tokens from being drawn that c does not allow. It begins
// with the next token: what was accepted before does not concern it.
//
// What is not allowed is taken out before any sampler looks, so that the chain
// sees the model's own distribution under the condition that the form is kept:
// top-k finds k tokens that are allowed, and min-p measures against the likeliest
// of them. The other way, to draw first, ask about that one token, and draw again
// from the rest if it is refused, costs less where the draw is from the whole
// distribution, and gives the same there. Behind top-k, top-p or min-p it does
// not: what they have let pass decides by its own weights and not by those among
// what is allowed. And it takes one number of the generator or two, so that those
// of token n would depend on the tokens before it.
func (s *Sampler) Constrain(c Constraint) { s.constraint = c }

// constrain takes out what the constraint does not allow.
func (s *Sampler) constrain() error {
	if s.constraint == nil {
		return nil
	}
	allowed, err := s.constraint.Allowed()
	if err == nil {
		s.set.keepSet(allowed)
	}
	return err
}

// keepSet cuts every candidate that is not in a set, as Constraint.Allowed gives
// it. Nothing has been cut before.
func (c *candidates) keepSet(set []uint64) {
	n, all := 0, int32(len(c.ids))
	for i, word := range set {
		for ; word != 0; word &= word - 1 {
			if id := int32(i*64 + bits.TrailingZeros64(word)); id < all {
				c.kept[n], c.logits[n] = id, c.logits[id]
				n++
			}
		}
	}
	c.resize(n)
}
