package merge

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const (
	maxConfigBytes = 1 << 18
	maxConfigNodes = 100_000 // aliases counted as often as they are used, so that ten lines cannot become a billion
	maxConfigDepth = 64
)

// node is a piece of a configuration and where it stands, for messages.
type node struct {
	path  string // "experts[2].source_model"
	line  int
	value any // nil, bool, float64, string, []node or map[string]node
}

func (n node) fail(format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if n.path != "" {
		what = n.path + ": " + what
	}
	return fmt.Errorf("line %d of the configuration: %s", max(n.line, 1), what)
}

// parseYAML reads one YAML document.
func parseYAML(text []byte) (node, error) {
	if len(text) > maxConfigBytes {
		return node{}, fmt.Errorf("the configuration has %d bytes; %d are allowed", len(text), maxConfigBytes)
	}
	if err := checkNesting(text); err != nil {
		return node{}, err
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return node{}, syntaxError(err)
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) != 1 {
		return node{}, fmt.Errorf("the configuration has %d YAML documents; it needs exactly one", len(bodies))
	}
	r := yamlReader{anchors: map[string]ast.Node{}, left: maxConfigNodes}
	return r.node(bodies[0], node{}, 0)
}

// checkNesting refuses brackets and dashes nested so deeply that the parser's
// recursion would be expensive. Brackets in texts count too; prompts hold few.
func checkNesting(text []byte) error {
	brackets, dashes := 0, 0
	for _, b := range text {
		switch b {
		case '[', '{':
			brackets++
		case ']', '}':
			brackets = max(0, brackets-1)
		case '-':
			dashes++
		case ' ':
		default:
			dashes = 0
		}
		if brackets > 1000 || dashes > 1000 {
			return errors.New("the configuration is nested too deeply")
		}
	}
	return nil
}

func syntaxError(err error) error {
	var s *yaml.SyntaxError
	if errors.As(err, &s) && s.Token != nil && s.Token.Position != nil {
		return fmt.Errorf("line %d of the configuration is not YAML: %s", s.Token.Position.Line, oneLine(s.Message))
	}
	return fmt.Errorf("the configuration is not YAML: %s", oneLine(err.Error()))
}

func oneLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// yamlReader turns the library's tree into nodes.
type yamlReader struct {
	anchors map[string]ast.Node
	left    int
}

// node fills in at, which has the path already.
func (r *yamlReader) node(a ast.Node, at node, depth int) (node, error) {
	if t := a.GetToken(); t != nil && t.Position != nil {
		at.line = t.Position.Line
	}
	if r.left--; r.left < 0 {
		return at, at.fail("the configuration is too large once its aliases are filled in")
	}
	if depth > maxConfigDepth {
		return at, at.fail("the configuration is nested too deeply")
	}
	switch a := a.(type) {
	case *ast.NullNode:
		return at, nil
	case *ast.BoolNode:
		at.value = a.Value
	case *ast.StringNode:
		at.value = a.Value
	case *ast.LiteralNode:
		at.value = a.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return r.number(a, at)
	case *ast.SequenceNode:
		return r.list(a, at, depth)
	case *ast.MappingNode:
		return r.mapping(a.Values, at, depth)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{a}, at, depth)
	case *ast.AnchorNode:
		r.anchors[a.Name.GetToken().Value] = a.Value
		return r.node(a.Value, at, depth+1)
	case *ast.AliasNode:
		return r.alias(a, at, depth)
	default:
		return at, at.fail("this kind of YAML (%s) has no meaning here", strings.ToLower(a.Type().String()))
	}
	return at, nil
}

func (r *yamlReader) number(a ast.Node, at node) (node, error) {
	var v float64
	switch a := a.(type) {
	case *ast.IntegerNode:
		switch n := a.Value.(type) {
		case int64:
			v = float64(n)
		case uint64:
			v = float64(n)
		}
	case *ast.FloatNode:
		v = a.Value
	default:
		v = math.NaN()
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return at, at.fail("%s is not a number that can be used", a.GetToken().Value)
	}
	at.value = v
	return at, nil
}

func (r *yamlReader) list(a *ast.SequenceNode, at node, depth int) (node, error) {
	list := make([]node, 0, min(len(a.Values), 1024))
	for i, v := range a.Values {
		n, err := r.node(v, node{path: fmt.Sprintf("%s[%d]", at.path, i), line: at.line}, depth+1)
		if err != nil {
			return at, err
		}
		list = append(list, n)
	}
	at.value = list
	return at, nil
}

func (r *yamlReader) mapping(values []*ast.MappingValueNode, at node, depth int) (node, error) {
	m := map[string]node{}
	for _, v := range values {
		key := v.Key.GetToken().Value
		n, err := r.node(v.Value, node{path: strings.TrimPrefix(at.path+"."+key, "."), line: v.Key.GetToken().Position.Line}, depth+1)
		if err != nil {
			return at, err
		}
		if _, twice := m[key]; twice {
			return at, n.fail("the key is there twice")
		}
		m[key] = n
	}
	at.value = m
	return at, nil
}

func (r *yamlReader) alias(a *ast.AliasNode, at node, depth int) (node, error) {
	name := a.Value.GetToken().Value
	target, ok := r.anchors[name]
	if !ok {
		return at, at.fail("there is no anchor %.60q before its alias", name)
	}
	return r.node(target, at, depth+1)
}

// fields is a mapping with known keys only.
func (n node) fields(known ...string) (map[string]node, error) {
	m, ok := n.value.(map[string]node)
	if !ok {
		return nil, n.fail("keys with values are needed here (%s)", strings.Join(known, ", "))
	}
	for _, key := range slices.Sorted(mapKeys(m)) {
		if !slices.Contains(known, key) {
			return nil, m[key].fail("the key is not known here; there are %s", strings.Join(known, ", "))
		}
	}
	return m, nil
}

// list is a list; a missing one is empty.
func (n node) list() ([]node, error) {
	switch v := n.value.(type) {
	case nil:
		return nil, nil
	case []node:
		return v, nil
	}
	return nil, n.fail("a list is needed here")
}

// text is a string; a missing one is empty. A number is refused: how it was
// written is not known any more.
func (n node) text() (string, error) {
	switch v := n.value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return "", n.fail("a text is needed here; put it in quotes")
}

func (n node) texts() ([]string, error) {
	list, err := n.list()
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		s, err := item.text()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// number is a number, or the fallback if there is none.
func (n node) number(fallback float64) (float64, error) {
	switch v := scalar(n.value).(type) {
	case nil:
		return fallback, nil
	case float64:
		return v, nil
	}
	return 0, n.fail("a number is needed here")
}

// whole is an integer from low to high, or the fallback if there is none.
func (n node) whole(fallback, low, high int) (int, error) {
	v, err := n.number(float64(fallback))
	if err == nil && (v != math.Trunc(v) || v < float64(low) || v > float64(high)) {
		err = n.fail("%v is not a whole number from %d to %d", v, low, high)
	}
	return int(v), err
}
