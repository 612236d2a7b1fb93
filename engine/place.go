package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"beyonder/engine/compute"
	"beyonder/engine/gl"
	"beyonder/engine/model"
)

// placement says what of a model is on the graphics card: whole layers, the last
// ones, and the output. What comes before them is the processor's.
type placement struct {
	layers  int  // so many of the last ones
	experts bool // of which the feed-forward parts are the processor's
	missing int64
}

// sizes are the bytes of graphics memory that a model's parts take.
type sizes struct {
	embed, output   int64
	attention, feed []int64 // of each layer, the KV cache included
	working         int64   // whatever is there
	cache           int64   // of attention, in each layer
}

// WeightParts are the bytes of a model's parts as a graphics card keeps them.
type WeightParts struct {
	Embed     int64   `json:"embed,omitempty"`
	Output    int64   `json:"output,omitempty"`
	Attention []int64 `json:"attention,omitempty"` // of each layer
	Feed      []int64 `json:"feed,omitempty"`      // its feed-forward part, all experts
}

// weightParts adds up the tensors by what they belong to.
func weightParts(table []TensorReport, layers int) WeightParts {
	w := WeightParts{Attention: make([]int64, layers), Feed: make([]int64, layers)}
	tied := true
	for _, t := range table {
		if len(t.Shape) == 0 || t.Shape[0] == 0 {
			continue
		}
		bytes := gl.RowBytes(t.Type, int(t.Shape[0])) * int64(t.elems()/t.Shape[0])
		w.add(t.Name, bytes)
		tied = tied && t.Name != "output.weight"
	}
	if tied {
		w.Output += w.Embed
	}
	return w
}

// sizes adds what is not in the file.
func (w WeightParts) sizes(c model.Config, o model.Options) sizes {
	s := sizes{
		embed: w.Embed, output: w.Output, attention: slices.Clone(w.Attention), feed: w.Feed,
		working: c.ScratchBytes(o), cache: c.CacheShape(o).Bytes() / int64(c.Layers),
	}
	for i := range s.attention {
		s.attention[i] += s.cache
	}
	return s
}

// add counts a tensor: "blk.7.ffn_up_exps.weight" is the feed-forward part's of layer 7.
func (w *WeightParts) add(name string, bytes int64) {
	part := strings.SplitN(name, ".", 3)
	switch {
	case len(part) == 3 && part[0] == "blk":
		i, err := strconv.Atoi(part[1])
		switch {
		case err != nil || i < 0 || i >= len(w.Feed):
		case strings.HasPrefix(part[2], "ffn_"):
			w.Feed[i] += bytes
		default:
			w.Attention[i] += bytes
		}
	case part[0] == "token_embd":
		w.Embed += bytes
	case strings.HasPrefix(part[0], "output"):
		w.Output += bytes
	}
}

// of is what a placement takes.
func (s sizes) of(p placement) int64 {
	n := s.working + s.output
	for i := len(s.feed) - p.layers; i < len(s.feed); i++ {
		n += s.attention[i]
		if !p.experts {
			n += s.feed[i]
		}
	}
	if p.whole(len(s.feed)) {
		n += s.embed
	}
	return n
}

// weights is of without what is not in the file.
func (s sizes) weights(p placement) int64 {
	return s.of(p) - s.working - int64(p.layers)*s.cache
}

// whole tells whether nothing is left to the processor.
func (p placement) whole(layers int) bool { return p.layers == layers && !p.experts }

// reserve is graphics memory that is left to the desktop and the driver: what is
// over it, drivers move to main memory without a word.
func reserve(free int64) int64 { return max(1<<30, free/10) }

// fit chooses the placement: as many layers as there is memory for, or as the user
// wants. free is 0 if the driver does not say; then everything is tried.
func (s sizes) fit(free int64, o LoadOptions) (placement, error) {
	p := placement{layers: len(s.feed), experts: o.ExpertsOnCPU}
	if o.GPULayers > 0 {
		p.layers = min(p.layers, o.GPULayers)
		return p, nil
	}
	if free == 0 || o.Force {
		return p, nil
	}
	all, budget := s.of(p), free-reserve(free)
	for p.layers > 0 && s.of(p) > budget {
		p.layers--
	}
	if p.layers == 0 {
		return p, fmt.Errorf("the model needs %.1f GB of graphics memory, %.1f GB are free", float64(all)/1e9, float64(free)/1e9)
	}
	p.missing = all - s.of(p)
	return p, nil
}

// places says which device computes what.
func (p placement) places(c model.Config, card, processor compute.Device) model.Places {
	if p.whole(c.Layers) {
		return model.On(card, c)
	}
	to := model.On(processor, c)
	to.Output = card
	for i := c.Layers - p.layers; i < c.Layers; i++ {
		to.Attention[i] = card
		if !p.experts {
			to.FeedForward[i] = card
		}
	}
	return to
}

// describe is what users read: where what is, and why.
func (p placement) describe(c model.Config, card *gl.Device) (device, reason string) {
	switch {
	case p.whole(c.Layers):
		return card.Name(), ""
	case p.experts:
		device = fmt.Sprintf("GPU attention of %d/%d layers (%s), CPU the rest", p.layers, c.Layers, card.Renderer())
	default:
		device = fmt.Sprintf("GPU %d/%d layers (%s), CPU the rest", p.layers, c.Layers, card.Renderer())
	}
	if p.missing > 0 {
		reason = fmt.Sprintf("%.1f GB did not fit", float64(p.missing)/1e9)
	}
	return device, reason
}
