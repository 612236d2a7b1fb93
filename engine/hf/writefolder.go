package hf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// unfinished is what file names end in until everything is written.
const unfinished = ".unfinished"

// WriteFolder writes tensors into a folder that has none yet, in the order given:
// as model.safetensors or, if that would have more than limit bytes of data, as
// numbered files with an index. It yields how many bytes have been written. Ended
// early, by break or by ctx, or by an error, it leaves nothing: the files get their
// names when all are complete.
func WriteFolder(ctx context.Context, dir string, tensors []Source, limit int64) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		w := &folderWriter{ctx: ctx, dir: dir, yield: yield}
		err := w.write(tensors, limit)
		if err != nil {
			err = errors.Join(err, w.remove())
		}
		if err != nil && !errors.Is(err, errBreak) {
			yield(w.done, err)
		}
	}
}

type folderWriter struct {
	ctx   context.Context
	dir   string
	yield func(int64, error) bool
	done  int64
	names []string // final names of what has been begun
}

func (w *folderWriter) write(tensors []Source, limit int64) error {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), ".safetensors") {
			return fmt.Errorf("%s already holds %s; choose another folder", w.dir, e.Name())
		}
	}
	shards, total := cut(tensors, limit)
	index := map[string]string{}
	for i, shard := range shards {
		name := "model.safetensors"
		if len(shards) > 1 {
			name = fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, len(shards))
		}
		for _, t := range shard {
			if _, twice := index[t.Name]; twice {
				return fmt.Errorf("cannot write the weights: tensor %q is there twice", t.Name)
			}
			index[t.Name] = name
		}
		if err := w.file(name, shard); err != nil {
			return err
		}
	}
	if len(shards) > 1 {
		if err := w.index(index, total); err != nil {
			return err
		}
	}
	return w.finish()
}

// cut divides tensors into files of at most limit bytes of data. A tensor larger
// than that has a file of its own.
func cut(tensors []Source, limit int64) (shards [][]Source, total uint64) {
	shards = [][]Source{nil}
	filled := uint64(0)
	for _, t := range tensors {
		size, _ := t.DType.bytes(t.Shape) // writeFile refuses what has none
		last := len(shards) - 1
		if len(shards[last]) > 0 && filled+size > uint64(limit) {
			shards, filled = append(shards, nil), 0
			last++
		}
		shards[last] = append(shards[last], t)
		filled += size
		total += size
	}
	return shards, total
}

func (w *folderWriter) file(name string, tensors []Source) error {
	file, err := w.create(name)
	if err != nil {
		return err
	}
	err = writeFile(w.ctx, file, map[string]string{"format": "pt"}, tensors, func(n int64) bool {
		w.done += n
		return w.yield(w.done, nil)
	})
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (w *folderWriter) create(name string) (*os.File, error) {
	w.names = append(w.names, name)
	return os.Create(filepath.Join(w.dir, name+unfinished))
}

func (w *folderWriter) index(where map[string]string, total uint64) error {
	text, err := json.MarshalIndent(map[string]any{
		"metadata": map[string]uint64{"total_size": total}, "weight_map": where,
	}, "", "  ")
	if err != nil {
		return err
	}
	file, err := w.create("model.safetensors.index.json")
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// finish gives the files their names.
func (w *folderWriter) finish() error {
	for _, name := range w.names {
		path := filepath.Join(w.dir, name)
		if err := os.Rename(path+unfinished, path); err != nil {
			return err
		}
	}
	return nil
}

// remove takes away what was begun.
func (w *folderWriter) remove() error {
	var errs []error
	for _, name := range w.names {
		path := filepath.Join(w.dir, name)
		for _, p := range []string{path, path + unfinished} {
			if err := os.Remove(p); err != nil && !os.IsNotExist(err) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
