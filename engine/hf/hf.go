// Package hf reads Hugging Face model folders: weights in safetensors files,
// config.json, and a tokenizer in one of its several forms. It also writes
// safetensors.
//
// Its one rule: a [Folder] speaks GGUF. Whoever can read a GGUF file's tensors
// and metadata can read a folder, under the same names and in the same layout
// (rows of Q and K permuted, shapes with the contiguous dimension first), and
// need not know that there is another convention. Nothing that a folder's files
// claim is believed before it is checked; errors name the file and the key.
//
// It does not run anything a folder brings along: no Python, no pickles. It does
// not know how the model computes.
package hf

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"beyonder/engine/mapped"
)

// Folder is an open model folder. All methods but Close may be called from many
// goroutines.
type Folder struct {
	Path string

	metadata
	weights  *weights
	recipes  []recipe
	names    map[string]int // GGUF name → index in recipes
	spelling Spelling
	warnings []string
	hash     string
}

// Spelling is what a folder says of its tokenizer beyond what GGUF has keys for.
type Spelling struct {
	// ByMerges says that the list of merges decides, not the scores. The scores
	// that the metadata has beside it are made from that list, for readers that
	// know nothing else.
	ByMerges bool
	// IgnoreMerges says that words which are tokens are taken whole; nil: not said.
	IgnoreMerges *bool
	// LStrip and RStrip are special tokens that swallow the white space before
	// or after them.
	LStrip, RStrip []int32
}

// Open reads a folder's configuration and tokenizer and maps its weights. It has
// checked that all tensors are there, with the shapes that config.json calls for.
// A folder without a tokenizer is no error: it can be merged, but not talked to.
func Open(path string) (*Folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the model: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder; choose the folder that holds config.json", path)
	}
	f := &Folder{Path: path, names: map[string]int{}}
	if err := f.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", filepath.Base(path), err), f.Close())
	}
	return f, nil
}

func (f *Folder) open() error {
	files := newFiles(f.Path)
	o, err := files.object("config.json")
	if err != nil {
		return err
	}
	if o == nil {
		return errors.New("there is no config.json: it is not a Hugging Face model folder")
	}
	if err := foreignConfig(files, o); err != nil {
		return err
	}
	c, err := readConfig(o)
	if err != nil {
		return err
	}
	if f.weights, err = openWeights(f.Path, files); err != nil {
		return err
	}
	if err := f.weights.foreignNames(); err != nil {
		return err
	}
	if err := f.layOut(c); err != nil {
		return err
	}
	t, err := readTokenizer(files, c)
	if err != nil {
		return err
	}
	f.spelling = t.spelling
	f.warnings = append(f.warnings, t.warnings...)
	f.metadata = describe(f, c, t)
	f.metadata.suggest(files)
	f.hash = f.fingerprint(files)
	return nil
}

// name is what the model is called: config.json does not say, so the folder does.
// In the Hub's own cache that is called by a commit's hash, in
// models--OWNER--NAME/snapshots.
func (f *Folder) name() string {
	abs, err := filepath.Abs(f.Path)
	if err != nil {
		abs = f.Path
	}
	if parent := filepath.Dir(abs); filepath.Base(parent) == "snapshots" {
		if parts := strings.Split(filepath.Base(filepath.Dir(parent)), "--"); parts[0] == "models" {
			return parts[len(parts)-1]
		}
	}
	return filepath.Base(abs)
}

// Spelling returns what GGUF's keys cannot say of the tokenizer.
func (f *Folder) Spelling() Spelling { return f.spelling }

// Warnings returns what is odd about the folder but no reason to refuse it, one
// sentence each.
func (f *Folder) Warnings() []string { return f.warnings }

func (f *Folder) warn(format string, args ...any) {
	f.warnings = append(f.warnings, fmt.Sprintf(format, args...))
}

// Fingerprint tells models apart without reading their weights: the SHA-256, in
// hex, of the configuration, the tokenizer, and each weight file's size and header.
func (f *Folder) Fingerprint() string { return f.hash }

func (f *Folder) fingerprint(files *files) string {
	sum := sha256.New()
	sum.Write(files.sum.Sum(nil))
	for _, s := range f.weights.files {
		var sizes [16]byte
		binary.LittleEndian.PutUint64(sizes[:], uint64(len(s.mapped.Data)))
		binary.LittleEndian.PutUint64(sizes[8:], uint64(s.dataStart))
		sum.Write(sizes[:])
		sum.Write(s.mapped.Data[:s.dataStart])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Parts are the paths of the weight files.
func (f *Folder) Parts() []string {
	paths := make([]string, len(f.weights.files))
	for i, s := range f.weights.files {
		paths[i] = s.Path
	}
	return paths
}

// Size is that of the weight files in bytes.
func (f *Folder) Size() int64 { return f.weights.size() }

// Guard calls do and turns a fault in the mapped weights into an error, in this
// goroutine: see mapped.Guard.
func (f *Folder) Guard(do func()) error { return mapped.Guard(f.weights.mapped, do) }

// Prefetch brings the weight files into memory by reading through them, and
// yields how many of Size bytes are done: the last value is all of them. It ends
// within about 100 ms of ctx, with its error, and by break. If a file was
// shortened or cannot be read, it ends with an error.
func (f *Folder) Prefetch(ctx context.Context) iter.Seq2[int64, error] {
	return mapped.Prefetch(ctx, f.weights.mapped)
}

// Close unmaps the weights. The Data of tensors must not be touched any more. A
// second Close does nothing.
func (f *Folder) Close() error {
	err := f.weights.close()
	f.recipes, f.names = nil, nil
	return err
}

// quoted lists names for an error.
func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
