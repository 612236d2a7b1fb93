package sample

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// fixed is a constraint that always allows the same tokens.
type fixed struct {
	ids      []int32
	accepted int
}

func (f *fixed) Allowed() ([]uint64, error) {
	set := make([]uint64, 2)
	for _, id := range f.ids {
		set[id>>6] |= 1 << (id & 63)
	}
	return set, nil
}

func (f *fixed) Accept(int32) { f.accepted++ }
func (f *fixed) Rewind(n int) { f.accepted -= n }

// The draw is from the chain applied to what is allowed, in the numbers of the
// chain: as if the other logits were not there.
func TestConstrainedDistribution(t *testing.T) {
	logits := []float32{3, 2.5, 2, 1.5, 1, 0.5, 0, -0.5}
	allowed := []int32{1, 4, 5, 7}
	var kept []float32
	for _, id := range allowed {
		kept = append(kept, logits[id])
	}
	for _, set := range []func(*Settings){
		func(*Settings) {},
		func(s *Settings) { s.TopK = 2 },
		func(s *Settings) { s.TopP = 0.9 },
		func(s *Settings) { s.MinP = 0.3 },
		func(s *Settings) { s.Temperature = 0 },
	} {
		s := Neutral()
		s.Seed = 5
		set(&s)
		with, err := New(s, nil)
		if s.DRYMultiplier == 0 && err != nil {
			t.Fatal(err)
		}
		without, _ := New(s, nil)
		with.Constrain(&fixed{ids: allowed})
		counts := make([]float64, len(logits))
		const draws = 3000
		for range draws {
			id, err := with.Sample(logits)
			if err != nil {
				t.Fatal(err)
			}
			other, _ := without.Sample(kept)
			if allowed[other] != id { // the same numbers choose the same
				t.Fatalf("%+v: %d, and %d among what is allowed alone", s, id, allowed[other])
			}
			counts[id]++
		}
		if s.TopK == 0 && s.TopP == 1 && s.MinP == 0 && s.Temperature == 1 {
			sum := 0.0
			for _, l := range kept {
				sum += math.Exp(float64(l))
			}
			for i, id := range allowed {
				if p := math.Exp(float64(kept[i])) / sum; math.Abs(counts[id]/draws-p) > 0.03 {
					t.Errorf("token %d came in %v of the draws, not in %v", id, counts[id]/draws, p)
				}
			}
		}
	}
}

func TestConstraintIsToldOfTheReply(t *testing.T) {
	s := Neutral()
	s.Seed = 1
	m, err := New(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.Accept(3) // of the prompt
	c := &fixed{ids: []int32{2, 70}}
	m.Constrain(c)
	logits := make([]float32, 80)
	for range 50 {
		id, err := m.Sample(logits)
		if err != nil || !slices.Contains(c.ids, id) {
			t.Fatalf("%d, %v", id, err)
		}
		m.Accept(id)
	}
	if m.Rewind(20); c.accepted != 30 {
		t.Errorf("it knows of %d tokens", c.accepted)
	}
	m.Forbid(2, 70)
	if _, err := m.Sample(logits); !errors.Is(err, ErrDeadEnd) {
		t.Errorf("with nothing left: %v", err)
	}
	if _, err := m.Sample(logits); err != nil {
		t.Errorf("what was forbidden is not forgotten: %v", err)
	}
}
