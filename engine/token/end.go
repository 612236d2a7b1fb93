package token

// certainty says how much a token's text tells about its meaning.
type certainty uint8

const (
	perhaps certainty = iota + 1 // an end if it is a control token; otherwise it may be HTML or a role
	surely                       // an end whatever its type says
)

// endName says whether a token of this text ends generation in one model or
// other: the names that llama.cpp recognises, and OpenChat's <|end_of_turn|>.
func endName(text string) certainty {
	switch text {
	case "</s>", // of Gemma: struck-out text ends here
		"<|user|>", // a model that speaks for the user has finished
		"<eos>", "[EOS]", "<EOT>", "[EOT]", "<turn|>",
		// What comes after them is another file, or nothing.
		"<|fim_pad|>", "<fim_pad>", "<fim-pad>", "<|fim_repo|>", "<fim-repo>", "<|repo_name|>", "<reponame>", "<|file_sep|>":
		return perhaps
	case "<|im_end|>", "<|end_of_turn|>", "<end_of_turn>",
		"<|eot_id|>", "<|eom_id|>", "_<EOT>",
		"<|endoftext|>", "<|end_of_text|>", "<end_of_utterance>", "<｜end▁of▁sentence｜>",
		"<|end|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>":
		return surely
	}
	return 0
}

// findEnds collects the tokens that end generation.
func (t *Tokenizer) findEnds(c Config) map[int32]bool {
	ends := map[int32]bool{}
	for id, k := range t.kinds {
		if k == control && endName(t.tokens[id]) != 0 {
			ends[int32(id)] = true
		}
	}
	if id, ok := t.ids["<|end|>"]; ok && t.endsOnlyPart(ends) {
		delete(ends, id)
	}
	for _, id := range append([]int32{c.EOS, c.EOT, c.EOM}, c.EOGs...) {
		if id >= 0 {
			ends[id] = true
		}
	}
	return ends
}

// endsOnlyPart says whether <|end|> ends one part of a reply only: so it does
// in gpt-oss's format, which ends with <|return|> or <|call|>, and in Solar
// Open's, which ends with <|flush|> or <|calls|>.
func (t *Tokenizer) endsOnlyPart(ends map[int32]bool) bool {
	has := func(text string) bool { id, ok := t.ids[text]; return ok && ends[id] }
	return (has("<|call|>") || has("<|calls|>")) && (has("<|return|>") || has("<|flush|>"))
}

// EndOfGeneration says whether a model that chooses this token has finished.
func (t *Tokenizer) EndOfGeneration(id int32) bool { return t.ends[id] }
