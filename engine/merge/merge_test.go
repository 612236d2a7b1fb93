package merge

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"beyonder/engine"
	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// try runs a configuration and returns its error and how many files are left
// in the folder that it should have written to.
func try(t *testing.T, ctx context.Context, o Options, each func(Progress) bool) (error, int) {
	t.Helper()
	folder := t.TempDir()
	if o.Out == "" {
		o.Out = filepath.Join(folder, "out.gguf")
	}
	var failed error
	for p, err := range Merge(ctx, o) {
		if failed = err; err != nil || each != nil && !each(p) {
			break
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return failed, len(left)
}

// rewrite copies a model with changes.
func rewrite(t *testing.T, from, to string, change func(keys []gguf.KV, tensors []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource)) {
	t.Helper()
	f := opened(t, from)
	var keys []gguf.KV
	for _, key := range f.Keys() {
		v, _ := f.Value(key)
		keys = append(keys, gguf.KV{Key: key, Value: v})
	}
	var tensors []gguf.TensorSource
	for _, x := range f.Tensors() {
		tensors = append(tensors, gguf.TensorSource{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: x.Data})
	}
	keys, tensors = change(keys, tensors)
	var b bytes.Buffer
	if err := gguf.Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// changed is rewrite into a folder of the test.
func changed(t *testing.T, from string, change func([]gguf.KV, []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource)) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "changed.gguf")
	rewrite(t, from, to, change)
	return filepath.ToSlash(to)
}

// A folder with safetensors is as good as the file made from it: the same
// result, routers included.
func TestFolderAsSource(t *testing.T) {
	folder, err := filepath.Abs("testdata/base")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"moe-hidden", "slerp", "task_arithmetic"} {
		text, err := os.ReadFile("testdata/configs/" + name + ".yml")
		if err != nil {
			t.Fatal(err)
		}
		file := merged(t, Options{Config: inTestdata(t, string(text))})
		other := merged(t, Options{Config: inTestdata(t, strings.ReplaceAll(string(text), "base.gguf", filepath.ToSlash(folder)))})
		for _, x := range file.Tensors() {
			y, _ := other.Tensor(x.Name)
			if y.Type != x.Type || !slices.Equal(y.Shape, x.Shape) || !bytes.Equal(y.Data, x.Data) {
				t.Errorf("%s: %s differs", name, x.Name)
			}
		}
	}
}

const plainMoE = `base_model: base.gguf
gate_mode: cheap_embed
experts:
- {source_model: chat.gguf, positive_prompts: [chat]}
- {source_model: code.gguf, positive_prompts: [code]}
`

// Without a dtype a mixture's tensors are the models' own, bit for bit.
func TestMixtureKeepsTypes(t *testing.T) {
	got := merged(t, Options{Config: inTestdata(t, plainMoE)})
	base, chat, code := opened(t, "testdata/base.gguf"), opened(t, "testdata/chat.gguf"), opened(t, "testdata/code.gguf")
	for _, x := range got.Tensors() {
		if strings.Contains(x.Name, "gate_inp") {
			if x.Type != quant.F32 || !slices.Equal(x.Shape, []uint64{16, 2}) {
				t.Errorf("%s: %v %v", x.Name, x.Type, x.Shape)
			}
			continue
		}
		want, _ := base.Tensor(x.Name)
		if dense := strings.Replace(x.Name, "_exps", "", 1); dense != x.Name {
			a, _ := chat.Tensor(dense)
			b, _ := code.Tensor(dense)
			want = gguf.Tensor{Type: a.Type, Data: slices.Concat(a.Data, b.Data)}
		}
		if x.Type != want.Type || !bytes.Equal(x.Data, want.Data) {
			t.Errorf("%s differs", x.Name)
		}
	}
}

func TestMetadata(t *testing.T) {
	base := changed(t, "testdata/base.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
		return append(k, gguf.KV{Key: "general.license", Value: "apache-2.0"}, gguf.KV{Key: "general.author", Value: "someone"},
			gguf.KV{Key: "general.sampling.temp", Value: float32(0.7)}, gguf.KV{Key: "tokenizer.chat_template", Value: "{{ messages }}"}), x
	})
	out := filepath.Join(t.TempDir(), "my-mixture.gguf")
	got := merged(t, Options{Config: inTestdata(t, strings.ReplaceAll(plainMoE, "base.gguf", base)), Out: out})
	for key, want := range map[string]any{
		"general.name": "my-mixture", "llama.expert_count": uint32(2), "llama.expert_used_count": uint32(2), "llama.block_count": uint32(4),
		"general.license": "apache-2.0", "general.author": nil, "general.sampling.temp": float32(0.7), "tokenizer.chat_template": "{{ messages }}",
		"general.base_model.count": uint32(3), "general.base_model.1.name": "chat", "general.file_type": uint32(1),
	} {
		if v, _ := got.Value(key); v != want {
			t.Errorf("%s is %v, want %v", key, v, want)
		}
	}
	slices3 := "slices:\n- sources: [{model: chat.gguf, layer_range: [1, 4]}]\nmerge_method: passthrough\ndtype: bfloat16\n"
	got = merged(t, Options{Config: inTestdata(t, slices3), Type: "float16"})
	if v, _ := got.Value("llama.block_count"); v != uint32(3) {
		t.Errorf("of three layers the header says %v", v)
	}
	if x, _ := got.Tensor("blk.2.ffn_up.weight"); x.Type != quant.F16 {
		t.Errorf("--dtype gives %v", x.Type)
	}
}

const quantized = "../testdata/dense-Q4_K_M.gguf"

// A mixture whose experts are one model answers as that model does, whatever
// the router says. Quantized tensors are copied, different types are not.
func TestMixtureOfQuantizedModels(t *testing.T) {
	a, err := filepath.Abs(quantized)
	if err != nil {
		t.Fatal(err)
	}
	b := changed(t, quantized, func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) { return k, x })
	c := changed(t, quantized, func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
		for i := range x {
			if x[i].Name == "blk.1.ffn_up.weight" {
				toFloat16(t, &x[i])
			}
		}
		return k, x
	})
	config := "base_model: " + a + "\nexperts:\n- {source_model: " + a + ", positive_prompts: [chat]}\n- {source_model: OTHER, positive_prompts: [code, python]}\n"
	for other, want := range map[string]quant.Type{b: quant.Q4_K, c: quant.F16} {
		got := merged(t, Options{Config: inTestdata(t, strings.Replace(config, "OTHER", other, 1))})
		if x, _ := got.Tensor("blk.1.ffn_up_exps.weight"); x.Type != want {
			t.Errorf("experts together are %v, want %v", x.Type, want)
		}
		if x, _ := got.Tensor("blk.0.ffn_up_exps.weight"); x.Type != quant.Q4_K {
			t.Errorf("equal types became %v", x.Type)
		}
		dense, mixture := lastLogits(t, a), lastLogits(t, got.Path)
		if off := distance(mixture, dense); off > 1e-4 {
			t.Errorf("the mixture's logits are off by %v", off)
		}
	}
}

func toFloat16(t *testing.T, s *gguf.TensorSource) {
	x := make([]float32, weightsOf(s.Shape))
	quant.Dequantize(s.Type, x, s.Data)
	s.Type, s.Data = quant.F16, make([]byte, 2*len(x))
	if err := quant.Quantize(quant.F16, s.Data, x); err != nil {
		t.Fatal(err)
	}
}

func lastLogits(t *testing.T, path string) (last []float32) {
	t.Helper()
	l := engine.NewLocal()
	defer l.Close()
	for _, err := range l.Load(context.Background(), engine.LoadOptions{Path: path, Exact: true, Context: 64}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for row, err := range l.Logits(context.Background(), []int32{1, 90, 500, 33}) {
		if err != nil {
			t.Fatal(err)
		}
		last = slices.Clone(row)
	}
	return last
}

// Ended at any point, by break or by its context, a merge leaves no file.
func TestEndedEarly(t *testing.T) {
	config := configFile(t, "testdata/configs/moe-hidden.yml")
	steps := 0
	if err, left := try(t, context.Background(), Options{Config: config}, func(Progress) bool { steps++; return true }); err != nil || left != 1 || steps < 8 {
		t.Fatalf("%v, %d files, %d steps", err, left, steps)
	}
	for stop := range steps {
		seen := 0
		err, left := try(t, context.Background(), Options{Config: config}, func(Progress) bool { seen++; return seen <= stop })
		if last := stop == steps-1; err != nil || left != 0 && !last {
			t.Errorf("break at step %d of %d: %v, %d files", stop, steps, err, left)
		}
		ctx, cancel := context.WithCancel(context.Background())
		seen = 0
		err, left = try(t, ctx, Options{Config: config}, func(Progress) bool {
			if seen++; seen > stop {
				cancel()
			}
			return true
		})
		cancel()
		if !errors.Is(err, context.Canceled) || left != 0 {
			t.Errorf("cancelled at step %d of %d: %v, %d files", stop, steps, err, left)
		}
	}
}

// Progress only goes forward, stage by stage, and ends with all of the file.
func TestProgress(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.gguf")
	var stages []string
	var last Progress
	_, _ = try(t, context.Background(), Options{Config: configFile(t, "testdata/configs/moe-hidden.yml"), Out: out}, func(p Progress) bool {
		if p.Stage != last.Stage {
			stages = append(stages, p.Stage)
		} else if p.Done < last.Done {
			t.Errorf("%+v after %+v", p, last)
		}
		if p.Done > p.Total {
			t.Errorf("%+v", p)
		}
		last = p
		return true
	})
	info, err := os.Stat(out)
	if err != nil || last.Done != info.Size() || last.Total != info.Size() {
		t.Errorf("%+v, but the file has %v (%v)", last, info, err)
	}
	if want := []string{"reading the base model", "reading the prompts", "writing"}; !slices.Equal(stages, want) {
		t.Errorf("stages %q, want %q", stages, want)
	}
}

func TestAlikePromptsAreTold(t *testing.T) {
	text := strings.ReplaceAll(strings.Replace(plainMoE, "[code]", "[chat, chat, cha]", 1), "[chat]}", "[chat, chat, chat, chat]}")
	notice := ""
	err, _ := try(t, context.Background(), Options{Config: inTestdata(t, text)}, func(p Progress) bool {
		notice += p.Notice
		return true
	})
	if err != nil || !strings.Contains(notice, "tell the experts apart") {
		t.Errorf("%q (%v)", notice, err)
	}
}

// What does not fit is refused with the models, the tensor and both shapes, and
// before anything is written.
func TestSourcesThatDoNotFit(t *testing.T) {
	narrow := changed(t, "testdata/chat.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
		for i := range x {
			if x[i].Name == "blk.2.ffn_up.weight" {
				x[i].Shape, x[i].Data = []uint64{16, 8}, x[i].Data[:16*8*2]
			}
		}
		return k, x
	})
	without := func(name string) string {
		return changed(t, "testdata/chat.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
			return k, slices.DeleteFunc(x, func(x gguf.TensorSource) bool { return x.Name == name })
		})
	}
	with := func(key string, value any) string {
		return changed(t, "testdata/chat.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) {
			k = slices.DeleteFunc(k, func(kv gguf.KV) bool { return kv.Key == key })
			return append(k, gguf.KV{Key: key, Value: value}), x
		})
	}
	moe := func(chat string) string { return strings.Replace(plainMoE, "chat.gguf", chat, 1) }
	linear := func(chat string) string {
		return "models: [{model: code.gguf}, {model: " + chat + "}]\nmerge_method: linear\nparameters: {weight: 1}\n"
	}
	for _, c := range []struct{ config, says string }{
		{moe(narrow), "tensor blk.2.ffn_up.weight has the shape [16 8] in model " + narrow + ", but [16 16] in model"},
		{moe(without("blk.3.ffn_down.weight")), "no tensor blk.3.ffn_down.weight"},
		{moe(with("llama.block_count", uint32(3))), "its header says it has 3 layers"},
		{moe(with("llama.expert_count", uint32(8))), "mixture of 8 experts already"},
		{moe(with("general.architecture", "qwen2")), `"qwen2"`},
		{moe("nowhere.gguf"), "there is no such file"},
		{moe("nowhere.gguf+lora"), "adapters"},
		{moe("wide.gguf"), ""},
		{linear(narrow), "[16 8]"},
		{linear("wide.gguf"), "tokenizer_source"},
		{linear(with("llama.attention.head_count", uint32(4))), "attention.head_count is 4, not 2"},
		{linear(without("output_norm.weight")), "no tensor output_norm.weight"},
		{strings.Replace(linear("base.gguf"), "parameters: {weight: 1}", "parameters: {weight: 0}", 1), "add up to 0"},
		{strings.Replace(linear("base.gguf"), "parameters: {weight: 1}", "parameters: {weight: {filter: mlp, value: 1}}", 1), "weight of model"},
		{"slices: [{sources: [{model: base.gguf, layer_range: [2, 5]}]}]\nmerge_method: passthrough", "has 4 layers"},
		{"models: [{model: base.gguf}, {model: chat.gguf}]\nbase_model: base.gguf\nmerge_method: slerp", "t is missing"},
		{"models: [{model: base.gguf}]\nmerge_method: passthrough\nparameters: {scale: 1e9}\ndtype: float16", "float16"},
	} {
		err, left := try(t, context.Background(), Options{Config: inTestdata(t, c.config)}, nil)
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", c.config, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") || left != 0 {
			t.Errorf("%s: %v, %d files (want a sentence with %q)", c.config, err, left, c.says)
		}
	}
}

func TestOutIsRefused(t *testing.T) {
	base := changed(t, "testdata/base.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) { return k, x })
	config := inTestdata(t, strings.ReplaceAll(plainMoE, "base.gguf", base))
	for out, says := range map[string]string{
		base:                                    "one of the models to be merged",
		t.TempDir():                             "is a folder",
		filepath.Join(t.TempDir(), "no", "out"): "cannot be written",
	} {
		if err, _ := try(t, context.Background(), Options{Config: config, Out: out}, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", out, err)
		}
	}
	if err, _ := try(t, context.Background(), Options{Config: config, Type: "q4_0"}, nil); err == nil || !strings.Contains(err.Error(), "q4_0") {
		t.Errorf("%v", err)
	}
	opened(t, base) // is whole
}

// A disk that is too small is found out before anything is written.
func TestRoomIsChecked(t *testing.T) {
	if err := checkRoom(5e9, 4e9, true, "here"); err == nil || !strings.Contains(err.Error(), "5.00 GB") || !strings.Contains(err.Error(), "4.00 GB") {
		t.Errorf("%v", err)
	}
	if err := errors.Join(checkRoom(4e9, 4e9, true, "here"), checkRoom(5e9, 0, false, "here")); err != nil {
		t.Error(err)
	}
	if free, known := freeBytes(t.TempDir()); !known || free <= 0 {
		t.Skipf("SKIPPED: %s does not say how much room there is", runtime.GOOS)
	}
}

// A source that is cut short while it is merged is an error, not the end of the process.
func TestSourceShortened(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows does not let a mapped file be shortened")
	}
	victim := changed(t, "testdata/code.gguf", func(k []gguf.KV, x []gguf.TensorSource) ([]gguf.KV, []gguf.TensorSource) { return k, x })
	for _, dtype := range []string{"", "bfloat16"} { // copied, and computed
		config := inTestdata(t, strings.ReplaceAll(plainMoE, "code.gguf", victim))
		data, err := os.ReadFile(victim)
		if err != nil {
			t.Fatal(err)
		}
		err, left := try(t, context.Background(), Options{Config: config, Type: dtype}, func(p Progress) bool {
			if p.Stage == "writing" {
				if err := os.Truncate(victim, 100); err != nil {
					t.Fatal(err)
				}
			}
			return true
		})
		if err == nil || !strings.Contains(err.Error(), "shortened") || left != 0 {
			t.Errorf("%v, %d files", err, left)
		}
		if err := os.WriteFile(victim, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A recipe finds its models beside itself first, then, as mergekit does, in the
// folder where it is run.
func TestWhereModelsAreLookedFor(t *testing.T) {
	here, recipes := t.TempDir(), t.TempDir()
	t.Chdir(here)
	for _, path := range []string{filepath.Join(here, "both"), filepath.Join(here, "here"), filepath.Join(recipes, "both")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := &library{folder: recipes}
	for name, want := range map[string]string{
		"both": filepath.Join(recipes, "both"), "here": "here", "none": filepath.Join(recipes, "none"),
		filepath.Join(here, "x"): filepath.Join(here, "x"),
	} {
		if got := l.find(name); got != want {
			t.Errorf("%s is looked for at %s, not %s", name, got, want)
		}
	}
}

// That there is no place for the file is known before anything is read.
func TestPlaceIsCheckedFirst(t *testing.T) {
	o := Options{Config: inTestdata(t, plainMoE), Out: filepath.Join(t.TempDir(), "no", "out.gguf")}
	for p, err := range Merge(context.Background(), o) {
		if err == nil || !strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("%+v came before the refusal (%v)", p, err)
			break
		}
	}
}
