package grammar

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// typeOf is the type of a value.
func (v *value) typeOf() types {
	switch v.kind {
	case null:
		return isNull
	case yes, no:
		return isBoolean
	case str:
		return isString
	case array:
		return isArray
	case object:
		return isObject
	}
	if _, whole := v.integral(); whole {
		return isWhole
	}
	return isFraction
}

// fits says whether a value that a schema lists fits what it asks for besides.
func (w *writer) fits(v *value, s *shape) bool {
	t := v.typeOf()
	if s.types&t == 0 {
		return false
	}
	switch {
	case t&isNumber != 0:
		n, err := strconv.ParseFloat(v.text, 64)
		return err == nil && s.least.below(n, 1) && s.most.below(n, -1)
	case t == isString:
		n := utf8.RuneCountInString(v.text)
		return n >= s.minLength && (s.maxLength < 0 || n <= s.maxLength) && w.hasPatterns(v, s)
	case t == isArray && (len(s.arrays) > 0 || s.minItems > 0 || s.maxItems >= 0),
		t == isObject && (len(s.objects) > 0 || len(s.required) > 0):
		w.fail(v, "a value that is %s is not supported in an enum or const beside other keywords about it: remove those", v.what())
	}
	return true
}

// below says whether a number is on the right side of a bound, which is below it
// for sign 1 and above it for -1.
func (b *bound) below(n, sign float64) bool {
	return b == nil || sign*n > sign*b.number || n == b.number && !b.exclusive
}

func (w *writer) hasPatterns(v *value, s *shape) bool {
	for _, p := range s.patterns {
		g, err := Parse("root ::= " + w.patternBody(p) + "\n" + builtIn("char", "plain"))
		if err != nil || !g.Match(quoteJSON(v.text)) {
			return false
		}
	}
	return true
}

// excludes says whether it is certain that no value written for a fits b, looking
// into properties so many levels deep. Whatever makes it certain, it may be
// certain though this says no.
func (w *writer) excludes(a, b *shape, depth int) bool {
	common := a.kinds() & b.types
	if a.listed {
		return !slices.ContainsFunc(a.enum, func(v *value) bool { return b.mayBe(v) })
	}
	if b.listed {
		common &= kindsOf(b.enum)
	}
	if common&isObject != 0 && w.excludesObjects(a, b, depth) {
		common &^= isObject
	}
	if common&isNumber != 0 && apart(a, b) {
		common &^= isNumber
	}
	return common == 0
}

func kindsOf(values []*value) (t types) {
	for _, v := range values {
		t |= v.typeOf()
	}
	return t
}

// mayBe says whether a value might fit s: no is certain.
func (s *shape) mayBe(v *value) bool {
	return s.types&v.typeOf() != 0 && (!s.listed || slices.ContainsFunc(s.enum, v.equal))
}

// apart says whether the ranges of two shapes have no number in common.
func apart(a, b *shape) bool {
	over := func(least, most *bound) bool {
		return least != nil && most != nil && (least.number > most.number || least.number == most.number && (least.exclusive || most.exclusive))
	}
	return over(a.least, b.most) || over(b.least, a.most)
}

func (w *writer) excludesObjects(a, b *shape, depth int) bool {
	props, _, open := w.properties(a)
	theirs, _, _ := w.properties(b)
	for _, p := range theirs {
		if p.required && !open && !slices.ContainsFunc(props, func(q property) bool { return q.name == p.name }) {
			return true // b needs what a never has
		}
	}
	for _, p := range props {
		if !p.required {
			continue
		}
		for _, part := range b.objects {
			v := part.prop(p.name)
			switch {
			case v == nil || depth == 0:
			case v.kind == no:
				return true // a always has what b forbids
			case w.excludesAll(w.expand(p.schemas, nil), w.expand(all{v}, nil), depth-1):
				return true
			}
		}
	}
	return false
}

func (w *writer) excludesAll(a, b []*shape, depth int) bool {
	for _, x := range a {
		for _, y := range b {
			if !w.excludes(x, y, depth) {
				return false
			}
		}
	}
	return true
}
