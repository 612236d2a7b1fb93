package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"beyonder/app/apptest"
)

func TestChordsAreReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"", "Ctrl+N", "Ctrl+Shift+F", "Ctrl++", "Alt+Shift++", "F2", "Ctrl+.", "Super+K", "Ctrl+Alt+Shift+0", "Ctrl+Prior"} {
		c, ok := parseChord(text)
		if !ok || c.String() != text {
			t.Errorf("%q is read as %+v (%v) and written as %q", text, c, ok, c.String())
		}
	}
	if _, ok := parseChord("Ctrl+"); ok {
		t.Error("a chord without a key is read")
	}
	if c, _ := parseChord("Ctrl+Prior"); c.label() != "Ctrl+Page Up" && c.label() != "Cmd+Page Up" {
		t.Errorf("it is shown as %q", c.label())
	}
}

func TestTheTableOfCommandsIsSound(t *testing.T) {
	ids, chords, titles := map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, c := range commands() {
		if c.id == "" || c.title == "" || c.section == "" || c.icon == "" || c.run == nil || ids[c.id] || titles[c.title] {
			t.Errorf("%q (%q) lacks something or is there twice", c.id, c.title)
		}
		ids[c.id], titles[c.title] = true, true
		for _, keys := range append(c.also, c.keys) {
			if keys == "" {
				continue
			}
			if other := chords[keys]; other != "" {
				t.Errorf("%s is that of %s and of %s", keys, other, c.id)
			}
			chords[keys] = c.id
			if chord, ok := parseChord(keys); !ok || !chord.usable() {
				t.Errorf("%s of %s is no chord that can be used", keys, c.id)
			}
		}
	}
}

func TestKeymapKeepsWhatWasChanged(t *testing.T) {
	n, _ := parseChord("Ctrl+N")
	b, _ := parseChord("Ctrl+B")
	k := newKeymap(nil)
	if k.of("conversation.new") != n || k.conflict("view.sidebar", n) != "conversation.new" || k.changed("conversation.new") {
		t.Fatal("the defaults are not there")
	}
	k = k.with("view.sidebar", n)
	if k.bound[n] != "view.sidebar" || k.of("conversation.new") != (chord{}) || k.bound[b] != "" {
		t.Errorf("after the change: %v", k.own)
	}
	k = newKeymap(k.own).without("conversation.new")
	if k.bound[n] != "conversation.new" || k.of("view.sidebar") != (chord{}) {
		t.Errorf("after taking it back: %v", k.own)
	}
	k = k.without("view.sidebar")
	if len(k.own) != 0 {
		t.Errorf("the defaults are kept as changes: %v", k.own)
	}
	odd := newKeymap(map[string]string{"conversation.new": "Ctrl+", "view.sidebar": "N", "gone": "Ctrl+1", "find.here": "Ctrl+1", "find.all": "Ctrl+1"})
	if odd.bound[n] != "conversation.new" || odd.bound[b] != "view.sidebar" || len(odd.own) != 1 {
		t.Errorf("of what cannot be used there is left %v", odd.own)
	}
}

// pressChord sends a shortcut as the driver does: to the focus, or to the window.
func (r *rig) pressChord(text string) {
	c, _ := parseChord(text)
	if c.mods == 0 {
		r.key(c.key)
		return
	}
	s := &desktop.CustomShortcut{KeyName: c.key, Modifier: c.mods}
	if focused, ok := r.win.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(s)
	} else {
		r.win.Canvas().(fyne.Shortcutable).TypedShortcut(s)
	}
}

func (r *rig) sheetRow(s *keySheet, id string) *keyRow {
	r.t.Helper()
	for _, row := range s.rows {
		if row.command.id == id {
			return row
		}
	}
	r.t.Fatalf("the sheet has no line for %s", id)
	return nil
}

// A command gets other keys in the sheet: they work, the old ones do not, hints
// name them, and they are there after a new start.
func TestKeysAreChangedInTheSheet(t *testing.T) {
	dir := t.TempDir()
	r := newRigWith(t, newTestEngine(), dir, Options{})
	r.pressChord("Ctrl+/")
	s := r.sheet
	row := r.sheetRow(s, "view.sidebar")
	test.Tap(row)
	r.pressChord("Alt+S")
	if row.keys.text != "Alt+S" || !row.reset.Visible() || !s.reset.Visible() {
		t.Fatalf("the line says %q", row.keys.text)
	}
	r.key(fyne.KeyEscape)
	if r.win.Canvas().Overlays().Top() != nil {
		t.Fatal("Esc did not close the sheet")
	}
	before := r.frame.sidebarOpen
	r.pressChord("Ctrl+B")
	if r.frame.sidebarOpen != before {
		t.Error("the old keys still work")
	}
	r.pressChord("Alt+S")
	if r.frame.sidebarOpen == before || !strings.HasSuffix(r.toggle.tip, "(Alt+S)") {
		t.Errorf("the new keys do nothing; the hint is %q", r.toggle.tip)
	}
	if again := newKeymap(r.app.Settings().Keys); again.of("view.sidebar").String() != "Alt+S" {
		t.Errorf("kept: %v", r.app.Settings().Keys)
	}
	s = nil
	r.showShortcuts()
	test.Tap(r.sheet.reset)
	if len(r.app.Settings().Keys) != 0 || !strings.HasSuffix(r.toggle.tip, "+B)") {
		t.Error("the keys were not reset")
	}
}

func TestTakenAndUnusableKeysAreSaid(t *testing.T) {
	r := newRigWith(t, apptest.New([]string{"Yes."}, 0), t.TempDir(), Options{})
	r.showShortcuts()
	s := r.sheet
	row := r.sheetRow(s, "keep.copies")
	test.Tap(row)
	r.key(fyne.KeyX)
	if s.asked != row || !strings.Contains(s.note.text, "X is for writing") {
		t.Errorf("a letter alone: %q", s.note.text)
	}
	r.pressChord("Ctrl+N")
	if !strings.Contains(s.note.text, "does “New conversation” already") || !s.take.Visible() || r.keys.of("keep.copies") != (chord{}) {
		t.Fatalf("a taken chord: %q", s.note.text)
	}
	test.Tap(s.take)
	if r.keys.of("keep.copies").String() != "Ctrl+N" || r.keys.of("conversation.new") != (chord{}) || !strings.Contains(s.note.text, "has no keys now") {
		t.Errorf("it was not taken: %q", s.note.text)
	}
	test.Tap(row)
	r.key(fyne.KeyBackspace)
	if r.keys.of("keep.copies") != (chord{}) {
		t.Error("Backspace does not leave it without keys")
	}
	test.Tap(row)
	r.key(fyne.KeyF9)
	if r.keys.of("keep.copies").String() != "F9" {
		t.Error("a function key is not taken")
	}
}
