package sandbox

import (
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
)

// macro is a macro, or the block of a {% call %}.
type macro struct {
	name     string
	names    []string           // of the parameters
	defaults []nodes.Expression // parallel to names; nil: undefined when not given
	varargs  bool               // the body uses varargs, so there may be surplus arguments
	kwargs   bool               // likewise
	body     []nodes.Node
}

func (mc *macro) parameters(e *expressions) {
	e.expect("(")
	e.items(")", func() nodes.Expression {
		var value nodes.Expression
		mc.names = append(mc.names, e.expectName())
		if e.sign("=") {
			value = e.expression()
		}
		mc.defaults = append(mc.defaults, value)
		return nil
	})
}

// function is the macro's value: called, it returns what the body writes.
func (mc *macro) function(r *exec.Renderer) *function {
	return &function{mc.name, func(m *machine, a arguments) any {
		return m.nest(func() any {
			m.step(5 + len(mc.names)*(1+len(*a.named)))
			inner, line := r.Inherit(), m.line
			mc.bind(m, inner, a)
			written := m.capture(inner, mc.body)
			m.line = line
			return written
		})
	}}
}

// bind sets the parameters in the macro's scope.
func (mc *macro) bind(m *machine, inner *exec.Renderer, a arguments) {
	for i, name := range mc.names {
		switch v, named := a.take(name); {
		case i < len(a.positional) && named:
			fail("the macro %s is given %s twice", mc.name, name)
		case i < len(a.positional):
			set(inner, name, a.positional[i])
		case named:
			set(inner, name, v)
		case mc.defaults[i] != nil:
			set(inner, name, m.eval(inner, mc.defaults[i]))
		default:
			set(inner, name, undefined{name})
		}
	}
	if caller, ok := a.take("caller"); ok {
		set(inner, "caller", caller)
	}
	surplus := a.positional[min(len(mc.names), len(a.positional)):]
	if len(surplus) > 0 && !mc.varargs {
		fail("the macro %s takes %d arguments and is given %d", mc.name, len(mc.names), len(a.positional))
	}
	if len(*a.named) > 0 && !mc.kwargs {
		fail("the macro %s has no parameter %s", mc.name, (*a.named)[0].name)
	}
	set(inner, "varargs", tupleOf(surplus...))
	set(inner, "kwargs", m.dictOf(mc.name, arguments{named: a.named}))
}
