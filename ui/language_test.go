package ui

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/assets"
)

// TestMain has the tests read English, whatever the language of who runs them.
func TestMain(m *testing.M) {
	os.Setenv("LC_ALL", "C")
	speak("")
	os.Exit(m.Run())
}

// speakAgain puts English back when a test is over.
func speakAgain(t *testing.T) {
	t.Cleanup(func() { speak("en") })
}

func TestSpeak(t *testing.T) {
	speakAgain(t)
	in := func(t *testing.T, language, key string) string {
		table := map[string]string{}
		if err := json.Unmarshal(assets.Translation(language), &table); err != nil || table[key] == "" {
			t.Fatalf("%s: there is no %q: %v", language, key, err)
		}
		return table[key]
	}
	for _, c := range []struct{ system, choice, want string }{
		{"C", "", "en"}, {"en_GB.UTF-8", "", "en"}, {"de_DE.UTF-8", "", "de"}, {"de_AT.UTF-8", "", "de"}, {"de", "", "de"},
		{"fr_CA.UTF-8", "", "fr"}, {"es_MX.UTF-8", "", "es"}, {"ja_JP.UTF-8", "", "ja"}, {"zh_CN.UTF-8", "", "zh"}, {"zh", "", "zh"},
		{"sv_SE.UTF-8", "", "en"}, // Fyne has Swedish, we do not: no mixture
		{"de_DE.UTF-8", "en", "en"}, {"C", "de", "de"}, {"zh_CN.UTF-8", "fr", "fr"}, {"zh", "de", "de"}, {"sv_SE.UTF-8", "ja", "ja"}, {"ja_JP.UTF-8", "en", "en"},
		{"C", "xx", "en"},
	} {
		t.Run(c.system+" "+c.choice, func(t *testing.T) {
			t.Setenv("LC_ALL", c.system)
			speak(c.choice)
			for _, key := range []string{"Settings", "Cancel", "Select all"} {
				want := key
				if c.want != "en" {
					want = in(t, c.want, key)
				}
				if got := lang.L(key); got != want {
					t.Errorf("%q is %q, want %q", key, got, want)
				}
			}
		})
	}
}

// The window changes its language while it is open, and shows what it showed.
func TestChangeTheLanguage(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "One", " two.")
	r.togglePanel()
	r.say("hello")
	r.composer.SetText("a draft")
	r.typed("a draft")
	id, shown := r.current, len(r.transcript.view.bubbles)
	r.seen().language.SetSelectedIndex(languageIndex("de"))
	if got := r.composer.entry.PlaceHolder; got != "Nachricht schreiben" {
		t.Errorf("the composer says %q", got)
	}
	if r.app.Settings().Language != "de" || r.seen().language.SelectedIndex() != languageIndex("de") {
		t.Errorf("the language is %q", r.app.Settings().Language)
	}
	if r.current != id || len(r.transcript.view.bubbles) != shown || r.composer.Text() != "a draft" {
		t.Errorf("conversation %d with %d entries and %q, want %d with %d and the draft", r.current, len(r.transcript.view.bubbles), r.composer.Text(), id, shown)
	}
	if !r.root.Objects[framePanel].Visible() {
		t.Error("the settings are closed")
	}
	if text := r.status.right.text; !strings.Contains(text, " von ") {
		t.Errorf("the status line says %q", text)
	}
	r.say("again") // with the widgets that are new
	if got := len(r.transcript.view.bubbles); got != shown+2 {
		t.Errorf("%d entries after another message, want %d", got, shown+2)
	}
}

// What stands on cards is said in the new language, buttons and what is named in it
// included, and can still be done.
func TestCardsChangeTheirLanguage(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "One.")
	r.say("hello")
	id := r.current
	title := r.title(id)
	r.trash(id)
	if text := r.cardText("undo"); !strings.Contains(text, title) {
		t.Fatalf("the card says %q", text)
	}
	for _, language := range []struct{ code, word, button string }{{"de", "Papierkorb", "Rückgängig"}, {"ja", "ゴミ箱", "元に戻す"}, {"en", "trash", "Undo"}} {
		s := r.settings
		s.Language = language.code
		r.change(s)
		c := r.cards.shown["undo"]
		if c == nil {
			t.Fatalf("in %s the card is gone", language.code)
		}
		button := c.actions.Objects[0].(*pushButton)
		if text := c.text.text; !strings.Contains(text, language.word) || !strings.Contains(text, title) || button.Text != language.button {
			t.Errorf("in %s the card says %q with %q", language.code, text, button.Text)
		}
	}
	r.cards.shown["undo"].actions.Objects[0].(*pushButton).OnTapped()
	r.until("it is back", func() bool { return r.sidebar.row(id) >= 0 })
}

// The settings stay where they were scrolled to, and the keyboard on the language.
func TestTheSettingsStayWhereTheyWere(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "One.")
	r.togglePanel()
	r.panel.toggleAdvanced()
	r.panel.scroll.ScrollToBottom()
	place := func() float32 {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(r.panel.language).Y
	}
	before := place()
	r.win.Canvas().Focus(r.panel.language)
	r.panel.language.SetSelectedIndex(languageIndex("de"))
	if after := place(); abs(after-before) > 1 || before <= 0 || before > r.win.Canvas().Size().Height {
		t.Errorf("the language was at %v and is at %v", before, after)
	}
	if !r.panel.advanced.Visible() || r.win.Canvas().Focused() != r.panel.language {
		t.Errorf("what was unfolded is folded, or the keyboard is at %T", r.win.Canvas().Focused())
	}
}

// What is at work would lose its widgets.
func TestTheLanguageWaitsForWhatIsAtWork(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "One.")
	before := r.root
	r.loading = &loading{}
	s := r.settings
	s.Language = "fr"
	r.change(s)
	if r.root != before || r.cards.shown["language"] == nil {
		t.Error("the window was built anew under what is at work")
	}
	r.loading = nil
}

// A page that was open before another language was chosen has it, too.
func TestTheAssistantsTakeTheLanguage(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "One.")
	r.openAssistants(0)
	r.assistants.detail.close()
	s := r.settings
	s.Language = "de"
	r.change(s)
	r.openAssistants(0)
	if got := r.assistants.editor.greeting.PlaceHolder; got != "Worüber sollen wir sprechen?" {
		t.Errorf("the greeting's field says %q", got)
	}
}

// Numbers are read as they are written, in every language.
func TestNumbersInOtherLanguages(t *testing.T) {
	speakAgain(t)
	for _, l := range languages()[1:] {
		speak(l.code)
		f := numberField{high: 1 << 30, offText: lang.L("Off")}
		for _, v := range []float64{0, 0.8, 1.25, 7, 4096} {
			if got, err := f.parse(f.text(v)); err != nil || got != v {
				t.Errorf("%s: %v is written %q and read %v, %v", l.name, v, f.text(v), got, err)
			}
		}
		f.whole = true
		if got, err := f.parse(count(1234567)); err != nil || got != 1234567 {
			t.Errorf("%s: %q is read %v, %v", l.name, count(1234567), got, err)
		}
	}
	speak("de")
	if got := decimal(12.34, 1) + " " + count(12345) + " " + dateText(time.Date(2026, 3, 9, 12, 0, 0, 0, time.Local)); got != "12,3 12.345 9. März 2026" {
		t.Errorf("in German: %s", got)
	}
	speak("ja")
	if got := dateText(time.Date(2026, 3, 9, 12, 0, 0, 0, time.Local)); got != "2026年3月9日" {
		t.Errorf("in Japanese: %s", got)
	}
}

// What keeps Beyonder from starting is told in the system's language.
func TestFailuresAreToldInTheSystemsLanguage(t *testing.T) {
	speakAgain(t)
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	ShowFailure(test.NewTempApp(t), t.TempDir(), app.ErrFull).Close()
	if got := lang.L("Beyonder cannot start"); got != "Beyonder kann nicht starten" {
		t.Errorf("it says %q", got)
	}
}

// Where the settings are encrypted the language is known once they are open.
func TestTheLanguageAfterUnlocking(t *testing.T) {
	speakAgain(t)
	dir := t.TempDir()
	r := newRigWith(t, newTestEngine(), dir, Options{})
	r.keep(func(s *app.Settings) { s.Language = "de" })
	if err := r.app.SetPassphrase("", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := r.app.Close(); err != nil {
		t.Fatal(err)
	}
	r = newRigWith(t, newTestEngine(), dir, Options{})
	r.modal.first.SetText("secret")
	r.modal.finish()
	if !r.app.Locked() {
		t.Error("the window waited while the key was made")
	}
	r.until("it is open", func() bool { return !r.modal.open() })
	if got := r.composer.entry.PlaceHolder; got != "Nachricht schreiben" || r.modal.open() {
		t.Errorf("after unlocking the composer says %q, the question is open: %v", got, r.modal.open())
	}
}

// A page that was open before speaks the new language, too.
func TestPagesChangeTheirLanguage(t *testing.T) {
	speakAgain(t)
	r := newRig(t, "Yes.")
	r.togglePanel()
	r.openModels()
	r.until("the look has ended", func() bool { return r.library.cancel == nil })
	r.library.detail.close()
	r.seen().language.SetSelectedIndex(languageIndex("de"))
	r.openModels()
	over(r, func(b *pushButton) bool { return b.Text == "Ordner…" })
	r.until("the look has ended again", func() bool { return r.library.cancel == nil })
}
