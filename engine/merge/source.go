package merge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// Source is a model to be merged, under GGUF's keys and names whatever it is
// kept in. All methods but Close may be called from many goroutines.
type Source interface {
	Keys() []string
	Value(key string) (any, bool)
	// Tensors are all tensors; their Data may be nil.
	Tensors() []gguf.Tensor
	// Tensor is a tensor with its Data, which is valid until Close. A Source
	// that has to make it does so anew for each call.
	Tensor(name string) (gguf.Tensor, bool)
	// Guard calls do and turns a fault in the mapped weights into an error.
	Guard(do func()) error
	Close() error
}

var _ Source = (*gguf.File)(nil)

// model is an open source.
type model struct {
	Source
	name   string // as the configuration has it
	path   string
	prefix string // of its hyperparameters: "llama."
	layers int
	table  map[string]gguf.Tensor // by name; for types and shapes, not for data
	names  []string               // in the file's order
}

// library opens each model once.
type library struct {
	folder string // the configuration's
	models map[string]*model
}

func (l *library) close() error {
	var errs []error
	for _, m := range l.models {
		errs = append(errs, m.Close())
	}
	return errors.Join(errs...)
}

// open opens a model by the name that the configuration has for it.
func (l *library) open(name string) (*model, error) {
	if m, ok := l.models[name]; ok {
		return m, nil
	}
	path := l.find(filepath.FromSlash(name))
	src, err := openSource(name, path)
	if err != nil {
		return nil, err
	}
	m := &model{Source: src, name: name, path: path}
	if err := m.check(); err != nil {
		return nil, errors.Join(err, src.Close())
	}
	l.models[name] = m
	return m, nil
}

// find is where a name leads: beside the configuration, so that a folder of models
// with its recipe can be moved, or else in the current folder, as for mergekit.
func (l *library) find(name string) string {
	beside := filepath.Join(l.folder, name)
	if filepath.IsAbs(name) {
		return name
	}
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	if _, err := os.Stat(name); err == nil {
		return name
	}
	return beside
}

func openSource(name, path string) (Source, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(name, "+"):
		return nil, fmt.Errorf("model %s: adapters (LoRA) cannot be merged; merge the adapter into its model first", name)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("model %s: there is no such file (looked for %s); models are not downloaded, so put it there or write its path", name, path)
	case err != nil:
		return nil, fmt.Errorf("model %s cannot be opened: %w", name, err)
	case info.IsDir():
		return openFolder(name, path)
	}
	f, err := gguf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return f, nil
}

// check reads what every merge must know, and refuses what none can take.
func (m *model) check() error {
	arch, _ := m.Value("general.architecture")
	name, ok := arch.(string)
	if !ok || name != "llama" && name != "mistral" {
		return fmt.Errorf("model %s has the architecture %q; models of the Llama and Mistral kind can be merged", m.name, name)
	}
	m.prefix = name + "."
	layers, ok := m.uint(m.prefix + "block_count")
	if !ok || layers < 1 || layers > 1024 {
		return fmt.Errorf("model %s does not say how many layers it has (%sblock_count)", m.name, m.prefix)
	}
	m.layers = int(layers)
	if n, _ := m.uint(m.prefix + "expert_count"); n > 0 {
		return fmt.Errorf("model %s is a mixture of %d experts already; dense models can be merged", m.name, n)
	}
	m.table = map[string]gguf.Tensor{}
	for _, t := range m.Tensors() {
		if !quant.Decodable(t.Type) {
			return fmt.Errorf("model %s: tensor %s is of type %s, which holds no weights", m.name, t.Name, t.Type)
		}
		m.table[t.Name] = t
		m.names = append(m.names, t.Name)
	}
	return nil
}

// uint is a hyperparameter.
func (m *model) uint(key string) (uint64, bool) {
	v, ok := m.Value(key)
	if !ok {
		return 0, false
	}
	switch n := v.(type) {
	case uint8:
		return uint64(n), true
	case uint16:
		return uint64(n), true
	case uint32:
		return uint64(n), true
	case uint64:
		return n, true
	case int8:
		return uint64(max(n, 0)), n >= 0
	case int16:
		return uint64(max(n, 0)), n >= 0
	case int32:
		return uint64(max(n, 0)), n >= 0
	case int64:
		return uint64(max(n, 0)), n >= 0
	}
	return 0, false
}

// hyperparameters are those that must be equal for tensors of equal shapes to
// mean the same. Heads matter although no shape shows them: rows of queries and
// keys are grouped by head.
var hyperparameters = []string{"embedding_length", "attention.head_count", "attention.head_count_kv"}

// fits compares a model's hyperparameters with those of the one whose are kept.
func (m *model) fits(other *model) error {
	for _, key := range hyperparameters {
		a, known := m.uint(m.prefix + key)
		b, too := other.uint(other.prefix + key)
		if known && too && a != b {
			return fmt.Errorf("model %s does not fit %s: its %s is %d, not %d", m.name, other.name, key, a, b)
		}
	}
	return nil
}

// tensor describes a tensor, without its data.
func (m *model) tensor(name string) (gguf.Tensor, error) {
	t, ok := m.table[name]
	if !ok {
		return t, fmt.Errorf("model %s has no tensor %s: it is incomplete or of another kind", m.name, name)
	}
	return t, nil
}

// sameShape is a sentence with both shapes if they differ.
func sameShape(name string, a, b *view) error {
	if slices.Equal(a.shape, b.shape) {
		return nil
	}
	hint := ""
	if isEmbedding(name) && a.shape[0] == b.shape[0] {
		hint = "; tokenizer_source (base, union, or a model) makes vocabularies equal"
	}
	return fmt.Errorf("tensor %s has the shape %v in model %s, but %v in model %s%s", name, b.shape, b.model.name, a.shape, a.model.name, hint)
}
