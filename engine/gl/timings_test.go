//go:build cgo && !darwin

package gl

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/engine/compute"
	"beyonder/engine/model"
	"beyonder/engine/quant"
)

// shapes are those of a model; toy ones let the script be tried without a card.
type shapes struct {
	layers, width, feedForward, heads, kvHeads, experts, used, vocabulary int
	context, prompt, write                                                int
	copied, rounds                                                        int // bytes, repetitions
}

var (
	cardShapes = shapes{32, 4096, 14336, 32, 8, 4, 2, 32000, 4096, 512, 64, 1 << 30, 20}
	toyShapes  = shapes{2, 256, 512, 8, 2, 4, 2, 320, 128, 48, 8, 1 << 24, 2}
)

// TestTimings measures, it does not judge: each kernel by the driver's clock
// against the bandwidth of a copy, then a whole model of the shape of
// Beyonder-4x7B with weights of no meaning. See docs/gpu.md.
func TestTimings(t *testing.T) {
	var s shapes
	switch os.Getenv("BEYONDER_GL_TIMINGS") {
	case "card":
		s = cardShapes
	case "toy":
		s = toyShapes
	default:
		t.Skip("BEYONDER_GL_TIMINGS is neither card nor toy; see docs/gpu.md")
	}
	d := open(t, Options{Profile: true})
	fmt.Printf("%s; %d MB of graphics memory free, buffers up to %d MB, %d bytes of shared memory\n",
		d.Name(), d.thread.limits.free>>20, d.thread.limits.block>>20, d.thread.limits.shared)
	copied := s.copySpeed(t, d)
	fmt.Printf("copy: %.1f GB/s read and written\n\n", copied/1e9)
	s.products(t, d, copied)
	s.attention(t, d)
	d.Close()
	s.wholeModel(t, false)
	s.wholeModel(t, true)
}

// copySpeed is bytes read and written per second, the measure of what is possible.
func (s shapes) copySpeed(t *testing.T, d *Device) float64 {
	a, err := d.newBuffer(int64(s.copied), true)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.newBuffer(int64(s.copied), true)
	if err != nil {
		t.Fatal(err)
	}
	var took time.Duration
	d.do(func() {
		for i := range 6 {
			if i == 1 { // the first one touches the memory
				gl.Finish()
				began := time.Now()
				defer func() { gl.Finish(); took = time.Since(began) }()
			}
			gl.BindBuffer(gl.COPY_READ_BUFFER, a.id)
			gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.id)
			gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, 0, 0, s.copied)
		}
		gl.Flush()
	})
	d.do(func() { d.q.drop(a); d.q.drop(b) })
	return 5 * 2 * float64(s.copied) / took.Seconds()
}

// weights are of a type and shape, with values of ordinary size.
func weights(t *testing.T, name string, typ quant.Type, in, out int) compute.Weights {
	rng := rand.New(rand.NewPCG(5, uint64(typ)))
	tile := make([]float32, 64*256)
	for i := range tile {
		tile[i] = float32(rng.NormFloat64()) * 0.02
	}
	part := make([]byte, typ.RowBytes(len(tile)))
	if err := quant.Quantize(typ, part, tile); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, out*typ.RowBytes(in))
	for at := 0; at < len(data); at += copy(data[at:], part) {
	}
	return compute.Weights{Name: name, Type: typ, In: in, Out: out, Data: data}
}

// products times each weight format: one row of activations, then a prompt.
func (s shapes) products(t *testing.T, d *Device, copied float64) {
	fmt.Printf("%-8s %12s %10s %8s %14s %10s\n", "type", "1 row, µs", "GB/s", "of copy", "prompt, ms", "TFLOP/s")
	x, err := d.NewRows(s.prompt, s.width)
	if err != nil {
		t.Fatal(err)
	}
	y, err := d.NewRows(s.prompt, s.feedForward)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range decoded {
		w := weights(t, typ.String(), typ, s.width, s.feedForward)
		m, err := d.Upload(w)
		if err != nil {
			t.Fatal(err)
		}
		vec := s.timed(t, d, func() { d.MatMul(y.Slice(0, 1), m, x.Slice(0, 1)) })
		mat := s.timed(t, d, func() { d.MatMul(y, m, x) })
		speed := float64(len(w.Data)) / vec.Seconds()
		flops := 2 * float64(s.prompt) * float64(s.width) * float64(s.feedForward) / mat.Seconds()
		fmt.Printf("%-8v %12.1f %10.1f %7.0f%% %14.3f %10.2f\n", typ,
			float64(vec.Nanoseconds())/1e3, speed/1e9, 100*speed/copied, mat.Seconds()*1e3, flops/1e12)
		d.do(func() { d.q.drop(m.(*matrix).slabs[0].buf) })
	}
}

// attention times a token at the end of the context, and a prompt.
func (s shapes) attention(t *testing.T, d *Device) {
	dim := s.width / s.heads
	c, err := d.NewCache(compute.CacheShape{Layers: 1, Tokens: s.context, KVHeads: s.kvHeads, HeadDim: dim, F16: true})
	if err != nil {
		t.Fatal(err)
	}
	q, err := d.NewRows(s.prompt, s.width)
	if err != nil {
		t.Fatal(err)
	}
	one := s.timed(t, d, func() { d.Attend(q.Slice(0, 1), q.Slice(0, 1), c, 0, s.context-1) })
	many := s.timed(t, d, func() { d.Attend(q, q, c, 0, s.context-s.prompt) })
	fmt.Printf("\nattention over %d positions: %.1f µs for a token, %.3f ms for %d\n\n",
		s.context, float64(one.Nanoseconds())/1e3, many.Seconds()*1e3, s.prompt)
}

// timed is what the kernels of a verb take, by the driver's clock.
func (s shapes) timed(t *testing.T, d *Device, verb func()) time.Duration {
	d.Begin(context.Background())
	verb() // compiles
	d.Timings()
	for range s.rounds {
		verb()
		d.flush() // neighbours would be done together
	}
	sum := time.Duration(0)
	for _, k := range d.Timings() {
		sum += k.Time
	}
	if err := d.Read(nil, compute.Rows{Buf: &buffer{}, Width: 1}); err != nil {
		t.Fatal(err)
	}
	return sum / time.Duration(s.rounds)
}

// wholeModel times loading, reading and writing, or tells what each kernel's part is.
func (s shapes) wholeModel(t *testing.T, profile bool) {
	d := open(t, Options{Profile: profile})
	defer d.Close()
	c, err := model.ReadConfig(s, s.vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	m, err := model.New(&synthetic{shapes: s, t: t, made: map[string]compute.Weights{}}, c, d, model.Options{Context: s.context, Batch: s.prompt, F16: true})
	if err != nil {
		t.Fatal(err)
	}
	loaded := time.Since(began)
	ids := make([]int32, s.prompt)
	logits := [][]float32{make([]float32, s.vocabulary)}
	step := func(n, pos int) time.Duration {
		began := time.Now()
		if err := m.Step(context.Background(), ids[:n], pos, logits); err != nil {
			t.Fatal(err)
		}
		return time.Since(began)
	}
	step(s.prompt, 0) // compiles
	step(1, s.prompt)
	d.Timings()
	read := step(s.prompt, 0)
	if profile {
		s.table(d, fmt.Sprintf("reading %d tokens", s.prompt), 1)
	}
	write := time.Duration(0)
	for i := range s.write {
		write += step(1, s.prompt+i)
	}
	if profile {
		s.table(d, "writing a token", s.write)
		return
	}
	fmt.Printf("model of %d layers, Q4_K: %.2f GB moved in %.2f s; %d tokens read at %.1f tokens/s; %d written at %.1f tokens/s\n",
		s.layers, float64(d.Uploaded())/1e9, loaded.Seconds(), s.prompt, float64(s.prompt)/read.Seconds(), s.write, float64(s.write)/write.Seconds())
}

func (s shapes) table(d *Device, what string, times int) {
	fmt.Printf("%s:\n", what)
	for _, k := range d.Timings() {
		fmt.Printf("  %-26s %6d calls %10.1f µs\n", k.Kernel, k.Calls/times, float64(k.Time.Nanoseconds())/1e3/float64(times))
	}
}

// shapes are the metadata of a model file.
func (s shapes) Uint(key string) (uint64, bool, error) {
	v, ok := map[string]int{
		"llama.block_count": s.layers, "llama.embedding_length": s.width, "llama.feed_forward_length": s.feedForward,
		"llama.attention.head_count": s.heads, "llama.attention.head_count_kv": s.kvHeads,
		"llama.expert_count": s.experts, "llama.expert_used_count": s.used, "llama.context_length": s.context,
	}[key]
	return uint64(v), ok, nil
}

func (s shapes) Float(string) (float64, bool, error) { return 0, false, nil }

func (s shapes) String(key string) (string, bool, error) {
	return "llama", key == "general.architecture", nil
}

// synthetic has the tensors of a mixture; those of the same shape are the same.
type synthetic struct {
	shapes
	t    *testing.T
	made map[string]compute.Weights
}

func (s *synthetic) Tensor(name string) (model.Tensor, bool) {
	var layer int
	part := name
	if n, _ := fmt.Sscanf(name, "blk.%d.", &layer); n == 1 {
		part = name[len(fmt.Sprintf("blk.%d.", layer)):]
	}
	kv := s.width / s.heads * s.kvHeads
	dims, ok := map[string][]int{
		"token_embd.weight": {s.width, s.vocabulary}, "output.weight": {s.width, s.vocabulary}, "output_norm.weight": {s.width},
		"attn_norm.weight": {s.width}, "ffn_norm.weight": {s.width}, "attn_q.weight": {s.width, s.width}, "attn_output.weight": {s.width, s.width},
		"attn_k.weight": {s.width, kv}, "attn_v.weight": {s.width, kv}, "ffn_gate_inp.weight": {s.width, s.experts},
		"ffn_gate_exps.weight": {s.width, s.feedForward, s.experts}, "ffn_up_exps.weight": {s.width, s.feedForward, s.experts},
		"ffn_down_exps.weight": {s.feedForward, s.width, s.experts},
	}[part]
	if !ok {
		return model.Tensor{}, false
	}
	w, ok := s.made[part]
	if !ok {
		typ, out := quant.Q4_K, 1
		switch {
		case len(dims) == 1 || part == "ffn_gate_inp.weight":
			typ = quant.F32
		case part == "output.weight":
			typ = quant.Q6_K
		}
		for _, n := range dims[1:] {
			out *= n
		}
		w = weights(s.t, part, typ, dims[0], out)
		s.made[part] = w
	}
	shape := make([]uint64, len(dims))
	for i, n := range dims {
		shape[i] = uint64(n)
	}
	return model.Tensor{Type: w.Type, Shape: shape, Data: w.Data}, true
}
