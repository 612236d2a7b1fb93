package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The graphics engine needs the program's main thread: tests of a model that is
// on it, in whole or in part, run in a child, in software and without a display.
const splitChild = "BEYONDER_TEST_SPLIT"

func init() { runtime.LockOSThread() } // main is to keep its thread

func TestMain(m *testing.M) {
	if asked := os.Getenv(splitChild); asked != "" {
		os.Exit(Serve(func() int { return splitMain(asked) }))
	}
	os.Exit(m.Run())
}

// splitResult is what a child says.
type splitResult struct {
	Info   Info
	Error  string
	Stages []string
	Logits [][]float32
	Routes int

	Kernels []VerbTime
}

func splitMain(asked string) int {
	var o LoadOptions
	if err := json.Unmarshal([]byte(asked), &o); err != nil {
		return 1
	}
	var r splitResult
	l := NewLocal()
	defer l.Close()
	if err := r.run(l, o); err != nil {
		r.Error = err.Error()
	}
	if json.NewEncoder(os.Stdout).Encode(r) != nil {
		return 1
	}
	return 0
}

func (r *splitResult) run(l *Local, o LoadOptions) error {
	for p, err := range l.Load(context.Background(), o) {
		if err != nil {
			return err
		}
		if !slices.Contains(r.Stages, p.Stage) {
			r.Stages = append(r.Stages, p.Stage)
		}
	}
	r.Info, _ = l.Info()
	for row, err := range l.Logits(context.Background(), splitIDs) {
		if err != nil {
			return err
		}
		r.Logits = append(r.Logits, slices.Clone(row))
	}
	routes, err := l.current().model.Routes()
	r.Routes, r.Kernels = len(routes), l.Profile()
	return err
}

var splitIDs = []int32{1, 17, 99, 250, 3, 3, 42, 8, 120, 77, 5, 200, 31}

// split loads and runs a model in a child. memory is what the card is said to
// have, in MB; 0: it does not say.
func split(t *testing.T, o LoadOptions, memory int) splitResult {
	t.Helper()
	asked, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), splitChild+"="+string(asked), "BEYONDER_GL_SOFTWARE=1", "LIBGL_ALWAYS_SOFTWARE=1", "DISPLAY=",
		fmt.Sprintf("BEYONDER_GL_MEMORY=%d", memory))
	var said bytes.Buffer
	child.Stderr = &said
	out, err := child.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.Bytes())
	}
	var r splitResult
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if text := r.Error + r.Info.DeviceReason; strings.Contains(text, "no OpenGL 4.3") {
		if os.Getenv("BEYONDER_WINDOW_TESTS") == "required" {
			t.Fatal(text)
		}
		t.Skip("SKIPPED: models on a graphics card are not tested:", text)
	}
	return r
}

// Wherever a model's layers are, it computes the same, and users read what is where.
func TestSplit(t *testing.T) {
	const path = "testdata/mixtral-Q2_K.gguf"
	want := logits(t, LoadOptions{Path: path, Device: "cpu", Exact: true}, splitIDs)
	for _, c := range []struct {
		what   string
		o      LoadOptions
		device string
	}{
		{"all", LoadOptions{Profile: true}, "OpenGL (llvmpipe"},
		{"one layer", LoadOptions{GPULayers: 1}, "GPU 1/3 layers (llvmpipe"},
		{"experts", LoadOptions{ExpertsOnCPU: true}, "GPU attention of 3/3 layers (llvmpipe"},
		{"all that are asked for", LoadOptions{GPULayers: 99}, "OpenGL (llvmpipe"},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.o.Path, c.o.KV, c.o.Exact, c.o.Device = path, "f32", true, "gl"
			r := split(t, c.o, 0)
			if r.Error != "" || !strings.HasPrefix(r.Info.Device, c.device) || r.Info.DeviceReason != "" {
				t.Fatalf("computes on %q (%q), error %q", r.Info.Device, r.Info.DeviceReason, r.Error)
			}
			if r.Info.GPULayers == 0 || r.Routes != r.Info.Layers || !slices.Contains(r.Stages, StageCard) {
				t.Errorf("%d layers on the card, routes of %d, stages %q", r.Info.GPULayers, r.Routes, r.Stages)
			}
			if timed := len(r.Kernels) > 5 && r.Kernels[0].Seconds > 0; timed != c.o.Profile {
				t.Errorf("timed are %+v", r.Kernels)
			}
			for i, row := range r.Logits {
				if off := farthest(row, want[i]); !(off < 1e-3) {
					t.Fatalf("logits after token %d are off by %.2g standard deviations", i, off)
				}
			}
		})
	}
}

// The KV cache in blocks of bytes: a good half of float16, on either device, and
// near it.
func TestSmallCache(t *testing.T) {
	const path = "testdata/mixtral-Q2_K.gguf"
	want := logits(t, LoadOptions{Path: path, Device: "cpu"}, splitIDs)
	large := split(t, LoadOptions{Path: path, Device: "gl"}, 0)
	small := split(t, LoadOptions{Path: path, Device: "gl", KV: "q8_0"}, 0)
	if share := float64(small.Info.CacheBytes) / float64(large.Info.CacheBytes); share < 0.5 || share > 0.6 {
		t.Errorf("a cache of q8_0 takes %.2f of one of float16", share)
	}
	for name, rows := range map[string][][]float32{
		"gl": small.Logits, "cpu": logits(t, LoadOptions{Path: path, Device: "cpu", KV: "q8_0"}, splitIDs),
	} {
		for i, row := range rows {
			if off := farthest(row, want[i]); !(off < 0.5) {
				t.Errorf("%s: logits after token %d are off by %.2g standard deviations", name, i, off)
			}
		}
	}
}

// A card whose memory does not hold what it was asked to: half the layers, then
// the processor; each time with a sentence, and the model computes.
func TestCardIsTooSmall(t *testing.T) {
	const path = "testdata/mixtral-Q2_K.gguf"
	all := split(t, LoadOptions{Path: path, GPULayers: 3, Context: 64}, 64)
	if !strings.HasPrefix(all.Info.Device, "OpenGL") {
		t.Fatalf("with enough memory: computes on %s (%s)", all.Info.Device, all.Info.DeviceReason)
	}
	r := split(t, LoadOptions{Path: path, GPULayers: 3, Context: 64}, 1)
	if r.Error != "" || !strings.HasPrefix(r.Info.Device, "CPU") || !strings.Contains(r.Info.DeviceReason, "not enough free memory") || len(r.Logits) != len(splitIDs) {
		t.Errorf("with 1 MB: computes on %s (%s), error %q", r.Info.Device, r.Info.DeviceReason, r.Error)
	}
	// What the card says it has is too little from the start.
	r = split(t, LoadOptions{Path: path, Context: 64}, 100)
	if !strings.HasPrefix(r.Info.Device, "CPU") || !strings.Contains(r.Info.DeviceReason, "GB of graphics memory") {
		t.Errorf("with 100 MB, all of which are a reserve: computes on %s (%s)", r.Info.Device, r.Info.DeviceReason)
	}
}

// The placement of a model of Beyonder's shape in Q4_K: 32 layers of 0.44 GB.
func TestFit(t *testing.T) {
	s := sizes{embed: 74e6, output: 108e6, working: 200e6}
	for range 32 {
		s.attention, s.feed = append(s.attention, 24e6+16e6), append(s.feed, 396e6)
	}
	for _, c := range []struct {
		free    int64
		o       LoadOptions
		layers  int
		experts bool
		missing bool
	}{
		{free: 24e9, layers: 32},
		{free: 0, layers: 32}, // it does not say
		{free: 12e9, layers: 24, missing: true},
		{free: 8e9, layers: 15, missing: true},
		{free: 8e9, o: LoadOptions{GPULayers: 20}, layers: 20},
		{free: 8e9, o: LoadOptions{GPULayers: 40}, layers: 32},
		{free: 4e9, o: LoadOptions{ExpertsOnCPU: true}, layers: 32, experts: true},
		{free: 1 << 30, layers: 0},
	} {
		p, err := s.fit(c.free, c.o)
		if (err != nil) != (c.layers == 0) || p.layers != c.layers || p.experts != c.experts || p.missing > 0 != c.missing {
			t.Errorf("%d MB free, %+v: %+v, %v", c.free>>20, c.o, p, err)
		}
		if used := s.of(p); err == nil && c.free > 0 && c.o.GPULayers == 0 && used > c.free-reserve(c.free) {
			t.Errorf("%d MB free: %d MB used", c.free>>20, used>>20)
		}
	}
	_, err := s.fit(1<<30, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), "14.") {
		t.Errorf("a card that is too small: %v", err)
	}
}

// The sizes are those of the file's tensors, each counted once.
func TestCardSizes(t *testing.T) {
	for _, path := range []string{"testdata/mixtral-Q2_K.gguf", "testdata/dense-tied-Q8_0.gguf"} {
		m, err := open(LoadOptions{Path: path, Device: "cpu"})
		if err != nil {
			t.Fatal(err)
		}
		defer m.close()
		s := weightParts(m.file.table(), m.config.Layers).sizes(m.config, m.options)
		weights := s.weights(placement{layers: m.config.Layers})
		tied := !slices.ContainsFunc(m.file.table(), func(r TensorReport) bool { return r.Name == "output.weight" })
		if tied {
			weights -= s.embed // stands for both
		}
		if off := float64(weights)/float64(m.info.FileBytes) - 1; off < 0 || off > 0.2 { // rows of 256 are padded
			t.Errorf("%s: %d bytes of weights, %d in the file", path, weights, m.info.FileBytes)
		}
	}
}
