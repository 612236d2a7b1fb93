package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/assets/starter"
)

// Without -m, commands use the model inside the program, if it was built with one.
func TestWithoutAFileTheStarterAnswers(t *testing.T) {
	data := t.TempDir()
	whole, err := fs.ReadFile(starter.Files(), starter.File)
	out, failure := run(t, "", "--data", data, "chat", "-p", "hello", "-n", "5", "--json")
	if err != nil {
		t.Log("this program has no Starter")
		if failure == nil || !strings.HasSuffix(failure.Error(), "built without a model inside; choose a model file with -m FILE") {
			t.Errorf("chat gave %q, %v", out, failure)
		}
		return
	}
	if failure != nil || !strings.Contains(out, `"text":"`) {
		t.Errorf("chat gave %q, %v", out, failure)
	}
	if there, err := os.ReadFile(filepath.Join(data, starter.File)); err != nil || string(there) != string(whole) {
		t.Errorf("%d of %d bytes are unpacked (%v)", len(there), len(whole), err)
	}
}
