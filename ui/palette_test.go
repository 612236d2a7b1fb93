package ui

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
)

func (r *rig) paletteTitles() (titles []string) {
	for _, i := range r.palette.shown {
		titles = append(titles, r.palette.items[i].title)
	}
	return titles
}

func (r *rig) lookFor(text string) string {
	r.t.Helper()
	if r.palette == nil || r.win.Canvas().Overlays().Top() != r.palette.popup {
		r.pressChord("Ctrl+K")
	}
	r.palette.field.SetText(text)
	if titles := r.paletteTitles(); len(titles) > 0 {
		return titles[0]
	}
	return ""
}

func TestPaletteFindsByAFewLetters(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("Baking rye bread at home")
	for query, want := range map[string]string{
		"new conv": "New conversation", "shortc": "Keyboard shortcuts", "exall": "Export all conversations", "rye": "Baking rye bread at home",
		"brh": "Baking rye bread at home", "sidebar conversations show": "", "quit": "Quit", "qwzx": "", "load": "Load the model again",
	} {
		if got := r.lookFor(query); got != want {
			t.Errorf("%q finds %q, want %q (%q)", query, got, want, r.paletteTitles())
		}
	}
}

// What is found stands under the field, as many rows as there is room for.
func TestPaletteRows(t *testing.T) {
	r := newRig(t, "Yes.")
	r.openPalette()
	p, d := r.palette, fyne.CurrentApp().Driver()
	row := newQuickRow().MinSize().Height
	if p.list.Size().Height < 8*row || p.field.Size().Height > 2*row || d.AbsolutePositionForObject(p.list).Y < d.AbsolutePositionForObject(p.field).Y+p.field.Size().Height {
		t.Errorf("the field is %.0f high, the list %.0f, a row %.0f", p.field.Size().Height, p.list.Size().Height, row)
	}
}

// Keys alone open it, choose and leave; what was chosen last comes first.
func TestPaletteByKeyboard(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	first := r.current
	r.pressChord("Ctrl+N")
	r.pressChord("Ctrl+K")
	test.Type(r.palette.field, "hello")
	r.key(fyne.KeyReturn)
	if r.current != first || r.win.Canvas().Overlays().Top() != nil {
		t.Fatal("Enter did not open the conversation")
	}
	open := r.root.Objects[frameSidebar].Visible()
	r.lookFor("show or hide the conv")
	r.key(fyne.KeyReturn)
	if r.root.Objects[frameSidebar].Visible() == open {
		t.Error("Enter did not do the command")
	}
	r.pressChord("Ctrl+K")
	if got := r.paletteTitles()[0]; got != "Show or hide the conversations" {
		t.Errorf("first of all stands %q", got)
	}
	r.key(fyne.KeyUp)
	if r.palette.at != len(r.palette.shown)-1 {
		t.Error("Up from the first does not go to the last")
	}
	r.key(fyne.KeyEscape)
	if r.win.Canvas().Overlays().Top() != nil || r.win.Canvas().Focused() != r.composer.entry {
		t.Error("Esc did not leave it")
	}
	if kept := r.app.Settings().Recent; len(kept) != 1 || kept[0] != "view.sidebar" {
		t.Errorf("kept as chosen last: %q", kept)
	}
}

// In another language commands are found by their English names, too.
func TestPaletteFindsEnglishNames(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "Yes.")
	r.seen().language.SetSelectedIndex(languageIndex("de"))
	for query, want := range map[string]string{"keyboard shortc": "Tastenkürzel", "tastenk": "Tastenkürzel", "new folder": "Neuer Ordner", "quit": "Beenden"} {
		if got := r.lookFor(query); got != want {
			t.Errorf("%q finds %q, want %q (%q)", query, got, want, r.paletteTitles())
		}
	}
}

// Commands are found by what people call them elsewhere, in the window's language or
// in English, with accents or without.
func TestPaletteFindsOtherWords(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "Yes.")
	r.say("hello")
	for language, cases := range map[string]map[string]string{
		"en": {"delete": "Move the conversation to the trash", "remove conversation": "Move the conversation to the trash", "dark mode": "Dark theme", "preferences": "Show or hide the settings",
			"exit": "Quit", "backup": "Copies of all conversations", "password": "Set or change the passphrase", "retry": "Regenerate the reply", "about": "Diagnostics",
			"zoom out": "Smaller", "fullscreen": "Full screen on or off", "language": "Show or hide the settings", "print": "Export the conversation", "hotkeys": "Keyboard shortcuts", "undelete": "Look into the trash"},
		"de": {"löschen": "Gespräch in den Papierkorb legen", "loschen": "Gespräch in den Papierkorb legen", "delete": "Gespräch in den Papierkorb legen", "optionen": "Einstellungen ein- oder ausblenden",
			"passwort": "Passphrase setzen oder ändern", "schriftgröße": "Größer", "tastatur": "Tastenkürzel", "wiederherstellen": "Sicherungen aller Gespräche"},
		"fr": {"supprimer": "Mettre la conversation à la corbeille", "preferences": "Afficher ou masquer les réglages", "afficher reglages": "Afficher ou masquer les réglages", "sombre": "Thème sombre", "imprimer": "Exporter la conversation"},
		"es": {"borrar": "Mover la conversación a la papelera", "contrasena": "Definir o cambiar la frase de contraseña"},
		"zh": {"删除": "将对话移到回收站", "选项": "显示或隐藏设置", "密码": "设置或更改密码短语"},
		"ja": {"削除": "会話をゴミ箱へ移動", "環境設定": "設定の表示・非表示", "文字サイズ": "大きく"},
	} {
		r.seen().language.SetSelectedIndex(languageIndex(language))
		for query, want := range cases {
			if got := r.lookFor(query); got != want {
				t.Errorf("%s: %q finds %q, want %q (%q)", language, query, got, want, r.paletteTitles())
			}
			r.palette.close()
		}
	}
}

// What is found by a command's other words is a command that there is.
func TestPaletteWordsBelongToCommands(t *testing.T) {
	for id := range commandWords() {
		if commandOf(id).id == "" {
			t.Errorf("%s is no command", id)
		}
	}
}

// Only what can be done is offered.
func TestPaletteLeavesOutWhatCannotBeDone(t *testing.T) {
	r := newRig(t, "Yes.")
	if got := r.lookFor("regenerate"); got == "Regenerate the reply" {
		t.Error("without a reply it can be regenerated")
	}
}

// 10,000 conversations are gone through within a keystroke.
func TestFuzzySpeed(t *testing.T) {
	var items []paletteItem
	for i := range 10000 {
		items = append(items, paletteItem{title: fmt.Sprintf("Conversation %d about baking bread and other things", i)})
	}
	words, found := fuzzyWords("bak bre"), 0
	begun := time.Now()
	for i := range items {
		if items[i].score(words) > 0 {
			found++
		}
	}
	t.Logf("%d found in %v", found, time.Since(begun))
	if found != 10000 {
		t.Errorf("%d found", found)
	}
}

// It is as high as what was found, not higher.
func TestPaletteIsAsHighAsWhatItFound(t *testing.T) {
	r := newRig(t, "Yes.")
	r.lookFor("shortc")
	row := newQuickRow().MinSize().Height
	if n, high := len(r.palette.shown), r.palette.popup.Content.Size().Height; n != 1 || high > 4*row {
		t.Errorf("%d lines of %v are in %v", n, row, high)
	}
}

// A closed palette keeps nothing of what could be found, and makes nothing ready to be
// looked through before something is looked for.
func TestPaletteLetsGo(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.pressChord("Ctrl+K")
	for _, i := range r.palette.items {
		if i.text.runes != nil || i.words.runes != nil {
			t.Fatalf("%q was made ready", i.title)
		}
	}
	if r.lookFor("hello") != "hello" {
		t.Error("it is not found")
	}
	r.key(fyne.KeyEscape)
	if r.palette.items != nil || r.palette.shown != nil {
		t.Errorf("%d items are kept", len(r.palette.items))
	}
}

// Opening the palette takes little memory for each conversation: it asks the sidebar
// for them, not the disk. In the trash the sidebar lists others.
func TestThePaletteTakesLittleForEachConversation(t *testing.T) {
	const conversations = 1000
	dir := t.TempDir()
	if err := apptest.Library(dir, conversations, 2); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{Dir: dir, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	w := newWindow(test.NewTempApp(t), a, Options{}, func(func()) {})
	w.win.Show()
	listed := func() (n int) {
		for _, item := range w.palette.items {
			if strings.HasPrefix(item.title, "Conversation about the number ") {
				n++
			}
		}
		return n
	}
	least := uint64(math.MaxUint64)
	for range 20 { // the index is being made meanwhile, and takes memory, too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		items := w.paletteConversations(nil)
		runtime.ReadMemStats(&after)
		if len(items) != conversations {
			t.Fatalf("%d are listed", len(items))
		}
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	if each := least / conversations; each > 500 {
		t.Errorf("%d bytes for each conversation", each)
	} else {
		t.Logf("%d bytes for each conversation", each)
	}
	w.lookIntoTrash()
	w.openPalette()
	if n := listed(); n != conversations {
		t.Errorf("%d are listed while the trash is looked into", n)
	}
}
