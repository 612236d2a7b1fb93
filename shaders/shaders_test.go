package shaders

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// everyVariant is each kernel with each of its defines, as the device uses them.
func everyVariant() []Variant {
	vs := []Variant{
		{Kernel: "rotate", Workgroup: 64}, {Kernel: "swiglu", Workgroup: 64}, {Kernel: "route", Workgroup: 64},
		{Kernel: "group", Workgroup: 64}, {Kernel: "weigh", Workgroup: 64}, {Kernel: "halve", Workgroup: 64},
		{Kernel: "prefer", Workgroup: 64},
	}
	for _, f := range Formats() {
		vs = append(vs, Variant{Kernel: "embed", Format: f, Workgroup: 64}, Variant{Kernel: "rmsnorm", Format: f, Workgroup: 64})
		for _, experts := range []bool{false, true} {
			vs = append(vs,
				Variant{Kernel: "matvec", Format: f, Workgroup: 32, Rows: 4, Columns: 1, Experts: experts},
				Variant{Kernel: "matmul", Format: f, Workgroup: 128, Rows: 64, Columns: 32, Each: 4, Experts: experts},
				Variant{Kernel: "matmul", Format: f, Workgroup: 256, Rows: 128, Columns: 128, Each: 8, Experts: experts})
		}
		vs = append(vs, Variant{Kernel: "matvec", Format: f, Workgroup: 32, Rows: 4, Columns: 4})
	}
	for i, f := range Formats() {
		g := Formats()[(i+3)%len(Formats())]
		vs = append(vs,
			Variant{Kernel: "several", Format: f, Further: [2]string{f, g}, Workgroup: 32, Rows: 4},
			Variant{Kernel: "several", Format: f, Further: [2]string{g}, Workgroup: 32, Rows: 4},
			Variant{Kernel: "gates", Format: f, Further: [2]string{f}, Workgroup: 32, Rows: 4, Experts: true},
			Variant{Kernel: "gates", Format: f, Further: [2]string{g}, Workgroup: 32, Rows: 4},
			Variant{Kernel: "down", Format: f, Workgroup: 32, Rows: 4, Used: 2})
	}
	for _, f := range []string{"f32", "f16", "bf16"} {
		vs = append(vs, Variant{Kernel: "choose", Format: "f32", Further: [2]string{f}, Workgroup: 64, Choose: 4, Used: 2, Halve: f == "f16"})
	}
	for _, v := range vs {
		if v.Sums() {
			v.Subgroup = true
			vs = append(vs, v)
		}
	}
	for _, f16 := range []bool{false, true} {
		for _, dim := range []int{31, 128} {
			vs = append(vs, Variant{Kernel: "remember", Workgroup: 64, HeadDim: dim, F16: f16},
				Variant{Kernel: "attend", Workgroup: 64, HeadDim: dim, Queries: 8, F16: f16},
				Variant{Kernel: "combine", Workgroup: 64, HeadDim: dim}, Variant{Kernel: "turn", Workgroup: 64, HeadDim: dim, F16: f16})
		}
	}
	for _, kernel := range []string{"remember", "attend", "turn"} {
		vs = append(vs, Variant{Kernel: kernel, Workgroup: 64, HeadDim: 128, Queries: 8, Q8: true})
	}
	return vs
}

func texts(t *testing.T) map[string]string {
	all := map[string]string{}
	for _, pattern := range []string{"*.comp", "include/*.glsl"} {
		names, err := fs.Glob(files, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, n := range names {
			b, err := files.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			all[n] = string(b)
		}
	}
	return all
}

// A bare barrier() does not order shared memory on every driver; sync() does.
func TestNoBareBarrier(t *testing.T) {
	barrier := regexp.MustCompile(`\bbarrier\s*\(`)
	for name, text := range texts(t) {
		if name != "include/sync.glsl" && barrier.MatchString(text) {
			t.Errorf("%s: barrier() without memoryBarrierShared(): use sync()", name)
		}
	}
}

// A kernel opens with what it computes, and its main is less than a screen.
func TestKernelsAreReadable(t *testing.T) {
	for name, text := range texts(t) {
		if !strings.HasSuffix(name, ".comp") {
			continue
		}
		kernel := strings.TrimSuffix(name, ".comp")
		if !strings.HasPrefix(text, "// "+kernel+": ") {
			t.Errorf("%s does not begin with what it computes", name)
		}
		_, main, ok := strings.Cut(text, "void main() {")
		if !ok {
			t.Fatalf("%s has no main", name)
		}
		if n := strings.Count(main, "\n"); n > 60 {
			t.Errorf("%s: main has %d lines", name, n)
		}
	}
}

// Every kernel and every include is used by some variant.
func TestNothingIsUnused(t *testing.T) {
	used := map[string]bool{}
	for _, v := range everyVariant() {
		used[v.Kernel+".comp"] = true
		used["include/"+v.Format+".glsl"] = true
	}
	for _, text := range texts(t) {
		for _, m := range regexp.MustCompile(`#include "([^"]+)"`).FindAllStringSubmatch(text, -1) {
			used["include/"+m[1]] = true
			if strings.HasPrefix(m[1], "MATRIX") {
				used["include/matrix.glsl"] = true
			}
		}
	}
	for name := range texts(t) {
		if !used[name] {
			t.Errorf("%s is used nowhere", name)
		}
	}
}

func TestSource(t *testing.T) {
	if _, err := Source(Variant{Kernel: "nothing"}); err == nil {
		t.Error("a kernel that does not exist was composed")
	}
	if _, err := Source(Variant{Kernel: "matvec", Format: "q9"}); err == nil || !strings.Contains(err.Error(), "q9") {
		t.Errorf("a format that does not exist: got error %v", err)
	}
	text, err := Source(Variant{Kernel: "matvec", Format: "q4_k", Workgroup: 32, Rows: 4, Columns: 1, Experts: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"#version 430 core\n", "#define WORKGROUP 32\n", "#define EXPERTS 1\n", "const uint APART = 32u;"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if !strings.HasPrefix(text, "#version") || strings.Contains(text, "#include") {
		t.Error("the text does not begin with its version, or still includes something")
	}
}

// Every variant is valid GLSL by the reference compiler.
func TestGlslang(t *testing.T) {
	tool, err := exec.LookPath("glslangValidator")
	if err != nil {
		t.Skip("SKIPPED: the shaders are not validated: glslangValidator is missing (Debian: glslang-tools)")
	}
	dir := t.TempDir()
	var paths []string
	for i, v := range everyVariant() {
		text, err := Source(v)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, fmt.Sprintf("%d-%s.comp", i, strings.ReplaceAll(v.String(), " ", "-")))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, name)
	}
	if out, err := exec.Command(tool, append([]string{"-S", "comp"}, paths...)...).CombinedOutput(); err != nil {
		var lines []string
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "ERROR") {
				lines = append(lines, line)
			}
		}
		t.Fatalf("%v:\n%s", err, strings.Join(lines[:min(len(lines), 40)], ""))
	}
}
