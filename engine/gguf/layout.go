package gguf

import (
	"cmp"
	"slices"
)

// checkLayout sees to it that every tensor lies inside the file, at a multiple
// of the alignment, and shares no byte with another. Any order is accepted, gaps
// as well; ggml's own reader wants neither.
func (h *header) checkLayout() error {
	size := uint64(h.size)
	for _, t := range h.table {
		if t.offset%h.alignment != 0 {
			return damaged(h.file, "tensor %q begins at offset %d, not a multiple of %d", t.name, t.offset, h.alignment)
		}
		if h.dataStart > size || t.offset > size-h.dataStart || t.size > size-h.dataStart-t.offset {
			at := h.dataStart + t.offset
			return problem(CutShort, h.file, "%s is cut short: tensor %q needs bytes %d–%d, the file has %d; download it again",
				h.file, t.name, at, at+t.size-1, size)
		}
	}
	order := slices.SortedFunc(slices.Values(h.table), func(a, b tensorInfo) int { return cmp.Compare(a.offset, b.offset) })
	for i := 1; i < len(order); i++ {
		if a, b := order[i-1], order[i]; a.offset+a.size > b.offset {
			return damaged(h.file, "tensors %q and %q overlap", a.name, b.name)
		}
	}
	return nil
}

// checkVocabulary compares the lengths of the arrays that are indexed by token:
// whoever uses one with an index from another relies on it.
func (h *header) checkVocabulary() error {
	tokens, ok := h.arrayLen("tokenizer.ggml.tokens")
	if !ok {
		return nil
	}
	for _, key := range []string{"tokenizer.ggml.scores", "tokenizer.ggml.token_type"} {
		if n, ok := h.arrayLen(key); ok && n != tokens {
			return damaged(h.file, "key %q has %d elements for %d tokens", key, n, tokens)
		}
	}
	return nil
}
