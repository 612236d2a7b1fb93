package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mergeModels = "../../engine/merge/testdata"

// mergeConfig writes a configuration into a folder with links to the models.
func mergeConfig(t *testing.T, text string) (folder, config string) {
	t.Helper()
	folder = t.TempDir()
	models, err := filepath.Glob(mergeModels + "/*.gguf")
	if err != nil || len(models) == 0 {
		t.Fatalf("no models in %s (%v)", mergeModels, err)
	}
	for _, m := range models {
		data, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(m)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config = filepath.Join(folder, "config.yml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, config
}

func TestMerge(t *testing.T) {
	text, err := os.ReadFile(mergeModels + "/configs/moe-hidden.yml")
	if err != nil {
		t.Fatal(err)
	}
	folder, config := mergeConfig(t, string(text))
	out := filepath.Join(folder, "out.gguf")
	if said := must(t, "", "merge", config, out, "--dtype", "bfloat16", "--seed", "3"); !strings.HasPrefix(said, out+": ") {
		t.Errorf("got %q", said)
	}
	report := must(t, "", "inspect", out)
	for _, want := range []string{"blk.3.ffn_down_exps.weight", "BF16", "llama.expert_count", "memory needed"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	if said := must(t, "", "chat", "-m", out, "-p", "tell me", "-n", "5"); said == "" {
		t.Error("the mixture does not answer")
	}
}

func TestMergeRefuses(t *testing.T) {
	folder, config := mergeConfig(t, "models:\n  - model: base.gguf\nmerge_method: magic\n")
	out := filepath.Join(folder, "out.gguf")
	for _, c := range []struct{ dtype, says string }{{"", "magic"}, {"int7", "int7"}} {
		_, err := run(t, "", "merge", config, out, "--dtype", c.dtype)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v", err)
		}
	}
	if _, err := run(t, "", "merge", filepath.Join(folder, "none.yml"), out); err == nil || !strings.Contains(err.Error(), "none.yml") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}
