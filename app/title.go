package app

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const titleRunes = 48

// titleOf makes a title of a conversation's first message: its first line that
// says something, without markup, cut after a word.
func titleOf(text string) string {
	text, files := Attached(text)
	if strings.TrimSpace(text) == "" && len(files) > 0 {
		return shorten(plain(files[0].Name))
	}
	inFence, code := false, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			inFence = !inFence
			continue
		}
		line = plain(line)
		switch {
		case line == "":
		case inFence && code == "":
			code = line
		case !inFence:
			return shorten(line)
		}
	}
	return shorten(code) // nothing but code
}

// plain takes the markup off the front of a line and makes all white space, and
// what has no shape, one space.
func plain(line string) string {
	line = strings.TrimLeft(line, "#>*-+ \t")
	line = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, ""))
	return strings.Join(strings.Fields(line), " ")
}

// shorten cuts a line to titleRunes characters, after a word if there is one in
// its second half.
func shorten(line string) string {
	if utf8.RuneCountInString(line) <= titleRunes {
		return line
	}
	cut := string([]rune(line)[:titleRunes])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " .,;:-–—") + "…"
}
