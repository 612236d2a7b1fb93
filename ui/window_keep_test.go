package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

// fill types into the fields of the modal, from the top.
func (r *rig) fill(button string, texts ...string) {
	r.t.Helper()
	top := r.win.Canvas().Overlays().Top()
	n := 0
	for _, o := range test.LaidOutObjects(top) {
		if e, ok := o.(*filterEntry); ok && n < len(texts) {
			e.SetText(texts[n])
			n++
		}
	}
	test.Tap(over(r, func(b *pushButton) bool { return b.Text == button }))
}

func TestExportAndImportInTheWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	path := filepath.Join(t.TempDir(), "x.json")
	r.export(app.Export{}, path)
	r.until("it is written", func() bool { return strings.Contains(r.cardText("kept"), "x.json is written") })
	r.importFile(path)
	r.until("it is imported", func() bool { return strings.HasPrefix(r.cardText("kept"), "1 conversation imported") })
	if len(r.titlesShown()) != 2 || r.current != 2 || len(r.messages) != 2 {
		t.Errorf("listed are %q, %d is open", r.titlesShown(), r.current)
	}
	r.press("kept", "Undo")
	if len(r.titlesShown()) != 1 || r.current != 1 {
		t.Errorf("undone, listed are %q, %d is open", r.titlesShown(), r.current)
	}
	r.importFile(path)
	r.until("it is imported again", func() bool { return len(r.titlesShown()) == 2 })
	r.open(1)
	r.press("kept", "Undo")
	if len(r.titlesShown()) != 1 || r.current != 1 || len(r.messages) != 2 {
		t.Errorf("undone while another is read, listed are %q, %d is open with %d messages", r.titlesShown(), r.current, len(r.messages))
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.importFile(path)
	r.until("it is refused", func() bool { return strings.Contains(r.cardText("error"), "x.json was not imported") })
}

func TestTheExportAsksForAFormat(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say(`what is "a/b"?`)
	r.sidebar.OnExport(r.current, 0)
	choice := over(r, func(*keySelect) bool { return true })
	choice.SetSelectedIndex(3)
	if text := over(r, func(p *paragraph) bool { return strings.HasPrefix(p.text, "Everything") }); !text.Visible() {
		t.Error("it does not say what JSON is good for")
	}
	if _, name := r.exported(r.current, 0); name != "what is a b" {
		t.Errorf("the file is to be called %q", name)
	}
	r.fill("Choose where…")
	r.until("the question where", func() bool { return r.chooser != nil })
	named := over(r, func(e *filterEntry) bool { return strings.HasSuffix(e.Text, ".json") })
	if !r.asking() || named.Text != "what is a b.json" {
		t.Errorf("it is not asked where: asking %v, the name %q", r.asking(), named.Text)
	}
	r.chooser.Hide()
	if r.asking() {
		t.Error("it is asked no longer, and nothing can be done")
	}
}

// A name without an ending takes the one of the format that was chosen.
func TestTheExportsEnding(t *testing.T) {
	for given, want := range map[string]string{"plain": "plain.md", "x.PDF": "x.PDF", "v1.2": "v1.2.md"} {
		if got := withEnding(given, ".md", []string{".md", ".pdf"}); got != want {
			t.Errorf("%s becomes %s", given, got)
		}
	}
}

// save names a file in the list of files and goes on.
func (r *rig) save(name string) {
	r.t.Helper()
	r.until("the question where", func() bool { return r.chooser != nil && r.chooser.Visible() })
	over(r, func(*filterEntry) bool { return true }).SetText(name)
	r.fill("Save")
}

// What is in a file is there until the new one is whole: it is asked about, and
// neither the list of files nor an export that fails makes it empty.
func TestAnExportKeepsTheFileThatItCannotReplace(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	dir := t.TempDir()
	path := filepath.Join(dir, "mine.md")
	write := func() {
		if err := os.WriteFile(path, []byte("what I wrote"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	content := func() string {
		b, _ := os.ReadFile(path)
		return string(b)
	}
	for _, name := range []string{path, strings.TrimSuffix(path, ".md")} {
		write()
		r.chooseExport(app.Export{}, "x.md")
		r.save(name)
		r.until("the question", func() bool { return r.modal.open() })
		if content() != "what I wrote" {
			t.Errorf("%s is asked about and has %q", name, content())
		}
		r.key(fyne.KeyEscape)
		if content() != "what I wrote" {
			t.Errorf("%s is not to be replaced and has %q", name, content())
		}
		r.chooseExport(app.Export{Conversation: 999}, "x.md")
		r.save(name)
		r.until("the question", func() bool { return r.modal.open() })
		r.fill("Replace it")
		r.until("it has failed", func() bool { return r.cardText("error") != "" })
		if content() != "what I wrote" {
			t.Errorf("the export failed, and %s has %q", name, content())
		}
		r.cards.set("error", nil)
		r.chooseExport(app.Export{}, "x.md")
		r.save(name)
		r.until("the question", func() bool { return r.modal.open() })
		r.fill("Replace it")
		r.until("it is written", func() bool { return strings.Contains(content(), "a question") })
	}
	if all, _ := os.ReadDir(dir); len(all) != 1 {
		t.Errorf("there are %v", all)
	}
	r.replacing(dir, func(string) { t.Error("a folder is written over") }, func(err error) { r.failed(err) })
	r.until("it is told", func() bool { return r.cardText("error") != "" })
	if !strings.Contains(r.cardText("error"), "is a folder") {
		t.Errorf("of a folder it says %q", r.cardText("error"))
	}
}

// What is asked is answered before anything else is done.
func TestNothingIsDoneBehindAQuestion(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	open := r.current
	r.askExport(0, 0)
	top := r.win.Canvas().Overlays().Top()
	for _, id := range []string{"conversation.new", "keep.import", "keep.export", "program.palette", "model.library", "conversation.trash"} {
		r.run(id)
	}
	if r.current != open || r.win.Canvas().Overlays().Top() != top {
		t.Error("a command was carried out behind a question")
	}
	r.key(fyne.KeyEscape)
	r.run("keep.import")
	top = r.win.Canvas().Overlays().Top()
	r.run("keep.import")
	if n := len(r.win.Canvas().Overlays().List()); n != 1 || r.win.Canvas().Overlays().Top() != top {
		t.Errorf("%d lists of files lie over each other", n)
	}
}

func TestPassphraseInTheWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a secret")
	r.askPassphrase()
	r.fill("Encrypt", "one", "two")
	if note := over(r, func(p *paragraph) bool { return strings.Contains(p.text, "not the same") }); !note.Visible() {
		t.Error("two different passphrases are not refused")
	}
	r.fill("Encrypt", "one", "one")
	r.until("it is encrypted", func() bool { return r.cardText("kept") != "" })
	if !r.app.Encrypted() {
		t.Fatal("it is not encrypted")
	}
	r.askPassphrase()
	r.fill("Change", "wrong", "two", "two")
	r.until("a wrong one is told where it was asked for", func() bool {
		return r.modal.open() && r.modal.note.Visible() && strings.Contains(r.modal.note.text, "passphrase is wrong") && !r.modal.cancel.Disabled()
	})
	r.key(fyne.KeyEscape)
	r.say("another one")
	if err := r.app.Close(); err != nil {
		t.Fatal(err)
	}

	again := newRigWith(t, apptest.New([]string{"Yes."}, 0), r.dir, Options{})
	if len(again.titlesShown()) != 0 || again.current != 0 {
		t.Error("locked, it shows conversations")
	}
	again.keep(func(s *app.Settings) { s.Scale = 2 })
	if got := again.cardText("error"); got != "" {
		t.Errorf("locked, it says %q", got)
	}
	again.shortcut(fyne.KeyN)
	again.win.Canvas().Unfocus()
	again.win.Canvas().OnTypedRune()('t')
	if again.composer.Text() != "" {
		t.Error("a letter fell through the window that asks for the passphrase")
	}
	again.fill("Open", "two")
	again.until("a wrong passphrase is refused", func() bool {
		for _, o := range test.LaidOutObjects(again.win.Canvas().Overlays().Top()) {
			if p, ok := o.(*paragraph); ok && p.Visible() && strings.Contains(p.text, "passphrase is wrong") {
				return true
			}
		}
		return false
	})
	again.fill("Open", "one")
	again.until("it is unlocked", func() bool { return again.win.Canvas().Overlays().Top() == nil })
	if len(again.titlesShown()) != 1 || len(again.messages) != 4 || again.win.Canvas().Overlays().Top() != nil {
		t.Errorf("unlocked, it lists %q and shows %d messages", again.titlesShown(), len(again.messages))
	}
	again.askNoPassphrase()
	again.fill("Decrypt", "one")
	again.until("it is decrypted", func() bool { return again.cardText("kept") != "" })
	if again.app.Encrypted() {
		t.Error("it is still encrypted")
	}
}

func TestCopiesInTheWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("kept")
	r.restoreCopy(app.Copy{Path: "../store/testdata/v2.db"})
	r.until("it is restored", func() bool { return r.cardText("kept") != "" })
	if got := r.titlesShown(); len(got) != 1 || got[0] != "What is a mixture" {
		t.Fatalf("restored are %q", got)
	}
	r.showCopies()
	if r.win.Canvas().Overlays().Top() != nil {
		t.Error("the main goroutine has waited for the disk")
	}
	r.until("the copies are listed", func() bool { return r.win.Canvas().Overlays().Top() != nil })
	if b := over(r, func(b *pushButton) bool { return b.Text == "Restore" }); !b.Visible() {
		t.Error("the copy made before cannot be chosen")
	}
	r.key(fyne.KeyEscape)
	r.press("kept", "Undo")
	r.until("it is as before", func() bool { return len(r.titlesShown()) == 1 && r.titlesShown()[0] == "kept" })
}
