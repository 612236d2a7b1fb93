package engine

import (
	"fmt"
	"path/filepath"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/hf"
	"beyonder/engine/model"
)

// Outline is what a model's header says that a list of models shows and reckons
// with: no vocabulary, no tensor names. It is small enough to be kept for
// thousands of files, and goes through JSON unchanged.
type Outline struct {
	Name         string   `json:"name"`  // general.name, or the file's
	Files        []string `json:"files"` // that hold it: one, the parts of a split model, or a folder's weights
	Bytes        int64    `json:"bytes"` // of these together
	Safetensors  bool     `json:"safetensors,omitempty"`
	Architecture string   `json:"architecture,omitempty"`
	Quantization string   `json:"quantization,omitempty"`
	License      string   `json:"license,omitempty"` // "": the file does not say
	Author       string   `json:"author,omitempty"`
	Source       string   `json:"source,omitempty"` // the address that the file names as its own

	Parameters       uint64 `json:"parameters,omitempty"`
	ActiveParameters uint64 `json:"active_parameters,omitempty"` // at work for each token
	WeightBytes      int64  `json:"weight_bytes,omitempty"`
	Template         bool   `json:"template,omitempty"` // it has a chat template of its own

	Problem string       `json:"problem,omitempty"` // why it cannot be run; the rest may be empty then
	Config  model.Config `json:"config"`            // of what can be run
	Parts   WeightParts  `json:"parts"`
}

// Look reads a model's header. A file that is none, or is damaged, is an error,
// which is one sentence; one that is whole but cannot be run has a Problem.
func Look(path string) (Outline, error) {
	f, err := openContainer(path)
	if err != nil {
		return Outline{}, err
	}
	defer f.Close()
	o := Outline{Files: f.Parts(), Bytes: f.Size(), Safetensors: f.version() == 0, Quantization: quantization(f)}
	for key, field := range map[string]*string{
		"general.license": &o.License, "general.author": &o.Author, "general.architecture": &o.Architecture, "general.source.url": &o.Source,
	} {
		text, _, _ := f.String(key)
		*field = title(text, 200)
	}
	template, _, _ := f.String("tokenizer.chat_template")
	o.Template = strings.TrimSpace(template) != ""
	c, problem := config(f)
	i := describe(f, c, LoadOptions{Path: path})
	o.Name, o.Parameters, o.ActiveParameters, o.WeightBytes = i.Name, i.Parameters, i.ActiveParameters, i.FileBytes
	if problem != nil {
		o.Problem = problem.Error()
		return o, nil
	}
	o.Config, o.Parts = c, weightParts(f.table(), c.Layers)
	return o, nil
}

// Begins tells in a sentence why a file that begins so cannot be a model in the
// form of GGUF, or a file of a folder of safetensors; nil: it may be one. It wants 64 bytes, fewer only of shorter files.
func Begins(name string, start []byte) error {
	if !isGGUF(name) {
		return hf.Begins(name, start)
	}
	return gguf.Begins(name, start)
}

// isGGUF tells files of that form from those of a folder of safetensors.
func isGGUF(name string) bool { return strings.EqualFold(filepath.Ext(name), ".gguf") }

// CheckFile reads a file's header and sees to it that all its tensors lie within
// it. A part of a split model is looked at alone; name is the file's, for errors.
func CheckFile(path, name string) error {
	if !isGGUF(name) {
		return hf.Check(path, name)
	}
	return gguf.Check(path, name)
}

// Peek looks at the header of a file that is still on its way, size being what it
// will have: an error says in a sentence why it will be of no use. enough says
// that the whole header was there.
func Peek(path, name string, size int64) (enough bool, err error) {
	if !isGGUF(name) {
		return true, nil // config.json, which comes first, has told
	}
	h, err := gguf.Peek(path, name, size)
	if err != nil || h == nil {
		return false, err
	}
	number, part, err := h.Uint("split.no")
	if err != nil || part && number > 0 {
		return true, err // the first part says what the model is
	}
	tokens, _, err := h.Strings("tokenizer.ggml.tokens")
	if err == nil {
		_, err = model.ReadConfig(h, len(tokens))
	}
	if err != nil {
		err = fmt.Errorf("%s cannot be run: %w", name, err)
	}
	return true, err
}
