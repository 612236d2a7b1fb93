package jinja

// macroBody is what a macro and a call block have in common.
type macroBody struct {
	name    string
	params  []parameter
	varargs bool // the body uses varargs, so there may be surplus arguments
	kwargs  bool // likewise
	call    expr // of a call block: the call whose caller() this is
	body    []stmt
}

type parameter struct {
	name string
	def  expr // nil: undefined when not given
}

type (
	macroStmt struct {
		line  int
		macro *macroBody
	}
	callStmt struct {
		line  int
		macro *macroBody
	}
	// macro is a macro's value: its body, and the scope where it was defined.
	macro struct {
		*macroBody
		scope *scope
	}
)

func (st *macroStmt) run(s *scope) signal {
	s.set(st.macro.name, &macro{st.macro, s})
	return signalNone
}

func (st *callStmt) run(s *scope) signal {
	s.m.line = st.line
	call := st.macro.call.(*callExpr)
	args := call.args.eval(s)
	args.names = append(args.names, "caller")
	args.named = append(args.named, &macro{st.macro, s})
	s.m.out.str(s.m.callValue(s.eval(call.of), args))
	return signalNone
}

// invoke runs the macro and returns what it wrote.
func (mc *macro) invoke(m *machine, a arguments) any {
	return m.nest(func() any {
		inner, line := mc.scope.inner(), m.line
		mc.bind(inner, a)
		written := m.capture(func() { runAll(inner, mc.body) })
		m.line = line
		return written
	})
}

// bind sets the parameters in the macro's scope.
func (mc *macro) bind(inner *scope, a arguments) {
	for i, param := range mc.params {
		switch v, named := a.takeNamed(param.name); {
		case i < len(a.positional) && named:
			fail("the macro %s is given %s twice", mc.name, param.name)
		case i < len(a.positional):
			inner.set(param.name, a.positional[i])
		case named:
			inner.set(param.name, v)
		case param.def != nil:
			inner.set(param.name, inner.eval(param.def))
		default:
			inner.set(param.name, undefined{name: param.name})
		}
	}
	mc.bindSurplus(inner, a)
}

// bindSurplus deals with arguments for which there is no parameter.
func (mc *macro) bindSurplus(inner *scope, a arguments) {
	if caller, ok := a.takeNamed("caller"); ok {
		inner.set("caller", caller)
	}
	surplus := a.positional[min(len(mc.params), len(a.positional)):]
	if len(surplus) > 0 && !mc.varargs {
		fail("the macro %s takes %d arguments and is given %d", mc.name, len(mc.params), len(a.positional))
	}
	kwargs := newDict()
	for i, name := range a.names {
		if a.taken(i) {
			continue
		}
		if !mc.kwargs {
			fail("the macro %s has no parameter %s", mc.name, name)
		}
		kwargs.set(name, a.named[i])
	}
	if mc.varargs {
		inner.set("varargs", tuple(surplus))
	}
	if mc.kwargs {
		inner.set("kwargs", kwargs)
	}
}
