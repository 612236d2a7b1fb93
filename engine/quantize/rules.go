package quantize

import (
	"fmt"
	"strings"

	"beyonder/engine/quant"
)

// Rules says by which rules a mixture chooses types.
type Rules string

// The rules are llama.cpp's; both give the same files as llama.cpp of their time.
const (
	Today     Rules = "today" // since February 2025
	Early2024 Rules = "2024"  // of January 2024, which did not know experts in tensors of their own
)

func (r Rules) check() error {
	if r != Today && r != Early2024 {
		return fmt.Errorf("no rules are called %q; choose %q or %q", string(r), Today, Early2024)
	}
	return nil
}

// chooser is what rules look at besides the tensor.
type chooser struct {
	mixture   Mixture
	layers    int
	experts   int
	sharing   int         // heads of attention to one of keys and values
	values    map[int]int // layer -> how manieth of those with values it is
	hasOutput bool        // false: the embedding serves as output as well
	imatrix   bool
}

// moreBits is the layers that mixtures called _M spend on: the first and the last
// eighth, and every third between them.
func moreBits(layer, layers int) bool {
	return layer < layers/8 || layer >= 7*layers/8 || (layer-layers/8)%3 == 2
}

// today chooses by the rules of today; the type may not fit the rows.
func (c *chooser) today(name string, row uint64, stacked bool) quant.Type {
	m, layer := c.mixture, layerOf(name)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case name == "output.weight", name == "token_embd.weight" && !c.hasOutput:
		return c.output(row)
	case m.is(mxfp4MoE):
		if stacked {
			return quant.MXFP4
		}
		return quant.Q8_0
	case name == "token_embd.weight":
		return c.embedding()
	case m.is(iq1S, iq1M, iq2XXS, iq2XS, iq2S, iq2M):
		return c.small(name, layer)
	case has("attn_v.weight"):
		return c.value(c.values[layer])
	case has("attn_k.weight"):
		return c.key()
	case has("attn_q.weight"):
		return c.query()
	case has("attn_output.weight"):
		return c.attention()
	case has("attn_qkv.weight"):
		return c.fused()
	case has("ffn_down"):
		return c.down(layer)
	case has("ffn_gate"), has("ffn_up"):
		if m.is(iq3XS) && layer >= c.layers/8 && layer < 7*c.layers/8 {
			return quant.IQ3_XXS
		}
	}
	return m.Base
}

func (c *chooser) output(row uint64) quant.Type {
	switch m := c.mixture; {
	case m.is("Q8_0", mxfp4MoE), row%uint64(m.Base.BlockElems()) != 0:
		return quant.Q8_0
	case m.is(iq1S, iq1M, iq2XXS, iq2XS, iq2S, iq2M, iq3XXS):
		return quant.Q5_K
	}
	return quant.Q6_K
}

func (c *chooser) embedding() quant.Type {
	switch m := c.mixture; {
	case m.is(iq1S, iq1M, iq2XXS, iq2XS):
		return quant.Q2_K
	case m.is(iq2S, iq2M, iq3XXS):
		return quant.IQ3_S
	case m.is("TQ1_0", "TQ2_0"):
		return quant.Q4_K
	}
	return c.mixture.Base
}

// small is for files of little more than two bits, in which what many weights
// depend on gets twice as many.
func (c *chooser) small(name string, layer int) quant.Type {
	m := c.mixture
	upper := m.is(iq2S, iq2M)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case has("attn_v.weight") && (c.sharing >= 4 || c.experts >= 4):
		return quant.Q4_K
	case has("attn_v.weight") && upper, has("ffn_down") && layer < c.layers/8 && upper:
		return quant.IQ3_S
	case has("attn_v.weight"), has("ffn_down") && layer < c.layers/8:
		return quant.Q2_K
	case has("attn_k.weight") && c.experts == 8:
		return quant.Q4_K
	case has("attn_output.weight") && c.experts == 8:
		return quant.Q5_K
	case has("attn_output.weight") && m.is(iq1S, iq1M):
		return quant.IQ2_XXS
	case has("attn_output.weight") && upper:
		return quant.IQ3_S
	}
	return m.Base
}

// value is for the i-th of the layers that have attn_v.
func (c *chooser) value(i int) quant.Type {
	if c.experts == 8 {
		return quant.Q8_0 // a small part of such a file
	}
	t := c.valueDense(i)
	if c.layers == 80 && c.sharing > 1 && (t == quant.Q3_K || t == quant.Q4_K) {
		return quant.Q5_K // eight heads share each value of the 70B models
	}
	return t
}

func (c *chooser) valueDense(i int) quant.Type {
	m, shared := c.mixture, c.sharing >= 4
	switch {
	case m.is(q2K, q2KS, iq3XXS, iq3XS, iq3S) && shared, m.is(iq3M):
		return quant.Q4_K
	case m.is(q2K):
		return quant.Q3_K
	case m.is(iq3XXS) && !c.imatrix:
		return quant.IQ3_S
	case m.is(q3KM) && i < 2, m.is(q3KL), m.is(iq4NL, iq4XS) && shared, m.is(q4KS) && i < 4:
		return quant.Q5_K
	case m.is(q3KM):
		return quant.Q4_K
	case m.is(q4KM, q5KM) && moreBits(i, len(c.values)):
		return quant.Q6_K
	}
	return m.Base
}

func (c *chooser) key() quant.Type {
	if c.experts == 8 {
		return quant.Q8_0
	}
	return c.query()
}

func (c *chooser) query() quant.Type {
	switch m := c.mixture; {
	case m.is(iq3XS):
		return quant.IQ3_XXS
	case m.is(iq3XXS):
		return quant.IQ2_S
	}
	return c.mixture.Base
}

func (c *chooser) attention() quant.Type {
	m := c.mixture
	if c.experts == 8 {
		if m.is(q2K, q3KS, q3KM, q4KS, q4KM, iq3XXS, iq3XS, iq3S, iq3M, iq4NL, iq4XS) {
			return quant.Q5_K
		}
		return m.Base
	}
	switch {
	case m.is(q2K):
		return quant.Q3_K
	case m.is(iq3XXS):
		return quant.IQ3_S
	case m.is(q3KM, iq3M):
		return quant.Q4_K
	case m.is(q3KL):
		return quant.Q5_K
	}
	return m.Base
}

func (c *chooser) fused() quant.Type {
	switch m := c.mixture; {
	case m.is(q3KM, q3KL, iq3M):
		return quant.Q4_K
	case m.is(q4KM):
		return quant.Q5_K
	case m.is(q5KM):
		return quant.Q6_K
	}
	return c.mixture.Base
}

func (c *chooser) down(layer int) quant.Type {
	m, more := c.mixture, moreBits(layer, c.layers)
	early := layer < c.layers/8
	switch {
	case m.is(q2K), m.is(iq3XXS) && !c.imatrix && !early:
		return quant.Q3_K
	case m.is(q3KM) && layer < c.layers/16, m.is(q3KL), m.is(q4KS) && early,
		m.is(iq4NL, iq4XS) && early && !c.imatrix:
		return quant.Q5_K
	case m.is(q3KM), m.is(q2KS, iq3M) && early, m.is(iq3M) && c.experts == 8 && more, m.is(iq3XXS) && !c.imatrix:
		return quant.Q4_K
	case m.is(q4KM, q5KM) && more:
		return quant.Q6_K
	case m.is(q4Zero) && c.imatrix && early:
		return quant.Q4_1
	case m.is(q5Zero) && c.imatrix && early:
		return quant.Q5_1
	}
	return m.Base
}

// fallback is the type for rows that t's blocks do not divide: the next larger of
// blocks of 32, or half precision.
func fallback(t quant.Type, row uint64) quant.Type {
	if row%uint64(t.BlockElems()) == 0 {
		return t
	}
	switch t {
	case quant.Q2_K, quant.Q3_K, quant.TQ1_0, quant.TQ2_0:
		t = quant.Q4_0
	case quant.Q4_K:
		t = quant.Q5_0
	case quant.Q5_K:
		t = quant.Q5_1
	case quant.Q6_K:
		t = quant.Q8_0
	default:
		t = quant.IQ4_NL
	}
	if row%uint64(t.BlockElems()) != 0 {
		return quant.F16
	}
	return t
}

// layerOf is N of "blk.N.…", 0 for tensors of no layer.
func layerOf(name string) int {
	var n int
	if _, err := fmt.Sscanf(name, "blk.%d.", &n); err != nil {
		return 0
	}
	return n
}
