package token

import (
	"regexp/syntax"
	"sort"
	"unicode/utf8"
)

// class is a set of characters. Bytes that are not UTF-8 count as U+FFFD.
type class struct {
	low    [1024]uint64 // a bit for each character below U+10000
	ranges []rune       // first and last of each range, ascending
}

// whiteSpace is what \s means in pre-tokenizers, Unicode's White_Space, as the
// inside of a class. Go's \s is ASCII only.
const whiteSpace = `\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}`

// newClass makes a class from the inside of a bracket expression in Go's
// syntax, such as `\p{L}\p{N}` or `^\r\n`. Expressions are constants of this
// package, so a mistake in one is a mistake in the program.
func newClass(inside string) *class {
	re, err := syntax.Parse("["+inside+"]", syntax.Perl|syntax.ClassNL)
	if err != nil {
		panic("token: class [" + inside + "]: " + err.Error())
	}
	c := &class{ranges: re.Rune}
	if re.Op == syntax.OpLiteral {
		c.ranges = []rune{re.Rune[0], re.Rune[0]}
	}
	for i := 0; i < len(c.ranges); i += 2 {
		for r := c.ranges[i]; r <= c.ranges[i+1] && r < 0x10000; r++ {
			c.low[r>>6] |= 1 << (r & 63)
		}
	}
	return c
}

func (c *class) has(r rune) bool {
	if r < 0x10000 {
		return c.low[r>>6]>>(r&63)&1 == 1
	}
	i := sort.Search(len(c.ranges)/2, func(i int) bool { return c.ranges[2*i+1] >= r })
	return 2*i < len(c.ranges) && c.ranges[2*i] <= r
}

// one returns the end of the character at s[i:] if the class has it, else i.
func (c *class) one(s string, i int) int {
	if i >= len(s) {
		return i
	}
	if b := s[i]; b < utf8.RuneSelf {
		if c.low[b>>6]>>(b&63)&1 == 1 {
			return i + 1
		}
		return i
	}
	if r, n := utf8.DecodeRuneInString(s[i:]); c.has(r) {
		return i + n
	}
	return i
}

// run returns the end of the characters of the class that s[i:] starts with.
func (c *class) run(s string, i int) int { return c.upTo(s, i, len(s)) }

// upTo is run for at most n characters.
func (c *class) upTo(s string, i, n int) int {
	for ; n > 0; n-- {
		next := c.one(s, i)
		if next == i {
			break
		}
		i = next
	}
	return i
}

// without returns the characters of c that are not in d.
func (c *class) without(d *class) *class {
	out := &class{}
	for i := 0; i < len(c.ranges); i += 2 {
		for r := c.ranges[i]; r <= c.ranges[i+1]; r++ {
			if !d.has(r) {
				out.add(r)
			}
		}
	}
	return out
}

// add puts in a character above all that are in.
func (c *class) add(r rune) {
	if n := len(c.ranges); n > 0 && c.ranges[n-1] == r-1 {
		c.ranges[n-1] = r
	} else {
		c.ranges = append(c.ranges, r, r)
	}
	if r < 0x10000 {
		c.low[r>>6] |= 1 << (r & 63)
	}
}

// classes are the sets of characters that most pre-tokenizers speak of.
type classes struct {
	letter, number, blank *class // \p{L}, \p{N}, \s
	space, newline        *class // [ ], [\r\n]
	lead                  *class // [^\r\n\p{L}\p{N}]: what may open a word
	other                 *class // [^\s\p{L}\p{N}]: punctuation, symbols, marks
}

func newClasses() classes {
	return classes{
		letter:  newClass(`\p{L}`),
		number:  newClass(`\p{N}`),
		blank:   newClass(whiteSpace),
		space:   newClass(` `),
		newline: newClass(`\r\n`),
		lead:    newClass(`^\r\n\p{L}\p{N}`),
		other:   newClass(`^` + whiteSpace + `\p{L}\p{N}`),
	}
}

// The classes that single models list character by character.
const (
	// DeepSeek LLM's letters: those with case, of the scripts that it knows.
	deepseekLetters = `A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}` +
		`\x{370}-\x{373}\x{376}-\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}` +
		`\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}` +
		`\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}` +
		`\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}` +
		`\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}` +
		`\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}` +
		`\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}` +
		`\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}` +
		`\x{2183}-\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}-\x{2CF3}` +
		`\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}` +
		`\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}` +
		`\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}` +
		`\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}`
	deepseekPunctuation = `!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}`
	deepseekAsian       = `\x{800}-\x{9FA5}\x{AC00}-\x{D7FF}`
	deepseekKana        = `\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}`

	youtuKorean      = `\x{AC00}-\x{D7A3}\x{3131}-\x{318E}`
	youtuPunctuation = `\x{FF01}\x{2026}\x{201C}\x{201D}\x{2018}\x{2019}\x{2014}\x{FF1A}\x{FF1B}\x{FF0C}\x{3001}-\x{303F}\x{FE30}-\x{FE4F}`
	youtuBopomofo    = `\x{3105}-\x{312F}`

	afmoeAsian = `\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}\x{F900}-\x{FAFF}\x{3040}-\x{30FF}\x{FF65}-\x{FF9F}\x{2F00}-\x{2FDF}` +
		`\x{E40}-\x{EFF}\x{1780}-\x{17FF}\x{1000}-\x{109F}\x{AA60}-\x{AA7F}\x{A9E0}-\x{A9FF}\x{AC00}-\x{D7AF}\x{1100}-\x{11FF}`

	bloomWord = `^(` + whiteSpace + `|.,!?\x{2026}\x{3002}\x{FF0C}\x{3001}\x{964}\x{6D4}\x{60C})`
)
