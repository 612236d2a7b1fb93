package quantize

import (
	"strings"

	"beyonder/engine/quant"
)

// early2024 chooses by the rules of January 2024. They look for whole names:
// experts in tensors of their own, "ffn_down.3.weight", are the base type.
func (c *chooser) early2024(name string, row uint64) quant.Type {
	m, layer := c.mixture, layerOf(name)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case name == "output.weight":
		return c.output(row)
	case has("attn_v.weight"):
		return c.value2024(c.values[layer])
	case has("attn_k.weight") && c.experts == 8:
		return quant.Q8_0
	case has("attn_output.weight"):
		return c.attention2024()
	case has("attn_qkv.weight"):
		return c.fused()
	case has("ffn_down.weight"):
		return c.down2024(layer)
	case m.is(q2K) && (has("ffn_gate.weight") || has("ffn_up.weight")):
		return quant.Q3_K
	}
	return m.Base
}

func (c *chooser) value2024(i int) quant.Type {
	if c.experts == 8 {
		return quant.Q8_0
	}
	if c.mixture.is(q2K) {
		return quant.Q3_K
	}
	return c.value(i)
}

// attention2024 did not know of experts.
func (c *chooser) attention2024() quant.Type {
	dense := *c
	dense.experts = 0
	return dense.attention()
}

func (c *chooser) down2024(layer int) quant.Type {
	m := c.mixture
	switch {
	case m.is(q3KM) && layer < 2, m.is(q4KS) && layer < 4:
		return quant.Q5_K
	case m.is(q3KM):
		return quant.Q4_K
	case m.is(q4KS):
		return m.Base
	}
	return c.down(layer)
}

// fallback2024 is fallback as it was.
func fallback2024(t quant.Type, row uint64) quant.Type {
	if t == quant.Q3_K && row%256 != 0 && row%32 == 0 {
		return quant.Q4_1
	}
	return fallback(t, row)
}
