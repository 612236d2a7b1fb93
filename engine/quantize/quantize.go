// Package quantize makes a model file smaller: it reads a GGUF file of any type, or
// a Hugging Face folder, and writes a GGUF file in which each tensor has the type that a mixture gives it.
//
// Its one rule: the new file appears under its name when it is whole, and not
// before. It streams: memory is needed for a few rows of each thread, whatever
// the size of the model. It does not know what the tensors compute; rules look
// at their names only.
package quantize

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// Options says what to make of what.
type Options struct {
	In      string // a GGUF file, or the first part of a split one, or a Hugging Face folder
	Out     string
	Mixture Mixture
	Rules   Rules  // "": Today
	Imatrix string // file with the importance of columns; "": none
	Threads int    // 0: as many as there are cores
}

// Progress is how far it is. The first of a run has the sizes and the warnings.
type Progress struct {
	Tensor   string // that is being written, and its types
	From, To quant.Type

	Done, Total       int64   // bytes of the input's tensors
	Written, Expected int64   // bytes of the new file
	Rate              float64 // input bytes a second
	Left              time.Duration

	Warnings []string // what the user should know; with the first progress only
}

// Run makes the file, and yields progress at most ten times a second, and at the
// end. It ends with an error, with ctx, or by break; then there is no new file,
// and one that had the name before is as it was.
func Run(ctx context.Context, o Options) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		err := run(ctx, o, func(p Progress) bool { return yield(p, nil) })
		switch {
		case err == nil, errors.Is(err, errStopped):
		case ctx.Err() != nil:
			yield(Progress{}, context.Cause(ctx))
		default:
			yield(Progress{}, err)
		}
	}
}

// errStopped ends a run whose progress nobody wants any more.
var errStopped = errors.New("stopped")

func run(ctx context.Context, o Options, report func(Progress) bool) error {
	if o.Rules == "" {
		o.Rules = Today
	}
	if err := o.Rules.check(); err != nil {
		return err
	}
	var matrix *Imatrix
	var err error
	if o.Imatrix != "" {
		if matrix, err = ReadImatrix(o.Imatrix); err != nil {
			return err
		}
	}
	f, err := open(o.In)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := differ(f.files(), o.Out); err != nil {
		return err
	}
	steps, err := plan(f, o.Mixture, o.Rules, matrix)
	if err != nil {
		return fmt.Errorf("cannot quantize %s: %w", filepath.Base(o.In), err)
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	w := &writer{
		ctx: ctx, file: f, steps: steps, keys: keys(f, o.Mixture, matrix), report: report,
		encode: newPipeline(f, steps, o.Threads), start: time.Now(),
		progress: Progress{Warnings: append(f.notes(), warnings(steps, matrix)...)},
	}
	defer w.encode.stop()
	return w.write(o.Out)
}

// differ refuses to write a file over what it is made of.
func differ(in []string, out string) error {
	b, err := os.Stat(out)
	if err != nil {
		return nil // it is new, or writing will tell
	}
	if !b.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; choose another name for the new one", out)
	}
	for _, path := range in {
		if a, err := os.Stat(path); err == nil && os.SameFile(a, b) {
			return fmt.Errorf("%s is the file to be read; choose another name for the new one", out)
		}
	}
	return nil
}

// keys are the metadata of the new file: those of the old one, without what was
// said of its parts and of how it was quantized.
func keys(f model, m Mixture, matrix *Imatrix) []gguf.KV {
	replaced := map[string]any{"general.file_type": m.id, "general.quantization_version": uint32(2)}
	order := []string{"general.file_type", "general.quantization_version"}
	if matrix != nil {
		replaced["quantize.imatrix.file"] = matrix.File
		replaced["quantize.imatrix.entries_count"] = int32(len(matrix.means))
		replaced["quantize.imatrix.chunks_count"] = int32(min(matrix.Chunks, math.MaxInt32))
		order = append(order, "quantize.imatrix.file", "quantize.imatrix.entries_count", "quantize.imatrix.chunks_count")
		if len(matrix.Datasets) > 0 {
			replaced["quantize.imatrix.dataset"] = matrix.Datasets[0]
			order = append(order, "quantize.imatrix.dataset")
		}
	}
	var kvs []gguf.KV
	for _, key := range f.Keys() {
		if _, ok := replaced[key]; ok || outdated(key) {
			continue
		}
		value, _ := f.Value(key)
		kvs = append(kvs, gguf.KV{Key: key, Value: value})
	}
	for _, key := range order {
		kvs = append(kvs, gguf.KV{Key: key, Value: replaced[key]})
	}
	return kvs
}

func outdated(key string) bool {
	switch key {
	case "split.no", "split.count", "split.tensors.count", "quantize.imatrix.file", "quantize.imatrix.dataset",
		"quantize.imatrix.entries_count", "quantize.imatrix.chunks_count":
		return true
	}
	return false
}

func warnings(steps []step, matrix *Imatrix) (all []string) {
	again, unknown := 0, 0
	for _, s := range steps {
		if s.copied() {
			continue
		}
		if s.Type.BlockElems() > 1 {
			again++
		}
		if matrix != nil && s.importance == nil && layered(s.Name) {
			unknown++
		}
	}
	if again > 0 {
		all = append(all, fmt.Sprintf("%d of %d tensors are quantized already and lose precision twice; a file in F16, BF16 or F32 gives a better model", again, len(steps)))
	}
	if unknown > 0 {
		all = append(all, fmt.Sprintf("the importance matrix says nothing of %d tensors, which are quantized as without one", unknown))
	}
	return all
}

// layered reports whether a tensor is of a layer: of embedding and output,
// importance matrices say nothing as a rule.
func layered(name string) bool { return len(name) > 4 && name[:4] == "blk." }
