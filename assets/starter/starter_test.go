package starter

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"testing"
)

// A sum that is not the model's would have the model unpacked anew at each start.
func TestTheSumIsTheModels(t *testing.T) {
	model, err := fs.ReadFile(Files(), File)
	if err != nil {
		t.Skip("this checkout has no Starter")
	}
	sum, err := fs.ReadFile(Files(), "starter.sha256")
	if want := fmt.Sprintf("%x  %s\n", sha256.Sum256(model), File); err != nil || string(sum) != want {
		t.Errorf("model/starter.sha256 has %q (%v), want %q: run sha256sum %s > starter.sha256 there", sum, err, want, File)
	}
}
