package apptest

import (
	"testing"
	"time"
)

// A stall counts while it lasts, and for a while after it.
func TestStalls(t *testing.T) {
	s := &Stalls{}
	if got := s.Allowance(); got != 0 {
		t.Errorf("before anything was measured %v is allowed", got)
	}
	s.begin(time.Now().Add(-time.Second))
	if got := s.Allowance(); got < 2*time.Second || got > time.Minute {
		t.Errorf("a second into a stall %v is allowed, want twice as long", got)
	}
	s.end(time.Now())
	s.begin(time.Now())
	if got := s.Allowance(); got < 2*time.Second {
		t.Errorf("after a stall of a second %v is allowed", got)
	}
	s.seen[0].ended = time.Now().Add(-2 * stallsCount)
	if got := s.Allowance(); got > time.Second {
		t.Errorf("long after it %v is allowed", got)
	}
}
