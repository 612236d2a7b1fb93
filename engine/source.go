package engine

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/hf"
	"beyonder/engine/model"
	"beyonder/engine/token"
)

// container is a model on disk: a GGUF file, or a Hugging Face folder, which
// says the same under the same names.
type container interface {
	model.Source
	Strings(key string) ([]string, bool, error)
	Floats(key string) ([]float32, bool, error)
	Ints(key string) ([]int32, bool, error)
	Bool(key string) (value, ok bool, err error)
	Keys() []string
	Value(key string) (any, bool)

	Parts() []string // the files that hold it
	Size() int64     // bytes that Prefetch reads
	Fingerprint() string
	Prefetch(ctx context.Context) iter.Seq2[int64, error]
	Close() error

	version() int               // of GGUF; 0: it is a folder
	table() []TensorReport      // all tensors, without their data
	refine(vocab *token.Config) // adds what GGUF has no keys for
	oddities() []string         // what users should know, one sentence each
	rearranged() bool           // handing tensors over means reading and copying some
}

// folderOf is the model folder that a path means: the folder itself, or that of a
// file which is of use only as part of one.
func folderOf(path string) (folder string, ok bool) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path, true
	}
	name := filepath.Base(path)
	return filepath.Dir(path), name == "config.json" || strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".safetensors.index.json")
}

// IsModelFolder reports whether a folder that has files of these names may be a
// model as Hugging Face keeps them.
func IsModelFolder(names []string) bool {
	return slices.Contains(names, "config.json") && slices.ContainsFunc(names, func(name string) bool {
		return strings.HasSuffix(name, ".safetensors")
	})
}

// openContainer opens a model file or a model folder.
func openContainer(path string) (container, error) {
	if folder, ok := folderOf(path); ok {
		f, err := hf.Open(folder)
		if err != nil {
			return nil, err
		}
		return hfFolder{f}, nil
	}
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	return ggufFile{f}, nil
}

// ggufFile is a GGUF file, or the files of a split model.
type ggufFile struct{ *gguf.File }

var _ container = ggufFile{}

func (f ggufFile) Tensor(name string) (model.Tensor, bool) {
	t, ok := f.File.Tensor(name)
	return model.Tensor{Type: t.Type, Shape: t.Shape, Data: t.Data}, ok
}

func (f ggufFile) table() []TensorReport {
	var all []TensorReport
	for _, t := range f.Tensors() {
		all = append(all, TensorReport{Name: t.Name, Type: t.Type.String(), Shape: t.Shape, Bytes: len(t.Data)})
	}
	return all
}

func (f ggufFile) version() int         { return f.Version }
func (f ggufFile) refine(*token.Config) {}
func (f ggufFile) oddities() []string   { return nil }
func (f ggufFile) rearranged() bool     { return false }

// hfFolder is a Hugging Face model folder.
type hfFolder struct{ *hf.Folder }

var _ container = hfFolder{}

func (f hfFolder) Tensor(name string) (model.Tensor, bool) {
	t, ok := f.Folder.Tensor(name)
	return model.Tensor{Type: t.Type, Shape: t.Shape, Data: t.Data}, ok
}

func (f hfFolder) table() []TensorReport {
	var all []TensorReport
	for _, t := range f.Tensors() {
		all = append(all, TensorReport{Name: t.Name, Type: t.Type.String(), Shape: t.Shape, Bytes: int(t.Bytes())})
	}
	return all
}

func (f hfFolder) refine(c *token.Config) {
	s := f.Spelling()
	if s.ByMerges {
		c.Scores = nil
	}
	c.IgnoreMerges, c.LStrip, c.RStrip = s.IgnoreMerges, s.LStrip, s.RStrip
}

func (f hfFolder) version() int       { return 0 }
func (f hfFolder) oddities() []string { return f.Warnings() }
func (f hfFolder) rearranged() bool   { return true }
