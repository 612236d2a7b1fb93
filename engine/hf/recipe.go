package hf

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"beyonder/engine/quant"
)

// Tensor is an array of weights under its GGUF name.
type Tensor struct {
	Name  string
	Type  quant.Type // F32, F16 or BF16
	Shape []uint64   // the contiguous dimension first (ggml's ne)
	Data  []byte     // nil in what Tensors returns
}

// Bytes is the size of the tensor's data.
func (t Tensor) Bytes() int64 {
	n := uint64(t.Type.BlockBytes())
	for _, d := range t.Shape {
		n *= d
	}
	return int64(n)
}

// recipe says how a GGUF tensor is made of a stored one.
type recipe struct {
	Tensor // without Data
	from   quant.Type
	stored []byte // mapped: the stored tensor, or one expert's part of it
	heads  int    // above 0: its rows are permuted within so many heads
}

// Names are the GGUF names of all tensors: the embeddings, layer by layer, the
// output.
func (f *Folder) Names() []string {
	names := make([]string, len(f.recipes))
	for i, r := range f.recipes {
		names[i] = r.Name
	}
	return names
}

// Tensors are all tensors in the order of Names, without their data.
func (f *Folder) Tensors() []Tensor {
	list := make([]Tensor, len(f.recipes))
	for i, r := range f.recipes {
		list[i] = r.Tensor
	}
	return list
}

// Tensor finds a tensor by its GGUF name. Its Data is mapped where the file has
// it as it should be, and otherwise made anew by each call: Q and K, whose rows
// are permuted, and small tensors that become float32. Either way it must not be
// written to and must not be used after Close. Its address is a multiple of the
// element's size.
func (f *Folder) Tensor(name string) (Tensor, bool) {
	i, ok := f.names[name]
	if !ok {
		return Tensor{}, false
	}
	r := f.recipes[i]
	t := r.Tensor
	t.Data = r.make()
	return t, true
}

// make brings the stored bytes into GGUF's form.
func (r recipe) make() []byte {
	data := r.stored
	if r.heads > 0 {
		data = permute(data, r.heads, len(data)/int(r.Shape[len(r.Shape)-1]))
	}
	if r.from != r.Type {
		data = widen(r.from, data)
	}
	if uintptr(unsafe.Pointer(unsafe.SliceData(data)))%uintptr(r.Type.BlockBytes()) != 0 {
		data = slices.Clone(data) // safetensors files are aligned to nothing
	}
	return data
}

// permute reorders rows of rowBytes within each head from the half-split order of
// Hugging Face, in which row j is rotated with row j+half, to GGUF's, in which
// neighbours are.
func permute(src []byte, heads, rowBytes int) []byte {
	dst := make([]byte, 0, len(src))
	for head := range slices.Chunk(src, len(src)/heads) {
		half := len(head) / 2
		for at := 0; at < half; at += rowBytes {
			dst = append(dst, head[at:at+rowBytes]...)
			dst = append(dst, head[half+at:half+at+rowBytes]...)
		}
	}
	return dst
}

// widen decodes values to little-endian float32, which loses nothing.
func widen(from quant.Type, src []byte) []byte {
	values := make([]float32, len(src)/from.BlockBytes())
	quant.Dequantize(from, values, src)
	return floatBytes(values)
}

func floatBytes(values []float32) []byte {
	dst := make([]byte, 0, 4*len(values))
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}
