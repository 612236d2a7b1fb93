// Package sample turns the logits of one position into the id of the next
// token, the way Settings says.
//
// Its one rule: the same settings, seed, history and logits give the same token
// on every machine. Candidates are therefore always walked by ascending id, ties
// go to the lower id, sums are taken in that order in float64, and no product is
// left for a compiler to fuse with a sum (exp.go). It does not know the model,
// the tokenizer beyond the bytes of a token, or when a reply ends.
//
// The definitions are those of llama.cpp (src/llama-sampler.cpp); the preset
// "transformers" orders them the way transformers' generate does.
package sample

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// Vocab is what the sampler must know of the vocabulary: the text of a token,
// in which DRY looks for its sequence breakers. The bytes are only read.
type Vocab interface {
	// Bytes is the text that id adds to a reply: nothing for a control token
	// or an id outside the vocabulary. It need not be whole UTF-8.
	Bytes(id int32) []byte
}

// Sampler draws the tokens of one reply. It keeps the tokens so far, which the
// penalties, DRY and Mirostat look back on. It is not safe for concurrent use.
type Sampler struct {
	settings Settings
	vocab    Vocab
	chain    []func(*Sampler) // what is on, first to last
	choose   func(*Sampler) int
	random   *rand.PCG
	seed     int64

	set        candidates
	constraint Constraint // nil: none
	forbidden  []int32    // not at the next Sample
	history    []int32    // accepted tokens, the oldest first
	tally      []int32    // by id; all zero between uses
	dry        dryState
	mirostat   mirostatState
}

// New makes a sampler. A seed of -1 is replaced by a fresh one; Seed tells it.
// The vocabulary may be nil unless DRY has breakers to look for.
func New(s Settings, v Vocab) (*Sampler, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if v == nil && !s.Off("dry") && len(s.DRYBreakers) > 0 {
		return nil, fmt.Errorf("the DRY breakers cannot be looked for without a vocabulary: give one or turn DRY off")
	}
	seed := s.Seed
	if seed == -1 {
		seed = freshSeed()
	}
	s.LogitBias = maps.Clone(s.LogitBias)
	m := &Sampler{settings: s, vocab: v, seed: seed, random: generator(seed)}
	m.chain = s.chain()
	m.choose = s.chooser()
	m.dry.init(s)
	m.mirostat.init(s)
	return m, nil
}

// Seed is the seed in use, never -1.
func (s *Sampler) Seed() int64 { return s.seed }

// Sample draws the next token from logits, one per id of the vocabulary, which
// are left as they are. Nothing but the generator moves and what was forbidden
// is forgotten; Accept makes the token part of the history. It fails if a logit
// is not finite or if every token is forbidden, with ErrDeadEnd if a constraint
// has left none.
//
// The generator gives one number for XTC if that is on, then one for the draw,
// whatever the logits are: the numbers of token n do not depend on the tokens
// before it.
func (s *Sampler) Sample(logits []float32) (int32, error) {
	defer func() { s.forbidden = s.forbidden[:0] }()
	if bad := s.set.load(logits); bad >= 0 {
		return 0, fmt.Errorf("the model produced values that are not numbers at token %d (its score for token id %d is %v): the model file may be damaged, or the device may have computed wrongly",
			len(s.history), bad, logits[bad])
	}
	if err := s.constrain(); err != nil {
		return 0, err
	}
	s.exclude()
	if s.set.len() == 0 && s.constraint != nil {
		return 0, ErrDeadEnd
	}
	if s.set.len() == 0 {
		return 0, fmt.Errorf("no token is left to choose from at token %d: all %d of the vocabulary are forbidden", len(s.history), len(logits))
	}
	for _, run := range s.chain {
		run(s)
	}
	return s.set.ids[s.choose(s)], nil
}

// Accept puts a token at the end of the history. The tokens of the prompt
// belong there too.
func (s *Sampler) Accept(id int32) {
	s.history = append(s.history, id)
	s.dry.accept(s)
	s.mirostat.accept(id)
	if s.constraint != nil {
		s.constraint.Accept(id)
	}
}

// Rewind takes the last n tokens out of the history again, all of them if there
// are fewer. What Accept changed is as it was before; the generator goes on,
// since a repeated number would favour the neighbours of a token drawn before.
func (s *Sampler) Rewind(n int) {
	keep := len(s.history) - min(max(n, 0), len(s.history))
	s.history = s.history[:keep]
	s.dry.rewind(keep)
	s.mirostat.rewind(keep)
	if s.constraint != nil {
		s.constraint.Rewind(n)
	}
}

// Forbid keeps ids from being drawn by the next Sample, and by that one only.
func (s *Sampler) Forbid(ids ...int32) { s.forbidden = append(s.forbidden, ids...) }

// exclude takes the forbidden tokens out before any sampler looks, so that
// top-k still finds k others.
func (s *Sampler) exclude() {
	if len(s.forbidden) == 0 {
		return
	}
	slices.Sort(s.forbidden)
	s.set.keep(func(i int) bool {
		_, found := slices.BinarySearch(s.forbidden, s.set.ids[i])
		return !found
	})
}

// draw picks a candidate by its probability: the first, by ascending id, at
// which the probabilities summed up pass the number drawn.
func (s *Sampler) draw() int {
	total := s.set.weigh()
	return s.set.locate(total * s.unit())
}

// lookBack returns the last n tokens of the history, all of them for -1.
func (s *Sampler) lookBack(n int) []int32 {
	if n < 0 || n > len(s.history) {
		return s.history
	}
	return s.history[len(s.history)-n:]
}

// counters returns one zero for each id of the vocabulary. Whoever changes one
// puts it back.
func (s *Sampler) counters() []int32 {
	s.tally = grow(s.tally, s.set.vocabulary)
	return s.tally
}
