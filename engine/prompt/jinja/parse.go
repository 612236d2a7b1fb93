package jinja

import "slices"

const (
	// maxNesting bounds brackets within brackets and blocks within blocks.
	maxNesting = 200
	// maxTerms bounds the nodes of one expression: a long chain of operators
	// is a deep tree, and evaluating it takes as much of the stack.
	maxTerms = 10_000
)

// parser turns tokens into statements. Its methods fail by panic(failure).
type parser struct {
	tokens   []token
	pos      int
	depth    int      // of nesting
	terms    int      // left in this expression
	loops    int      // around this point, within the macro
	implicit []string // names that a macro's body uses without being given them
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) line() int { return p.peek().line }

// next consumes a token; the last one, tokenEOF, is never passed.
func (p *parser) next() token {
	t := p.peek()
	if t.kind != tokenEOF {
		p.pos++
	}
	return t
}

func (p *parser) at(kind tokenKind, texts ...string) bool {
	t := p.peek()
	return t.kind == kind && (len(texts) == 0 || slices.Contains(texts, t.text))
}

func (p *parser) atOperator(texts ...string) bool { return p.at(tokenOperator, texts...) }

func (p *parser) atName(texts ...string) bool { return p.at(tokenName, texts...) }

// accept consumes the token if it is this one.
func (p *parser) accept(kind tokenKind, text string) bool {
	if !p.at(kind, text) {
		return false
	}
	p.next()
	return true
}

func (p *parser) acceptOperator(text string) bool { return p.accept(tokenOperator, text) }

func (p *parser) acceptName(text string) bool { return p.accept(tokenName, text) }

func (p *parser) expectOperator(text string) {
	if !p.acceptOperator(text) {
		fail("expected %q, found %s", text, describe(p.peek()))
	}
}

func (p *parser) expectName() string {
	if !p.at(tokenName) {
		fail("expected a name, found %s", describe(p.peek()))
	}
	return p.next().text
}

func (p *parser) expect(kind tokenKind) {
	if !p.at(kind) {
		fail("expected %s, found %s", describe(token{kind: kind}), describe(p.peek()))
	}
	p.next()
}

func describe(t token) string {
	switch t.kind {
	case tokenEOF:
		return "the end of the template"
	case tokenOutputEnd:
		return "}}"
	case tokenBlockEnd:
		return "%}"
	case tokenString:
		return "a string"
	case tokenData, tokenOutput, tokenBlock:
		return "the end of a tag"
	default:
		return "\"" + t.text + "\""
	}
}

// deeper parses one level of nesting.
func (p *parser) deeper() func() {
	p.depth++
	if p.depth > maxNesting {
		fail("brackets or blocks are nested more than %d deep", maxNesting)
	}
	return func() { p.depth-- }
}

// template parses the whole token stream.
func (p *parser) template() []stmt {
	body := p.statements()
	if p.at(tokenBlock) {
		p.next()
		fail("unexpected %s tag", p.peek().text)
	}
	return body
}

// statements parses up to the end, or to a block tag whose name is one of
// until; that tag's {% is left to the caller.
func (p *parser) statements(until ...string) []stmt {
	defer p.deeper()()
	var body []stmt
	for {
		t := p.peek()
		switch t.kind {
		case tokenData:
			p.next()
			body = append(body, &dataStmt{t.text})
		case tokenOutput:
			p.next()
			p.terms = maxTerms
			body = append(body, &outputStmt{t.line, p.tuple(true)})
			p.expect(tokenOutputEnd)
		case tokenBlock:
			if name := p.tokens[p.pos+1]; name.kind == tokenName && slices.Contains(until, name.text) {
				return body
			}
			p.next()
			body = append(body, p.statement()...)
		default:
			if len(until) > 0 {
				fail("the template ends before {%% %s %%}", until[len(until)-1])
			}
			return body
		}
	}
}

// body parses "%} … {% end %}", up to but without the closing %}. It returns
// the name that ended it.
func (p *parser) body(until ...string) ([]stmt, string) {
	p.expect(tokenBlockEnd)
	body := p.statements(until...)
	p.next()
	return body, p.next().text
}

// statement parses one block tag, after its {%. The generation tag has no node
// of its own, and so gives several.
func (p *parser) statement() []stmt {
	p.terms = maxTerms
	body := p.blockTag(p.line(), p.expectName())
	p.expect(tokenBlockEnd)
	return body
}

func (p *parser) blockTag(line int, name string) []stmt {
	switch name {
	case "if":
		return []stmt{p.ifTag(line)}
	case "for":
		return []stmt{p.forTag(line)}
	case "set":
		return []stmt{p.setTag(line)}
	case "macro":
		return []stmt{p.macroTag(line)}
	case "call":
		return []stmt{p.callTag(line)}
	case "filter":
		return []stmt{p.filterTag(line)}
	case "with":
		return []stmt{p.withTag(line)}
	case "do":
		return []stmt{&doStmt{line, p.tuple(true)}}
	case "break", "continue":
		return []stmt{p.jump(name)}
	case "generation": // marks what the assistant wrote, for training only
		body, _ := p.body("endgeneration")
		return body
	case "include", "import", "from", "extends":
		fail("{%% %s %%} would read another file; a model's template may not", name)
	}
	unsupported("the tag {%% %s %%}", name)
	return nil
}

func (p *parser) jump(name string) stmt {
	if p.loops == 0 {
		fail("{%% %s %%} stands outside of a for", name)
	}
	if name == "break" {
		return jumpStmt(signalBreak)
	}
	return jumpStmt(signalContinue)
}

func (p *parser) ifTag(line int) stmt {
	s := &ifStmt{line: line}
	for {
		test := p.orExpression()
		body, end := p.body("elif", "else", "endif")
		s.branches = append(s.branches, branch{test, body})
		switch end {
		case "else":
			s.otherwise, _ = p.body("endif")
			return s
		case "endif":
			return s
		}
	}
}

func (p *parser) forTag(line int) stmt {
	s := &forStmt{line: line, target: p.target()}
	if !p.acceptName("in") {
		fail("expected in, found %s", describe(p.peek()))
	}
	s.over = p.tuple(false)
	if p.acceptName("if") {
		s.filter = p.expression()
	}
	s.recursive = p.acceptName("recursive")
	p.loops++
	var end string
	s.body, end = p.body("else", "endfor")
	p.loops--
	if end == "else" {
		s.otherwise, _ = p.body("endfor")
	}
	return s
}

func (p *parser) setTag(line int) stmt {
	if target := p.target(); p.acceptOperator("=") {
		return &setStmt{line, target, p.tuple(true)}
	} else {
		filters := p.filters(bufferExpr{})
		body, _ := p.body("endset")
		return &setBlockStmt{line, target, filters, body}
	}
}

// target parses what is assigned to: a name, an attribute of a namespace, or
// several of them, with or without brackets.
func (p *parser) target() target {
	first := p.oneTarget()
	if !p.atOperator(",") {
		return first
	}
	several := tupleTarget{first}
	for p.acceptOperator(",") && (p.at(tokenName) && !p.atName("in") || p.atOperator("(")) {
		several = append(several, p.oneTarget())
	}
	return several
}

func (p *parser) oneTarget() target {
	if p.acceptOperator("(") {
		defer p.deeper()()
		inner := p.target()
		p.expectOperator(")")
		return inner
	}
	name := p.expectName()
	if p.acceptOperator(".") {
		return attributeTarget{name, p.expectName()}
	}
	return nameTarget(name)
}

func (p *parser) macroTag(line int) stmt {
	name := p.expectName()
	return &macroStmt{line, p.macro(name, "endmacro")}
}

// macro parses the parameters and the body of a macro or of a call block.
func (p *parser) macro(name, end string) *macroBody {
	m := &macroBody{name: name}
	if p.acceptOperator("(") {
		for !p.acceptOperator(")") {
			param := parameter{name: p.expectName()}
			if p.acceptOperator("=") {
				param.def = p.expression()
			}
			m.params = append(m.params, param)
			if !p.atOperator(")") {
				p.expectOperator(",")
			}
		}
	}
	if end == "endcall" {
		m.call = p.expression()
	}
	implicit, loops := p.implicit, p.loops
	p.implicit, p.loops = nil, 0
	m.body, _ = p.body(end)
	m.varargs = slices.Contains(p.implicit, "varargs")
	m.kwargs = slices.Contains(p.implicit, "kwargs")
	p.implicit, p.loops = implicit, loops
	return m
}

func (p *parser) callTag(line int) stmt {
	m := p.macro("caller", "endcall")
	if _, ok := m.call.(*callExpr); !ok {
		fail("{%% call %%} needs a macro call")
	}
	return &callStmt{line, m}
}

func (p *parser) filterTag(line int) stmt {
	name := p.expectName()
	first := &filterExpr{of: bufferExpr{}, name: name}
	if p.acceptOperator("(") {
		first.args = p.arguments()
	}
	filters := p.filters(first)
	body, _ := p.body("endfilter")
	return &filterStmt{line, filters, body}
}

func (p *parser) withTag(line int) stmt {
	s := &withStmt{line: line}
	for !p.at(tokenBlockEnd) {
		target := p.oneTarget()
		p.expectOperator("=")
		s.targets = append(s.targets, target)
		s.values = append(s.values, p.expression())
		if !p.acceptOperator(",") {
			break
		}
	}
	s.body, _ = p.body("endwith")
	return s
}
