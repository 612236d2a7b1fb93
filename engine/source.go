package engine

import (
	"beyonder/engine/gguf"
	"beyonder/engine/model"
)

// source lets the model read a GGUF file without knowing the format.
type source struct{ *gguf.File }

var _ model.Source = source{}

func (s source) Tensor(name string) (model.Tensor, bool) {
	t, ok := s.File.Tensor(name)
	return model.Tensor{Type: t.Type, Shape: t.Shape, Data: t.Data}, ok
}
