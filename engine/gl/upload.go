//go:build cgo && !darwin

package gl

import (
	"fmt"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/engine/compute"
	"beyonder/engine/quant"
)

// slab is a buffer of weights, no larger than the driver allows: some rows of
// one matrix, or all rows of some experts' matrices one after another.
type slab struct {
	buf         *buffer
	first, rows int // rows of the matrix, of each if there are several
	expert      int // the first of the experts
	held        int // how many
}

// matrix is one matrix, or that of several experts in one type.
type matrix struct {
	name    string
	in, out int
	format  string
	pieces  uint32 // of 32 weights in a row
	stride  uint32 // quads of a row
	half    bool   // activations are rounded to float16
	slabs   []slab
}

func (m *matrix) Shape() (in, out int) { return m.in, m.out }

// experts are all experts of a layer, in runs of one type.
type experts struct {
	count, in, out int
	name           string
	runs           []*matrix
}

func (e *experts) Count() int { return e.count }

// mostIn keeps the loops of shaders below 65,536 turns, after which llvmpipe
// leaves a loop without a word.
const mostIn = 32 * 65535

// Upload moves a matrix to the device, converted if shaders do not decode its type.
func (d *Device) Upload(w compute.Weights) (compute.Matrix, error) {
	return d.upload([]compute.Weights{w}, 0)
}

// UploadExperts moves every expert's matrix to the device.
func (d *Device) UploadExperts(ws []compute.Weights) (compute.Experts, error) {
	if len(ws) == 0 || len(ws) > 512 {
		return nil, fmt.Errorf("%d experts are not 1 to 512", len(ws))
	}
	es := &experts{count: len(ws), in: ws[0].In, out: ws[0].Out, name: ws[0].Name}
	for i, n := 0, 0; i < len(ws); i += n {
		for n = 1; i+n < len(ws) && ws[i+n].Type == ws[i].Type; n++ {
		}
		m, err := d.upload(ws[i:i+n], i)
		if err != nil {
			return nil, err
		}
		if m.in != es.in || m.out != es.out {
			return nil, fmt.Errorf("tensor %q is %d × %d, but the first expert's is %d × %d", m.name, m.in, m.out, es.in, es.out)
		}
		es.runs = append(es.runs, m)
	}
	return es, nil
}

// upload moves matrices of one type and shape; first is the number of the first
// of them among the experts.
func (d *Device) upload(ws []compute.Weights, first int) (*matrix, error) {
	w := ws[0]
	for _, o := range ws {
		if err := check(o); err != nil {
			return nil, err
		}
		if o.In != w.In || o.Out != w.Out {
			return nil, fmt.Errorf("tensor %q is %d × %d, but the first expert's is %d × %d", o.Name, o.In, o.Out, w.In, w.Out)
		}
	}
	if w.In > mostIn {
		return nil, fmt.Errorf("tensor %q has rows of %d weights; %d are the most that the graphics engine takes", w.Name, w.In, mostIn)
	}
	to := native(w.Type, w.In)
	m, err := d.store(ws, first, to)
	if err != nil && to != w.Type && to != quant.F32 && d.gone() == nil && d.ctx.Err() == nil {
		to = quant.F32 // beyond what the halves of Q8_0 hold
		m, err = d.store(ws, first, to)
	}
	if err != nil {
		return nil, fmt.Errorf("moving tensor %q to the graphics card: %w", w.Name, err)
	}
	d.note(w.Type, to)
	d.matrices = append(d.matrices, m)
	return m, nil
}

// note says once for each type that it was converted.
func (d *Device) note(from, to quant.Type) {
	text := fmt.Sprintf("the graphics engine keeps weights of type %s as %s", from, to)
	if from != to && !d.noted[text] {
		d.noted[text] = true
		d.notes = append(d.notes, text)
	}
}

// store lays the matrices out in slabs and fills them.
func (d *Device) store(ws []compute.Weights, first int, to quant.Type) (*matrix, error) {
	w, f := ws[0], formats[to]
	stride := f.stride(w.In)
	m := &matrix{
		name: w.Name, in: w.In, out: w.Out, format: name(to), half: w.HalfInput,
		pieces: uint32(padded(w.In) / 32), stride: uint32(stride / 16),
	}
	most := int(d.thread.limits.block) / stride // rows in a slab
	if most == 0 {
		return nil, fmt.Errorf("a row of %d bytes is more than the driver allows in a buffer", stride)
	}
	for e := 0; e < len(ws); {
		held := min(len(ws)-e, max(1, most/w.Out))
		rows := min(w.Out, most)
		if rows < w.Out && rows > 128 {
			rows &^= 127 // whole tiles
		}
		for r := 0; r < w.Out; r += rows {
			s := slab{first: r, rows: min(rows, w.Out-r), expert: first + e, held: held}
			var err error
			if s.buf, err = d.newBuffer(int64(held)*int64(s.rows)*int64(stride), false); err != nil {
				return nil, err
			}
			if err := d.fill(s, ws[e:e+held], to); err != nil {
				return nil, err
			}
			m.slabs = append(m.slabs, s)
		}
		e += held
	}
	return m, nil
}

// stage is how many bytes are packed and handed to the driver at a time.
const stage = 16 << 20

// fill packs the slab's rows of each matrix into its buffer.
func (d *Device) fill(s slab, ws []compute.Weights, to quant.Type) error {
	at, stride := 0, formats[to].stride(ws[0].In)
	chunk := max(1, stage/stride)
	for _, w := range ws {
		for r := 0; r < s.rows; r += chunk {
			n := min(chunk, s.rows-r)
			if err := d.carry(s.buf, at, w, to, s.first+r, s.first+r+n, stride); err != nil {
				return err
			}
			at += n * stride
			d.uploaded.Add(int64(n * w.Type.RowBytes(w.In)))
		}
	}
	return nil
}

// carry moves some rows to a buffer: through the ring, or through memory of our own
// where there is none or a row is larger than its slots.
func (d *Device) carry(b *buffer, at int, w compute.Weights, to quant.Type, first, last, stride int) error {
	size := (last - first) * stride
	if d.ring == nil && !d.noRing {
		d.ring = d.openRing(stage)
		d.noRing = d.ring == nil
	}
	if d.ring == nil || size > stage {
		if len(d.packed) < size {
			d.packed = make([]byte, size)
		}
		if err := pack(w, to, d.packed[:size], first, last); err != nil {
			return err
		}
		return d.put(b, at, d.packed[:size])
	}
	room, err := d.room(d.ring)
	if err != nil {
		return err
	}
	if err := pack(w, to, room.mem[:size], first, last); err != nil {
		return err
	}
	return d.fetchSlot(room, b, at, size)
}

// closeRing gives back what only uploading needs.
func (d *Device) closeRing() {
	d.packed = nil
	if r := d.ring; r != nil {
		d.ring = nil
		d.do(r.free)
	}
}

// put writes data to a buffer now.
func (d *Device) put(b *buffer, at int, data []byte) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	var err error
	d.do(func() {
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.id)
		gl.BufferSubData(gl.COPY_WRITE_BUFFER, at, len(data), gl.Ptr(data))
		err = d.thread.failure()
		d.progress.Add(1)
	})
	if err == nil {
		err = d.gone()
	}
	return err
}
