//go:build cgo && !darwin

package gl

import (
	"context"
	"fmt"
	"maps"
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
	cached                                                                int // bytes that no card keeps beside its memory
}

var (
	cardShapes = shapes{32, 4096, 14336, 32, 8, 4, 2, 32000, 4096, 512, 64, 1 << 30, 20, 512 << 20}
	toyShapes  = shapes{2, 256, 512, 8, 2, 4, 2, 320, 128, 48, 8, 1 << 24, 2, 1 << 18}
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
	d := s.open(t, true)
	fmt.Printf("%s, %s; %d MB of graphics memory free, buffers up to %d MB, %d bytes of shared memory, sums by subgroups: %v\n",
		d.Name(), d.Driver(), d.thread.limits.free>>20, d.thread.limits.block>>20, d.thread.limits.shared, d.subgroups)
	copied := s.copySpeed(t, d)
	fmt.Printf("copy: %.1f GB/s read and written\n\n", copied/1e9)
	best := s.products(t, d, copied)
	s.attention(t, d)
	fmt.Printf("%d programs compiled in %.2f s\n\n", d.q.profile.compiled, d.q.profile.compiling.Seconds())
	d.Close()
	s.wholeModel(t, best, false)
	s.wholeModel(t, best, true)
}

// open makes a device as users have it: drivers are slower when they are to tell what they do.
func (s shapes) open(t *testing.T, profile bool) *Device {
	open(t, Options{}).Close() // says why there is none
	d, err := Open(Options{Software: !hardwareWanted(), Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	return d
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

// products times each weight format: one row of activations, in the usual shape and
// in the fastest, then a prompt. What is written with comes from memory, and so each
// product has another copy of the matrix, until no cache holds them all.
func (s shapes) products(t *testing.T, d *Device, copied float64) map[string]shape {
	fmt.Printf("%-8s %12s %10s %8s %12s %14s %8s %14s %10s\n", "type", "1 row, µs", "GB/s", "of copy", "fastest, µs", "threads × rows", "of copy", "prompt, ms", "TFLOP/s")
	x, err := d.NewRows(s.prompt, s.width)
	if err != nil {
		t.Fatal(err)
	}
	y, err := d.NewRows(s.prompt, s.feedForward)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]shape{}
	for _, typ := range decoded {
		w := weights(t, typ.String(), typ, s.width, s.feedForward)
		var ms []compute.Matrix
		for range 1 + s.cached/len(w.Data) {
			m, err := d.Upload(w)
			if err != nil {
				t.Fatal(err)
			}
			ms = append(ms, m)
		}
		row := func(i int) { d.MatMul(y.Slice(0, 1), ms[i%len(ms)], x.Slice(0, 1)) }
		vec := s.timed(t, d, row)
		least, best := vec, d.shapeOf(name(typ))
		if swept[typ] {
			for _, c := range candidates {
				d.shapes[name(typ)] = c
				if took := s.timed(t, d, row); took < least {
					least, best = took, c
				}
			}
			d.shapes[name(typ)] = best
			all[name(typ)] = best
		}
		mat := s.timed(t, d, func(i int) { d.MatMul(y, ms[i%len(ms)], x) })
		speed := func(took time.Duration) float64 { return float64(len(w.Data)) / took.Seconds() }
		flops := 2 * float64(s.prompt) * float64(s.width) * float64(s.feedForward) / mat.Seconds()
		fmt.Printf("%-8v %12.1f %10.1f %7.0f%% %12.1f %10d × %d %7.0f%% %14.3f %10.2f\n", typ,
			float64(vec.Nanoseconds())/1e3, speed(vec)/1e9, 100*speed(vec)/copied,
			float64(least.Nanoseconds())/1e3, best.Threads, best.Rows, 100*speed(least)/copied, mat.Seconds()*1e3, flops/1e12)
		d.do(func() {
			for _, m := range ms {
				d.q.drop(m.(*matrix).slabs[0].buf)
			}
		})
	}
	return all
}

// swept are the types for which every shape is tried: what most files consist of.
var swept = map[quant.Type]bool{quant.Q4_K: true, quant.Q5_K: true, quant.Q6_K: true, quant.Q8_0: true, quant.Q4_0: true, quant.F16: true}

// attention times a token at the end of the context, and a prompt.
func (s shapes) attention(t *testing.T, d *Device) {
	dim := s.width / s.heads
	c, err := d.NewCache(compute.CacheShape{Layers: s.layers, Tokens: s.context, KVHeads: s.kvHeads, HeadDim: dim, F16: true})
	if err != nil {
		t.Fatal(err)
	}
	q, err := d.NewRows(s.prompt, s.width)
	if err != nil {
		t.Fatal(err)
	}
	one := s.timed(t, d, func(i int) { d.Attend(q.Slice(0, 1), q.Slice(0, 1), c, i%s.layers, s.context-1) })
	many := s.timed(t, d, func(i int) { d.Attend(q, q, c, i%s.layers, s.context-s.prompt) })
	fmt.Printf("\nattention over %d positions: %.1f µs for a token, %.3f ms for %d\n",
		s.context, float64(one.Nanoseconds())/1e3, many.Seconds()*1e3, s.prompt)
}

// timed is what the kernels of a verb take, by the driver's clock.
func (s shapes) timed(t *testing.T, d *Device, verb func(i int)) time.Duration {
	d.Begin(context.Background())
	verb(0) // compiles
	d.Timings()
	for i := range s.rounds {
		verb(i + 1)
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

// wholeModel times loading, reading and writing, writing in every shape of workgroup
// and without subgroups as well; or it tells what each kernel's part is.
func (s shapes) wholeModel(t *testing.T, best map[string]shape, profile bool) {
	d := s.open(t, profile)
	defer d.Close()
	maps.Copy(d.shapes, best)
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
	first := step(s.prompt, 0) + step(1, s.prompt) // compiles
	step(s.prompt, 0)                              // finds the pace
	d.Timings()
	read := step(s.prompt, 0)
	if profile {
		s.table(d, fmt.Sprintf("reading %d tokens", s.prompt), 1)
	}
	write := func(n int) float64 { // tokens per second
		took := time.Duration(0)
		for i := range n {
			took += step(1, s.prompt+i)
		}
		return float64(n) / took.Seconds()
	}
	speed := write(s.write)
	if profile {
		s.table(d, "writing a token", s.write)
		return
	}
	fmt.Printf("model of %d layers, Q4_K: %.2f GB moved in %.2f s, first prompt and token after %.2f s more; %d tokens read at %.1f tokens/s; %d written at %.1f tokens/s\n",
		s.layers, float64(d.Uploaded())/1e9, loaded.Seconds(), first.Seconds(), s.prompt, float64(s.prompt)/read.Seconds(), s.write, speed)
	had := d.shapeOf("q4_k")
	for _, c := range candidates {
		d.shapes["q4_k"] = c
		write(1) // compiles
		fmt.Printf("  written with workgroups of %3d × %d: %8.1f tokens/s\n", c.Threads, c.Rows, write(s.write/4))
	}
	if d.shapes["q4_k"] = had; d.Plain() {
		write(1)
		fmt.Printf("  written without subgroups:       %8.1f tokens/s\n", write(s.write/4))
	}
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

func (s shapes) Float(key string) (float64, bool, error) {
	return 1e-5, key == "llama.attention.layer_norm_rms_epsilon", nil
}

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
