package jinja

// expr is a node that has a value.
type expr interface {
	eval(s *scope) any
}

type (
	literalExpr struct{ value any }
	nameExpr    string
	listExpr    struct{ items []expr }
	tupleExpr   struct{ items []expr }
	dictExpr    struct{ keys, values []expr }

	conditionalExpr struct{ test, then, otherwise expr } // otherwise may be nil
	orExpr          struct{ left, right expr }
	andExpr         struct{ left, right expr }
	notExpr         struct{ of expr }
	compareExpr     struct {
		first expr
		rest  []comparand
	}
	comparand struct {
		op string
		of expr
	}
	arithmeticExpr struct {
		op          string
		left, right expr
	}
	concatExpr struct{ parts []expr }
	signExpr   struct {
		minus bool
		of    expr
	}

	attributeExpr struct {
		of   expr
		name string
	}
	itemExpr  struct{ of, key expr }
	sliceExpr struct {
		of    expr
		parts [3]expr // start, stop, step; each may be nil
	}
	callExpr struct {
		of   expr
		args callArguments
	}
	filterExpr struct {
		of   expr
		name string
		args callArguments
	}
	testExpr struct {
		of   expr
		name string
		args callArguments
	}
	// bufferExpr stands for the text of a {% filter %} or {% set %} block.
	bufferExpr struct{}
)

func (e *literalExpr) eval(*scope) any { return e.value }

func (e nameExpr) eval(s *scope) any { return s.get(string(e)) }

func (e *listExpr) eval(s *scope) any { return &list{evalAll(s, e.items)} }

func (e *tupleExpr) eval(s *scope) any { return tuple(evalAll(s, e.items)) }

func evalAll(s *scope, exprs []expr) []any {
	values := make([]any, len(exprs))
	for i, e := range exprs {
		values[i] = s.eval(e)
	}
	return values
}

func (e *dictExpr) eval(s *scope) any {
	d := newDict()
	for i, key := range e.keys {
		k := s.eval(key)
		s.m.chargeKey(k)
		d.set(k, s.eval(e.values[i]))
	}
	return d
}

func (e *conditionalExpr) eval(s *scope) any {
	switch {
	case truth(s.eval(e.test)):
		return s.eval(e.then)
	case e.otherwise != nil:
		return s.eval(e.otherwise)
	default:
		return undefined{name: "the value of an inline if without else"}
	}
}

func (e *orExpr) eval(s *scope) any {
	if left := s.eval(e.left); truth(left) {
		return left
	}
	return s.eval(e.right)
}

func (e *andExpr) eval(s *scope) any {
	if left := s.eval(e.left); !truth(left) {
		return left
	}
	return s.eval(e.right)
}

func (e *notExpr) eval(s *scope) any { return !truth(s.eval(e.of)) }

// eval compares as Python does: a < b < c is a < b and b < c.
func (e *compareExpr) eval(s *scope) any {
	left := s.eval(e.first)
	for _, c := range e.rest {
		right := s.eval(c.of)
		if !s.m.compare(c.op, left, right) {
			return false
		}
		left = right
	}
	return true
}

func (e *arithmeticExpr) eval(s *scope) any {
	left := s.eval(e.left)
	return s.m.arithmetic(e.op, left, s.eval(e.right))
}

func (e *concatExpr) eval(s *scope) any {
	all := s.m.text()
	for _, part := range e.parts {
		all.str(s.eval(part))
	}
	return all.String()
}

func (e *signExpr) eval(s *scope) any {
	v := s.eval(e.of)
	if !e.minus {
		return s.m.arithmetic("+", int64(0), v)
	}
	return s.m.arithmetic("-", int64(0), v)
}

func (e *attributeExpr) eval(s *scope) any { return attribute(s.eval(e.of), e.name) }

func (e *itemExpr) eval(s *scope) any {
	of := s.eval(e.of)
	return s.m.item(of, s.eval(e.key))
}

func (e *sliceExpr) eval(s *scope) any {
	of := s.eval(e.of)
	var bounds [3]any
	for i, part := range e.parts {
		if part != nil {
			bounds[i] = s.eval(part)
		}
	}
	return s.m.slice(of, bounds)
}

func (e *callExpr) eval(s *scope) any {
	f := s.eval(e.of)
	return s.m.callValue(f, e.args.eval(s))
}

func (e *filterExpr) eval(s *scope) any {
	v := s.eval(e.of)
	return s.m.applyFilter(e.name, v, e.args.eval(s))
}

func (e *testExpr) eval(s *scope) any {
	v := s.eval(e.of)
	return s.m.applyTest(e.name, v, e.args.eval(s))
}

func (bufferExpr) eval(s *scope) any { return s.get(bufferName) }

// bufferName cannot be written in a template.
const bufferName = "{block}"
