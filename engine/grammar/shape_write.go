package grammar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// kinds is the types that a value of s has. A schema that names no types is
// taken to be about those that its keywords are about.
func (s *shape) kinds() types {
	if !s.typed && !s.listed && s.hints != 0 {
		return s.types & s.hints
	}
	return s.types
}

// shape is the right sides of a rule for values of s.
func (w *writer) shape(s *shape, hint string) (out []string) {
	for _, x := range s.not {
		if !w.excludes(s, x.shape, 3) {
			w.fail(x.at, "alternatives %d and %d of oneOf may both fit a value, which oneOf forbids: use anyOf, or tell them apart by a required property with different const values", x.this+1, x.that+1)
		}
	}
	if s.listed {
		for _, v := range s.enum {
			if w.fits(v, s) {
				out = append(out, quote(v.String()))
			}
		}
		return out
	}
	t := s.kinds()
	if t == isAny && s.bare() {
		return []string{w.use("value")}
	}
	add := func(of types, body func(*shape, string) string) {
		if t&of != 0 {
			out = append(out, body(s, hint))
		}
	}
	add(isObject, w.object)
	add(isArray, w.array)
	add(isString, w.string)
	add(isNumber, w.number)
	add(isBoolean, func(*shape, string) string { return w.use("boolean") })
	add(isNull, func(*shape, string) string { return w.use("null") })
	return out
}

// bare says whether s asks for nothing but types.
func (s *shape) bare() bool {
	return len(s.objects)+len(s.arrays)+len(s.required)+len(s.patterns) == 0 && s.least == nil && s.most == nil &&
		s.minItems == 0 && s.maxItems < 0 && s.minLength == 0 && s.maxLength < 0
}

// property is what all parts say about one.
type property struct {
	name     string
	schemas  all
	required bool
}

// properties lists those that an object of s may have, and what others must fit;
// open says whether there may be others.
func (w *writer) properties(s *shape) (props []property, others all, open bool) {
	seen := map[string]int{}
	at := func(name string) *property {
		i, ok := seen[name]
		if !ok {
			i = len(props)
			seen[name] = i
			props = append(props, property{name: name})
		}
		return &props[i]
	}
	for _, part := range s.objects {
		for _, m := range part.props {
			at(m.name)
		}
	}
	named := len(props) > 0
	for _, r := range s.required {
		at(r.name).required = true
	}
	for i := range props {
		for _, part := range s.objects {
			if v := part.prop(props[i].name); v != nil {
				props[i].schemas = append(props[i].schemas, v)
			}
		}
	}
	open = !named
	for _, part := range s.objects {
		if part.rest != nil {
			others, open = append(others, part.rest), true
		}
	}
	if slices.ContainsFunc(others, func(v *value) bool { return v.kind == no }) {
		open = false
	}
	return props, others, open
}

// prop is what a part says about a property; nil: nothing.
func (p *objectPart) prop(name string) *value {
	for _, m := range p.props {
		if m.name == name {
			return m.value
		}
	}
	return p.rest
}

// object is {…}.
func (w *writer) object(s *shape, hint string) string {
	props, others, open := w.properties(s)
	w.countNames(s, props, open)
	var pairs []string
	first := -1 // required
	for i, p := range props {
		if p.required && first < 0 {
			first = i
		}
		pairs = append(pairs, quote(quoteJSON(p.name))+` ":" `+w.use("ws")+" "+w.rule(p.schemas, hint+"-"+p.name))
	}
	ws := w.use("ws")
	more := ""
	if open {
		more = `( "," ` + ws + " " + w.otherPair(props, others, hint) + " )*"
	}
	switch {
	case first >= 0:
		return fmt.Sprintf(`"{" %s %s %s %s "}"`, ws, w.requiredPairs(props, pairs, first), more, ws)
	case len(pairs) == 0 && !open:
		return fmt.Sprintf(`"{" %s "}"`, ws)
	}
	var starts []string
	for i, p := range pairs {
		starts = append(starts, p+" "+w.optionalPairs(pairs[i+1:], more, hint))
	}
	if open {
		starts = append(starts, w.otherPair(props, others, hint)+" "+more)
	}
	return fmt.Sprintf(`"{" %s ( ( %s ) %s )? "}"`, ws, strings.Join(starts, " | "), ws)
}

// countNames refuses bounds on the number of properties that are not kept anyway.
func (w *writer) countNames(s *shape, props []property, open bool) {
	if s.minNames != nil {
		least, have := w.count(member{"minProperties", s.minNames.at, s.minNames}), 0
		for _, p := range props {
			if p.required {
				have++
			}
		}
		if have < least {
			w.fail(s.minNames, "minProperties is not supported beyond the number of required properties: name those that are required")
		}
	}
	if s.maxNames != nil && (open || len(props) > w.count(member{"maxProperties", s.maxNames.at, s.maxNames})) {
		w.fail(s.maxNames, "maxProperties is not supported below the number of properties: remove it")
	}
}

// requiredPairs is the members where the one at first must be there.
func (w *writer) requiredPairs(props []property, pairs []string, first int) string {
	var b strings.Builder
	comma := `"," ` + w.use("ws") + " "
	for i, p := range pairs {
		switch {
		case i < first:
			b.WriteString("( " + p + " " + comma + ")? ")
		case i == first:
			b.WriteString(p + " ")
		case props[i].required:
			b.WriteString(comma + p + " ")
		default:
			b.WriteString("( " + comma + p + " )? ")
		}
	}
	return b.String()
}

// optionalPairs is members none of which need be there, behind another one. Each
// rest of them is a rule, so that a long list stays as long as it is.
func (w *writer) optionalPairs(pairs []string, more, hint string) string {
	if len(pairs) == 0 {
		return more
	}
	rest := w.optionalPairs(pairs[1:], more, hint)
	body := strings.TrimSpace(fmt.Sprintf(`( "," %s %s )? %s`, w.use("ws"), pairs[0], rest))
	return w.shared(body, hint+"-rest")
}

// shared returns the rule with a body, and adds it if there is none.
func (w *writer) shared(body, hint string) string {
	key := "=" + body
	if w.known[key] == "" {
		w.known[key] = w.name(hint)
		w.write(w.known[key], body)
	}
	return w.known[key]
}

// otherPair is a member that the schema does not name. Its name has no escapes,
// so that it cannot be another spelling of one that it does.
func (w *writer) otherPair(props []property, others all, hint string) string {
	var names []string
	for _, p := range props {
		names = append(names, p.name)
	}
	slices.Sort(names)
	return fmt.Sprintf(`"\"" %s "\"" ":" %s %s`, w.otherName(slices.Compact(names), hint), w.use("ws"), w.rule(others, hint+"-other"))
}

// otherName is a text that is none of names, which are sorted: at each character
// it goes on like some of them or leaves them.
func (w *writer) otherName(names []string, hint string) string {
	var alternatives []string
	used := runes{{0, 0x1F}, {'"', '"'}, {'\\', '\\'}, {0x7F, 0x7F}}
	for i := 0; i < len(names); {
		if names[i] == "" { // it must not end here
			i++
			continue
		}
		first := []rune(names[i])[0]
		end := i
		var tails []string
		for ; end < len(names) && strings.HasPrefix(names[end], string(first)); end++ {
			tails = append(tails, strings.TrimPrefix(names[end], string(first)))
		}
		if !used.tidy().has(first) {
			alternatives = append(alternatives, quote(string(first))+" "+w.otherName(tails, hint))
			used = append(used, runeRange{first, first})
		}
		i = end
	}
	alternatives = append(alternatives, classOf(slices.Clone(used).tidy().not())+" "+w.use("plain")+"*")
	if len(names) == 0 || names[0] != "" {
		alternatives = append(alternatives, `""`)
	}
	return w.shared(strings.Join(alternatives, " | "), hint+"-name")
}

// array is […].
func (w *writer) array(s *shape, hint string) string {
	var first []all
	var rest all
	said := false
	for _, part := range s.arrays {
		for len(first) < len(part.first) {
			first = append(first, nil)
		}
		said = said || part.rest != nil
	}
	for _, part := range s.arrays {
		for i := range first {
			if i < len(part.first) {
				first[i] = append(first[i], part.first[i])
			} else if part.rest != nil {
				first[i] = append(first[i], part.rest)
			}
		}
		if part.rest != nil {
			rest = append(rest, part.rest)
		}
	}
	low, high := s.minItems, s.maxItems
	closed := slices.ContainsFunc(rest, func(v *value) bool { return v.kind == no })
	if closed || !said && len(first) > 0 && low <= len(first) {
		high = least(high, len(first))
	}
	if high >= 0 && high < low {
		return w.use("never")
	}
	ws := w.use("ws")
	if high == 0 {
		return fmt.Sprintf(`"[" %s "]"`, ws)
	}
	inside := w.items(first, rest, low, high, 0, hint)
	if low == 0 {
		return fmt.Sprintf(`"[" %s ( %s %s )? "]"`, ws, inside, ws)
	}
	return fmt.Sprintf(`"[" %s %s %s "]"`, ws, inside, ws)
}

// items is those from number at on: at least low and at most high in all, -1: any
// number. The one with number at is there.
func (w *writer) items(first []all, rest all, low, high, at int, hint string) string {
	comma := `"," ` + w.use("ws") + " "
	if at < len(first) {
		item := w.rule(first[at], hint+"-"+strconv.Itoa(at+1))
		if at+1 == high || at+1 == len(first) && high == len(first) {
			return item
		}
		next := w.shared(w.items(first, rest, low, high, at+1, hint), hint+"-from-"+strconv.Itoa(at+2))
		if at+1 < low {
			return item + " " + comma + next
		}
		return item + " ( " + comma + next + " )?"
	}
	item := w.rule(rest, hint+"-item")
	return item + " " + fmt.Sprintf("( %s%s )%s", comma, item, times(max(0, low-at-1), minus(high, at+1)))
}

func minus(high, n int) int {
	if high < 0 {
		return -1
	}
	return high - n
}

// times writes how often something is repeated.
func times(low, high int) string {
	switch {
	case high < 0 && low == 0:
		return "*"
	case high < 0:
		return fmt.Sprintf("{%d,}", low)
	}
	return fmt.Sprintf("{%d,%d}", low, high)
}

// string is "…".
func (w *writer) string(s *shape, _ string) string {
	if s.maxLength >= 0 && s.maxLength < s.minLength {
		return w.use("never")
	}
	switch {
	case len(s.patterns) > 1:
		w.fail(s.patterns[1], "two patterns or formats for one text are not supported: write one that says both")
	case len(s.patterns) == 1:
		return w.pattern(s)
	case s.minLength == 0 && s.maxLength < 0:
		return w.use("string")
	}
	return fmt.Sprintf(`"\"" %s%s "\""`, w.use("char"), times(s.minLength, s.maxLength))
}

// number is a number, whole if it must be.
func (w *writer) number(s *shape, _ string) string {
	whole := s.kinds()&isNumber == isWhole
	if s.kinds()&isNumber == isFraction { // no schema can ask for this
		return w.use("never")
	}
	switch {
	case s.least == nil && s.most == nil && whole:
		return w.use("integer")
	case s.least == nil && s.most == nil:
		return w.use("number")
	}
	if body := numbersBetween(s.least, s.most, whole); body != "" {
		return "( " + body + " )"
	}
	return w.use("never")
}
