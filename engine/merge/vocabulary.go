package merge

import (
	"fmt"
	"slices"
	"strings"
)

// vocabulary is the result's, where tokenizer_source names one: a token's row in
// the embeddings of each model is found by the token's text.
type vocabulary struct {
	of     *model
	tokens []string
	more   []addition // tokens behind those of the model
	rows   map[*model]map[string]int
}

// addition is a token that a union takes from another model.
type addition struct {
	from *model
	id   int
}

func newVocabulary(of *model, models []*model) (*vocabulary, error) {
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

// unionVocabulary has the tokens of all models: behind those of the first the
// ones that it lacks, pieces of text before those that were added to a vocabulary.
func unionVocabulary(first *model, models []*model) (*vocabulary, error) {
	v, err := newVocabulary(first, models)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, text := range v.tokens {
		seen[text] = true
	}
	v.tokens = slices.Clone(v.tokens)
	for _, added := range []bool{false, true} {
		for _, m := range models {
			if a, b := m.tokenizer(), first.tokenizer(); a != b {
				return nil, fmt.Errorf("model %s has a vocabulary of the kind %q, but %s one of the kind %q: they have no union", m.name, a, first.name, b)
			}
			tokens, _ := m.tokens() // read by newVocabulary
			for id, text := range tokens {
				if seen[text] || isAdded(m.tokenType(id)) != added {
					continue
				}
				seen[text] = true
				v.tokens = append(v.tokens, text)
				v.more = append(v.more, addition{m, id})
			}
		}
	}
	return v, nil
}

// Types of tokens that a union has to know; 1 is a piece of text.
const (
	unknownToken = 2
	controlToken = 3
	userDefined  = 4 // found in text as it stands, whatever the other pieces are
)

func isAdded(kind int32) bool { return kind >= unknownToken && kind <= userDefined }

const (
	tokensKey = "tokenizer.ggml.tokens"
	scoresKey = "tokenizer.ggml.scores"
	typesKey  = "tokenizer.ggml.token_type"
)

// tokenizer is the kind of a model's vocabulary.
func (m *model) tokenizer() string {
	v, _ := m.Value("tokenizer.ggml.model")
	name, _ := v.(string)
	return name
}

// tokenType is a token's type, that of a piece of text if the model states none.
func (m *model) tokenType(id int) int32 {
	v, _ := m.Value(typesKey)
	if types, ok := v.([]int32); ok && id < len(types) {
		return types[id]
	}
	return 1
}

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

// describe puts the vocabulary in the place of the donor's.
func (v *vocabulary) describe(d *metadata) {
	if v.of != d.donor {
		v.replace(d)
	}
	if len(v.more) == 0 {
		return
	}
	d.set(tokensKey, v.tokens)
	if old, ok := listOf[float32](v.of, scoresKey); ok {
		scores := slices.Clone(old)
		for _, a := range v.more {
			scores = append(scores, scoreOf(a))
		}
		d.set(scoresKey, scores)
	}
	types, ok := listOf[int32](v.of, typesKey)
	if !ok {
		types = slices.Repeat([]int32{1}, len(v.tokens)-len(v.more))
	}
	types = slices.Clone(types)
	for _, a := range v.more {
		types = append(types, typeOf(a))
	}
	d.set(typesKey, types)
}

func listOf[T float32 | int32](m *model, key string) ([]T, bool) {
	v, _ := m.Value(key)
	x, ok := v.([]T)
	return x, ok
}

func scoreOf(a addition) float32 {
	if scores, ok := listOf[float32](a.from, scoresKey); ok && a.id < len(scores) {
		return scores[a.id]
	}
	return 0
}

// typeOf is the type a token has in a union. The scores and merges of another
// vocabulary do not lead to it, so that it has to be found as it stands.
func typeOf(a addition) int32 {
	if t := a.from.tokenType(a.id); isAdded(t) {
		return t
	}
	return userDefined
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
