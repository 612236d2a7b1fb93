package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// token is a part of a line of code in one colour.
type token struct {
	text  string
	color fyne.ThemeColorName
}

// painter finds the colours of code with chroma's lexers. A lexer reads about
// half a megabyte a second, too slow to read a long block again with each piece
// that streams in or at once when it scrolls into view. So code is cut into
// segments, each is read by itself and only when it is seen. A string or comment
// that goes on over a cut loses its colour there; cuts are made where that is
// least likely.
type painter struct {
	segments map[segmentKey][][]token
}

type segmentKey struct{ language, text string }

// maxSegments bounds what is remembered: a few hundred kilobytes of code.
const maxSegments = 128

func newPainter() *painter { return &painter{segments: map[segmentKey][][]token{}} }

// paint returns the colours of the lines of a segment.
func (p *painter) paint(language string, lines []string) [][]token {
	key := segmentKey{language, strings.Join(lines, "\n")}
	if painted, ok := p.segments[key]; ok {
		return painted
	}
	if len(p.segments) >= maxSegments {
		clear(p.segments)
	}
	painted := tokenise(language, key.text, len(lines))
	p.segments[key] = painted
	return painted
}

// tokenise runs the lexer of the language; text without one, or that it cannot
// read, stays plain.
func tokenise(language, text string, lines int) [][]token {
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		return plainTokens(text)
	}
	whole := text + "\n" // some lexers (diff, ini) know only lines that have an end
	iterator, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: false}, whole)
	if err != nil {
		return plainTokens(text)
	}
	painted := [][]token{nil}
	for t := iterator(); t != chroma.EOF; t = iterator() {
		color := tokenColor(t.Type)
		for i, part := range strings.Split(t.Value, "\n") {
			if i > 0 {
				painted = append(painted, nil)
			}
			addToken(&painted[len(painted)-1], part, color)
		}
	}
	if !sameText(painted, whole) {
		return plainTokens(text) // a lexer that drops or adds text is not trusted
	}
	return painted[:min(lines, len(painted))]
}

func plainTokens(text string) [][]token {
	var painted [][]token
	for _, line := range strings.Split(text, "\n") {
		painted = append(painted, []token{{line, ColorText}})
	}
	return painted
}

// addToken appends text to a line, joined with its neighbour where the eye sees
// no difference.
func addToken(line *[]token, text string, color fyne.ThemeColorName) {
	if text == "" {
		return
	}
	if n := len(*line); n > 0 && ((*line)[n-1].color == color || strings.Trim(text, " ") == "") {
		(*line)[n-1].text += text
		return
	}
	*line = append(*line, token{text, color})
}

func sameText(painted [][]token, text string) bool {
	for i, line := range painted {
		if i > 0 {
			if !strings.HasPrefix(text, "\n") {
				return false
			}
			text = text[1:]
		}
		for _, t := range line {
			if !strings.HasPrefix(text, t.text) {
				return false
			}
			text = text[len(t.text):]
		}
	}
	return text == ""
}

// tokenColor is the colour of chroma's kinds of tokens: few, so that they mean
// something.
func tokenColor(t chroma.TokenType) fyne.ThemeColorName {
	switch {
	case t.InCategory(chroma.Comment):
		return colorCodeComment
	case t == chroma.KeywordType, t == chroma.NameClass, t == chroma.NameBuiltin, t == chroma.NameException:
		return colorCodeType
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return colorCodeKeyword
	case t.InSubCategory(chroma.LiteralString), t == chroma.GenericInserted:
		return colorCodeString
	case t.InSubCategory(chroma.LiteralNumber), t == chroma.NameConstant, t == chroma.GenericDeleted:
		return colorCodeNumber
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameTag, t == chroma.NameAttribute, t == chroma.NameDecorator:
		return colorCodeName
	}
	return ColorText
}

// Sizes of segments in bytes: from the first on they end before an unindented
// line after a blank one, from the second at any blank line, from the third at
// any line.
const (
	segmentGood = 1 << 10
	segmentFair = 2 << 10
	segmentMost = 3 << 10
)

// segmentStarts returns the lines that segments of code begin with. More lines
// at the end never change the starts before them.
func segmentStarts(lines []string) []int {
	starts, size := []int{0}, 0
	for i, line := range lines {
		blank := i > 0 && strings.TrimSpace(lines[i-1]) == ""
		flush := line != "" && line[0] != ' ' && line[0] != '}' && line[0] != ')'
		if size >= segmentMost || blank && size >= segmentFair || blank && flush && size >= segmentGood {
			starts, size = append(starts, i), 0
		}
		size += len(line) + 1
	}
	return starts
}
