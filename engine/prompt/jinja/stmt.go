package jinja

// stmt is a node that writes, assigns or steers.
type stmt interface {
	run(s *scope) signal
}

// signal says how a statement ended.
type signal uint8

const (
	signalNone signal = iota
	signalBreak
	signalContinue
)

type (
	dataStmt   struct{ text string }
	outputStmt struct {
		line int
		of   expr
	}
	doStmt struct {
		line int
		of   expr
	}
	jumpStmt signal
	ifStmt   struct {
		line      int
		branches  []branch
		otherwise []stmt
	}
	branch struct {
		test expr
		body []stmt
	}
	setStmt struct {
		line int
		to   target
		of   expr
	}
	setBlockStmt struct {
		line    int
		to      target
		filters expr // over bufferExpr
		body    []stmt
	}
	filterStmt struct {
		line    int
		filters expr // over bufferExpr
		body    []stmt
	}
	withStmt struct {
		line    int
		targets []target
		values  []expr
		body    []stmt
	}
)

// runAll runs statements until one of them breaks or continues a loop.
func runAll(s *scope, body []stmt) signal {
	for _, st := range body {
		s.m.step(1)
		if sig := st.run(s); sig != signalNone {
			return sig
		}
	}
	return signalNone
}

func (st *dataStmt) run(s *scope) signal {
	s.m.out.write(st.text)
	return signalNone
}

func (st *outputStmt) run(s *scope) signal {
	s.m.line = st.line
	s.m.out.str(s.eval(st.of))
	return signalNone
}

func (st *doStmt) run(s *scope) signal {
	s.m.line = st.line
	s.eval(st.of)
	return signalNone
}

func (st jumpStmt) run(*scope) signal { return signal(st) }

func (st *ifStmt) run(s *scope) signal {
	s.m.line = st.line
	for _, b := range st.branches {
		if truth(s.eval(b.test)) {
			return runAll(s, b.body)
		}
	}
	return runAll(s, st.otherwise)
}

func (st *setStmt) run(s *scope) signal {
	s.m.line = st.line
	st.to.assign(s, s.eval(st.of))
	return signalNone
}

func (st *setBlockStmt) run(s *scope) signal {
	s.m.line = st.line
	st.to.assign(s, s.filtered(st.filters, st.body))
	return signalNone
}

func (st *filterStmt) run(s *scope) signal {
	s.m.line = st.line
	s.m.out.str(s.filtered(st.filters, st.body))
	return signalNone
}

// filtered runs a block and returns its text, put through the filters.
func (s *scope) filtered(filters expr, body []stmt) any {
	inner := s.inner()
	block := s.m.capture(func() { runAll(inner, body) })
	inner.set(bufferName, block)
	return inner.eval(filters)
}

func (st *withStmt) run(s *scope) signal {
	s.m.line = st.line
	inner := s.inner()
	for i, to := range st.targets {
		to.assign(inner, s.eval(st.values[i]))
	}
	return runAll(inner, st.body)
}

// target is what can be assigned to.
type target interface {
	assign(s *scope, v any)
}

type (
	nameTarget      string
	attributeTarget struct{ of, name string }
	tupleTarget     []target
)

func (t nameTarget) assign(s *scope, v any) { s.set(string(t), v) }

func (t attributeTarget) assign(s *scope, v any) {
	switch of := s.get(t.of).(type) {
	case *namespace:
		of.attributes.set(t.name, v)
	case *dict: // not in Jinja2, but some templates amend a message so
		of.set(t.name, v)
	default:
		fail("%s.%s cannot be set: %s is not a namespace", t.of, t.name, t.of)
	}
}

func (t tupleTarget) assign(s *scope, v any) {
	items := s.m.items(v)
	if len(items) != len(t) {
		fail("%d values cannot be unpacked into %d names", len(items), len(t))
	}
	for i, to := range t {
		to.assign(s, items[i])
	}
}
