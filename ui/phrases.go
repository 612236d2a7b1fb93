package ui

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// phrases says texts otherwise that were made of others before: those of a table,
// and its formats with whatever was put into them. What goes into a format is said
// otherwise, too.
type phrases struct {
	whole map[string]string
	forms []phrase                            // those that say the most of their own first
	value func(text string, verb byte) string // writes a number as readers do; nil: it stays
}

// phrase is a format as it can be found again, and the one that takes its place.
type phrase struct {
	own    []string // what stands between its places
	expr   string   // compiled for a text that has all of own, and for no other: that takes longer than all else here
	args   []int    // which argument each of its places takes, from 0
	verbs  []byte   // and how it is written there: 'd' of %d
	to     string
	letter int // characters of its own
}

var formatVerb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+#0]*\d*(?:\.\d+)?([a-zA-Z])|%%`)

// least is how many characters of its own a format needs to be found by.
const least = 6

func newPhrases(table map[string]string) *phrases {
	p := &phrases{whole: map[string]string{}}
	for from, to := range table {
		if !formatVerb.MatchString(from) {
			p.whole[from] = to
			continue
		}
		if f := newPhrase(from, to); f.letter >= least {
			p.forms = append(p.forms, f)
		}
	}
	slices.SortFunc(p.forms, func(a, b phrase) int {
		return cmp.Or(b.letter-a.letter, strings.Compare(a.to, b.to))
	})
	return p
}

func newPhrase(from, to string) phrase {
	f := phrase{to: to}
	expr, at, next := "(?s)^", 0, 0
	own := func(text string) {
		f.own = append(f.own, text)
		expr += regexp.QuoteMeta(text)
		for _, r := range text {
			f.letter += min(2, (utf8.RuneLen(r)+1)/2) // one of Chinese says as much as two
		}
	}
	for _, m := range formatVerb.FindAllStringSubmatchIndex(from, -1) {
		own(from[at:m[0]])
		at = m[1]
		if from[m[0]:m[1]] == "%%" {
			own("%")
			continue
		}
		if m[2] >= 0 {
			next = argument(from[m[2]:m[3]])
		}
		f.args = append(f.args, next)
		f.verbs = append(f.verbs, from[m[4]])
		next++
		if verb := from[m[4]:m[5]]; strings.Contains("defg", verb) {
			expr += `([-+\d.,\x{00A0}\x{202F}']+)`
		} else {
			expr += `(.+?)`
		}
	}
	own(from[at:])
	f.expr = expr + "$"
	return f
}

// in returns what stands in a text at the format's places, nil: the text was not made
// of it.
func (f *phrase) in(text string) []string {
	for _, own := range f.own {
		if !strings.Contains(text, own) {
			return nil
		}
	}
	found := regexp.MustCompile(f.expr).FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	return found[1:]
}

// argument is the place in "%[2]s", from 0.
func argument(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0
	}
	return n - 1
}

// say says a text otherwise; what is not of the table stays as it is.
func (p *phrases) say(text string) string {
	if to, ok := p.whole[text]; ok {
		return to
	}
	for _, f := range p.forms {
		if found := f.in(text); found != nil {
			return p.fill(f, found)
		}
	}
	if name, rest, ok := strings.Cut(text, ": "); ok {
		if said := p.say(rest); said != rest {
			return name + ": " + said
		}
	}
	for _, end := range []string{". ", "。"} { // several sentences
		if first, rest, ok := strings.Cut(text, end); ok && rest != "" {
			end = strings.TrimSpace(end)
			if said, more := p.say(first+end), p.say(rest); said != first+end || more != rest {
				return strings.TrimSpace(said) + " " + more
			}
		}
	}
	return text
}

// fill puts what a format was found with into the one that takes its place.
func (p *phrases) fill(f phrase, found []string) string {
	given := map[int]string{}
	for i, arg := range f.args {
		given[arg] = p.say(found[i])
		if p.value != nil {
			given[arg] = p.value(given[arg], f.verbs[i])
		}
	}
	var b strings.Builder
	at, next := 0, 0
	for _, m := range formatVerb.FindAllStringSubmatchIndex(f.to, -1) {
		b.WriteString(f.to[at:m[0]])
		at = m[1]
		if f.to[m[0]:m[1]] == "%%" {
			b.WriteString("%")
			continue
		}
		if m[2] >= 0 {
			next = argument(f.to[m[2]:m[3]])
		}
		b.WriteString(given[next])
		next++
	}
	return b.String() + f.to[at:]
}
