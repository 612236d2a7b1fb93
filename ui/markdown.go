package ui

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"beyonder/app"
)

// nodeKind says what a node of a message is.
type nodeKind uint8

const (
	paragraphNode nodeKind = iota
	headingNode
	codeNode
	mathNode
	tableNode
	ruleNode
	htmlNode
	quoteNode
	listNode
	itemNode
)

// node is one block of a message, as much of markdown as the window shows.
type node struct {
	kind     nodeKind
	level    int    // of a heading, 1 to 6
	spans    []span // of a paragraph or heading
	code     string // of code, formulas and HTML, without the last line's end
	language string // of code, as it stands after the fence
	file     string // name of the file that the code is the text of, "": it is none
	open     bool   // the code's closing fence has not come yet
	table    *tableData
	children []node // of a quote, list or item
	ordered  bool   // of a list
	number   int    // of an ordered list's first item
	tight    bool   // no blank lines between the items of a list
	task     taskState
}

// taskState is the check box of a list item.
type taskState uint8

const (
	noTask taskState = iota
	openTask
	doneTask
)

// tableData is a table: the first row is its head.
type tableData struct {
	align []east.Alignment
	rows  [][][]span // rows × columns × spans
}

// markup is what a span of text looks like.
type markup uint8

const (
	bold markup = 1 << iota
	italic
	strike
	code
	formula // TeX source, shown as it is
)

// span is a run of text of one look. A "\n" in it breaks the line.
type span struct {
	text string
	look markup
	link string // address, "" if it is none
}

// markdown reads chunks. It is used by one goroutine at a time.
type markdown struct{ parser parser.Parser }

func newMarkdown() *markdown {
	return &markdown{goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(formulaParser{}, 90))),
	).Parser()}
}

// parse returns the blocks of a chunk. Text it does not understand stays text.
func (m *markdown) parse(source string, c chunk) []node {
	switch c.kind {
	case mathChunk:
		return []node{{kind: mathNode, code: strings.TrimSpace(source), open: !c.closed}}
	case fenceChunk:
		n := fencedNode(source)
		n.open = !c.closed
		return []node{n}
	}
	raw := []byte(source)
	nodes := (&walker{source: raw}).blocks(m.parser.Parse(text.NewReader(raw)))
	if c.kind == listChunk && c.follows && len(nodes) > 0 && nodes[0].ordered {
		nodes[0].number = c.ordinal
	}
	return nodes
}

// fencedNode reads a fenced block, whole or still open, without goldmark: a long
// one that streams in is read again with every piece.
func fencedNode(source string) node {
	head, body, _ := strings.Cut(source, "\n")
	indent := countPrefix(head, ' ')
	fence := opensFence(strings.TrimRight(head[indent:], " \t\r"))
	info := strings.TrimSpace(head[indent+len(fence):])
	n := node{kind: codeNode, language: firstWord(info)}
	lines := strings.Split(body, "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" && closesFence(last, fence) {
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		lines[i] = line[min(indent, countPrefix(line, ' ')):]
	}
	n.code = strings.Join(lines, "\n")
	return n
}

func firstWord(text string) string {
	if fields := strings.Fields(text); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// parsePlain returns the blocks of a chunk of what a user typed: text as it is,
// and fenced code.
func parsePlain(source string, c chunk) []node {
	if c.kind == fenceChunk {
		n := fencedNode(source)
		n.open = !c.closed
		if head, _, _ := strings.Cut(source, "\n"); c.closed {
			n.file, _ = app.AttachmentName(head)
		}
		return []node{n}
	}
	return []node{{kind: paragraphNode, spans: []span{{text: strings.ReplaceAll(source, "\r\n", "\n")}}}}
}

// walker turns goldmark's tree into ours.
type walker struct{ source []byte }

func (w *walker) blocks(parent ast.Node) []node {
	var nodes []node
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if b, ok := w.block(n); ok {
			nodes = append(nodes, b)
		}
	}
	return nodes
}

func (w *walker) block(n ast.Node) (node, bool) {
	switch n := n.(type) {
	case *ast.Heading:
		return node{kind: headingNode, level: n.Level, spans: w.inline(n)}, true
	case *ast.Paragraph, *ast.TextBlock:
		return node{kind: paragraphNode, spans: w.inline(n)}, true
	case *ast.FencedCodeBlock:
		return node{kind: codeNode, code: w.lines(n), language: string(n.Language(w.source))}, true
	case *ast.CodeBlock:
		return node{kind: codeNode, code: w.lines(n)}, true
	case *ast.ThematicBreak:
		return node{kind: ruleNode}, true
	case *ast.HTMLBlock:
		return node{kind: htmlNode, code: w.html(n)}, true
	case *ast.Blockquote:
		return node{kind: quoteNode, children: w.blocks(n)}, true
	case *ast.List:
		return w.list(n), true
	case *east.Table:
		return node{kind: tableNode, table: w.table(n)}, true
	}
	return node{}, false // definitions of links have nothing to show
}

func (w *walker) list(n *ast.List) node {
	l := node{kind: listNode, ordered: n.IsOrdered(), number: n.Start, tight: n.IsTight}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		i := node{kind: itemNode, children: w.blocks(item)}
		if first := item.FirstChild(); first != nil {
			if box, ok := first.FirstChild().(*east.TaskCheckBox); ok {
				i.task = openTask
				if box.IsChecked {
					i.task = doneTask
				}
			}
		}
		l.children = append(l.children, i)
	}
	return l
}

func (w *walker) table(n *east.Table) *tableData {
	t := &tableData{align: n.Alignments}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells [][]span
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, w.inline(cell))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// lines is the text of a block of code, without the last line's end.
func (w *walker) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(w.source))
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}

func (w *walker) html(n *ast.HTMLBlock) string {
	code := w.lines(n)
	if n.HasClosure() {
		code += "\n" + string(n.ClosureLine.Value(w.source))
	}
	return strings.TrimSpace(code)
}

// inline flattens the text of a block into spans.
func (w *walker) inline(n ast.Node) []span {
	var out spanList
	w.spans(&out, n, span{})
	return out.trimmed()
}

func (w *walker) spans(out *spanList, parent ast.Node, look span) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.span(out, n, look)
	}
}

func (w *walker) span(out *spanList, n ast.Node, look span) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(out, n, look)
	case *ast.String:
		out.add(look, string(n.Value))
	case *ast.CodeSpan:
		look.look |= code
		out.add(look, w.raw(n))
	case *formulaSpan:
		look.look |= formula
		out.add(look, string(n.source))
	case *ast.Emphasis:
		if n.Level == 2 {
			look.look |= bold
		} else {
			look.look |= italic
		}
		w.spans(out, n, look)
	case *east.Strikethrough:
		look.look |= strike
		w.spans(out, n, look)
	case *ast.Link:
		look.link = string(n.Destination)
		w.spans(out, n, look)
	case *ast.Image:
		w.image(out, n, look)
	case *ast.AutoLink:
		look.link = autoLink(n, w.source)
		out.add(look, string(n.Label(w.source)))
	case *ast.RawHTML:
		w.rawHTML(out, n, look)
	}
}

// text adds a piece of text. A line's end stays one, as people and models mean
// it in a chat; markdown alone would make it a space.
func (w *walker) text(out *spanList, n *ast.Text, look span) {
	value := n.Value(w.source)
	if n.IsRaw() {
		out.add(look, string(value))
	} else {
		out.add(look, unescape(value))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		out.add(look, "\n")
	}
}

// raw is the text of a code span; its line ends are spaces.
func (w *walker) raw(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(w.source))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// image adds a link to the picture instead of it: nothing is fetched.
func (w *walker) image(out *spanList, n *ast.Image, look span) {
	look.link = string(n.Destination)
	var alt spanList
	w.spans(&alt, n, look)
	if len(alt.spans) == 0 {
		alt.add(look, look.link)
	}
	out.spans = append(out.spans, alt.spans...)
}

// rawHTML adds a tag as text; only a line break is obeyed, since models write it
// in tables, where markdown has no other.
func (w *walker) rawHTML(out *spanList, n *ast.RawHTML, look span) {
	var b strings.Builder
	for i := range n.Segments.Len() {
		segment := n.Segments.At(i)
		b.Write(segment.Value(w.source))
	}
	tag := b.String()
	switch strings.ToLower(strings.Join(strings.Fields(tag), "")) {
	case "<br>", "<br/>":
		tag = "\n"
	}
	out.add(look, tag)
}

func autoLink(n *ast.AutoLink, source []byte) string {
	url := string(n.URL(source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
		return "mailto:" + url
	}
	return url
}

// unescape resolves what a backslash or an entity stands for.
func unescape(value []byte) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value) && util.IsPunct(value[i+1]):
			i++
			b.WriteByte(value[i])
		case c == '&':
			resolved, length := entity(value[i:])
			b.Write(resolved)
			i += length - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// entity resolves the entity that the text begins with; an ampersand that begins
// none stands for itself.
func entity(text []byte) (resolved []byte, length int) {
	end := bytes.IndexByte(text[:min(len(text), 40)], ';') + 1
	if end == 0 {
		return text[:1], 1
	}
	resolved = util.ResolveEntityNames(util.ResolveNumericReferences(text[:end:end]))
	if bytes.Equal(resolved, text[:end]) {
		return text[:1], 1
	}
	return resolved, end
}

// spanList collects spans and joins neighbours of the same look.
type spanList struct{ spans []span }

func (l *spanList) add(look span, text string) {
	if n := len(l.spans); n > 0 && strings.HasSuffix(l.spans[n-1].text, "\n") {
		text = strings.TrimLeft(text, " ") // what stands after <br>
	}
	if text == "" {
		return
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if n := len(l.spans); n > 0 && l.spans[n-1].look == look.look && l.spans[n-1].link == look.link {
		l.spans[n-1].text += text
		return
	}
	look.text = text
	l.spans = append(l.spans, look)
}

// trimmed returns the spans without blanks at the two ends.
func (l *spanList) trimmed() []span {
	for len(l.spans) > 0 {
		last := &l.spans[len(l.spans)-1]
		if last.text = strings.TrimRight(last.text, " \n"); last.text != "" {
			break
		}
		l.spans = l.spans[:len(l.spans)-1]
	}
	for len(l.spans) > 0 {
		first := &l.spans[0]
		if first.text = strings.TrimLeft(first.text, " \n"); first.text != "" {
			break
		}
		l.spans = l.spans[1:]
	}
	return l.spans
}
