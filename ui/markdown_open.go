package ui

import (
	"regexp"
	"strings"
)

// While a reply streams in, its last chunk is unfinished: a line of dashes may
// become a rule, a heading's underline or a list; a "**" has no partner yet.
// Shown as they are, such pieces would flicker from one meaning to another.

// halfMarker is a last line that may become anything.
var halfMarker = regexp.MustCompile("^[ \t]*(?:[-*+_=#>|~`$]+|[0-9]{1,9}[.)]?)[ \t]*$")

// halfLink is a link whose address is still coming.
var halfLink = regexp.MustCompile(`!?\[([^\[\]\n]*)\]\([^()\s]*$`)

// presentable returns the source of an unfinished chunk as it will most likely
// read when it is whole.
func presentable(source string, c chunk) string {
	switch c.kind {
	case fenceChunk:
		return withoutHalfFence(source)
	case mathChunk, indentedChunk, htmlChunk, ruleChunk:
		return source
	}
	start := strings.LastIndexByte(source, '\n') + 1
	if table, ok := halfTable(source); ok {
		return table
	}
	if halfMarker.MatchString(source[start:]) {
		return closeSpans(strings.TrimSuffix(source[:start], "\n"))
	}
	return closeSpans(source[:start] + halfLink.ReplaceAllString(source[start:], "$1"))
}

// halfTable turns the head of a table, which without the line under it would be
// a paragraph full of bars, into a table.
func halfTable(source string) (table string, ok bool) {
	head, rest, _ := strings.Cut(source, "\n")
	head = strings.TrimSpace(head)
	if !strings.HasPrefix(head, "|") || len(head) < 2 || strings.Trim(rest, "|:- ") != "" {
		return "", false
	}
	head = strings.TrimSuffix(head, "|")
	columns := strings.Count(head, "|") - strings.Count(head, `\|`)
	return head + "|\n" + strings.Repeat("|---", columns) + "|", true
}

// withoutHalfFence leaves out a last line that begins to close the fence.
func withoutHalfFence(source string) string {
	at := strings.LastIndexByte(source, '\n')
	last := strings.TrimSpace(source[at+1:])
	if at >= 0 && last != "" && (strings.Trim(last, "`") == "" || strings.Trim(last, "~") == "") {
		return source[:at]
	}
	return source
}

// closeSpans closes code, bold, italic and struck text that the last paragraph
// leaves open, and leaves out an opener that has nothing after it yet.
func closeSpans(source string) string {
	start := strings.LastIndex(source, "\n\n") + 1
	open := openSpans(source[start:])
	for i := len(open) - 1; i >= 0; i-- {
		trimmed := strings.TrimRight(source, " ")
		if strings.HasSuffix(trimmed, open[i]) {
			source = strings.TrimSuffix(trimmed, open[i])
			continue
		}
		source = strings.TrimRight(source, " ") + open[i]
	}
	return source
}

// openSpans returns the delimiters that are open at the end of a paragraph,
// outermost first.
func openSpans(text string) (open []string) {
	for i := 0; i < len(text); {
		delimiter := delimiterAt(text, i)
		switch {
		case text[i] == '\\':
			i += 2
			continue
		case delimiter == "":
			i++
			continue
		case delimiter[0] == '`':
			end := strings.Index(text[i+len(delimiter):], delimiter)
			if end < 0 {
				return append(open, delimiter)
			}
			i += 2*len(delimiter) + end
			continue
		}
		open = toggle(open, text, i, delimiter)
		i += len(delimiter)
	}
	return open
}

// delimiterAt is the delimiter that stands at a place, "" if there is none.
func delimiterAt(text string, i int) string {
	switch text[i] {
	case '`':
		return text[i : i+countPrefix(text[i:], '`')]
	case '*':
		return text[i : i+min(countPrefix(text[i:], '*'), 2)]
	case '~':
		if strings.HasPrefix(text[i:], "~~") {
			return "~~"
		}
	}
	return ""
}

// toggle closes the delimiter if it is open, and opens it if text follows it.
func toggle(open []string, text string, i int, delimiter string) []string {
	for k := len(open) - 1; k >= 0; k-- {
		if open[k] == delimiter && i > 0 && !isBlank(text[i-1]) {
			return append(open[:k:k], open[k+1:]...)
		}
	}
	after := i + len(delimiter)
	if after < len(text) && isBlank(text[after]) {
		return open
	}
	return append(open, delimiter)
}
