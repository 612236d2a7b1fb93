package app

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"beyonder/app/archive"
)

// Attachment is a text that goes with a message. It is part of the message's
// text, in a form that people and models read, so that it is kept, searched,
// exported and sent like everything else:
//
//	```txt file="notes.txt"
//	the text
//	```
//
// The fence is longer than any inside the text.
type Attachment struct {
	Name string // of the file, without its folder
	Text string
}

// String is the attachment as it stands in a message.
func (f Attachment) String() string {
	fence := strings.Repeat("`", max(3, longestFence(f.Text)+1))
	name := strings.Map(func(r rune) rune {
		if r == '"' || r == '`' || unicode.IsControl(r) {
			return '\''
		}
		return r
	}, f.Name)
	text := f.Text
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return fence + language(name) + ` file="` + name + "\"\n" + text + fence
}

// language is the word for the kind of a file behind a fence: its ending.
func language(name string) string {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	odd := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	if ending == "" || len(ending) > 12 || strings.ContainsFunc(ending, odd) {
		return "text"
	}
	return ending
}

// longestFence is the length of the longest run of backticks that begins a line.
func longestFence(text string) (longest int) {
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " ")
		longest = max(longest, len(line)-len(strings.TrimLeft(line, "`")))
	}
	return longest
}

// Attach is a message of a text and what goes with it.
func Attach(text string, files ...Attachment) string {
	parts := []string{}
	if strings.TrimSpace(text) != "" {
		parts = append(parts, text)
	}
	for _, f := range files {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, "\n\n")
}

// Attached takes a message apart again: the attachments at its end, and what
// stands before them.
func Attached(message string) (text string, files []Attachment) {
	if !strings.Contains(message, ` file="`) {
		return message, nil
	}
	begin := -1 // of the first of the attachments that follow each other to the end
	for at := 0; at < len(message); {
		f, length, ok := attachmentAt(message[at:])
		switch {
		case ok:
			if begin < 0 {
				begin = at
			}
			files = append(files, f)
			at += length
		default:
			line := message[at:]
			if end := strings.IndexByte(line, '\n'); end >= 0 {
				line = line[:end+1]
			}
			if strings.TrimSpace(line) != "" {
				begin, files = -1, nil
			}
			at += len(line)
		}
	}
	if begin < 0 {
		return message, nil
	}
	return strings.TrimRight(message[:begin], " \t\r\n"), files
}

// attachmentAt reads the attachment that a text begins with.
func attachmentAt(text string) (f Attachment, length int, ok bool) {
	head, _, found := strings.Cut(text, "\n")
	if !found {
		return f, 0, false
	}
	f.Name, ok = AttachmentName(head)
	if !ok {
		return f, 0, false
	}
	fence := head[:len(head)-len(strings.TrimLeft(head, "`"))]
	body := text[len(head)+1:]
	for at := 0; at < len(body); {
		line, _, _ := strings.Cut(body[at:], "\n")
		if line == fence {
			f.Text = body[:at]
			return f, min(len(head)+1+at+len(line)+1, len(text)), true
		}
		at += len(line) + 1
	}
	return f, 0, false
}

// AttachmentName reads the line that an attachment begins with; false: it is
// another line.
func AttachmentName(head string) (name string, ok bool) {
	info := strings.TrimLeft(head, "`")
	_, after, found := strings.Cut(info, ` file="`)
	name, rest, closed := strings.Cut(after, `"`)
	return name, len(head)-len(info) >= 3 && found && closed && strings.TrimSpace(rest) == ""
}

// mostAttached is the size of the largest file that can be attached: a million
// tokens or so.
const mostAttached = 4 << 20

// ReadAttachment reads a text file of any encoding that is in use: UTF-8, UTF-16,
// or one byte a letter (Windows-1252, Latin-1). Its errors are sentences that say
// why something is not taken.
func ReadAttachment(path string) (Attachment, error) {
	name := filepath.Base(path)
	fail := func(why string) (Attachment, error) { return Attachment{}, errors.New(name + " " + why) }
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Attachment{}, fmt.Errorf("%s cannot be attached: %w", name, err)
	case !info.Mode().IsRegular():
		return fail("is no file that can be read: attach its text files one by one")
	case info.Size() > mostAttached:
		return fail(fmt.Sprintf("is %.1f MB of text, more than any model sees at once: attach at most %d MB", float64(info.Size())/(1<<20), mostAttached>>20))
	case info.Size() == 0:
		return fail("is empty")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return Attachment{}, fmt.Errorf("%s cannot be attached: %w", name, err)
	}
	text, why := decodeText(content)
	if why != "" {
		return fail(why)
	}
	return Attachment{Name: name, Text: text}, nil
}

// decodeText makes text of a file's bytes, or says why it cannot.
func decodeText(content []byte) (text, why string) {
	for magic, kind := range map[string]string{"%PDF-": "a PDF file", "PK\x03\x04": "a packed file (Word, Excel and LibreOffice files are such too)",
		"\xd0\xcf\x11\xe0": "an old Word or Excel file", "\x89PNG": "a picture", "\xff\xd8\xff": "a picture", "GIF8": "a picture", "GGUF": "a model", "\x1f\x8b": "a packed file"} {
		if bytes.HasPrefix(content, []byte(magic)) {
			return "", "is " + kind + ", and only text can be attached: copy the text out of it, or save it as a text file"
		}
	}
	switch order := utf16Order(content); {
	case order != nil:
		text = decodeUTF16(content, order)
	case utf8.Valid(content):
		text = strings.TrimPrefix(string(content), "\ufeff")
	default:
		text = decodeLatin(content)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	odd := func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' && r != '\f' && r != '\x1b' }
	if strings.ContainsFunc(text, odd) {
		return "", "is no text: it has bytes that no text has"
	}
	return text, ""
}

// utf16Order is the order of bytes if the content is UTF-16: it says so at its
// beginning, or every other byte of its first ones is nought, as in English text.
func utf16Order(content []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}):
		return binary.LittleEndian
	case bytes.HasPrefix(content, []byte{0xFE, 0xFF}):
		return binary.BigEndian
	}
	var noughts [2]int
	first := content[:min(len(content), 512)]
	for i, b := range first {
		if b == 0 {
			noughts[i%2]++
		}
	}
	switch half := len(first) / 2; {
	case half > 1 && noughts[0] == 0 && noughts[1] > half*2/3:
		return binary.LittleEndian
	case half > 1 && noughts[1] == 0 && noughts[0] > half*2/3:
		return binary.BigEndian
	}
	return nil
}

func decodeUTF16(content []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = order.Uint16(content[2*i:])
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

// decodeLatin reads one byte a letter. Windows-1252 and Latin-1 differ in 0x80 to
// 0x9F, which Latin-1 has no letters for.
func decodeLatin(content []byte) string {
	const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	letters := []rune(windows)
	var b strings.Builder
	for _, c := range content {
		if c >= 0x80 && c < 0xA0 {
			b.WriteRune(letters[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// CountTokens is how many tokens the loaded model reads a text as. Where that
// cannot be told now, it is guessed, and exact is false.
func (a *App) CountTokens(text string) (tokens int, exact bool) {
	if n, err := a.engine.Count(text); err == nil {
		return n, true
	}
	return (len(text) + 3) / 4, false
}

// IsExport says whether a file looks like exported conversations, ours or those of
// other programs, and not like any other JSON. Its beginning is looked at.
func IsExport(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 64<<10))
	return archive.Looks(head)
}
