package ui

import "strings"

// What the beginning of a line means in CommonMark. Each function takes the line
// without its indentation and without trailing blanks.

// opensFence returns the run of ` or ~ that opens a fenced block, or "".
func opensFence(rest string) string {
	for _, mark := range []string{"`", "~"} {
		n := countPrefix(rest, mark[0])
		if n < 3 {
			continue
		}
		if mark == "`" && strings.Contains(rest[n:], "`") {
			return "" // code in a line, not a fence
		}
		return rest[:n]
	}
	return ""
}

// closesFence says whether the line ends the block that the fence opened.
func closesFence(rest, fence string) bool {
	n := countPrefix(rest, fence[0])
	return n >= len(fence) && n == len(rest)
}

// itemFence follows the fences inside a list item: it takes a line and the fence
// that is open and returns the one that is open after it.
func itemFence(rest, fence string) string {
	if fence == "" {
		return opensFence(rest)
	}
	if closesFence(rest, fence) {
		return ""
	}
	return fence
}

// isHeading says whether the line is "# a heading".
func isHeading(rest string) bool {
	n := countPrefix(rest, '#')
	return n >= 1 && n <= 6 && (n == len(rest) || rest[n] == ' ' || rest[n] == '\t')
}

// isUnderline says whether the line makes the paragraph before it a heading.
func isUnderline(rest string) bool {
	return countPrefix(rest, '=') == len(rest) || countPrefix(rest, '-') == len(rest)
}

// isRule says whether the line is a thematic break: three or more of - * _.
func isRule(rest string) bool {
	mark := rest[0]
	if mark != '-' && mark != '*' && mark != '_' {
		return false
	}
	count := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case mark:
			count++
		case ' ', '\t':
		default:
			return false
		}
	}
	return count >= 3
}

// marker is what opens a list item.
type marker struct {
	delimiter byte // - + * for bullets, . ) after a number
	number    int
	length    int  // bytes of the marker itself
	width     int  // columns up to the item's text
	empty     bool // nothing follows it on its line
}

// listMarker reads the marker of a list item.
func listMarker(l *splitLine) (m marker, ok bool) {
	if l.indent >= 4 || l.rest == "" || isRule(l.rest) {
		return m, false
	}
	if strings.IndexByte("-+*", l.rest[0]) >= 0 {
		m.delimiter, m.length = l.rest[0], 1
		return m.text(l.rest)
	}
	digits := 0
	for digits < len(l.rest) && digits < 10 && l.rest[digits] >= '0' && l.rest[digits] <= '9' {
		m.number = m.number*10 + int(l.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 9 || digits == len(l.rest) || strings.IndexByte(".)", l.rest[digits]) < 0 {
		return m, false
	}
	m.delimiter, m.length = l.rest[digits], digits+1
	return m.text(l.rest)
}

// interrupts says whether the item may follow a paragraph without a blank line.
func (m marker) interrupts() bool {
	numbered := m.delimiter == '.' || m.delimiter == ')'
	return !m.empty && (!numbered || m.number == 1)
}

// text finds where the item's text begins: one to four columns after the marker;
// more than four is one column and indented code.
func (m marker) text(rest string) (marker, bool) {
	spaces := 0
	for _, c := range rest[m.length:] {
		if c == '\t' {
			spaces += 4 - (m.length+spaces)%4
		} else if c == ' ' {
			spaces++
		} else {
			break
		}
	}
	m.empty = m.length == len(rest)
	if spaces == 0 && !m.empty {
		return m, false
	}
	if m.empty || spaces > 4 {
		spaces = 1
	}
	m.width = m.length + spaces
	return m, true
}

// htmlBlocks are the tags that open a block of HTML (CommonMark 4.6, kind 6).
const htmlBlocks = " address article aside base basefont blockquote body caption center col colgroup dd details " +
	"dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr " +
	"html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary " +
	"table tbody td tfoot th thead title tr track ul "

// opensHTML says whether the line opens a block of HTML and what closes it: a
// text (in lower case), or "" for a blank line. Some tags need a fresh line that
// goes on no paragraph.
func opensHTML(rest string, fresh bool) (until string, ok bool) {
	if rest[0] != '<' || len(rest) < 2 {
		return "", false
	}
	lower := strings.ToLower(rest)
	for _, open := range [][2]string{{"<!--", "-->"}, {"<?", "?>"}, {"<![cdata[", "]]>"}} {
		if strings.HasPrefix(lower, open[0]) {
			return open[1], true
		}
	}
	if lower[1] == '!' {
		return ">", len(rest) > 2 && rest[2] >= 'A' && rest[2] <= 'Z'
	}
	name, after := tagName(lower[1:])
	switch name {
	case "script", "pre", "style", "textarea":
		return "</" + name + ">", after == "" || strings.IndexByte(" \t>", after[0]) >= 0
	}
	name, after = tagName(strings.TrimPrefix(lower[1:], "/"))
	if name != "" && strings.Contains(htmlBlocks, " "+name+" ") &&
		(after == "" || strings.IndexByte(" \t>", after[0]) >= 0 || strings.HasPrefix(after, "/>")) {
		return "", true
	}
	return "", fresh && name != "" && strings.HasSuffix(rest, ">")
}

func tagName(text string) (name, after string) {
	n := 0
	for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || n > 0 && (text[n] >= '0' && text[n] <= '9' || text[n] == '-')) {
		n++
	}
	return text[:n], text[n:]
}

func countPrefix(text string, c byte) int {
	n := 0
	for n < len(text) && text[n] == c {
		n++
	}
	return n
}
