package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAttachmentsComeBackAsTheyWere(t *testing.T) {
	for _, c := range []struct {
		text  string
		files []Attachment
	}{
		{"Sum this up:", []Attachment{{"notes.txt", "one\ntwo\n"}}},
		{"", []Attachment{{"main.go", "package main\n"}, {"no ending", "text\n"}}},
		{"Explain\n\n```go\nx := 1\n```\n\nplease", []Attachment{{"README.md", "# A\n\n```sh\nls\n```\n\n````\nfour\n````\n"}}},
		{"nothing with it", nil},
		{"a line with file=\" in it", nil},
	} {
		message := Attach(c.text, c.files...)
		text, files := Attached(message)
		if text != c.text || len(files) != len(c.files) {
			t.Errorf("%q came back as %q with %d files", message, text, len(files))
			continue
		}
		for i := range files {
			if files[i] != c.files[i] {
				t.Errorf("%+v came back as %+v", c.files[i], files[i])
			}
		}
	}
	if text, files := Attached("```txt file=\"a.txt\"\nhello\n```\nwhat is this?"); len(files) > 0 || !strings.HasPrefix(text, "```") {
		t.Error("a file before other text is taken out of its place")
	}
	if text, files := Attached("x\n\n```txt file=\"a.txt\"\nnot closed"); len(files) > 0 || !strings.HasSuffix(text, "closed") {
		t.Error("a fence that does not end is taken for an attachment")
	}
	if got := (Attachment{"a\"`b\n.txt", "x"}).String(); got != "```txt file=\"a''b'.txt\"\nx\n```" {
		t.Errorf("an odd name: %q", got)
	}
}

func FuzzAttached(f *testing.F) {
	f.Add("hello", "a.txt", "text")
	f.Add("```", "x", "````\n```")
	f.Fuzz(func(t *testing.T, text, name, content string) {
		Attached(content)
		if !strings.HasSuffix(content, "\n") {
			content += "\n"
		}
		message := Attach(text, Attachment{Name: "f.txt", Text: content}, Attachment{Name: name, Text: content})
		_, files := Attached(message)
		if len(files) < 2 {
			return // the text opens a fence of its own
		}
		for _, file := range files[len(files)-2:] {
			if file.Text != content {
				t.Errorf("%q became %q", content, file.Text)
			}
		}
	})
}

func TestTextFilesOfAllEncodingsAreRead(t *testing.T) {
	dir := t.TempDir()
	want := "Grüße, 5 € „so“\nzwei"
	utf16le := func(s string, bom bool) string {
		var b strings.Builder
		if bom {
			b.WriteString("\xff\xfe")
		}
		for _, r := range s {
			b.WriteByte(byte(r))
			b.WriteByte(byte(r >> 8))
		}
		return b.String()
	}
	for name, c := range map[string]struct{ content, want string }{
		"utf8.txt":    {want, want},
		"bom.txt":     {"\ufeff" + strings.ReplaceAll(want, "\n", "\r\n"), want},
		"utf16.txt":   {utf16le(want, true), want},
		"bare16.txt":  {utf16le("plain English text", false), "plain English text"},
		"big16.txt":   {"\xfe\xff\x00h\x00i", "hi"},
		"windows.txt": {"Gr\xfc\xdfe, 5 \x80 \x84so\x93\nzwei", want},
		"ansi.log":    {"\x1b[1mbold\x1b[0m", "\x1b[1mbold\x1b[0m"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := ReadAttachment(path)
		if err != nil || f.Name != name || f.Text != c.want {
			t.Errorf("%s is read as %q (%v)", name, f.Text, err)
		}
	}
}

func TestWhatIsNoTextIsRefusedInASentence(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, says string }{
		"paper.pdf":  {"%PDF-1.7\n%\xe2\xe3", "paper.pdf is a PDF file, and only text can be attached"},
		"letter.doc": {"PK\x03\x04zzzz", "is a packed file"},
		"x.bin":      {"\x00\x01\x02\x7f\xff\xfe\x00abc", "x.bin is no text"},
		"empty.txt":  {"", "empty.txt is empty"},
		"big.txt":    {strings.Repeat("a", mostAttached+1), "big.txt is 4.0 MB of text"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAttachment(path); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadAttachment(filepath.Join(dir, "gone.txt")); err == nil {
		t.Error("a file that is not there is read")
	}
}

func TestTitleOfAnAttachmentIsItsName(t *testing.T) {
	if got := titleOf(Attach("", Attachment{"minutes of May.txt", "x"})); got != "minutes of May.txt" {
		t.Errorf("it is called %q", got)
	}
	if got := titleOf(Attach("Sum up", Attachment{"a.txt", "x"})); got != "Sum up" {
		t.Errorf("it is called %q", got)
	}
}
