package engine

import (
	"cmp"

	"beyonder/engine/model"
)

// Memory is what there is, in bytes; 0: unknown.
type Memory struct {
	Free  int64 `json:"free"`  // that the system can give now, the page cache included
	Total int64 `json:"total"` // that the machine, or the container, has
	Card  int64 `json:"card"`  // of graphics memory, free when the card was last looked at
}

// MemoryNow asks the system. It knows nothing of graphics cards: a process that
// has one open does, and says so in Info.
func MemoryNow() Memory {
	free, _ := freeMemory()
	return Memory{Free: free, Total: totalMemory()}
}

// Fit says how a model goes with the memory there is.
type Fit string

const (
	FitUnknown Fit = ""     // the system does not tell how much memory there is
	FitWhole   Fit = "fits" // into what is free now
	// FitSlow: into the machine, but not into what is free now, so that weights are
	// dropped and read from the disk again until other programs make room.
	FitSlow Fit = "slow"
	FitNot  Fit = "no" // more than the machine has
)

// Need is what loading a model takes, and how that fits.
type Need struct {
	Context int   `json:"context"` // tokens
	Weights int64 `json:"weights"` // bytes of main memory, those on the graphics card aside
	Cache   int64 `json:"cache"`   // the KV cache
	Working int64 `json:"working"` // everything else that answering takes
	Bytes   int64 `json:"bytes"`   // all of the three

	Card       int64 `json:"card,omitempty"`        // bytes of graphics memory
	CardLayers int   `json:"card_layers,omitempty"` // so many of the last layers are there
	Layers     int   `json:"layers"`
	Fit        Fit   `json:"fit"`
}

// Need reckons what loading takes, from the tensor table and as Load does it. It
// fails for options that Load would refuse.
func (o Outline) Need(l LoadOptions, m Memory) (Need, error) {
	if err := l.check(); err != nil {
		return Need{}, err
	}
	c := o.Config
	mo := model.Options{Context: l.context(c), Batch: batch(Info{ActiveParameters: o.ActiveParameters}), F16: l.KV != "f32" && !l.Exact, Q8: l.KV == "q8_0" && !l.Exact}
	shape := c.CacheShape(mo)
	if err := shape.Check(); err != nil {
		return Need{}, err
	}
	n := Need{Context: mo.Context, Weights: o.WeightBytes, Cache: shape.Bytes(), Layers: c.Layers}
	n.Working = workingBytes(c, mo) - n.Cache
	if m.Card > 0 && l.Device != "cpu" {
		n.onCard(o.Parts.sizes(c, mo), l, m.Card)
	}
	n.Bytes = n.Weights + n.Cache + n.Working
	n.Fit = m.fit(n)
	return n, nil
}

// onCard moves what the graphics card takes over.
func (n *Need) onCard(s sizes, l LoadOptions, free int64) {
	p, err := s.fit(free, l)
	if err != nil {
		return // the processor does it all
	}
	n.Card, n.CardLayers = s.of(p), p.layers
	n.Weights = max(0, n.Weights-s.weights(p))
	if p.whole(n.Layers) {
		n.Weights, n.Cache, n.Working = 0, 0, programBytes
	}
}

func (m Memory) fit(n Need) Fit {
	most := cmp.Or(m.Total, m.Free)
	switch {
	case most == 0:
		return FitUnknown
	case n.Bytes > most:
		return FitNot
	case m.Free > 0 && n.Bytes > m.Free, m.Free == 0 && n.Bytes > most/10*7:
		return FitSlow
	}
	return FitWhole
}
