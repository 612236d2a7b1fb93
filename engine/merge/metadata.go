package merge

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// keptGeneral are the keys "general.*" that are as true of a merge as of its
// base. Names, authors, versions and addresses are not.
var keptGeneral = []string{
	"general.architecture", "general.type", "general.alignment", "general.languages",
	"general.license", "general.license.name", "general.license.link",
}

// metadata is the merge's: the donor's, with what changed changed.
type metadata struct {
	donor   *model
	changed map[string]any // by key; nil: left out
	added   []gguf.KV
}

func newMetadata(donor *model) *metadata {
	return &metadata{donor: donor, changed: map[string]any{}}
}

// set gives a key another value, or adds it.
func (m *metadata) set(key string, value any) {
	if _, there := m.donor.Value(key); there {
		m.changed[key] = value
		return
	}
	m.added = append(m.added, gguf.KV{Key: key, Value: value})
}

func staysTrue(key string) bool {
	group, _, _ := strings.Cut(key, ".")
	switch group {
	case "general":
		return slices.Contains(keptGeneral, key) || strings.HasPrefix(key, "general.sampling.")
	case "split", "quantize", "imatrix":
		return false
	}
	return true
}

// keys are the donor's, in its order, then the added ones.
func (m *metadata) keys() []gguf.KV {
	var out []gguf.KV
	for _, key := range m.donor.Keys() {
		value, changed := m.changed[key]
		switch {
		case changed && value == nil:
		case changed:
			out = append(out, gguf.KV{Key: key, Value: value})
		case staysTrue(key):
			v, _ := m.donor.Value(key)
			out = append(out, gguf.KV{Key: key, Value: v})
		}
	}
	return append(out, m.added...)
}

// describe says what the merge is called and what it was made from.
func (m *metadata) describe(name string, from []*model) {
	m.set("general.name", name)
	m.set("general.base_model.count", uint32(len(from)))
	for i, source := range from {
		name, _ := source.Value("general.name")
		if s, ok := name.(string); !ok || s == "" {
			name = strings.TrimSuffix(filepath.Base(source.path), ".gguf")
		}
		m.set(fmt.Sprintf("general.base_model.%d.name", i), name)
	}
}

// fileTypes are the numbers of general.file_type. The key only informs: each
// tensor has a type of its own.
var fileTypes = map[quant.Type]uint32{
	quant.F32: 0, quant.F16: 1, quant.Q4_0: 2, quant.Q4_1: 3, quant.Q8_0: 7, quant.Q5_0: 8,
	quant.Q5_1: 9, quant.Q2_K: 10, quant.Q3_K: 11, quant.Q4_K: 14, quant.Q5_K: 16, quant.Q6_K: 18, quant.BF16: 32,
}

// types states what the tensors' types call for: the type that most bytes are of.
func (m *metadata) types(tensors []*output) {
	bytes, most, quantized := map[quant.Type]int64{}, quant.F32, false
	for _, t := range tensors {
		bytes[t.typ] += t.bytes()
		if b, m := bytes[t.typ], bytes[most]; b > m || b == m && t.typ < most {
			most = t.typ
		}
		quantized = quantized || t.typ.BlockElems() > 1
	}
	if number, known := fileTypes[most]; known {
		m.set("general.file_type", number)
	}
	if quantized {
		m.set("general.quantization_version", uint32(2))
	}
}
