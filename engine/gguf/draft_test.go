package gguf

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A draft has its name when it is finished, not before; discarded it leaves nothing.
func TestDraft(t *testing.T) {
	out := filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(out, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, finish := range []bool{false, true} {
		d, err := NewDraft(out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(out); string(b) != "old" {
			t.Fatalf("the file is %q before its draft is finished", b)
		}
		want := "old"
		if end := d.Discard; finish {
			end, want = d.Finish, "new"
			if err := end(); err != nil {
				t.Fatal(err)
			}
		} else if err := end(); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(out); string(b) != want {
			t.Errorf("the file is %q, want %q", b, want)
		}
		if all, _ := os.ReadDir(filepath.Dir(out)); len(all) != 1 {
			t.Errorf("%v is left", all)
		}
	}
}

// Drafts of processes that were killed are removed; those of running ones, of other
// files and files that only look like drafts are not.
func TestDraftsLeftBehind(t *testing.T) {
	gone := exec.Command(os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	dead, alive := draftName("m.gguf", gone.Process.Pid), draftName("m.gguf", os.Getppid())
	keep := []string{alive, draftName("other.gguf", gone.Process.Pid), ".m.gguf.x.part", "m.gguf.part"}
	for _, name := range append(keep, dead) {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := NewDraft(filepath.Join(folder, "m.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Discard()
	if _, err := os.Stat(filepath.Join(folder, dead)); err == nil {
		t.Error("the draft of a process that is gone is still there")
	}
	for _, name := range keep {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}
