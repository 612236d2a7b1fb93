package library

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"beyonder/engine"
)

// Limits on one place: whoever names the root of a disk gets an answer, too.
const (
	maxDepth   = 12
	maxEntries = 300_000
)

// walker goes through the folders of a place. It follows links, each folder once.
type walker struct {
	ctx     context.Context
	place   Place
	add     func(Item) error
	visited map[string]bool // folders, without links in their paths
	files   map[string]bool // likewise, that links led to
	entries int
}

func walk(ctx context.Context, p Place, add func(Item) error) error {
	w := &walker{ctx: ctx, place: p, add: add, visited: map[string]bool{}, files: map[string]bool{}}
	if _, err := os.ReadDir(p.Path); err != nil {
		return fmt.Errorf("%s cannot be looked into: %w", p.Path, cause(err))
	}
	err := w.folder(p.Path, 0)
	if err == nil && w.entries >= maxEntries {
		err = fmt.Errorf("%s holds more than %d files: not all of them were looked at; choose the folder with the models alone", p.Path, maxEntries)
	}
	return err
}

// cause is an error without the path that a sentence has said already.
func cause(err error) error {
	if path, ok := err.(*fs.PathError); ok {
		return path.Err
	}
	return err
}

func (w *walker) folder(dir string, depth int) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || w.visited[real] || depth > maxDepth || w.entries >= maxEntries {
		return w.ctx.Err()
	}
	w.visited[real] = true
	entries, err := os.ReadDir(dir)
	if err != nil {
		return w.ctx.Err() // what is not ours to read has nothing for us
	}
	w.entries += len(entries)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	if engine.IsModelFolder(names) {
		if err := w.modelFolder(dir, entries); err != nil {
			return err
		}
	}
	if err := w.modelFiles(dir, names); err != nil {
		return err
	}
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); isFolder(e, path) {
			if err := w.folder(path, depth+1); err != nil {
				return err
			}
		}
	}
	return w.ctx.Err()
}

// isFolder follows links.
func isFolder(e fs.DirEntry, path string) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// modelFolder adds a Hugging Face folder.
func (w *walker) modelFolder(dir string, entries []fs.DirEntry) error {
	i := Item{Path: dir, Title: folderTitle(dir), Place: w.place.Name, Folder: true}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		switch {
		case err != nil || !info.Mode().IsRegular():
		case strings.HasSuffix(e.Name(), ".safetensors"):
			i.addFile(path, info)
		case strings.HasSuffix(e.Name(), ".json"):
			i.touch(info)
		}
	}
	return w.once(i)
}

// partName is how the parts of a split model are called.
var partName = regexp.MustCompile(`(?i)^(.+)-(\d{5})-of-(\d{5})\.gguf$`)

// modelFiles adds the GGUF files among names; of a split model the first part
// stands for all.
func (w *walker) modelFiles(dir string, names []string) error {
	groups := map[string][]string{} // by name, for all parts one
	var order []string
	for _, name := range names {
		if !strings.EqualFold(filepath.Ext(name), ".gguf") {
			continue
		}
		key := name
		if m := partName.FindStringSubmatch(name); m != nil {
			key = m[1] + "/" + m[3]
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], name)
	}
	for _, key := range order {
		slices.SortFunc(groups[key], func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
		if err := w.modelFile(dir, groups[key]); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) modelFile(dir string, names []string) error {
	i := Item{Path: filepath.Join(dir, names[0]), Place: w.place.Name}
	i.Title = fileTitle(i.Path)
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			i.addFile(path, info)
		}
	}
	if len(i.Files) == 0 {
		return nil // links that lead nowhere
	}
	return w.once(i)
}

// once adds an item unless another link has led to the same file: the Hugging
// Face cache has a folder of links for each revision.
func (w *walker) once(i Item) error {
	if len(i.Files) > 0 {
		if real, err := filepath.EvalSymlinks(i.Files[0]); err == nil && real != i.Files[0] {
			if w.files[real] {
				return nil
			}
			w.files[real] = true
		}
	}
	return w.add(i)
}

// oneFile adds a file or folder that was named by itself.
func oneFile(p Place, add func(Item) error) error {
	info, err := os.Stat(p.Path)
	if err != nil {
		return err
	}
	w := &walker{ctx: context.Background(), place: p, add: add, files: map[string]bool{}}
	if !info.IsDir() {
		return w.modelFile(filepath.Dir(p.Path), siblings(p.Path))
	}
	entries, err := os.ReadDir(p.Path)
	if err != nil {
		return err
	}
	return w.modelFolder(p.Path, entries)
}

// siblings are the names of all parts of a split model that are there, the first
// one first, or the one name.
func siblings(path string) []string {
	dir, base := filepath.Split(path)
	m := partName.FindStringSubmatch(base)
	if m == nil {
		return []string{base}
	}
	entries, _ := os.ReadDir(filepath.Clean(dir))
	var names []string
	for _, e := range entries {
		if n := partName.FindStringSubmatch(e.Name()); n != nil && n[1] == m[1] && n[3] == m[3] {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return []string{base}
	}
	slices.Sort(names)
	return names
}

// nameless are the names that applications give to any model's file; then the
// folder says which one it is.
var nameless = regexp.MustCompile(`(?i)^(ggml-)?model([-_.](f16|f32|bf16|i?q\d\w*))?$`)

func fileTitle(path string) string {
	base := filepath.Base(path)
	if m := partName.FindStringSubmatch(base); m != nil {
		base = m[1]
	} else {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if folder := filepath.Base(filepath.Dir(path)); nameless.MatchString(base) && len(folder) > 1 {
		return folder
	}
	return base
}

// folderTitle is a model folder's name; in the Hugging Face cache the folder
// models--OWNER--NAME, two above, has it.
func folderTitle(dir string) string {
	if parent := filepath.Dir(dir); filepath.Base(parent) == "snapshots" {
		if name, ok := strings.CutPrefix(filepath.Base(filepath.Dir(parent)), "models--"); ok {
			return strings.ReplaceAll(name, "--", "/")
		}
	}
	return filepath.Base(dir)
}
