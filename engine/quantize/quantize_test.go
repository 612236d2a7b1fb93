package quantize

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/engine"
	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

const testdata = "../testdata/"

// made quantizes and returns the last progress and the first's warnings.
func made(t *testing.T, o Options, mixture string) (Progress, []string) {
	t.Helper()
	var err error
	if o.Mixture, err = MixtureNamed(mixture); err != nil {
		t.Fatal(err)
	}
	var last Progress
	var warnings []string
	for p, err := range Run(t.Context(), o) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Done < last.Done || p.Written < last.Written {
			t.Errorf("from %d and %d bytes back to %d and %d", last.Done, last.Written, p.Done, p.Written)
		}
		warnings = append(warnings, p.Warnings...)
		last = p
	}
	return last, warnings
}

// TestEndToEnd makes files of each kind and has the engine compute with them.
func TestEndToEnd(t *testing.T) {
	for _, c := range []struct{ in, mixture string }{
		{"dense-tied-Q8_0.gguf", "Q4_K_M"}, {"dense-tied-Q8_0.gguf", "IQ4_XS"}, {"dense-tied-Q8_0.gguf", "Q4_1"},
		{"dense-Q4_K_M.gguf", "F16"}, {"mixtral-Q2_K.gguf", "Q6_K"}, {"mixtral-TQ1_0.gguf", "Q3_K_L"}, {"mixtral-Q2_K.gguf", "MXFP4_MOE"},
	} {
		t.Run(c.in+" "+c.mixture, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.gguf")
			p, warnings := made(t, Options{In: testdata + c.in, Out: out}, c.mixture)
			info, err := os.Stat(out)
			if err != nil {
				t.Fatal(err)
			}
			if p.Done != p.Total || p.Written != info.Size() || math.Abs(float64(p.Expected-p.Written)) > 1024 {
				t.Errorf("done %d of %d, written %d of %d, file %d", p.Done, p.Total, p.Written, p.Expected, info.Size())
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0], "quantized already") {
				t.Errorf("the warnings are %q", warnings)
			}
			checkMetadata(t, testdata+c.in, out, c.mixture)
			checkLogits(t, out)
		})
	}
}

func checkMetadata(t *testing.T, in, out, mixture string) {
	t.Helper()
	a, err := gguf.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := gguf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	m, _ := MixtureNamed(mixture)
	if v, _, _ := b.Uint("general.file_type"); v != uint64(m.id) {
		t.Errorf("general.file_type is %d, want %d", v, m.id)
	}
	if v, _, _ := b.Uint("general.quantization_version"); v != 2 {
		t.Errorf("general.quantization_version is %d", v)
	}
	x, _, _ := a.Strings("tokenizer.ggml.tokens")
	y, _, _ := b.Strings("tokenizer.ggml.tokens")
	if len(x) == 0 || strings.Join(x, "\x00") != strings.Join(y, "\x00") {
		t.Error("the vocabulary changed")
	}
}

func checkLogits(t *testing.T, path string) {
	t.Helper()
	l := engine.NewLocal()
	defer l.Close()
	for _, err := range l.Load(t.Context(), engine.LoadOptions{Path: path, Context: 16, Device: "cpu"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := 0
	for row, err := range l.Logits(t.Context(), []int32{1, 90, 500}) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
		var spread float64
		for _, v := range row {
			spread += math.Abs(float64(v - row[0]))
		}
		if math.IsNaN(spread) || math.IsInf(spread, 0) || spread == 0 {
			t.Errorf("row %d spreads by %v", rows, spread)
		}
	}
	if rows != 3 {
		t.Errorf("%d rows", rows)
	}
}

// TestSameBytes compares the file with what Quantize makes of each tensor alone,
// on one thread and on many.
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	one, many := filepath.Join(dir, "one.gguf"), filepath.Join(dir, "many.gguf")
	made(t, Options{In: testdata + "dense-tied-Q8_0.gguf", Out: one, Threads: 1}, "Q5_K_M")
	made(t, Options{In: testdata + "dense-tied-Q8_0.gguf", Out: many, Threads: 7}, "Q5_K_M")
	a, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(many); err != nil || string(a) != string(b) {
		t.Errorf("seven threads make another file than one: %v", err)
	}
	in, err := gguf.Open(testdata + "dense-tied-Q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := gguf.Open(one)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for _, s := range in.Tensors() {
		d, ok := out.Tensor(s.Name)
		if !ok {
			t.Fatalf("%s is missing", s.Name)
		}
		x := make([]float32, s.Elems())
		quant.Dequantize(s.Type, x, s.Data)
		want := make([]byte, len(d.Data))
		if err := quant.Quantize(d.Type, want, x); err != nil {
			t.Fatal(err)
		}
		if string(want) != string(d.Data) {
			t.Errorf("%s, %v from %v, differs", s.Name, d.Type, s.Type)
		}
	}
}

// TestWithImportance sees to it that each expert is encoded with its own.
func TestWithImportance(t *testing.T) {
	in, err := gguf.Open(testdata + "mixtral-Q2_K.gguf")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	stack, _ := in.Tensor("blk.0.ffn_up_exps.weight")
	row, experts := int(stack.Shape[0]), int(stack.Shape[2])
	sums, counts := make([]float32, row*experts), make([]float32, experts)
	for i := range sums {
		sums[i] = float32(1 + i*i%97)
	}
	for e := range counts {
		counts[e] = 3
	}
	out := filepath.Join(t.TempDir(), "out.gguf")
	_, warnings := made(t, Options{In: in.Path, Out: out, Imatrix: gguImatrix(t, sums, counts)}, "Q4_0")
	if len(warnings) != 2 || !strings.Contains(warnings[1], "says nothing of") {
		t.Errorf("the warnings are %q", warnings)
	}
	f, err := gguf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, _ := f.Tensor(stack.Name)
	x := make([]float32, stack.Elems())
	quant.Dequantize(stack.Type, x, stack.Data)
	n, size := len(x)/experts, len(got.Data)/experts
	for e := range experts {
		want := make([]byte, size)
		importance := make([]float32, row)
		for i := range importance {
			importance[i] = sums[e*row+i] / 3
		}
		if err := quant.QuantizeWeighted(quant.Q4_0, want, x[e*n:(e+1)*n], importance); err != nil {
			t.Fatal(err)
		}
		if string(want) != string(got.Data[e*size:(e+1)*size]) {
			t.Errorf("expert %d differs", e)
		}
	}
	if v, _, _ := f.String("quantize.imatrix.file"); v != "imatrix.gguf" {
		t.Errorf("quantize.imatrix.file is %q", v)
	}
}

// TestNoHalfFile stops in the middle in each way there is; what was there before
// stays, and nothing else.
func TestNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out.gguf")
	if err := os.WriteFile(out, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, _ := MixtureNamed("Q4_K_M")
	o := Options{In: testdata + "dense-tied-Q8_0.gguf", Out: out, Mixture: m}
	for range Run(t.Context(), o) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range Run(ctx, o) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the last error is %v", last)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(out); string(b) != "before" || len(files) != 1 {
		t.Errorf("%d files, the one with the name holds %.20q", len(files), b)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "model.gguf")
	b, err := os.ReadFile(testdata + "mixtral-TQ1_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(model, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.gguf")
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{In: model, Out: model}, "is the file to be read"},
		{Options{In: model, Out: dir}, "is not a file"},
		{Options{In: filepath.Join(dir, "none"), Out: out}, "cannot be opened"},
		{Options{In: model, Out: filepath.Join(dir, "none", "out.gguf")}, "cannot write the new file"},
		{Options{In: model, Out: out, Rules: "2023"}, "no rules are called"},
		{Options{In: model, Out: out, Imatrix: model}, "holds no sums"},
		{Options{In: model, Out: out, Imatrix: filepath.Join(dir, "none")}, "importance matrix"},
	} {
		c.o.Mixture, _ = MixtureNamed("Q4_0")
		var last error
		for _, err := range Run(t.Context(), c.o) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), c.want) {
			t.Errorf("the error is %v, want %q in it", last, c.want)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("there is a file all the same")
	}
	if err := checkSpace(dir, math.MaxInt64/2); err == nil || !strings.Contains(err.Error(), "make room") {
		t.Errorf("a file larger than any disk: %v", err)
	}
}
