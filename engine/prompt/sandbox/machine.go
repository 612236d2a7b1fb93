package sandbox

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/nodes"
)

const (
	// maxDepth bounds macros that call macros, and lists within lists. Go's
	// stack cannot be recovered once it overflows, so this is not a nicety.
	maxDepth = 100
	// maxRange is the sandbox's bound on range() in Jinja2.
	maxRange = 100_000
)

// machine is one rendering: what is left to spend, and where it is.
type machine struct {
	now      time.Time
	deadline time.Time
	checks   int // of the steps, since the clock was last read
	steps    int // left
	bytes    int // left
	depth    int // of macro calls
	line     int // of the tag being run, for errors
	filters  map[string]filter
	jump     jump
}

// jump says that a loop's body is being left.
type jump uint8

const (
	jumpNone jump = iota
	jumpBreak
	jumpContinue
)

// newMachine sets the deadline far beyond what the steps take: it is there for
// what they should have counted and did not.
func newMachine(now time.Time, limits Limits) *machine {
	most := time.Second + time.Duration(limits.Steps)*2*time.Microsecond
	return &machine{
		now: now, deadline: time.Now().Add(most), steps: limits.Steps, bytes: limits.Bytes, line: 1, filters: filters(),
	}
}

// A machine is also the loader that gonja's renderer holds: it refuses every
// file, and lets a tag find its machine.
var _ loaders.Loader = (*machine)(nil)

func (m *machine) Read(string) (io.Reader, error)         { return nil, errNoFiles }
func (m *machine) Resolve(string) (string, error)         { return "", errNoFiles }
func (m *machine) Inherit(string) (loaders.Loader, error) { return nil, errNoFiles }

// step spends n steps.
func (m *machine) step(n int) {
	if n > m.steps {
		panic(failure{fmt.Errorf("%w: too many steps (an endless loop?)", errBudget)})
	}
	m.steps -= n
	if m.checks++; m.checks%256 == 0 && time.Now().After(m.deadline) {
		panic(failure{fmt.Errorf("%w: too much time", errBudget)})
	}
}

// grow spends n bytes of text.
func (m *machine) grow(n int) {
	m.room(1, n)
	m.bytes -= n
}

// room fails unless count times size bytes, whose product may overflow, are
// left. It is asked before a text is built that its parts do not bound.
func (m *machine) room(count, size int) {
	if count > 0 && size > 0 && (size > math.MaxInt/count || count*size > m.bytes) {
		panic(failure{fmt.Errorf("%w: too much text", errBudget)})
	}
}

// repeat is strings.Repeat, when there is room.
func (m *machine) repeat(s string, n int) string {
	m.room(n, len(s))
	return strings.Repeat(s, max(0, n))
}

// touch spends for one pass over a value that an operation is given.
func (m *machine) touch(v any) {
	if s, ok := v.(string); ok {
		m.step(len(s) / 32)
	}
}

// nest runs f one call deeper.
func (m *machine) nest(f func() any) any {
	if m.depth >= maxDepth {
		panic(failure{fmt.Errorf("%w: more than %d calls within calls", errBudget, maxDepth)})
	}
	m.depth++
	v := f()
	m.depth--
	return v
}

// run renders nodes until one of them leaves a loop's body.
func (m *machine) run(r *exec.Renderer, body []nodes.Node) {
	for _, node := range body {
		m.step(1)
		if err := nodes.Walk(r, node); err != nil {
			panic(failure{err})
		}
		if m.jump != jumpNone {
			return
		}
	}
}

// capture returns what the nodes write in a scope of their own.
func (m *machine) capture(r *exec.Renderer, body []nodes.Node) string {
	inner, written := r.Inherit(), m.text()
	inner.Output = written
	m.run(inner, body)
	return written.String()
}

// eval evaluates an expression.
func (m *machine) eval(r *exec.Renderer, e nodes.Expression) any {
	v := r.Eval(e)
	if v.IsError() {
		panic(failure{v})
	}
	return v.Interface()
}

func set(r *exec.Renderer, name string, v any) { r.Environment.Context.Set(name, v) }

// text is a strings.Builder that spends from its machine before it grows.
type text struct {
	m *machine
	b strings.Builder
}

func (m *machine) text() *text { return &text{m: m} }

func (t *text) write(s string) {
	t.m.grow(len(s))
	t.b.WriteString(s)
}

func (t *text) Write(p []byte) (int, error) { t.write(string(p)); return len(p), nil }

// WriteString is how gonja writes the text between tags.
func (t *text) WriteString(s string) (int, error) { t.write(s); return len(s), nil }

func (t *text) String() string { return t.b.String() }
