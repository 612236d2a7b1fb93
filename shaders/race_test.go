package shaders

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// race is one dispatch of a kernel.
type race struct {
	v      Variant
	groups [3]int
	args   []uint32
	words  map[int][]uint32 // at the start of a binding; the others hold floats
	same   [2]int           // bindings of one buffer
	packed bool             // what is written is no float32
	fails  bool             // without its barriers
}

const tenth = 0x3dcccccd // as a float32

// races is every kernel with more than one invocation that could meet another.
func races() []race {
	ids := map[int][]uint32{3: {1, 0}}
	rs := []race{
		{v: Variant{Kernel: "matvec", Format: "f32", Workgroup: 16, Rows: 4, Columns: 1}, groups: [3]int{3, 1, 1}, args: []uint32{19, 152, 10, 0, 0, 0, 152, 0, 32, 1, 1, 0, 1, 1}, fails: true},
		{v: Variant{Kernel: "matvec", Format: "f32", Workgroup: 16, Rows: 2, Columns: 4}, groups: [3]int{3, 2, 1}, args: []uint32{19, 152, 5, 0, 0, 0, 152, 0, 32, 6, 0, 0, 1, 1}, fails: true},
		{v: Variant{Kernel: "matvec", Format: "f32", Workgroup: 16, Rows: 4, Columns: 1, Experts: true}, groups: [3]int{3, 2, 1}, args: []uint32{5, 40, 10, 0, 0, 0, 40, 0, 32, 2, 0, 0, 2, 2}, words: map[int][]uint32{4: {1, 0}}, fails: true},
		{v: Variant{Kernel: "matmul", Format: "f32", Workgroup: 8, Rows: 16, Columns: 8, Each: 4}, groups: [3]int{2, 2, 1}, args: []uint32{3, 24, 21, 0, 0, 0, 24, 0, 32, 11, 0, 0, 1, 1}, fails: true},
		{v: Variant{Kernel: "matmul", Format: "f32", Workgroup: 4, Rows: 16, Columns: 16, Each: 8, Experts: true}, groups: [3]int{1, 1, 2}, args: []uint32{3, 24, 12, 0, 0, 0, 24, 0, 32, 9, 0, 0, 2, 2, 2, 0}, words: map[int][]uint32{4: {0, 5, 9, 0, 2, 3, 5, 8, 1, 4, 6, 7}}, fails: true},
		{v: Variant{Kernel: "rmsnorm", Format: "f32", Workgroup: 32}, groups: [3]int{2, 1, 1}, args: []uint32{5, 40, 0, 0, 40, 160, tenth}, same: [2]int{2, 3}, fails: true},
		{v: Variant{Kernel: "choose", Format: "f32", Further: [2]string{"f32"}, Workgroup: 32, Choose: 4, Used: 2}, groups: [3]int{2, 1, 1}, args: []uint32{5, 0, 0, 40, 160, tenth, 40, 0, 32, 0}, same: [2]int{0, 1}, fails: true},
		{v: Variant{Kernel: "several", Format: "f32", Further: [2]string{"f32", "f32"}, Workgroup: 16, Rows: 4}, groups: [3]int{9, 1, 1}, args: []uint32{5, 0, 10, 40, 0, 12, 40, 0, 9, 40, 0}, fails: true},
		{v: Variant{Kernel: "gates", Format: "f32", Further: [2]string{"f32"}, Workgroup: 16, Rows: 4, Experts: true}, groups: [3]int{3, 2, 1}, args: []uint32{5, 0, 10, 40, 40, 0, 0, 32, 0}, words: ids, fails: true},
		{v: Variant{Kernel: "down", Format: "f32", Workgroup: 16, Rows: 4, Used: 2}, groups: [3]int{3, 1, 1}, args: []uint32{5, 0, 40, 10, 40, 0, 0}, words: map[int][]uint32{2: {1, 0}}, fails: true},
		{v: Variant{Kernel: "group", Workgroup: 16}, groups: [3]int{1, 1, 1}, args: []uint32{40, 3, 0, 0}, words: map[int][]uint32{0: {2, 0, 1, 1, 0, 2, 2, 2, 0, 1, 1, 2, 0, 0, 2, 1, 2, 0, 1, 1, 0, 2, 2, 2, 0, 1, 1, 2, 0, 0, 2, 1, 1, 1, 2, 0, 0, 0, 2, 1}}, packed: true, fails: true},
		{v: Variant{Kernel: "combine", Workgroup: 16, HeadDim: 32}, groups: [3]int{4, 2, 1}, args: []uint32{3, 0, 128}},
		{v: Variant{Kernel: "rotate", Workgroup: 16}, groups: [3]int{2, 3, 1}, args: []uint32{0, 64, 2, 32, 16, 0}},
		{v: Variant{Kernel: "rotate", Workgroup: 16}, groups: [3]int{2, 3, 1}, args: []uint32{0, 64, 2, 32, 12, 1}},
		{v: Variant{Kernel: "swiglu", Workgroup: 16}, groups: [3]int{2, 2, 1}, args: []uint32{0, 0, 0, 24}, same: [2]int{0, 2}},
		{v: Variant{Kernel: "weigh", Workgroup: 16}, groups: [3]int{2, 2, 1}, args: []uint32{2, 30, 0, 32, 0}},
		{v: Variant{Kernel: "prefer", Workgroup: 16}, groups: [3]int{2, 2, 1}, args: []uint32{30, 0, 32}},
		{v: Variant{Kernel: "halve", Workgroup: 16}, groups: [3]int{2, 2, 1}, args: []uint32{0, 32}},
		{v: Variant{Kernel: "route", Workgroup: 16}, groups: [3]int{2, 1, 1}, args: []uint32{20, 4, 2, 0, 32, 0}, packed: true},
		{v: Variant{Kernel: "embed", Format: "f32", Workgroup: 16}, groups: [3]int{1, 3, 1}, args: []uint32{5, 40, 0, 9, 0, 40}, words: map[int][]uint32{2: {3, 0, 3}}},
	}
	for _, cache := range []Variant{{}, {F16: true}, {Q8: true}} {
		v := Variant{Workgroup: 16, HeadDim: 32, F16: cache.F16, Q8: cache.Q8}
		turn, remember, attend := v, v, v
		turn.Kernel, remember.Kernel, attend.Kernel, attend.Queries = "turn", "remember", "attend", 4
		rs = append(rs,
			race{v: turn, groups: [3]int{6, 3, 1}, args: []uint32{4, 0, 128, 0, 0, 64, 12, 1, 40, 5}, packed: true, fails: true},
			race{v: remember, groups: [3]int{4, 3, 1}, args: []uint32{2, 40, 5, 0, 0, 64}, packed: true},
			race{v: attend, groups: [3]int{2, 2, 2}, args: []uint32{0, 128, 3, 50, 2, 64, 27, 2, tenth, 2, 0}, fails: true, packed: cache.Q8})
	}
	return rs
}

var (
	bufferLine = regexp.MustCompile(`(?m)^layout\(std430, binding = (\w+)\) (?:readonly |writeonly )?buffer \w+ \{ (\w+) (\w+)\[\]; \};`)
	asCpp      = []struct {
		from *regexp.Regexp
		to   string
	}{
		{regexp.MustCompile(`(?m)^#(version|extension).*`), ""},
		{regexp.MustCompile(`(?m)^layout\((local_size_x|location).*`), ""},
		{regexp.MustCompile(`(?m)^shared `), ""},
		{regexp.MustCompile(`(?m)^const `), "static constexpr "},
		{regexp.MustCompile(`(?m)^(uint \w+ = 0u;)`), "static inline thread_local $1"},
		{regexp.MustCompile(`\b(?:inout|out) (\w+) (\w+)\[[^]]*\]`), "$1 *$2"},
		{regexp.MustCompile(`float\[1\]\(`), "One{"},
		{regexp.MustCompile(`One\{(\w+)\)`), "One{{$1}}"},
		{regexp.MustCompile(`uint\[4\]\(([^)]*)\)`), "{$1}"},
		{regexp.MustCompile(`void main\(\)`), "void run()"},
	}
)

// cpp is the dispatch as a C++ program.
func (r race) cpp(t *testing.T, head, tail string) string {
	text, err := Source(r.v)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range asCpp {
		text = c.from.ReplaceAllString(text, c.to)
	}
	text = bufferLine.ReplaceAllStringFunc(text, func(line string) string {
		m := bufferLine.FindStringSubmatch(line)
		if m[1] == fmt.Sprint(r.same[1]) && r.same[1] > 0 {
			m[1] = fmt.Sprint(r.same[0])
		}
		return fmt.Sprintf("static inline %s *%s = (%s *)memory[%s];", m[2], m[3], m[2], m[1])
	})
	var b strings.Builder
	b.WriteString("static void setUp() {\n")
	fmt.Fprintf(&b, "\tgl_NumWorkGroups = {%d, %d, %d};\n", r.groups[0], r.groups[1], r.groups[2])
	for i, a := range r.args {
		fmt.Fprintf(&b, "\targs[%d] = %du;\n", i, a)
	}
	for at, ws := range r.words {
		for i, w := range ws {
			fmt.Fprintf(&b, "\t((uint *)memory[%d])[%d] = %du;\n", at, i, w)
		}
	}
	fmt.Fprintf(&b, "}\n#define NUMBERS %d\n", 1-one(r.packed))
	return head + text + strings.Replace(tail, "\n};\n", "\n};\n"+b.String(), 1)
}

// Software renderers run a workgroup's invocations one after another between two
// barriers, and workgroups likewise: a barrier that is missing, or two workgroups
// that write the same, is not seen there. Here each invocation is a thread and
// ThreadSanitizer looks on. What has barriers is run without them as well, which
// has to be found out.
func TestRaces(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles thirty programs")
	}
	dir := t.TempDir()
	build := func(name, text string) (string, error) {
		from, to := filepath.Join(dir, name+".cpp"), filepath.Join(dir, name)
		if err := os.WriteFile(from, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("g++", "-std=c++17", "-fsanitize=thread", "-o", to, from, "-lpthread").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w:\n%.2000s", err, out)
		}
		return to, err
	}
	if program, err := build("none", "int main() {}"); err != nil || exec.Command(program).Run() != nil {
		t.Skipf("SKIPPED: kernels are not looked through for races: g++ with ThreadSanitizer is missing or does not run here (%v)", err)
	}
	head, err := os.ReadFile("testdata/race.h")
	if err != nil {
		t.Fatal(err)
	}
	tail, err := os.ReadFile("testdata/race_main.h")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range races() {
		t.Run(strings.ReplaceAll(r.v.String(), " ", "-"), func(t *testing.T) {
			t.Parallel()
			text := r.cpp(t, string(head), "\n"+string(tail))
			program, err := build(fmt.Sprint("kernel", i), text)
			if err != nil {
				t.Fatal(err)
			}
			run := func(without ...string) (string, error) {
				c := exec.Command(program, without...)
				c.Env = append(os.Environ(), "TSAN_OPTIONS=halt_on_error=1:exitcode=66")
				out, err := c.CombinedOutput()
				return string(out), err
			}
			if out, err := run(); err != nil {
				t.Errorf("%v:\n%.3000s", err, out)
			}
			if !r.fails {
				return
			}
			// What was not written yet may also be taken for an index.
			if out, err := run("without barriers"); err == nil || !strings.Contains(out, "data race") && !strings.Contains(out, "SEGV") {
				t.Errorf("without barriers no race is found (%v):\n%.1000s", err, out)
			}
		})
	}
}
