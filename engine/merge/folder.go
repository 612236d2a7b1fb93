package merge

import (
	"fmt"

	"beyonder/engine/gguf"
	"beyonder/engine/hf"
)

// folder makes a Hugging Face folder a Source.
type folder struct{ *hf.Folder }

var _ Source = folder{}

func openFolder(name, path string) (Source, error) {
	f, err := hf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return folder{f}, nil
}

func (f folder) Tensors() []gguf.Tensor {
	all := f.Folder.Tensors()
	out := make([]gguf.Tensor, len(all))
	for i, t := range all {
		out[i] = gguf.Tensor(t)
	}
	return out
}

func (f folder) Tensor(name string) (gguf.Tensor, bool) {
	t, ok := f.Folder.Tensor(name)
	return gguf.Tensor(t), ok
}
