package worker

import (
	"slices"
	"strings"

	"beyonder/engine"
)

// setback is what graphics cards have done to children: drivers crash, hang and
// run out of memory. The next child asks less of them.
type setback struct {
	cause  string // of the last loss
	path   string // of the model
	layers int    // that the card may have now; 0: none
}

// lessen takes the setbacks into account: after the first loss half of the layers
// that were on the card, after the next the processor alone.
func (c *Client) lessen(o engine.LoadOptions) engine.LoadOptions {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.card.path = o.Path
	if c.card.cause == "" || o.Device == "cpu" {
		return o
	}
	o.Setback = "the graphics card was given up (" + c.card.cause + ")"
	if c.card.layers == 0 {
		o.Device = "cpu"
		return o
	}
	o.Setback = "the graphics card failed with more layers (" + c.card.cause + ")"
	if o.GPULayers == 0 || o.GPULayers > c.card.layers {
		o.GPULayers = c.card.layers
	}
	return o
}

// loading notes how far the loading under way has come.
func (c *Client) loading(p *engine.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stage = ""
	if p != nil {
		c.stage = p.Stage
	}
}

// killed is what ending says of a process that the system ended for want of main
// memory, of which a smaller part on the card would take more; drivers crash otherwise.
const killed = "signal: killed"

// noteCard tells whether a child was lost while the graphics card was at work, and
// notes it. It is to be called while what the child had loaded is still known.
func (c *Client) noteCard(cause string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	had := 0
	if c.info != nil {
		had = c.info.GPULayers
	}
	if strings.Contains(cause, killed) {
		return false
	}
	if had == 0 && !slices.Contains([]string{engine.StageCard, engine.StageMove}, c.stage) {
		return false
	}
	again := c.card.cause != ""
	c.card.cause, c.card.layers = cause, had/2
	if again {
		c.card.layers = 0
	}
	return true
}
