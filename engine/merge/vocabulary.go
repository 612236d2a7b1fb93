package merge

import (
	"fmt"
	"strings"
)

// vocabulary is the result's, where tokenizer_source names one: a token's row in
// the embeddings of each model is found by the token's text.
type vocabulary struct {
	of     *model
	tokens []string
	rows   map[*model]map[string]int
}

func newVocabulary(of *model, models map[string]*model) (*vocabulary, error) {
	v := &vocabulary{of: of, rows: map[*model]map[string]int{}}
	for _, m := range models {
		tokens, err := m.tokens()
		if err != nil {
			return nil, err
		}
		v.rows[m] = map[string]int{}
		for id, text := range tokens {
			if _, twice := v.rows[m][text]; !twice {
				v.rows[m][text] = id
			}
		}
		if m == of {
			v.tokens = tokens
		}
	}
	return v, nil
}

const tokensKey = "tokenizer.ggml.tokens"

func (m *model) tokens() ([]string, error) {
	v, _ := m.Value(tokensKey)
	tokens, ok := v.([]string)
	if !ok || len(tokens) == 0 {
		return nil, fmt.Errorf("model %s holds no vocabulary (%s), so that tokenizer_source cannot be followed", m.name, tokensKey)
	}
	if e, ok := m.table[embeddings]; ok && len(e.Shape) == 2 && e.Shape[1] < uint64(len(tokens)) {
		return nil, fmt.Errorf("model %s has %d tokens, but embeddings for %d", m.name, len(tokens), e.Shape[1])
	}
	return tokens, nil
}

// gather puts the models' embeddings in the order of the result's vocabulary.
func (v *vocabulary) gather(all []*view, base *model) ([]*view, error) {
	out := make([]*view, len(all))
	for i, own := range all {
		if len(own.shape) != 2 || own.shape[0] != all[0].shape[0] {
			return nil, sameShape(own.name, all[0], own)
		}
		if own.model == v.of && int(own.shape[1]) == len(v.tokens) {
			out[i] = own
			continue
		}
		out[i] = &view{model: own.model, name: own.name, typ: own.typ, shape: []uint64{own.shape[0], uint64(len(v.tokens))}}
		for _, text := range v.tokens {
			r := v.row(text, own, all, base)
			if len(r.of) == 0 {
				return nil, fmt.Errorf("the token %q is in none of the models merged here, so that it has no embedding", text)
			}
			out[i].rows = append(out[i].rows, r)
		}
	}
	return out, nil
}

// row is a token's embedding in a model. If that lacks the token, it is the
// row of the base, if that has it, else the mean of the rows of those that do.
func (v *vocabulary) row(text string, own *view, all []*view, base *model) row {
	if id, ok := v.rows[own.model][text]; ok {
		return row{of: []*view{own}, from: []int{id}}
	}
	var r row
	for _, o := range all {
		id, ok := v.rows[o.model][text]
		if ok && o.model == base {
			return row{of: []*view{o}, from: []int{id}}
		}
		if ok {
			r.of, r.from = append(r.of, o), append(r.from, id)
		}
	}
	return r
}

// replace puts the vocabulary in the place of the donor's.
func (v *vocabulary) replace(d *metadata) {
	for _, key := range d.donor.Keys() {
		if strings.HasPrefix(key, "tokenizer.") {
			d.changed[key] = nil
		}
	}
	keys := v.of.Keys()
	for _, key := range keys {
		if strings.HasPrefix(key, "tokenizer.") {
			value, _ := v.of.Value(key)
			d.set(key, value)
		}
	}
}
