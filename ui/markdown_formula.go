package ui

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Formulas in TeX stay as they were written, in the monospaced face: $…$, $$…$$,
// \(…\) and \[…\]. Left to markdown, their underscores and asterisks would turn
// into emphasis and their backslashes would vanish.

// formulaSpan is a formula inside a line.
type formulaSpan struct {
	ast.BaseInline
	source []byte // with its delimiters
}

// Kind implements ast.Node.
func (*formulaSpan) Kind() ast.NodeKind { return formulaKind }

// Dump implements ast.Node.
func (f *formulaSpan) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

var formulaKind = ast.NewNodeKind("Formula")

// formulaParser finds formulas; it goes before goldmark's own inline parsers.
type formulaParser struct{}

// Trigger implements parser.InlineParser.
func (formulaParser) Trigger() []byte { return []byte{'$', '\\'} }

// Parse implements parser.InlineParser.
func (formulaParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	length := formulaLength(line)
	if length == 0 {
		return nil
	}
	block.Advance(length)
	return &formulaSpan{source: bytes.Clone(line[:length])}
}

// formulaLength is the length of the formula that the line begins with, 0 if it
// begins with none. A dollar sign opens one only before and closes one only
// after something other than a blank, and not before a digit, as in Pandoc: "$5
// and $10" is money.
func formulaLength(line []byte) int {
	for _, pair := range [][2]string{{"$$", "$$"}, {`\(`, `\)`}, {`\[`, `\]`}} {
		if bytes.HasPrefix(line, []byte(pair[0])) {
			if end := bytes.Index(line[2:], []byte(pair[1])); end > 0 {
				return 2 + end + 2
			}
			return 0
		}
	}
	if line[0] != '$' || len(line) < 3 || isBlank(line[1]) {
		return 0
	}
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '\\':
			i++
		case line[i] != '$':
		case isBlank(line[i-1]) || i+1 < len(line) && line[i+1] >= '0' && line[i+1] <= '9':
			return 0
		case i > 1:
			return i + 1
		}
	}
	return 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }
