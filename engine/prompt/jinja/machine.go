package jinja

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	// maxDepth bounds macros that call macros, and lists within lists. Go's
	// stack cannot be recovered once it overflows, so this is not a nicety.
	maxDepth = 100
	// maxEvals bounds nodes within nodes, the calls between them included.
	maxEvals = 10_000
	// maxRange is the sandbox's bound on range() in Jinja2.
	maxRange = 100_000
)

// machine is one rendering: what is left to spend, and where the output goes.
type machine struct {
	now   time.Time
	out   *text
	steps int // left
	bytes int // left
	depth int // of macro and loop() calls
	evals int // of nodes within nodes being evaluated
	line  int // of the statement being run, for errors
}

// step spends n steps.
func (m *machine) step(n int) {
	if n > m.steps {
		panic(failure{fmt.Errorf("%w: too many steps (an endless loop?)", errBudget)})
	}
	m.steps -= n
}

// grow spends n bytes of text. It is called before the text is built.
func (m *machine) grow(n int) {
	if n > m.bytes {
		panic(failure{fmt.Errorf("%w: too much text", errBudget)})
	}
	m.bytes -= n
}

// growTimes spends count times size bytes, whose product may overflow.
func (m *machine) growTimes(count, size int) {
	if count > 0 && size > math.MaxInt/count {
		m.grow(math.MaxInt)
	}
	m.grow(count * size)
}

// repeatText is strings.Repeat, paid for.
func (m *machine) repeatText(s string, n int) string {
	m.growTimes(n, len(s))
	return strings.Repeat(s, n)
}

// nest runs f one level deeper.
func (m *machine) nest(f func() any) any {
	if m.depth >= maxDepth {
		panic(failure{fmt.Errorf("%w: more than %d calls within calls", errBudget, maxDepth)})
	}
	m.depth++
	v := f()
	m.depth--
	return v
}

// capture collects what f writes.
func (m *machine) capture(f func()) string {
	outer := m.out
	m.out = m.text()
	f()
	inner := m.out.String()
	m.out = outer
	return inner
}

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

func (t *text) String() string { return t.b.String() }

// scope is a level of names. Loops, macros and with open one; if does not.
type scope struct {
	m      *machine
	vars   []variable // few, and a scope is made for every turn of a loop: no map
	parent *scope
}

type variable struct {
	name  string
	value any
}

func (s *scope) inner() *scope { return &scope{m: s.m, parent: s} }

// find returns the variable of this level, or nil.
func (s *scope) find(name string) *variable {
	s.m.step(len(s.vars) / 16)
	for i := range s.vars {
		if s.vars[i].name == name {
			return &s.vars[i]
		}
	}
	return nil
}

func (s *scope) set(name string, v any) {
	if there := s.find(name); there != nil {
		there.value = v
		return
	}
	s.vars = append(s.vars, variable{name, v})
}

// get looks a name up, outwards, and last among the functions of the language.
func (s *scope) get(name string) any {
	for level := s; level != nil; level = level.parent {
		if there := level.find(name); there != nil {
			return there.value
		}
	}
	if f := globalNamed(name); f != nil {
		return &function{name: name, call: f}
	}
	return undefined{name: name}
}

// eval evaluates one node.
func (s *scope) eval(e expr) any {
	s.m.step(1)
	if s.m.evals++; s.m.evals > maxEvals {
		panic(failure{fmt.Errorf("%w: expressions within expressions", errBudget)})
	}
	v := e.eval(s)
	s.m.evals--
	return v
}
