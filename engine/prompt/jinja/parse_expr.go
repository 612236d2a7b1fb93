package jinja

import (
	"strconv"
	"strings"
)

// The levels of precedence, loosest first: inline if, or, and, not, the
// comparisons, + and -, ~, * / // and %, **, the signs, then what follows a
// value: attributes, calls, filters and tests. So "a + b is defined" tests b,
// and "-x|abs" filters -x.

// expression parses an expression, an inline if included.
func (p *parser) expression() expr {
	defer p.deeper()()
	e := p.orExpression()
	for p.acceptName("if") {
		c := &conditionalExpr{test: p.orExpression(), then: e}
		if p.acceptName("else") {
			c.otherwise = p.expression()
		}
		e = c
	}
	return e
}

// tuple parses an expression, or several with commas, which make a tuple. An
// inline if is read when conditional is set.
func (p *parser) tuple(conditional bool) expr {
	one := p.orExpression
	if conditional {
		one = p.expression
	}
	first := one()
	if !p.atOperator(",") {
		return first
	}
	items := []expr{first}
	for p.acceptOperator(",") && !p.at(tokenOutputEnd) && !p.at(tokenBlockEnd) {
		items = append(items, one())
	}
	return &tupleExpr{items}
}

// term counts a node and returns it.
func (p *parser) term(e expr) expr {
	p.terms--
	if p.terms < 0 {
		fail("an expression has more than %d terms", maxTerms)
	}
	return e
}

func (p *parser) orExpression() expr {
	e := p.andExpression()
	for p.acceptName("or") {
		e = p.term(&orExpr{e, p.andExpression()})
	}
	return e
}

func (p *parser) andExpression() expr {
	e := p.notExpression()
	for p.acceptName("and") {
		e = p.term(&andExpr{e, p.notExpression()})
	}
	return e
}

func (p *parser) notExpression() expr {
	if p.acceptName("not") {
		defer p.deeper()()
		return p.term(&notExpr{p.notExpression()})
	}
	return p.comparison()
}

func (p *parser) comparison() expr {
	first := p.sum()
	var rest []comparand
	for {
		op := ""
		switch {
		case p.atOperator("==", "!=", "<", "<=", ">", ">="), p.atName("in"):
			op = p.next().text
		case p.atName("not") && p.tokens[p.pos+1].kind == tokenName && p.tokens[p.pos+1].text == "in":
			p.next()
			p.next()
			op = "not in"
		case rest == nil:
			return first
		default:
			return p.term(&compareExpr{first, rest})
		}
		p.term(nil)
		rest = append(rest, comparand{op, p.sum()})
	}
}

// leftward parses operands joined by left-associative operators.
func (p *parser) leftward(operand func() expr, operators ...string) expr {
	e := operand()
	for p.atOperator(operators...) {
		op := p.next().text
		e = p.term(&arithmeticExpr{op, e, operand()})
	}
	return e
}

func (p *parser) sum() expr { return p.leftward(p.concatenation, "+", "-") }

func (p *parser) concatenation() expr {
	first := p.product()
	if !p.atOperator("~") {
		return first
	}
	parts := []expr{first}
	for p.acceptOperator("~") {
		parts = append(parts, p.term(p.product()))
	}
	return &concatExpr{parts}
}

func (p *parser) product() expr { return p.leftward(p.power, "*", "/", "//", "%") }

func (p *parser) power() expr {
	return p.leftward(func() expr { return p.unary(true) }, "**")
}

func (p *parser) unary(filtered bool) expr {
	var e expr
	if p.atOperator("-", "+") {
		defer p.deeper()()
		e = p.term(&signExpr{p.next().text == "-", p.unary(false)})
	} else {
		e = p.primary()
	}
	e = p.postfix(e)
	if filtered {
		e = p.filterable(e)
	}
	return e
}

func (p *parser) primary() expr {
	t := p.peek()
	switch {
	case t.kind == tokenName:
		return p.name(p.next().text)
	case t.kind == tokenString:
		return p.strings()
	case t.kind == tokenInteger:
		return p.integer(p.next().text)
	case t.kind == tokenFloat:
		f, err := strconv.ParseFloat(strings.ReplaceAll(p.next().text, "_", ""), 64)
		if err != nil {
			fail("the number %s is out of range", t.text)
		}
		return &literalExpr{f}
	case p.acceptOperator("("):
		return p.parenthesis()
	case p.acceptOperator("["):
		return &listExpr{p.items("]")}
	case p.acceptOperator("{"):
		return p.dict()
	}
	fail("expected a value, found %s", describe(t))
	return nil
}

func (p *parser) name(name string) expr {
	switch name {
	case "true", "True":
		return &literalExpr{true}
	case "false", "False":
		return &literalExpr{false}
	case "none", "None":
		return &literalExpr{nil}
	case "varargs", "kwargs":
		p.implicit = append(p.implicit, name)
	}
	return nameExpr(name)
}

// strings parses adjacent string literals, which are one.
func (p *parser) strings() expr {
	var all strings.Builder
	for p.at(tokenString) {
		all.WriteString(p.next().text)
	}
	return &literalExpr{all.String()}
}

func (p *parser) integer(digits string) expr {
	clean := strings.ReplaceAll(digits, "_", "")
	base := 10 // a leading zero does not make it octal
	if radixLength(clean) > 0 {
		base = 0
	}
	n, err := strconv.ParseInt(clean, base, 64)
	if err != nil {
		fail("the number %s is out of range", digits)
	}
	return &literalExpr{n}
}

// parenthesis parses after "(": an expression, or a tuple.
func (p *parser) parenthesis() expr {
	defer p.deeper()()
	if p.acceptOperator(")") {
		return &tupleExpr{}
	}
	first := p.expression()
	if p.acceptOperator(")") {
		return first
	}
	p.expectOperator(",")
	return &tupleExpr{append([]expr{first}, p.items(")")...)}
}

// items parses expressions with commas up to the closing bracket.
func (p *parser) items(closing string) []expr {
	defer p.deeper()()
	var items []expr
	for !p.acceptOperator(closing) {
		items = append(items, p.term(p.expression()))
		if !p.atOperator(closing) {
			p.expectOperator(",")
		}
	}
	return items
}

func (p *parser) dict() expr {
	defer p.deeper()()
	d := &dictExpr{}
	for !p.acceptOperator("}") {
		key := p.expression()
		p.expectOperator(":")
		d.keys = append(d.keys, p.term(key))
		d.values = append(d.values, p.expression())
		if !p.atOperator("}") {
			p.expectOperator(",")
		}
	}
	return d
}

// postfix parses attributes, subscripts and calls.
func (p *parser) postfix(e expr) expr {
	for {
		switch {
		case p.acceptOperator("."):
			e = p.term(p.attribute(e))
		case p.acceptOperator("["):
			e = p.term(p.subscript(e))
		case p.acceptOperator("("):
			e = p.term(&callExpr{e, p.arguments()})
		default:
			return e
		}
	}
}

func (p *parser) attribute(of expr) expr {
	if p.at(tokenInteger) {
		return &itemExpr{of, p.integer(p.next().text)}
	}
	return &attributeExpr{of, p.expectName()}
}

// subscript parses after "[": an index, or a slice.
func (p *parser) subscript(of expr) expr {
	defer p.deeper()()
	var parts [3]expr // start, stop, step
	n, colons := 0, 0
	for !p.acceptOperator("]") {
		if p.acceptOperator(":") {
			if colons++; colons > 2 {
				fail("a slice has at most two colons")
			}
			continue
		}
		if parts[colons] != nil {
			fail("expected ], found %s", describe(p.peek()))
		}
		parts[colons] = p.expression()
		n++
	}
	switch {
	case colons > 0:
		return &sliceExpr{of, parts}
	case n == 0:
		fail("an index is missing between [ and ]")
	}
	return &itemExpr{of, parts[0]}
}

// arguments parses after "(".
func (p *parser) arguments() callArguments {
	defer p.deeper()()
	var a callArguments
	for !p.acceptOperator(")") {
		switch {
		case p.acceptOperator("**"):
			a.spreadNamed = p.expression()
		case p.acceptOperator("*"):
			a.spread = p.expression()
		case p.at(tokenName) && p.tokens[p.pos+1].kind == tokenOperator && p.tokens[p.pos+1].text == "=":
			name := p.next().text
			p.next()
			a.names = append(a.names, name)
			a.named = append(a.named, p.term(p.expression()))
		default:
			a.positional = append(a.positional, p.term(p.expression()))
		}
		if !p.atOperator(")") {
			p.expectOperator(",")
		}
	}
	return a
}

// filterable parses the filters, tests and calls after a value.
func (p *parser) filterable(e expr) expr {
	for {
		switch {
		case p.atOperator("|"):
			e = p.filters(e)
		case p.acceptName("is"):
			e = p.term(p.test(e))
		case p.acceptOperator("("): // the value of a filter or test may be called
			e = p.term(&callExpr{e, p.arguments()})
		default:
			return e
		}
	}
}

// filters parses "|name(…)|name…".
func (p *parser) filters(e expr) expr {
	for p.acceptOperator("|") {
		f := &filterExpr{of: e, name: p.expectName()}
		if p.acceptOperator("(") {
			f.args = p.arguments()
		}
		e = p.term(f)
	}
	return e
}

// test parses after "is". Its one argument may stand without brackets.
func (p *parser) test(of expr) expr {
	negated := p.acceptName("not")
	t := &testExpr{of: of, name: p.expectName()}
	switch {
	case p.acceptOperator("("):
		t.args = p.arguments()
	case p.at(tokenString), p.at(tokenInteger), p.at(tokenFloat), p.atOperator("[", "{"),
		p.at(tokenName) && !p.atName("else", "or", "and", "is", "if", "in", "not"):
		t.args.positional = []expr{p.postfix(p.primary())}
	}
	if negated {
		return &notExpr{t}
	}
	return t
}
