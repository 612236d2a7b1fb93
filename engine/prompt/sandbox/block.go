package sandbox

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// compiler makes a template's source into nodes of gonja's.
type compiler struct {
	tags    []tag
	names   map[string]bool // of all variables
	filters map[string]filter
	depth   int // of nesting
	loops   int // around this point, within the macro
	line    int // for errors
}

// block is what a tag does when it is rendered. It fails by panic(failure).
type block func(m *machine, r *exec.Renderer)

// structure is a tag as gonja holds it.
type structure struct {
	line int
	run  block
}

var _ exec.ControlStructure = (*structure)(nil)

func (s *structure) Position() *tokens.Token { return &tokens.Token{Line: s.line} }
func (s *structure) String() string          { return fmt.Sprintf("tag at line %d", s.line) }

// Execute is gonja's word for running a tag.
func (s *structure) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	m := r.Loader.(*machine)
	m.line = s.line
	s.run(m, r)
	return nil
}

// structures are the parsers of the tags that the template uses.
func (c *compiler) structures() *exec.ControlStructureSet {
	known := map[string]func(*parser.Parser, *expressions) block{
		"if": c.parseIf, "for": c.parseFor, "set": c.parseSet, "macro": c.parseMacro, "call": c.parseCall,
		"filter": c.parseFilter, "with": c.parseWith, "do": c.parseDo, "break": c.parseJump, "continue": c.parseJump,
		"raw": c.parseRaw, "generation": c.parseGeneration,
	}
	set := map[string]parser.ControlStructureParser{}
	for _, t := range c.tags {
		parse := known[t.name]
		if parse == nil {
			c.line = t.line
			parse = closing(t.name)
		}
		set[t.name] = func(p, arguments *parser.Parser) (nodes.ControlStructure, error) {
			e := c.open(arguments)
			line := c.line
			return &structure{line, parse(p, e)}, nil
		}
	}
	return exec.NewControlStructureSet(set)
}

// closing is the parser of a tag that closes a block, for when none is open.
func closing(name string) func(*parser.Parser, *expressions) block {
	switch name {
	case "", "else", "elif", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith", "endgeneration":
	case "include", "import", "from", "extends":
		fail("{%% %s %%} would read another file; a model's template may not", name)
	default:
		unsupported("the tag {%% %s %%}", name)
	}
	return func(*parser.Parser, *expressions) block {
		fail("{%% %s %%} closes a block that is not open", name)
		return nil
	}
}

// open finds the inside of a tag from its stand-in.
func (c *compiler) open(arguments *parser.Parser) *expressions {
	if number := arguments.Match(tokens.Integer); number != nil {
		return c.numbered(number.Val)
	}
	return &expressions{c, "", []token{{}}} // {% endraw %}
}

func (c *compiler) numbered(digits string) *expressions {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(err) // cannot be: scan wrote it
	}
	c.line = c.tags[n].line
	return &expressions{c, c.tags[n].name, c.tags[n].tokens}
}

// body parses up to one of the tags of those names, and returns its inside.
func (c *compiler) body(p *parser.Parser, until ...string) ([]nodes.Node, *expressions) {
	defer c.deeper()()
	wrapper, arguments, err := p.WrapUntil(until...)
	if err != nil {
		fail("the template ends before {%% %s %%}", until[len(until)-1])
	}
	return c.finish(wrapper.Nodes), c.open(arguments)
}

// closed is body up to a tag that has no inside; the tag e ends before it.
func (c *compiler) closed(p *parser.Parser, e *expressions, end string) []nodes.Node {
	e.end()
	body, inside := c.body(p, end)
	inside.end()
	return body
}

// finish makes {{ … }} a block and trims the text between tags once and for
// all: gonja would do so at each rendering, for which nobody pays.
func (c *compiler) finish(parsed []nodes.Node) []nodes.Node {
	var finished []nodes.Node
	for _, node := range parsed {
		switch n := node.(type) {
		case *nodes.Comment:
			continue
		case *nodes.Data:
			if n.Trim.Left {
				n.Data.Val = strings.TrimLeftFunc(n.Data.Val, isSpace)
			}
			if n.Trim.Right {
				n.Data.Val = strings.TrimRightFunc(n.Data.Val, isSpace)
			}
			n.Trim = nodes.Trim{}
		case *nodes.Output:
			e := c.numbered(n.Expression.Position().Val)
			of := e.tuple()
			e.end()
			write := func(m *machine, r *exec.Renderer) { r.Output.(*text).str(m.eval(r, of)) }
			node = &nodes.ControlStructureBlock{ControlStructure: &structure{c.line, write}}
		}
		finished = append(finished, node)
	}
	return finished
}

func (c *compiler) parseDo(_ *parser.Parser, e *expressions) block {
	of := e.tuple()
	e.end()
	return func(m *machine, r *exec.Renderer) { m.eval(r, of) }
}

// parseGeneration parses the tag that marks what the assistant wrote, which is
// of use in training only.
func (c *compiler) parseGeneration(p *parser.Parser, e *expressions) block {
	body := c.closed(p, e, "endgeneration")
	return func(m *machine, r *exec.Renderer) { m.run(r, body) }
}

func (c *compiler) parseRaw(p *parser.Parser, e *expressions) block {
	body := c.closed(p, e, "endraw")
	return func(m *machine, r *exec.Renderer) { m.run(r, body) }
}

func (c *compiler) parseIf(p *parser.Parser, e *expressions) block {
	var tests []nodes.Expression
	var bodies [][]nodes.Node
	for e.name != "endif" {
		until, test := []string{"elif", "else", "endif"}, nodes.Expression(&nodes.Bool{Val: true})
		if e.name == "else" {
			until = until[2:]
		} else {
			test = e.expression()
		}
		e.end()
		var body []nodes.Node
		body, e = c.body(p, until...)
		tests, bodies = append(tests, test), append(bodies, body)
	}
	e.end()
	return func(m *machine, r *exec.Renderer) {
		for i, test := range tests {
			if truth(m.eval(r, test)) {
				m.run(r, bodies[i])
				return
			}
		}
	}
}

func (c *compiler) parseSet(p *parser.Parser, e *expressions) block {
	to := e.target()
	if !e.sign("=") {
		return c.filtered(p, e, "endset", to)
	}
	of := e.tuple()
	e.end()
	return func(m *machine, r *exec.Renderer) { to.assign(m, r, m.eval(r, of)) }
}

func (c *compiler) parseFilter(p *parser.Parser, e *expressions) block {
	e.tokens = append([]token{{operatorToken, "|", c.line}}, e.tokens...)
	return c.filtered(p, e, "endfilter", nil)
}

// blockText is the variable that stands for a block's text; no template can
// write its name.
const blockText = "{block}"

// filtered writes a block's text, put through filters, or assigns it.
func (c *compiler) filtered(p *parser.Parser, e *expressions, end string, to target) block {
	filters := e.pipes(c.variable(blockText))
	body := c.closed(p, e, end)
	return func(m *machine, r *exec.Renderer) {
		inner := r.Inherit()
		set(inner, blockText, m.capture(r, body))
		v := m.eval(inner, filters)
		if to == nil {
			r.Output.(*text).str(v)
			return
		}
		to.assign(m, r, v)
	}
}

func (c *compiler) parseWith(p *parser.Parser, e *expressions) block {
	values, more := map[string]nodes.Expression{}, !e.at(endToken)
	for ; more; more = e.sign(",") {
		name := e.expectName()
		e.expect("=")
		values[name] = e.expression()
	}
	body := c.closed(p, e, "endwith")
	return func(m *machine, r *exec.Renderer) {
		inner := r.Inherit()
		for name, value := range values {
			set(inner, name, m.eval(r, value))
		}
		m.run(inner, body)
	}
}

// parseMacro parses {% macro name(parameters) %} … {% endmacro %}.
func (c *compiler) parseMacro(p *parser.Parser, e *expressions) block {
	mc := &macro{name: e.expectName()}
	mc.parameters(e)
	c.macroBody(p, e, mc, "endmacro")
	return func(_ *machine, r *exec.Renderer) { set(r, mc.name, mc.function(r)) }
}

// callerName is the variable that brings the block to the call.
const callerName = "{caller}"

// parseCall parses {% call(parameters) name(arguments) %} … {% endcall %}: the
// block is a macro, and the call's last argument, named caller.
func (c *compiler) parseCall(p *parser.Parser, e *expressions) block {
	caller := &macro{name: "caller"}
	if e.at(operatorToken, "(") {
		caller.parameters(e)
	}
	of, ok := e.expression().(*nodes.FilteredExpression)
	if !ok || of.Filters[len(of.Filters)-1].Name != "()" {
		fail("{%% call %%} needs a macro call")
	}
	last := of.Filters[len(of.Filters)-1]
	shape := last.Args[0].(*nodes.String)
	if len(last.Args) > 1 {
		shape.Val += ","
	}
	shape.Val += "caller"
	last.Args = append(last.Args, c.variable(callerName))
	c.macroBody(p, e, caller, "endcall")
	return func(m *machine, r *exec.Renderer) {
		inner := r.Inherit()
		set(inner, callerName, caller.function(r))
		r.Output.(*text).str(m.eval(inner, of))
	}
}

// macroBody parses the body with its own account of loops and of the names
// that say whether surplus arguments are welcome.
func (c *compiler) macroBody(p *parser.Parser, e *expressions, mc *macro, end string) {
	loops, names := c.loops, c.names
	c.loops, c.names = 0, map[string]bool{}
	mc.body = c.closed(p, e, end)
	mc.varargs, mc.kwargs = c.names["varargs"], c.names["kwargs"]
	maps.Copy(names, c.names)
	c.loops, c.names = loops, names
}
