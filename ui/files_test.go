package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

// drop drops files with given contents on the window.
func (r *rig) drop(files ...[2]string) (paths []string) {
	r.t.Helper()
	var dropped []fyne.URI
	dir := r.t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f[0])
		if err := os.WriteFile(path, []byte(f[1]), 0o600); err != nil {
			r.t.Fatal(err)
		}
		paths = append(paths, path)
		dropped = append(dropped, storage.NewFileURI(path))
	}
	r.dropped(fyne.Position{}, dropped)
	r.until("the files are read", func() bool { return r.win.Canvas().Overlays().Top() == nil })
	return paths
}

func (r *rig) fileCards() (found []*fileCard) {
	for _, o := range test.LaidOutObjects(r.transcript) {
		if c, ok := o.(*fileCard); ok {
			found = append(found, c)
		}
	}
	return found
}

// Text files that are dropped go with the message: counted, sent in a fence with
// their names, shown as cards that open them.
func TestDroppedTextGoesWithTheMessage(t *testing.T) {
	r := newRig(t, "Two.")
	text := strings.Repeat("one two three\n", 100)
	r.drop([2]string{"notes.txt", text}, [2]string{"main.go", "package main\n"})
	if len(r.composer.aside) != 2 {
		t.Fatalf("beside the field: %v", r.composer.aside)
	}
	r.until("they are counted", func() bool { return r.composer.aside[0].exact && r.composer.aside[1].exact })
	row := r.composer.pieces.Objects[0].(*focusRow)
	if row.title.text != "notes.txt" || row.caption.text != "1 kB, 100 lines, 300 tokens" {
		t.Errorf("shown as %q, %q", row.title.text, row.caption.text)
	}
	if got := r.composer.hint.text; got != "302 of 8,192 tokens with what is attached" {
		t.Errorf("the composer says %q", got)
	}
	test.Tap(row)
	if r.win.Canvas().Overlays().Top() == nil {
		t.Error("a click does not show the text")
	}
	r.key(fyne.KeyEscape)
	r.say("How many lines?")
	sent := r.engine.Requests()[0].Messages
	want := app.Attach("How many lines?", app.Attachment{Name: "notes.txt", Text: text}, app.Attachment{Name: "main.go", Text: "package main\n"})
	if got := sent[len(sent)-1].Content; got != want {
		t.Errorf("sent: %q", got)
	}
	if len(r.composer.aside) != 0 || r.composer.shelf.Visible() {
		t.Error("they stay in the composer")
	}
	cards := r.fileCards()
	if len(cards) != 2 || cards[0].file.Name != "notes.txt" || cards[0].file.Text+"\n" != text {
		t.Fatalf("shown in the transcript: %d cards", len(cards))
	}
	test.Tap(cards[1])
	if r.win.Canvas().Overlays().Top() == nil {
		t.Error("a click on the card does not show the text")
	}
	r.key(fyne.KeyEscape)
	r.edit(uint64(r.messages[0].ID))
	if r.composer.entry.Text != "How many lines?" || len(r.composer.aside) != 2 {
		t.Errorf("to be changed: %q and %d files", r.composer.entry.Text, len(r.composer.aside))
	}
}

func TestTooMuchTextIsSaid(t *testing.T) {
	r := newRig(t, "Yes.")
	r.drop([2]string{"long.txt", strings.Repeat("word ", 9000)})
	r.until("it is counted", func() bool { return r.composer.aside[0].exact })
	if got := r.composer.hint.text; !strings.HasPrefix(got, "9,000 of 8,192 tokens: more than the model can see") {
		t.Errorf("the composer says %q", got)
	}
}

// What is dropped and is no text is refused by name; what can be read is taken.
func TestWhatCannotBeAttachedIsNamed(t *testing.T) {
	r := newRig(t, "Yes.")
	r.drop([2]string{"paper.pdf", "%PDF-1.4"}, [2]string{"a.txt", "text"}, [2]string{"x.bin", "\x00\x01\x00\x02\x03"})
	if got := r.cardText("error"); !strings.HasPrefix(got, "paper.pdf is a PDF file") || !strings.Contains(got, "x.bin is no text") {
		t.Errorf("it says %q", got)
	}
	if len(r.composer.aside) != 1 {
		t.Error("the text was not taken")
	}
}

// Exported conversations are imported; other JSON goes with the message.
func TestDroppedExportsAreImported(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("to be exported")
	path := filepath.Join(t.TempDir(), "out.json")
	if _, err := r.app.Export(app.Export{}, path); err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(path)
	other, _ := json.Marshal(map[string]int{"a": 1})
	r.drop([2]string{"out.json", string(content)})
	r.drop([2]string{"other.json", string(other)})
	if len(r.sidebar.shown) != 2 || len(r.composer.aside) != 1 || r.composer.aside[0].Name != "other.json" {
		t.Errorf("%d conversations, %d files", len(r.sidebar.shown), len(r.composer.aside))
	}
	r.drop([2]string{"messages.json", `{"messages": 5}`})
	r.press("error", "Attach it as text")
	r.until("it is read", func() bool { return len(r.composer.aside) == 2 })
}
