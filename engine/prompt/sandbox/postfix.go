package sandbox

import (
	"strings"

	"github.com/nikolalohinski/gonja/v2/nodes"
)

// postfix parses attributes, subscripts and calls.
func (p *expressions) postfix(e nodes.Expression) nodes.Expression {
	for {
		switch {
		case p.sign("."):
			if p.at(integerToken) {
				e = apply(e, "[i]", p.integer())
			} else {
				e = apply(e, ".", literal(p.expectName()))
			}
		case p.sign("["):
			e = p.subscript(e)
		case p.sign("("):
			e = apply(e, "()", p.arguments()...)
		default:
			return e
		}
	}
}

// subscript parses after "[": an index, or a slice.
func (p *expressions) subscript(of nodes.Expression) nodes.Expression {
	defer p.deeper()()
	bounds := [3]nodes.Expression{&nodes.None{}, &nodes.None{}, &nodes.None{}}
	n, colons := 0, 0
	for !p.sign("]") {
		if p.sign(":") {
			if colons++; colons > 2 {
				fail("a slice has at most two colons")
			}
			continue
		}
		if n++; n > colons+1 {
			p.unexpected("]")
		}
		bounds[colons] = p.tuple()
	}
	switch {
	case colons > 0:
		return apply(of, "[:]", bounds[:]...)
	case n == 0:
		fail("an index is missing between [ and ]")
	}
	return apply(of, "[i]", bounds[0])
}

// arguments parses after "(". The first of the nodes is the shape: for each
// argument its name, "" without one, or the * or ** before it.
func (p *expressions) arguments() []nodes.Expression {
	var shape []string
	values := p.items(")", func() nodes.Expression {
		shape = append(shape, p.argumentName())
		return p.expression()
	})
	return append([]nodes.Expression{literal(strings.Join(shape, ","))}, values...)
}

func (p *expressions) argumentName() string {
	switch {
	case p.at(operatorToken, "*", "**"):
		return p.next().text
	case p.at(nameToken) && p.tokens[1].kind == operatorToken && p.tokens[1].text == "=":
		name := p.next().text
		p.next()
		return name
	}
	return ""
}

// filterable parses the filters, tests and calls after a value.
func (p *expressions) filterable(e nodes.Expression) nodes.Expression {
	for {
		switch {
		case p.at(operatorToken, "|"):
			e = p.pipes(e)
		case p.word("is"):
			e = p.test(e)
		case p.sign("("): // the value of a filter or test may be called
			e = apply(e, "()", p.arguments()...)
		default:
			return e
		}
	}
}

// pipes parses "|name(…)|name…". A filter that there is not fails only when it
// is reached: many a template has one in a branch for tools.
func (p *expressions) pipes(e nodes.Expression) nodes.Expression {
	for p.sign("|") {
		name := p.expectName()
		arguments := []nodes.Expression{literal("")}
		if p.sign("(") {
			arguments = p.arguments()
		}
		if p.filters[name] == nil {
			e = apply(e, "unsupported", literal("the filter "+name))
			continue
		}
		e = apply(e, name, arguments...)
	}
	return e
}

// test parses after "is". Its one argument may stand without brackets.
func (p *expressions) test(of nodes.Expression) nodes.Expression {
	negated := p.word("not")
	arguments := []nodes.Expression{literal(p.expectName()), literal("")}
	switch {
	case p.sign("("):
		arguments = append(arguments[:1], p.arguments()...)
	case p.at(stringToken), p.at(integerToken), p.at(floatToken), p.at(operatorToken, "[", "{"),
		p.at(nameToken) && !p.at(nameToken, "else", "or", "and", "is", "if", "in", "not", "recursive"):
		arguments = append(arguments, p.postfix(p.primary()))
	}
	e := apply(of, "is", arguments...)
	if negated {
		e = apply(e, "not")
	}
	return e
}
