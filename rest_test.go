package main

import "testing"

// Memory is given back once when work has ended, and not while it goes on.
func TestMemoryIsGivenBackAtRest(t *testing.T) {
	r := rest{}
	const mega = 1 << 20
	for _, period := range []struct {
		allocated uint64 // since the start
		want      bool
	}{
		{100 * mega, false}, // the window is built
		{100*mega + 500, true},
		{100*mega + 900, false}, // still at rest
		{103 * mega, false},
		{103*mega + 500, false}, // too little to be worth it
		{120 * mega, false},     // a reply
		{160 * mega, false},
		{160*mega + 500, true},
	} {
		if got := r.begins(period.allocated); got != period.want {
			t.Errorf("at %d bytes: %v", period.allocated, got)
		}
	}
	if allocatedSoFar() == 0 {
		t.Error("nothing has been allocated")
	}
}
