package token

// Spell returns the bytes that a token adds to a text that is decoded without
// control tokens, nothing for a token that adds none or what it should not: a
// control token, one for the unknown, an id outside the vocabulary. reopens says
// that a space at the beginning of the next token is taken away, as behind a
// user-defined token where Encode puts one in.
func (t *Tokenizer) Spell(id int32) (text []byte, reopens bool) {
	if !t.valid(id) {
		return nil, false
	}
	switch t.kinds[id] {
	case control, unknown:
		return nil, false
	case userDefined:
		return t.Bytes(id), t.spacePrefix
	}
	return t.Bytes(id), false
}

// Opens says whether a space at the beginning of a text's first token is taken
// away when it is decoded.
func (t *Tokenizer) Opens() bool { return t.spacePrefix }
