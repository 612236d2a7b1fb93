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
	r.say("another one")
	if err := r.app.Close(); err != nil {
		t.Fatal(err)
	}

	again := newRigWith(t, apptest.New([]string{"Yes."}, 0), r.dir, Options{})
	if len(again.titlesShown()) != 0 || again.current != 0 {
		t.Error("locked, it shows conversations")
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
	if b := over(r, func(b *pushButton) bool { return b.Text == "Restore" }); !b.Visible() {
		t.Error("the copy made before cannot be chosen")
	}
	r.key(fyne.KeyEscape)
	r.press("kept", "Undo")
	r.until("it is as before", func() bool { return len(r.titlesShown()) == 1 && r.titlesShown()[0] == "kept" })
}
