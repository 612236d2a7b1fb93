package merge

import (
	"fmt"
	"slices"

	"beyonder/engine/quant"
)

// chunk is how many weights are computed at a time. It is part of what a seed
// means, and a multiple of every block's weights.
const chunk = 1 << 16

func chunksOf(weights int) int { return (weights + chunk - 1) / chunk }

// view is a tensor of a model, or rows gathered from several.
type view struct {
	model *model
	name  string
	typ   quant.Type
	shape []uint64
	data  []byte // while it is open
	rows  []row  // nil: the tensor as it is
}

// row is a row of the result: a row of a tensor, or the mean of several.
type row struct {
	of   []*view // open as long as the view is
	from []int
}

func (m *model) view(name string) (*view, error) {
	t, err := m.tensor(name)
	return &view{model: m, name: name, typ: t.Type, shape: t.Shape}, err
}

func weightsOf(shape []uint64) int {
	n := 1
	for _, d := range shape {
		n *= int(d)
	}
	return n
}

// open fetches the data.
func (v *view) open() error {
	for _, r := range v.rows {
		for _, o := range r.of {
			if err := o.open(); err != nil {
				return err
			}
		}
	}
	if v.data != nil || v.rows != nil {
		return nil
	}
	t, ok := v.model.Tensor(v.name)
	if !ok || t.Type != v.typ || !slices.Equal(t.Shape, v.shape) || len(t.Data) != t.Type.RowBytes(weightsOf(t.Shape)) {
		return fmt.Errorf("model %s: tensor %s changed while it was merged", v.model.name, v.name)
	}
	v.data = t.Data
	return nil
}

// close lets go of the data.
func (v *view) close() {
	v.data = nil
	for _, r := range v.rows {
		for _, o := range r.of {
			o.data = nil
		}
	}
}

// read decodes len(dst) weights from index from on, which is a multiple of
// chunk; a run may end anywhere only at the tensor's end. It may be called from
// many goroutines while the view is open.
func (v *view) read(dst []float32, from int) error {
	if v.rows != nil {
		return v.gather(dst, from)
	}
	return v.decode(dst, from)
}

func (v *view) decode(dst []float32, from int) error {
	at := v.typ.RowBytes(from)
	err := v.model.Guard(func() { quant.Dequantize(v.typ, dst, v.data[at:at+v.typ.RowBytes(len(dst))]) })
	if err != nil {
		return fmt.Errorf("model %s: %w", v.model.name, err)
	}
	return nil
}

// gather puts rows together. A row that a run begins or ends within is decoded
// for each of the two runs.
func (v *view) gather(dst []float32, from int) error {
	width := int(v.shape[0])
	whole, mean := make([]float32, width), make([]float32, width)
	for len(dst) > 0 {
		if err := v.rows[from/width].read(mean, whole); err != nil {
			return err
		}
		n := copy(dst, mean[from%width:])
		dst, from = dst[n:], from+n
	}
	return nil
}

// read sets mean; one is room for a row.
func (r row) read(mean, one []float32) error {
	clear(mean)
	for i, v := range r.of {
		if err := v.decode(one, r.from[i]*len(one)); err != nil {
			return err
		}
		for j, x := range one {
			mean[j] += x
		}
	}
	if n := float32(len(r.of)); n > 1 {
		for j := range mean {
			mean[j] /= n
		}
	}
	return nil
}

// encode writes weights as t. Values that t cannot hold are an error, not an infinity.
func encode(t quant.Type, dst []byte, src []float32) error {
	if t == quant.F16 {
		for _, x := range src {
			if x >= 65520 || x <= -65520 {
				return fmt.Errorf("the weight %v is beyond what float16 holds; use bfloat16 or float32", x)
			}
		}
	}
	return quant.Quantize(t, dst, src)
}
