package sandbox

import (
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
)

// loopBlock is {% for … in … if … %} … {% else %} … {% endfor %}.
type loopBlock struct {
	to        target
	over      nodes.Expression
	filter    nodes.Expression // may be nil
	body      []nodes.Node
	otherwise []nodes.Node
}

// loop is the variable of that name within a for.
type loop struct {
	items  []any
	index0 int
	depth  int
}

func (c *compiler) parseFor(p *parser.Parser, e *expressions) block {
	l := &loopBlock{to: e.target()}
	if !e.word("in") {
		e.unexpected(`"in"`)
	}
	l.over = e.list(e.or)
	if e.word("if") {
		l.filter = e.expression()
	}
	if e.at(nameToken, "recursive") {
		unsupported("a recursive {%% for %%}")
	}
	e.end()
	c.loops++
	body, inside := c.body(p, "else", "endfor")
	c.loops--
	if l.body = body; inside.name == "else" {
		l.otherwise = c.closed(p, inside, "endfor")
	}
	inside.end()
	return l.run
}

func (b *loopBlock) run(m *machine, r *exec.Renderer) {
	l := &loop{items: b.selected(m, r, m.items(m.eval(r, b.over))), depth: 1}
	if outer, ok := r.Environment.Context.Get("loop"); ok && is[*loop](outer) {
		l.depth = outer.(*loop).depth + 1
	}
	for l.index0 = range l.items {
		m.step(5) // about what a scope costs
		inner := r.Inherit()
		set(inner, "loop", l)
		b.to.assign(m, inner, l.items[l.index0])
		m.run(inner, b.body)
		left := m.jump
		m.jump = jumpNone
		if left == jumpBreak {
			return
		}
	}
	if len(l.items) == 0 {
		m.run(r.Inherit(), b.otherwise)
	}
}

// selected applies the loop's own if, before the loop counts its items.
func (b *loopBlock) selected(m *machine, r *exec.Renderer, items []any) []any {
	if b.filter == nil {
		return items
	}
	var kept []any
	for _, item := range items {
		m.step(5)
		inner := r.Inherit()
		b.to.assign(m, inner, item)
		if truth(m.eval(inner, b.filter)) {
			kept = append(kept, item)
		}
	}
	return kept
}

func (l *loop) attribute(name string) any {
	n := len(l.items)
	switch name {
	case "index":
		return l.index0 + 1
	case "index0":
		return l.index0
	case "revindex":
		return n - l.index0
	case "revindex0":
		return n - l.index0 - 1
	case "first":
		return l.index0 == 0
	case "last":
		return l.index0 == n-1
	case "length":
		return n
	case "depth":
		return l.depth
	case "depth0":
		return l.depth - 1
	case "previtem":
		return at(l.items, l.index0-1, "loop.previtem")
	case "nextitem":
		return at(l.items, l.index0+1, "loop.nextitem")
	case "cycle":
		return &function{name, func(_ *machine, a arguments) any {
			return at(a.positional, l.index0%max(1, len(a.positional)), "loop.cycle of nothing")
		}}
	}
	return undefined{"loop." + name}
}

func (c *compiler) parseJump(_ *parser.Parser, e *expressions) block {
	e.end()
	if c.loops == 0 {
		fail("{%% %s %%} stands outside of a for", e.name)
	}
	to := jumpContinue
	if e.name == "break" {
		to = jumpBreak
	}
	return func(m *machine, _ *exec.Renderer) { m.jump = to }
}
