package hf

import (
	"encoding/json"
	"slices"

	"beyonder/engine/token"
)

// specialNames are GGUF's names of the special tokens that folders name too.
var specialNames = []struct{ gguf, hf string }{
	{"bos", "bos_token"}, {"eos", "eos_token"}, {"unknown", "unk_token"}, {"padding", "pad_token"},
}

// readSpecial finds out which tokens are special. tokenizer_config.json names
// them by text and has the last word, special_tokens_map.json is older, and
// config.json has numbers.
func (t *tokenizer) readSpecial(files *files, settings *object, c config) error {
	older, err := files.object("special_tokens_map.json")
	if err != nil {
		return err
	}
	generation, err := files.object("generation_config.json")
	if err != nil {
		return err
	}
	ends := append(slices.Clone(c.tokens.eos), generation.integers("eos_token_id")...)
	t.fromNumbers(c, ends)
	for _, o := range []*object{older, settings} {
		for _, name := range specialNames {
			t.named(name.gguf, o.content(name.hf))
		}
		if o.err() != nil {
			return o.err()
		}
	}
	t.markSpecial(older)
	t.markSpecial(settings)
	for _, id := range ends {
		t.addEnd(id)
	}
	if eos, ok := t.ids["eos"]; ok {
		t.addEnd(int(eos))
	}
	if older.err() != nil {
		return older.err()
	}
	return generation.err()
}

// fromNumbers takes ids that config.json has and nothing better was said of.
func (t *tokenizer) fromNumbers(c config, ends []int) {
	numbers := map[string]int{"bos": c.tokens.bos, "padding": c.tokens.pad, "eos": -1}
	if len(ends) > 0 {
		numbers["eos"] = ends[0]
	}
	for name, id := range numbers {
		if _, known := t.ids[name]; !known && id >= 0 && id < len(t.tokens) {
			t.ids[name] = int32(id)
		}
	}
}

// named sets a special token by its text, "" for none.
func (t *tokenizer) named(name, text string) {
	if text == "" {
		return
	}
	id, ok := t.texts[text]
	if !ok {
		t.warn("the %s token %.80q is not in the vocabulary: it is left out", name, text)
		return
	}
	t.ids[name] = id
}

// markSpecial makes control tokens of those that a list names as special, though
// they were added as plain ones.
func (t *tokenizer) markSpecial(o *object) {
	var texts []string
	for _, name := range specialNames {
		texts = append(texts, o.content(name.hf))
	}
	for _, raw := range o.list("additional_special_tokens") {
		texts = append(texts, contentOf(raw))
	}
	for _, text := range texts {
		if id, ok := t.texts[text]; ok && t.types[id] == userDefined {
			t.types[id] = control
		}
	}
}

// addEnd adds a token that ends a reply. Configurations name ids beyond the
// vocabulary, and −1, for "none".
func (t *tokenizer) addEnd(id int) {
	if id >= 0 && id < len(t.tokens) && !slices.Contains(t.ends, int32(id)) {
		t.ends = append(t.ends, int32(id))
	}
}

// decide settles what is put around a text.
func (t *tokenizer) decide(settings *object) {
	bos := t.kind == token.SentencePiece
	eos := false
	if t.from != nil {
		if before, after, known := t.from.ends(t.text("bos"), t.text("eos")); known {
			bos, eos = before, after
		}
	}
	t.addBOS, t.addEOS = settings.boolOr("add_bos_token", bos), settings.boolOr("add_eos_token", eos)
	if t.kind == token.SentencePiece {
		t.spacePrefix = settings.boolOr("add_prefix_space", *t.spacePrefix)
	}
}

// text is that of a special token, "" if there is none.
func (t *tokenizer) text(name string) string {
	if id, ok := t.ids[name]; ok {
		return t.tokens[id]
	}
	return ""
}

// boolOr reads a bool, fallback if it is absent.
func (o *object) boolOr(key string, fallback bool) *bool {
	if v, ok := o.bool(key); ok {
		return &v
	}
	return &fallback
}

// content reads a token that is named by its text: a string, or an object with
// "content".
func (o *object) content(key string) string {
	v := o.raw(key)
	if v == nil {
		return ""
	}
	text := contentOf(v)
	if text == "" && string(v) != `""` {
		o.fail(key, "is %s, neither a string nor an object with content", short(v))
	}
	return text
}

func contentOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var in struct{ Content string }
	if json.Unmarshal(raw, &in) != nil {
		return ""
	}
	return in.Content
}

// list reads an array, of anything.
func (o *object) list(key string) []json.RawMessage {
	var list []json.RawMessage
	o.decode(key, &list, "a list")
	return list
}

// describe writes the tokenizer as GGUF's keys.
func (t *tokenizer) describe(m *metadata) {
	if t.kind == "" {
		return
	}
	m.set("tokenizer.ggml.model", t.kind)
	if t.pre != "" {
		m.set("tokenizer.ggml.pre", t.pre)
	}
	m.set("tokenizer.ggml.tokens", t.tokens)
	if t.scores != nil {
		m.set("tokenizer.ggml.scores", t.scores)
	}
	m.set("tokenizer.ggml.token_type", t.types)
	if len(t.merges) > 0 {
		m.set("tokenizer.ggml.merges", t.merges)
	}
	for _, name := range specialNames {
		if id, ok := t.ids[name.gguf]; ok {
			m.set("tokenizer.ggml."+name.gguf+"_token_id", uint32(id))
		}
	}
	if len(t.ends) > 1 {
		m.set("tokenizer.ggml.eos_token_ids", t.ends)
	}
	m.set("tokenizer.ggml.add_bos_token", *t.addBOS)
	m.set("tokenizer.ggml.add_eos_token", *t.addEOS)
	if t.spacePrefix != nil {
		m.set("tokenizer.ggml.add_space_prefix", *t.spacePrefix)
	}
	setTemplates(m, t.templates)
}
