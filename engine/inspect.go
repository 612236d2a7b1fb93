package engine

import (
	"fmt"
	"math"

	"beyonder/engine/model"
)

// Report is what a file holds.
type Report struct {
	File         string           `json:"file"`
	Version      int              `json:"version,omitempty"` // of GGUF; 0: safetensors in a folder
	Bytes        int64            `json:"bytes"`
	Quantization string           `json:"quantization,omitempty"`
	Model        *ModelReport     `json:"model,omitempty"`
	Problem      string           `json:"problem,omitempty"` // why it cannot be run
	Metadata     []MetadataReport `json:"metadata"`
	Tensors      []TensorReport   `json:"tensors"`
}

// ModelReport is what running the file takes.
type ModelReport struct {
	Architecture     string `json:"architecture"`
	Layers           int    `json:"layers"`
	Experts          int    `json:"experts"`
	ExpertsUsed      int    `json:"experts_used"`
	Context          int    `json:"context"` // tokens of the window that CacheBytes is for
	TrainedContext   int    `json:"trained_context"`
	Parameters       uint64 `json:"parameters"`
	ActiveParameters uint64 `json:"active_parameters"`
	WeightBytes      int64  `json:"weight_bytes"`
	CacheBytes       int64  `json:"cache_bytes"`
	ScratchBytes     int64  `json:"scratch_bytes"`
	NeedBytes        int64  `json:"need_bytes"` // all of it
	FreeBytes        int64  `json:"free_bytes"` // 0: unknown
}

// MetadataReport is one key of the header.
type MetadataReport struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// TensorReport is one tensor.
type TensorReport struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	Shape []uint64 `json:"shape"`
	Bytes int      `json:"bytes"`
}

func (t TensorReport) elems() uint64 {
	n := uint64(1)
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Inspect reads a file's header, or a folder's configuration. A file that cannot be run (a vocabulary, an
// unknown architecture) is no error: the report says why.
func Inspect(path string, context int) (Report, error) {
	f, err := openContainer(path)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	r := Report{File: path, Version: f.version(), Bytes: f.Size(), Quantization: quantization(f), Tensors: f.table()}
	for _, k := range f.Keys() {
		v, _ := f.Value(k)
		r.Metadata = append(r.Metadata, MetadataReport{Key: k, Value: plain(v)})
	}
	if r.Model, err = reckon(f, LoadOptions{Path: path, Context: context}); err != nil {
		r.Problem = err.Error()
	}
	return r, nil
}

// plain is a value as reports show it: without long arrays, and without the
// numbers that JSON does not know.
func plain(v any) any {
	switch x := v.(type) {
	case float32:
		return finiteOrText(float64(x), v)
	case float64:
		return finiteOrText(x, v)
	case []string:
		return few(x, "strings")
	case []bool:
		return few(x, "values")
	case []float32:
		return few(x, "numbers")
	case []float64:
		return few(x, "numbers")
	case []uint8:
		return few(x, "numbers")
	case []int8:
		return few(x, "numbers")
	case []uint16:
		return few(x, "numbers")
	case []int16:
		return few(x, "numbers")
	case []uint32:
		return few(x, "numbers")
	case []int32:
		return few(x, "numbers")
	case []uint64:
		return few(x, "numbers")
	case []int64:
		return few(x, "numbers")
	case []any:
		return few(x, "values")
	}
	return v
}

func finiteOrText(x float64, v any) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Sprint(x)
	}
	return v
}

func few[T any](list []T, what string) any {
	const most = 16
	if len(list) > most {
		return fmt.Sprintf("%d %s", len(list), what)
	}
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = plain(v)
	}
	return out
}

func reckon(f container, o LoadOptions) (*ModelReport, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, err := config(f)
	if err != nil {
		return nil, err
	}
	i := describe(f, c, o)
	mo := model.Options{Context: i.Context, Batch: batch(i), F16: true}
	m := &ModelReport{
		Architecture: c.Architecture, Layers: c.Layers, Experts: c.Experts, ExpertsUsed: c.Used,
		Context: i.Context, TrainedContext: c.Context,
		Parameters: i.Parameters, ActiveParameters: i.ActiveParameters,
		WeightBytes: i.FileBytes, CacheBytes: c.CacheShape(mo).Bytes(),
	}
	m.ScratchBytes = workingBytes(c, mo) - m.CacheBytes
	m.NeedBytes = m.WeightBytes + m.CacheBytes + m.ScratchBytes
	m.FreeBytes, _ = freeMemory()
	return m, nil
}

// config reads the hyperparameters of what holds weights.
func config(f container) (model.Config, error) {
	tokens, _, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return model.Config{}, err
	}
	c, err := model.ReadConfig(f, len(tokens))
	if err != nil {
		return model.Config{}, err
	}
	if len(f.table()) == 0 {
		return model.Config{}, fmt.Errorf("the file holds a vocabulary, but no weights")
	}
	return c, nil
}
