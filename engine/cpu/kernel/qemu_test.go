//go:build linux && !arm64

package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestARM64 runs all tests of this package as they are on arm64, in QEMU's
// emulation of that processor. What they take there says nothing about speed.
func TestARM64(t *testing.T) {
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		if qemu, err = exec.LookPath("qemu-aarch64"); err != nil {
			t.Skip("no qemu-aarch64-static (Debian: qemu-user-static): the tier neon is NOT tested here")
		}
	}
	readSources(t)
	binary := filepath.Join(t.TempDir(), "kernel.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the tests do not build for arm64: %v\n%s", err, out)
	}
	run := exec.Command(qemu, "-cpu", "cortex-a76", binary, "-test.v") // one of the first with dot products, and nothing newer
	run.Env = append(os.Environ(), envTier+"=")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("on arm64: %v\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestGemv/neon", "--- PASS: TestGuardMatrix/neon", "--- PASS: FuzzProducts"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("on arm64 there is no %q in\n%s", want, out)
		}
	}
}

// readSources tells `go test` what the result depends on besides this binary: it
// keeps it until a file changes that was read.
func readSources(t *testing.T) {
	names, err := filepath.Glob("*_arm64.*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sources for arm64: %v", err)
	}
	for _, name := range names {
		if _, err := os.ReadFile(filepath.Clean(name)); err != nil {
			t.Fatal(err)
		}
	}
}
