//go:build cgo && !darwin

package gl

import (
	"context"
	"testing"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/engine/compute"
	"beyonder/engine/model"
)

// Software renderers run one dispatch after another and see every write at once.
// Cards do not: between a shader's write and whatever touches the same buffer there
// has to be a barrier, of the kind that names what comes; between a read and a
// shader's write any. This looks at all that a mixture's steps give to the driver.
func TestBarriers(t *testing.T) {
	s := toyShapes
	d := open(t, Options{})
	defer d.Close()
	c, err := model.ReadConfig(s, s.vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(&synthetic{shapes: s, t: t, made: map[string]compute.Weights{}}, c, d, model.Options{Context: s.context, Batch: 12, F16: true})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := d.NewRows(1, 64)
	others, err := d.NewRows(1, 64)
	if err != nil {
		t.Fatal(err)
	}
	w := watcher{t: t}
	d.do(func() { d.q.watch = w.see })
	logits := [][]float32{make([]float32, s.vocabulary)}
	ids := make([]int32, 12)
	for _, n := range []int{12, 1, 1, 5} {
		if err := m.Step(context.Background(), ids[:n], 0, logits); err != nil {
			t.Fatal(err)
		}
		// Rows that shaders wrote are the processor's next; a barrier for shaders is in between.
		d.SwiGLU(rows, rows, rows)
		d.SwiGLU(others, others, others)
		d.SwiGLU(others, others, others)
		d.Write(rows, make([]float32, 64))
		d.SwiGLU(rows, rows, rows)
	}
	if err := d.Read(nil, compute.Rows{Buf: &buffer{}, Width: 1}); err != nil {
		t.Fatal(err)
	}
	if w.passes < 100 || w.writes < 8 || w.barriers < 50 {
		t.Errorf("%d dispatches, %d writes of the processor and %d barriers were seen", w.passes, w.writes, w.barriers)
	}
}

// watcher knows what was touched since which barrier.
type watcher struct {
	t                        *testing.T
	passes, writes, barriers int
	forShaders, forUpdates   map[*buffer]bool // written, and no barrier of that kind yet
	read                     map[*buffer]bool // read, and no barrier yet
	joined                   map[*buffer]bool // written by the pass before
}

func (w *watcher) see(barrier uint32, p *pass) {
	if w.read == nil {
		w.forShaders, w.forUpdates, w.read, w.joined = map[*buffer]bool{}, map[*buffer]bool{}, map[*buffer]bool{}, map[*buffer]bool{}
	}
	switch {
	case p == nil:
		w.barriers++
		clear(w.read)
		if barrier&gl.SHADER_STORAGE_BARRIER_BIT != 0 {
			clear(w.forShaders)
		}
		if barrier&gl.BUFFER_UPDATE_BARRIER_BIT != 0 {
			clear(w.forUpdates)
		}
	case p.data != nil:
		w.writes++
		if w.forUpdates[p.to] || w.read[p.to] {
			w.t.Errorf("the processor's write %d comes without a barrier (written %v, read %v)", w.writes, w.forUpdates[p.to], w.read[p.to])
		}
	default:
		w.dispatch(p)
	}
}

func (w *watcher) dispatch(p *pass) {
	w.passes++
	written := map[*buffer]bool{}
	for i, b := range p.bind {
		if b != nil && p.written>>i&1 != 0 {
			written[b] = true
		}
	}
	for _, b := range p.bind {
		joins := p.joins && written[b] && w.joined[b]
		if b != nil && !joins && (w.forShaders[b] || written[b] && w.read[b]) {
			w.t.Errorf("dispatch %d, %s, comes without a barrier (written before %v, read before %v)", w.passes, p.variant, w.forShaders[b], w.read[b])
		}
	}
	for _, b := range p.bind {
		if b != nil {
			w.read[b] = true
		}
	}
	for b := range written {
		w.forShaders[b], w.forUpdates[b] = true, true
	}
	w.joined = written
}
