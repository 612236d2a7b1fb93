package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"beyonder/engine/mapped"
)

const maxShards = 10_000

// weights are the safetensors files of a folder.
type weights struct {
	files   []*Safetensors
	mapped  []*mapped.File // theirs
	tensors map[string]Stored
}

// openWeights opens the files that the folder's index names, or else the one
// file or the numbered files that it has.
func openWeights(dir string, files *files) (*weights, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	index, err := theIndex(entries)
	if err != nil {
		return nil, err
	}
	w := &weights{tensors: map[string]Stored{}}
	if index != "" {
		err = w.openIndex(dir, files, index)
	} else {
		err = w.openUnlisted(dir, entries)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// theIndex is the name of the folder's index, "" if it has none.
func theIndex(entries []fs.DirEntry) (string, error) {
	var found []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".safetensors.index.json") {
			found = append(found, e.Name())
		}
	}
	switch {
	case len(found) == 0:
		return "", nil
	case slices.Contains(found, "model.safetensors.index.json"):
		return "model.safetensors.index.json", nil
	case len(found) > 1:
		return "", fmt.Errorf("it is unclear which of %s lists the weights; keep one of them", quoted(found))
	}
	return found[0], nil
}

// openIndex opens the files of weight_map and looks for each tensor in its file.
// Tensors that the index does not name are left alone.
func (w *weights) openIndex(dir string, files *files, index string) error {
	text, err := files.read(index, maxIndex)
	if err != nil {
		return err
	}
	var list struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("%s cannot be read: %w", index, err)
	}
	if len(list.Map) == 0 {
		return fmt.Errorf("%s: weight_map names no tensors", index)
	}
	opened := map[string]*Safetensors{}
	for _, tensor := range slices.Sorted(maps.Keys(list.Map)) {
		name := list.Map[tensor]
		if err := plainName(name); err != nil {
			return fmt.Errorf("%s: weight_map[%.80q]: %w", index, tensor, err)
		}
		if opened[name] == nil {
			if opened[name], err = w.openFile(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		t, ok := opened[name].Tensor(tensor)
		if !ok {
			return fmt.Errorf("%s says that tensor %.80q is in %s, but it is not", index, tensor, name)
		}
		w.tensors[tensor] = t
	}
	return nil
}

// plainName refuses names that lead out of the folder.
func plainName(name string) error {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\:`+"\x00") || !filepath.IsLocal(name) {
		return fmt.Errorf("%.80q is not the name of a file in this folder", name)
	}
	return nil
}

func (w *weights) openFile(path string) (*Safetensors, error) {
	if len(w.files) == maxShards {
		return nil, fmt.Errorf("the weights are in more than %d files", maxShards)
	}
	s, err := OpenSafetensors(path)
	if err != nil {
		return nil, err
	}
	w.files, w.mapped = append(w.files, s), append(w.mapped, s.mapped)
	return s, nil
}

// openUnlisted opens model.safetensors, or the only file there is, or all of
// the files that are numbered as parts of one model.
func (w *weights) openUnlisted(dir string, entries []fs.DirEntry) error {
	names, err := unlisted(entries)
	if err != nil {
		return err
	}
	for _, name := range names {
		s, err := w.openFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		for _, t := range s.Tensors() {
			if _, twice := w.tensors[t.Name]; twice {
				return fmt.Errorf("tensor %.80q is in two files; one of them does not belong here", t.Name)
			}
			w.tensors[t.Name] = t
		}
	}
	return nil
}

func unlisted(entries []fs.DirEntry) ([]string, error) {
	var names []string
	pickled := false
	for _, e := range entries {
		name := e.Name()
		pickled = pickled || strings.HasSuffix(name, ".bin") || strings.HasSuffix(name, ".pth")
		if filepath.Ext(name) == ".safetensors" && !otherWeights(name) {
			names = append(names, name)
		}
	}
	switch {
	case slices.Contains(names, "model.safetensors"):
		return []string{"model.safetensors"}, nil
	case len(names) == 1 && part.FindString(names[0]) == "":
		return names, nil
	case len(names) > 0:
		return names, checkParts(names)
	case pickled:
		return nil, errors.New("the weights are Python pickles (.bin, .pth), which can run programs and are not read; get the model as safetensors")
	}
	return nil, errors.New("there are no weights (*.safetensors)")
}

// otherWeights tells files that lie beside a model's weights without being part of
// them: the same weights under Mistral's own names, and adapters.
func otherWeights(name string) bool {
	return strings.HasPrefix(name, "consolidated") || strings.HasPrefix(name, "adapter_")
}

// part matches the end of a numbered file's name.
var part = regexp.MustCompile(`-(\d{5})-of-(\d{5})\.safetensors$`)

// checkParts sees to it that the files, in order of their names, are all the
// parts of one model.
func checkParts(names []string) error {
	at := part.FindStringSubmatchIndex(names[0])
	if at == nil {
		return fmt.Errorf("it is unclear which of %s are the weights: there is no model.safetensors and no model.safetensors.index.json", quoted(names))
	}
	prefix, count := names[0][:at[0]], names[0][at[4]:at[5]]
	for i, name := range names {
		if want := fmt.Sprintf("%s-%05d-of-%s.safetensors", prefix, i+1, count); name != want {
			return fmt.Errorf("%s is missing or %s does not belong here; download the folder again", want, name)
		}
	}
	if last := fmt.Sprintf("%05d", len(names)); last != count {
		return fmt.Errorf("there are %d of %s parts of the model; download the folder again", len(names), strings.TrimLeft(count, "0"))
	}
	return nil
}

func (w *weights) size() int64 {
	return mapped.Bytes(w.mapped)
}

func (w *weights) close() error {
	if w == nil {
		return nil
	}
	var errs []error
	for _, s := range w.files {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
