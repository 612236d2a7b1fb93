package token

// Options says how a text is read.
type Options struct {
	// Special reads control tokens in the text as such: for prompts that a
	// chat template made. Text from elsewhere goes through GuardText first.
	Special bool
	// BOS puts the tokens around the text that the vocabulary asks for, BOS
	// before it and EOS after it, even if the text spells them out as well.
	BOS bool
	// Continued says that the text goes on from earlier text, so that
	// SentencePiece puts no space before it.
	Continued bool
}

// Encode returns the ids of a text. Bytes that are not UTF-8 are encoded as
// they are, where the vocabulary can. Guards are left out.
func (t *Tokenizer) Encode(text string, o Options) []int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, guards := removeGuards(text)
	ids := make([]int32, 0, len(text)/3+2)
	if o.BOS && t.addBOS {
		ids = append(ids, t.bos)
	}
	word := func(w string) { ids = t.merger.encode(ids, w) }
	first := !o.Continued
	for _, f := range t.specials.cut(text, guards, o.Special) {
		if f.id >= 0 {
			ids = append(ids, f.id)
		} else {
			t.model.split(t.model.normalize(f.text, first), word)
		}
		first = f.id >= 0
	}
	if o.BOS && t.addEOS {
		ids = append(ids, t.eos)
	}
	return ids
}
