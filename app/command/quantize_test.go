package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestQuantize(t *testing.T) {
	file := filepath.Join(t.TempDir(), "small.gguf")
	out := must(t, "", "quantize", tinyModel, file, "--type", "q4_0", "--threads", "2")
	if !strings.HasPrefix(out, file+": Q4_0, ") {
		t.Errorf("got %q", out)
	}
	if report := must(t, "", "inspect", file); !strings.Contains(report, "Q4_0") {
		t.Errorf("the new file is\n%s", report)
	}
	for args, want := range map[string]string{
		"--type Q9":              "no type is called \"Q9\"; choose one of",
		"--imatrix " + tinyModel: "holds no sums of squares",
		"--rules 2020":           "--rules",
	} {
		other := filepath.Join(t.TempDir(), "other.gguf")
		_, err := run(t, "", append([]string{"quantize", tinyModel, other}, strings.Fields(args)...)...)
		if _, stat := os.Stat(other); err == nil || stat == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
