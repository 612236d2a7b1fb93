package grammar

import (
	"slices"
	"strconv"
)

// types is a set of JSON types. Numbers are those that are whole and the others.
type types uint8

const (
	isNull types = 1 << iota
	isBoolean
	isWhole
	isFraction
	isString
	isArray
	isObject

	isNumber = isWhole | isFraction
	isAny    = isNull | isBoolean | isNumber | isString | isArray | isObject
)

// shape is what one alternative of a schema asks of a value.
type shape struct {
	types types
	typed bool  // a schema names types
	hints types // those that its keywords are about, for schemas that name none

	enum    []*value // the values that it may be
	listed  bool     // there is such a list
	objects []objectPart
	arrays  []arrayPart

	required             []required
	minItems, maxItems   int // -1: no most
	minLength, maxLength int // characters; -1: no most
	least, most          *bound
	patterns             []*value // that a text must have; formats are given by theirs
	minNames, maxNames   *value   // nil: none
	not                  []exclusion
}

type required struct {
	name string
	at   *value
}

// objectPart is what one schema says about properties.
type objectPart struct {
	props []member
	rest  *value // of those not named; nil: nothing is said
}

// arrayPart is what one schema says about items.
type arrayPart struct {
	first []*value
	rest  *value // of those behind first; nil: nothing is said
}

// bound is an end of a range of numbers.
type bound struct {
	value     *value
	number    float64
	exclusive bool
}

// exclusion is another alternative of a oneOf, which must not fit too.
type exclusion struct {
	shape      *shape
	at         *value
	this, that int // alternatives, from 0
}

func anything() *shape { return &shape{types: isAny, maxItems: -1, maxLength: -1} }

func nothing() *shape { s := anything(); s.types, s.typed = 0, true; return s }

// and is what fits both. It keeps neither.
func (w *writer) and(a, b *shape) *shape {
	s := *a
	s.types &= b.types
	s.typed = a.typed || b.typed
	s.hints |= b.hints
	s.enum, s.listed = bothEnums(a, b)
	s.objects = slices.Concat(a.objects, b.objects)
	s.arrays = slices.Concat(a.arrays, b.arrays)
	s.required = slices.Concat(a.required, b.required)
	s.minItems, s.maxItems = max(a.minItems, b.minItems), least(a.maxItems, b.maxItems)
	s.minLength, s.maxLength = max(a.minLength, b.minLength), least(a.maxLength, b.maxLength)
	s.least, s.most = a.least.tighter(b.least, 1), a.most.tighter(b.most, -1)
	s.patterns = slices.Concat(a.patterns, b.patterns)
	s.not = slices.Concat(a.not, b.not)
	if b.minNames != nil {
		s.minNames = b.minNames
	}
	if b.maxNames != nil {
		s.maxNames = b.maxNames
	}
	return &s
}

func bothEnums(a, b *shape) ([]*value, bool) {
	switch {
	case !a.listed:
		return b.enum, b.listed
	case !b.listed:
		return a.enum, true
	}
	var kept []*value
	for _, v := range a.enum {
		if slices.ContainsFunc(b.enum, v.equal) {
			kept = append(kept, v)
		}
	}
	return kept, true
}

// least is the smaller of two numbers of which -1 is no number.
func least(a, b int) int {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

// tighter is the bound that leaves less: the larger for sign 1, the smaller for -1.
func (b *bound) tighter(c *bound, sign float64) *bound {
	switch {
	case b == nil:
		return c
	case c == nil:
		return b
	case sign*c.number > sign*b.number, c.number == b.number && c.exclusive:
		return c
	}
	return b
}

// keyword adds what a keyword asks for.
func (w *writer) keyword(s *shape, m member) {
	switch m.name {
	case "title", "description", "default", "examples", "$schema", "$id", "$comment", "$anchor", "readOnly", "writeOnly",
		"deprecated", "contentMediaType", "contentEncoding", "$defs", "definitions":
	case "type":
		w.typeKeyword(s, m)
	case "enum", "const":
		w.enumKeyword(s, m)
	case "properties", "required", "additionalProperties", "minProperties", "maxProperties":
		s.hints |= isObject
		w.objectKeyword(s, m)
	case "items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems":
		s.hints |= isArray
		w.arrayKeyword(s, m)
	case "minLength", "maxLength", "pattern", "format":
		s.hints |= isString
		w.stringKeyword(s, m)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		s.hints |= isNumber
		w.boundKeyword(s, m)
	default:
		w.fail(&value{at: m.at}, "the keyword %q is not supported: remove it, and check the replies for it yourself", m.name)
	}
}

func (w *writer) typeKeyword(s *shape, m member) {
	names := []*value{m.value}
	if m.kind == array {
		names = m.items
	}
	byName := map[string]types{
		"null": isNull, "boolean": isBoolean, "integer": isWhole, "number": isNumber, "string": isString, "array": isArray, "object": isObject,
	}
	var found types
	for _, n := range names {
		t, ok := byName[n.text]
		if n.kind != str || !ok {
			w.fail(n, "there is no type %s: the types are null, boolean, integer, number, string, array and object", n)
		}
		found |= t
	}
	s.types &= found
	s.typed = true
}

func (w *writer) enumKeyword(s *shape, m member) {
	values := []*value{m.value}
	if m.name == "enum" {
		if m.kind != array || len(m.items) == 0 {
			w.fail(m.value, "enum is a list of values, at least one")
		}
		values = m.items
	}
	other := &shape{enum: values, listed: true}
	s.enum, s.listed = bothEnums(s, other)
}

func (w *writer) objectKeyword(s *shape, m member) {
	if len(s.objects) == 0 {
		s.objects = []objectPart{{}}
	}
	part := &s.objects[0] // of this schema: others come by and
	switch m.name {
	case "properties":
		if m.kind != object {
			w.fail(m.value, "properties is an object of schemas, not %s", m.what())
		}
		part.props = m.members
	case "additionalProperties":
		part.rest = m.value
	case "required":
		if m.kind != array {
			w.fail(m.value, "required is a list of names, not %s", m.what())
		}
		for _, n := range m.items {
			if n.kind != str {
				w.fail(n, "required is a list of names: this is %s", n.what())
			}
			s.required = append(s.required, required{n.text, n})
		}
	case "minProperties":
		if w.count(m) > 0 {
			s.minNames = m.value
		}
	case "maxProperties":
		w.count(m)
		s.maxNames = m.value
	}
}

func (w *writer) arrayKeyword(s *shape, m member) {
	if len(s.arrays) == 0 {
		s.arrays = []arrayPart{{}}
	}
	part := &s.arrays[0]
	switch m.name {
	case "prefixItems":
		part.first = w.schemas(m)
	case "items":
		if m.kind == array { // of a tuple, in drafts before 2020-12
			part.first = m.items
		} else {
			part.rest = m.value
		}
	case "additionalItems":
		part.rest = m.value
	case "minItems":
		s.minItems = w.count(m)
	case "maxItems":
		s.maxItems = w.count(m)
	case "uniqueItems":
		if m.kind != no {
			w.fail(&value{at: m.at}, "uniqueItems is not supported: remove it, and check the replies for it yourself")
		}
	}
}

func (w *writer) stringKeyword(s *shape, m member) {
	switch m.name {
	case "minLength":
		s.minLength = w.count(m)
	case "maxLength":
		s.maxLength = w.count(m)
	case "pattern":
		if m.kind != str {
			w.fail(m.value, "pattern is a text, not %s", m.what())
		}
		s.patterns = append(s.patterns, m.value)
	case "format":
		known, ok := formats()[m.text]
		if m.kind != str || !ok {
			w.fail(m.value, "the format %s is not supported: those that are, are date, time, date-time, uuid, ipv4 and email", m)
		}
		s.patterns = append(s.patterns, &value{kind: str, text: known, at: m.value.at})
	}
}

func (w *writer) boundKeyword(s *shape, m member) {
	if m.kind != number {
		w.fail(m.value, "%s is a number, not %s", m.name, m.what())
	}
	n, err := strconv.ParseFloat(m.text, 64)
	if err != nil || n > 1e15 || n < -1e15 {
		w.fail(m.value, "%s is %s: it must be from -10^15 to 10^15", m.name, m.text)
	}
	b := &bound{m.value, n, m.name[0] == 'e'}
	switch m.name {
	case "minimum", "exclusiveMinimum":
		s.least = s.least.tighter(b, 1)
	default:
		s.most = s.most.tighter(b, -1)
	}
}

// count is a keyword's value that is a number of things.
func (w *writer) count(m member) int {
	n, ok := int64(0), false
	if m.kind == number {
		n, ok = m.integral()
	}
	if !ok || n < 0 {
		w.fail(m.value, "%s is a whole number, 0 or more", m.name)
	}
	if n > mostTimes {
		w.fail(m.value, "%s is %d: numbers up to %d can be kept", m.name, n, mostTimes)
	}
	return int(n)
}
