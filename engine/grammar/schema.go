package grammar

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	mostShapes = 256    // alternatives of one schema
	mostRules  = 20_000 // that a schema may become
	mostWords  = 4 << 20
)

// JSON is the grammar of a JSON object or array.
func JSON() *Grammar {
	g, err := Parse("root ::= object | array\n" + builtIn("value", "object", "array"))
	if err != nil {
		panic(err) // it is tested
	}
	return g
}

// ParseSchema reads a JSON Schema as a grammar of JSON that fits it. What it
// cannot express it refuses, with an *Error.
//
// Values come in the order of the schema's properties. Where a schema leaves open
// whether an object may have properties that it does not name, or a tuple further
// items, they have none; an object of which no property is named has any.
func ParseSchema(text string) (*Grammar, error) {
	gbnf, err := FromSchema(text)
	if err != nil {
		return nil, err
	}
	g, err := Parse(gbnf)
	if err != nil {
		return nil, &Error{Problem: schemaProblem(err)}
	}
	return g, nil
}

// schemaProblem is what an error in the grammar of a schema means.
func schemaProblem(err error) string {
	switch text := err.Error(); {
	case strings.Contains(text, "no text completes"):
		return "no JSON fits the schema: what it requires contradicts itself or has no end"
	case strings.Contains(text, "too large"):
		return "the schema allows texts or arrays of too many lengths: use smaller numbers in maxLength and maxItems, or none"
	}
	return err.Error()
}

// FromSchema writes a JSON Schema as a grammar in GBNF. Errors are *Error.
func FromSchema(text string) (gbnf string, err error) {
	root, err := readJSON(text)
	if err != nil {
		return "", err
	}
	defer func() {
		if x := recover(); x != nil {
			e, ours := x.(*Error)
			if !ours {
				panic(x)
			}
			gbnf, err = "", e
		}
	}()
	w := &writer{text: text, root: root, known: map[string]string{}, taken: map[string]bool{}, used: map[string]bool{}}
	for name := range builtIns() {
		w.taken[name] = true
	}
	w.taken["root"] = true
	top := w.rule(all{root}, "json")
	return "root ::= " + top + "\n" + w.out.String() + builtIn(w.usedNames()...), nil
}

// writer turns a schema into rules.
type writer struct {
	text  string
	root  *value
	out   strings.Builder
	known map[string]string // the rule of each set of schemas
	taken map[string]bool   // names of rules
	used  map[string]bool   // built-in rules
	rules int
	depth int
}

// all is schemas that a value must fit, every one of them.
type all []*value

// key is equal for equal sets.
func (c all) key() string {
	var at []int
	for _, s := range c {
		at = append(at, s.at)
	}
	slices.Sort(at)
	return fmt.Sprint(slices.Compact(at))
}

func (w *writer) fail(v *value, format string, args ...any) {
	panic(errorAt(w.text, v.at, format, args...))
}

// use marks a built-in rule as needed and returns its name.
func (w *writer) use(name string) string {
	w.used[name] = true
	return name
}

func (w *writer) usedNames() []string {
	var names []string
	for name := range w.used {
		names = append(names, name)
	}
	return names
}

// rule returns the name of the rule for values that fit all of c.
func (w *writer) rule(c all, hint string) string {
	key := c.key()
	if name, ok := w.known[key]; ok {
		return name
	}
	if w.depth++; w.depth > 5000 {
		w.fail(w.root, "the schema is too deep")
	}
	defer func() { w.depth-- }()
	name := w.name(hint)
	w.known[key] = name
	body := w.body(w.expand(c, nil), name)
	if builtIns()[body] != "" { // no rule of its own is needed, unless it was used meanwhile
		w.known[key] = body
	}
	w.write(name, body)
	return w.known[key]
}

// write adds a rule.
func (w *writer) write(name, body string) {
	if w.rules++; w.rules > mostRules || w.out.Len() > mostWords {
		w.fail(w.root, "the schema is too large: it would take more than %d rules", mostRules)
	}
	w.out.WriteString(name + " ::= " + body + "\n")
}

// name makes a name of a rule that is not taken.
func (w *writer) name(hint string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 128 && isName(byte(r)) && r != '_' {
			return r
		}
		return '-'
	}, hint)
	clean = strings.Trim(clean[:min(40, len(clean))], "-")
	if clean == "" || '0' <= clean[0] && clean[0] <= '9' {
		clean = "r-" + clean
	}
	name := clean
	for n := 2; w.taken[name]; n++ {
		name = clean + "-" + strconv.Itoa(n+w.rules)
	}
	w.taken[name] = true
	return name
}

// expand is a set of schemas as alternatives, each without any of allOf, anyOf,
// oneOf and $ref. within are the references on the way here.
func (w *writer) expand(c all, within []*value) []*shape {
	shapes := []*shape{anything()}
	for _, s := range c {
		shapes = w.both(s, shapes, w.alternatives(s, within))
	}
	return shapes
}

// both is every way to fit one of each.
func (w *writer) both(at *value, a, b []*shape) []*shape {
	if len(a)*len(b) > mostShapes {
		w.fail(at, "anyOf, oneOf and allOf make more than %d combinations here: use fewer", mostShapes)
	}
	var out []*shape
	for _, x := range a {
		for _, y := range b {
			out = append(out, w.and(x, y))
		}
	}
	return out
}

// alternatives is expand for one schema.
func (w *writer) alternatives(s *value, within []*value) []*shape {
	switch s.kind {
	case yes:
		return []*shape{anything()}
	case no:
		return []*shape{nothing()}
	case object:
	default:
		w.fail(s, "a schema is an object, true or false, not %s", s.what())
	}
	if slices.Contains(within, s) {
		w.fail(s, "this schema refers to itself without an object or array between, so that nothing could ever fit it")
	}
	within = append(slices.Clip(within), s)
	own := anything()
	for _, m := range s.members {
		switch m.name {
		case "allOf", "anyOf", "oneOf", "$ref":
		default:
			w.keyword(own, m)
		}
	}
	shapes := []*shape{own}
	for _, m := range s.members {
		switch m.name {
		case "allOf":
			for _, k := range w.schemas(m) {
				shapes = w.both(k, shapes, w.alternatives(k, within))
			}
		case "anyOf", "oneOf":
			shapes = w.both(m.value, shapes, w.choices(m, within))
		case "$ref":
			shapes = w.both(m.value, shapes, w.alternatives(w.resolve(m), within))
		}
	}
	return shapes
}

// choices is the alternatives of anyOf or oneOf. One of oneOf is not to fit any
// of the others.
func (w *writer) choices(m member, within []*value) []*shape {
	var out []*shape
	var branches [][]*shape
	for _, k := range w.schemas(m) {
		branches = append(branches, w.alternatives(k, within))
	}
	for i, b := range branches {
		for _, x := range b {
			if m.name == "oneOf" {
				x = w.and(x, anything())
				for j, other := range branches {
					if i != j {
						for _, y := range other {
							x.not = append(x.not, exclusion{y, m.value, i, j})
						}
					}
				}
			}
			out = append(out, x)
		}
	}
	return out
}

func (w *writer) schemas(m member) []*value {
	if m.kind != array || len(m.items) == 0 {
		w.fail(m.value, "%s is a list of schemas, at least one", m.name)
	}
	return m.items
}

// resolve finds what a $ref points to within the schema.
func (w *writer) resolve(m member) *value {
	if m.kind != str {
		w.fail(m.value, "$ref is a text, such as \"#/$defs/name\"")
	}
	path, ok := strings.CutPrefix(m.text, "#")
	path, err := url.PathUnescape(path)
	if !ok || err != nil || path != "" && path[0] != '/' {
		w.fail(m.value, "$ref %q cannot be followed: only places within this schema can, written as \"#/$defs/name\"", m.text)
	}
	at := w.root
	for _, step := range strings.Split(path, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		next := at.member(step)
		if i, err := strconv.Atoi(step); at.kind == array && err == nil && i >= 0 && i < len(at.items) {
			next = at.items[i]
		}
		if next == nil {
			w.fail(m.value, "$ref %q points to nothing: there is no %q", m.text, step)
		}
		at = next
	}
	return at
}

// body is the right side of a rule for any of the alternatives.
func (w *writer) body(shapes []*shape, hint string) string {
	var alternatives []string
	for _, s := range shapes {
		for _, a := range w.shape(s, hint) {
			if !slices.Contains(alternatives, a) {
				alternatives = append(alternatives, a)
			}
		}
	}
	if len(alternatives) == 0 {
		return w.use("never")
	}
	return strings.Join(alternatives, " | ")
}

// quote writes text as a GBNF literal.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7F:
			fmt.Fprintf(&b, "\\x%02X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// classOf writes a set of characters as a GBNF class.
func classOf(set runes) string {
	var b strings.Builder
	b.WriteByte('[')
	char := func(r rune) {
		switch {
		case r < 128 && (isName(byte(r)) && r != '-'):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, "\\U%08X", r)
		default:
			fmt.Fprintf(&b, "\\u%04X", r)
		}
	}
	for _, r := range set {
		if char(r.lo); r.hi > r.lo {
			b.WriteByte('-')
			char(r.hi)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// builtIns is the rules that schemas share.
func builtIns() map[string]string {
	return map[string]string{
		"value":   "object | array | string | number | boolean | null",
		"object":  `"{" ws ( string ":" ws value ( "," ws string ":" ws value )* ws )? "}"`,
		"array":   `"[" ws ( value ( "," ws value )* ws )? "]"`,
		"string":  `"\"" char* "\""`,
		"char":    `plain | "\\" ( ["\\/bfnrt] | "u" ( [0-9a-cA-CefEF] hex hex hex | [dD] [0-7] hex hex ) )`,
		"plain":   `[^"\\\x00-\x1F\x7F]`,
		"hex":     `[0-9a-fA-F]`,
		"number":  `integer ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,2} )?`,
		"integer": `"-"? ( "0" | [1-9] [0-9]{0,14} )`,
		"boolean": `"true" | "false"`,
		"null":    `"null"`,
		"ws":      `( " " | "\n" [ \t]{0,20} )?`,
		"never":   `[^\x00-\U0010FFFF]`,
	}
}

// builtIn writes the rules named and those that they need.
func builtIn(names ...string) string {
	rules := builtIns()
	need := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if need[name] || rules[name] == "" {
			return
		}
		need[name] = true
		for _, word := range strings.Fields(rules[name]) {
			add(strings.TrimRight(word, "*+?"))
		}
	}
	for _, name := range names {
		add(name)
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(need)) {
		b.WriteString(name + " ::= " + rules[name] + "\n")
	}
	return b.String()
}
