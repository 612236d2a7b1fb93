package quantize

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/hf"
)

// model is what is quantized: a GGUF file, or a folder that speaks like one.
type model interface {
	source
	Keys() []string
	Value(key string) (any, bool)
	Guard(do func()) error
	Close() error

	files() []string // that it is read from
	metadata() int64 // about the bytes of its keys and its table in a file
	notes() []string // what the user should know
	// matrix is the data of one of a tensor's matrices: of an expert of a stack, or
	// the whole. Under Guard; it may take time and memory.
	matrix(t gguf.Tensor, i int) []byte
}

// open opens a GGUF file or a Hugging Face folder, which may be named by one of
// the files in it.
func open(path string) (model, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() && (filepath.Base(path) == "config.json" || strings.Contains(filepath.Base(path), ".safetensors")) {
		path = filepath.Dir(path)
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be opened: %w", path, errors.Unwrap(err))
	case info.IsDir():
		return openFolder(path)
	}
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	return ggufFile{f}, nil
}

type ggufFile struct{ *gguf.File }

func (f ggufFile) files() []string { return f.Parts() }
func (f ggufFile) notes() []string { return nil }

func (f ggufFile) metadata() int64 {
	all := f.Size()
	for _, t := range f.Tensors() {
		all -= int64(len(t.Data))
	}
	return all
}

func (f ggufFile) matrix(t gguf.Tensor, i int) []byte {
	size := len(t.Data) / matrices(t)
	return t.Data[i*size : (i+1)*size]
}

// matrices is how many a tensor is made of.
func matrices(t gguf.Tensor) int {
	n := 1
	for _, d := range t.Shape[min(2, len(t.Shape)):] {
		n *= int(d)
	}
	return n
}

// folder is a Hugging Face folder whose experts are stacked, as GGUF files have
// them today: all of a layer's in one tensor.
type folder struct {
	*hf.Folder
	tensors []gguf.Tensor       // without data
	parts   map[string][]string // of a stack: its experts' names
}

func openFolder(path string) (model, error) {
	f, err := hf.Open(path)
	if err != nil {
		return nil, err
	}
	m := &folder{Folder: f, parts: map[string][]string{}}
	at := map[string]int{} // where a stack is among tensors
	for _, t := range f.Tensors() {
		name, expert := stackName(t.Name)
		if !expert {
			m.tensors = append(m.tensors, gguf.Tensor{Name: t.Name, Type: t.Type, Shape: t.Shape})
			continue
		}
		if len(m.parts[name]) == 0 {
			at[name] = len(m.tensors)
			m.tensors = append(m.tensors, gguf.Tensor{Name: name, Type: t.Type, Shape: append(append([]uint64{}, t.Shape...), 0)})
		}
		stack := &m.tensors[at[name]]
		if stack.Type != t.Type {
			f.Close()
			return nil, fmt.Errorf("tensor %s is %s, but the other experts of its layer are %s; a file needs one type for all", t.Name, t.Type, stack.Type)
		}
		stack.Shape[2]++
		m.parts[name] = append(m.parts[name], t.Name)
	}
	return m, nil
}

// stackName is the tensor that an expert's matrix becomes part of.
func stackName(name string) (stack string, expert bool) {
	parts := splitExpert.FindStringSubmatch(name)
	if parts == nil {
		return "", false
	}
	return parts[1] + "_exps.weight", true
}

func (f *folder) Tensors() []gguf.Tensor { return f.tensors }
func (f *folder) files() []string        { return f.Parts() }

func (f *folder) notes() []string {
	all := append([]string{}, f.Warnings()...)
	if _, ok := f.Value("tokenizer.ggml.tokens"); !ok {
		all = append(all, "the folder has no tokenizer, so that nobody can talk with the new file")
	}
	return all
}

func (f *folder) metadata() int64 {
	n := 100 * len(f.tensors)
	for _, key := range f.Keys() {
		value, _ := f.Value(key)
		switch v := value.(type) {
		case string:
			n += len(v)
		case []string:
			for _, s := range v {
				n += len(s) + 8
			}
		case []float32:
			n += 4 * len(v)
		case []int32:
			n += 4 * len(v)
		}
		n += len(key) + 20
	}
	return int64(n)
}

func (f *folder) matrix(t gguf.Tensor, i int) []byte {
	name := t.Name
	if experts := f.parts[name]; experts != nil {
		name = experts[i]
	}
	found, _ := f.Tensor(name)
	return found.Data
}
