package sandbox

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// maxNesting bounds brackets within brackets and blocks within blocks.
const maxNesting = 150

// expressions parses the inside of a tag into nodes that gonja evaluates. Its
// methods fail by panic(failure).
//
// The levels of precedence, loosest first: inline if, or, and, not, the
// comparisons, + and -, ~, * / // and %, **, the signs, then what follows a
// value: attributes, calls, filters and tests. So "a + b is defined" tests b,
// and "-x|abs" filters -x.
type expressions struct {
	*compiler
	name   string // of the tag
	tokens []token
}

// apply is the node of an operation: a filter of gonja's. A chain of them is
// one node, so that its length does not deepen the evaluation.
func apply(e nodes.Expression, operation string, args ...nodes.Expression) nodes.Expression {
	call := &nodes.FilterCall{Name: operation, Args: args}
	if chain, ok := e.(*nodes.FilteredExpression); ok {
		chain.Filters = append(chain.Filters, call)
		return chain
	}
	return &nodes.FilteredExpression{Expression: e, Filters: []*nodes.FilterCall{call}}
}

func literal(s string) nodes.Expression { return &nodes.String{Val: s} }

func (p *expressions) next() token {
	t := p.tokens[0]
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *expressions) at(kind tokenKind, texts ...string) bool {
	t := p.tokens[0]
	return t.kind == kind && (len(texts) == 0 || slices.Contains(texts, t.text))
}

func (p *expressions) accept(kind tokenKind, text string) bool {
	if !p.at(kind, text) {
		return false
	}
	p.next()
	return true
}

func (p *expressions) sign(text string) bool { return p.accept(operatorToken, text) }
func (p *expressions) word(text string) bool { return p.accept(nameToken, text) }

func (p *expressions) expect(sign string) {
	if !p.sign(sign) {
		p.unexpected(strconv.Quote(sign))
	}
}

func (p *expressions) expectName() string {
	if !p.at(nameToken) {
		p.unexpected("a name")
	}
	return p.next().text
}

func (p *expressions) end() {
	if !p.at(endToken) {
		p.unexpected("the end of the tag")
	}
}

func (p *expressions) unexpected(wanted string) {
	p.line = p.tokens[0].line
	fail("expected %s, found %q", wanted, p.tokens[0].text)
}

// deeper counts a level of nesting; what it returns ends it.
func (c *compiler) deeper() func() {
	if c.depth++; c.depth > maxNesting {
		fail("brackets or blocks are nested more than %d deep", maxNesting)
	}
	return func() { c.depth-- }
}

// expression parses an expression, an inline if included.
func (p *expressions) expression() nodes.Expression {
	defer p.deeper()()
	e := p.or()
	for p.word("if") {
		test, then, otherwise := p.or(), e, nodes.Expression(nil)
		if p.word("else") {
			otherwise = p.expression()
		} else {
			otherwise = p.variable("the value of an inline if without else")
		}
		chosen := lazy(tokens.And, apply(test, "bool"), apply(then, "box"))
		e = apply(lazy(tokens.Or, chosen, apply(otherwise, "box")), "unbox")
	}
	return e
}

// lazy is the one kind of node that evaluates its right side only when needed.
// gonja decides by its own truth, so the sides are boxed (see box).
func lazy(operator tokens.Type, left, right nodes.Expression) nodes.Expression {
	word := map[tokens.Type]string{tokens.And: "and", tokens.Or: "or"}[operator]
	return &nodes.BinaryExpression{
		Left: left, Right: right, Operator: &nodes.BinOperator{Token: &tokens.Token{Type: operator, Val: word}},
	}
}

// list parses an expression, or several with commas, which make a tuple.
func (p *expressions) list(one func() nodes.Expression) nodes.Expression {
	first := one()
	if !p.at(operatorToken, ",") {
		return first
	}
	items := []nodes.Expression{first}
	for p.sign(",") && !p.at(endToken) {
		items = append(items, one())
	}
	return apply(&nodes.None{}, "(,)", items...)
}

func (p *expressions) tuple() nodes.Expression { return p.list(p.expression) }

func (p *expressions) or() nodes.Expression  { return p.logical("or", p.and, "box if true") }
func (p *expressions) and() nodes.Expression { return p.logical("and", p.not, "box if false") }

// logical parses a or b or c. The left side, if it decides, is boxed; if not,
// the right side is taken.
func (p *expressions) logical(word string, operand func() nodes.Expression, decide string) nodes.Expression {
	e := operand()
	for p.word(word) {
		defer p.deeper()()
		e = apply(lazy(tokens.Or, apply(e, decide), apply(operand(), "box")), "unbox")
	}
	return e
}

func (p *expressions) not() nodes.Expression {
	if p.word("not") {
		defer p.deeper()()
		return apply(p.not(), "not")
	}
	return p.comparison()
}

// comparison parses a < b < c as one operation.
func (p *expressions) comparison() nodes.Expression {
	e := p.binary(0)
	var rest []nodes.Expression
	for {
		operator := p.tokens[0].text
		switch {
		case p.at(operatorToken, "==", "!=", "<", "<=", ">", ">="), p.at(nameToken, "in"):
		case p.at(nameToken, "not") && p.tokens[1].kind == nameToken && p.tokens[1].text == "in":
			p.next()
			operator = "not in"
		case rest == nil:
			return e
		default:
			return apply(e, "compare", rest...)
		}
		p.next()
		rest = append(rest, literal(operator), p.binary(0))
	}
}

// binary parses operands joined by left-associative operators.
func (p *expressions) binary(level int) nodes.Expression {
	operators := [...][]string{{"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"}}
	if level == len(operators) {
		return p.filterable(p.unary())
	}
	e := p.binary(level + 1)
	for p.at(operatorToken, operators[level]...) {
		operator := p.next().text
		e = apply(e, operator, p.binary(level+1))
	}
	return e
}

func (p *expressions) unary() nodes.Expression {
	if p.at(operatorToken, "-", "+") {
		defer p.deeper()()
		return p.postfix(apply(&nodes.Integer{}, p.next().text, p.unary()))
	}
	return p.postfix(p.primary())
}

func (p *expressions) primary() nodes.Expression {
	t := p.tokens[0]
	switch {
	case t.kind == nameToken:
		return p.named(p.next().text)
	case t.kind == stringToken:
		var all strings.Builder // adjacent literals are one
		for p.at(stringToken) {
			all.WriteString(p.next().text)
		}
		return literal(all.String())
	case t.kind == integerToken:
		return p.integer()
	case t.kind == floatToken:
		f, err := strconv.ParseFloat(strings.ReplaceAll(p.next().text, "_", ""), 64)
		if err != nil {
			fail("the number %s is out of range", t.text)
		}
		return &nodes.Float{Val: f}
	case p.sign("("):
		return p.parenthesis()
	case p.sign("["):
		return apply(&nodes.None{}, "[]", p.items("]", p.expression)...)
	case p.sign("{"):
		return p.dict()
	}
	p.unexpected("a value")
	return nil
}

func (p *expressions) named(name string) nodes.Expression {
	switch name {
	case "true", "True":
		return &nodes.Bool{Val: true}
	case "false", "False":
		return &nodes.Bool{}
	case "none", "None":
		return &nodes.None{}
	}
	return p.variable(name)
}

// variable reads a variable. Its name is remembered, because gonja tells a name
// that is not set from None only if something else is set there.
func (c *compiler) variable(name string) nodes.Expression {
	c.names[name] = true
	return &nodes.Name{Name: &tokens.Token{Type: tokens.Name, Val: name}}
}

func (p *expressions) integer() nodes.Expression {
	digits := strings.ReplaceAll(p.next().text, "_", "")
	base := 10 // a leading zero does not make it octal
	if len(digits) > 1 && digits[1] > '9' {
		base = 0
	}
	n, err := strconv.ParseInt(digits, base, strconv.IntSize)
	if err != nil {
		fail("the number %s is out of range", digits)
	}
	return &nodes.Integer{Val: int(n)}
}

// items parses what stands between commas up to the closing bracket.
func (p *expressions) items(closing string, one func() nodes.Expression) (items []nodes.Expression) {
	defer p.deeper()()
	for !p.sign(closing) {
		items = append(items, one())
		if !p.at(operatorToken, closing) {
			p.expect(",")
		}
	}
	return items
}

// parenthesis parses after "(": an expression, or a tuple.
func (p *expressions) parenthesis() nodes.Expression {
	if p.sign(")") {
		return apply(&nodes.None{}, "(,)")
	}
	first := p.expression()
	if p.sign(")") {
		return first
	}
	p.expect(",")
	return apply(&nodes.None{}, "(,)", append([]nodes.Expression{first}, p.items(")", p.expression)...)...)
}

func (p *expressions) dict() nodes.Expression {
	var values []nodes.Expression
	keys := p.items("}", func() nodes.Expression {
		key := p.expression()
		p.expect(":")
		values = append(values, p.expression())
		return key
	})
	return apply(&nodes.None{}, "{}", append(keys, values...)...)
}
