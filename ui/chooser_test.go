package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// chooserRig is a home with files and folders, and the chooser that is open.
type chooserRig struct {
	*rig
	c      *fileChooser
	home   string
	chosen string
}

func newChooserRig(t *testing.T, want choosing) *chooserRig {
	home := t.TempDir()
	for _, file := range []string{"Übung.gguf", "a.gguf", "models/b.gguf", "models/c.GGUF", "models/notes.txt", ".cache/hidden.gguf", "Models old/x.gguf"} {
		path := filepath.Join(home, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("words"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := &chooserRig{rig: newRig(t, "Yes."), home: home}
	t.Setenv("HOME", home)
	want.chosen = func(path string) { r.chosen = path }
	r.chooseFile(want)
	return r
}

func (r *chooserRig) open(t *testing.T) *fileChooser {
	t.Helper()
	page := r.win.Canvas().Overlays().Top()
	list := over(r.rig, func(*fileList) bool { return true })
	if page == nil {
		t.Fatal("nothing is open")
	}
	return list.chooser
}

// listed are the names in the list, once the disk has told of them.
func (r *chooserRig) listed(c *fileChooser) string {
	r.t.Helper()
	r.until("the folder is read", func() bool { return c.reading == "" })
	var names []string
	for _, item := range c.shown {
		names = append(names, item.name)
	}
	return strings.Join(names, " ")
}

func TestAFileIsChosenByKeyboardAlone(t *testing.T) {
	r := newChooserRig(t, choosing{title: "Open", endings: []string{".gguf"}})
	c := r.open(t)
	if got := r.listed(c); got != "models Models old a.gguf Übung.gguf" {
		t.Errorf("listed: %s", got)
	}
	if r.win.Canvas().Focused() != c.path || !r.asking() {
		t.Error("the field has not the keys")
	}
	test.Type(c.path, "mod")
	if got := r.listed(c); got != "models Models old" || c.at != 0 {
		t.Errorf("“mod” lists %s, marked %d", got, c.at)
	}
	r.key(fyne.KeyReturn)
	if got := r.listed(c); got != "b.gguf c.GGUF" || c.path.Text != withSeparator(filepath.Join(r.home, "models")) {
		t.Errorf("in models: %s, %s", got, c.path.Text)
	}
	r.key(fyne.KeyDown)
	r.key(fyne.KeyDown)
	r.key(fyne.KeyReturn)
	if r.chosen != filepath.Join(r.home, "models", "c.GGUF") || r.asking() {
		t.Errorf("chosen: %q", r.chosen)
	}
	r.chooseFile(choosing{title: "Again", endings: []string{".gguf"}, chosen: func(path string) { r.chosen = path }})
	if c = r.open(t); r.listed(c) != "b.gguf c.GGUF" {
		t.Errorf("the next one begins in %s", c.folder)
	}
	r.key(fyne.KeyEscape)
	if r.win.Canvas().Overlays().Top() != nil || r.win.Canvas().Focused() != r.composer.entry {
		t.Error("Esc does not lead back to the message")
	}
}

// A path may be typed or pasted whole, also of a file that the list leaves out.
func TestAPathIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"~/models/b.gguf": "models/b.gguf", "~/models/notes.txt": "models/notes.txt", "~/.cache/hidden.gguf": ".cache/hidden.gguf", "~/ubung": "Übung.gguf",
	} {
		r := newChooserRig(t, choosing{title: "Open", endings: []string{".gguf"}})
		c := r.open(t)
		c.path.SetText(typed)
		r.key(fyne.KeyReturn)
		r.until("it is chosen", func() bool { return r.chosen != "" })
		if r.chosen != filepath.Join(r.home, filepath.FromSlash(want)) {
			t.Errorf("%s chooses %s", typed, r.chosen)
		}
	}
	r := newChooserRig(t, choosing{title: "Open", endings: []string{".gguf"}})
	c := r.open(t)
	for _, whole := range []string{filepath.Join(r.home, "models") + string(filepath.Separator), "~/models/"} { // behind what stands there
		c.goTo(r.home)
		r.listed(c)
		for _, letter := range whole {
			c.path.TypedRune(letter)
		}
		if r.listed(c); c.path.Text != whole || c.folder != filepath.Join(r.home, "models") {
			t.Errorf("%s typed leaves %s and lists %s", whole, c.path.Text, c.folder)
		}
		c.path.SetText(withSeparator(c.folder) + whole)
		if r.listed(c); c.path.Text != whole || c.folder != filepath.Join(r.home, "models") {
			t.Errorf("%s pasted leaves %s and lists %s", whole, c.path.Text, c.folder)
		}
	}
	c.path.SetText("~/nowhere/x.gguf")
	if r.listed(c); !c.text.Visible() || !strings.Contains(c.text.text, "There is no folder") {
		t.Errorf("of a folder that is not there is said: %q", c.text.text)
	}
	c.path.SetText("~/none.gguf")
	r.listed(c)
	r.key(fyne.KeyReturn)
	r.until("it is said", func() bool { return c.note.Visible() })
	if !strings.Contains(c.note.text, "none.gguf") || r.chosen != "" {
		t.Errorf("said: %q", c.note.text)
	}
}

func TestHiddenFilesAreListedWhenWanted(t *testing.T) {
	r := newChooserRig(t, choosing{title: "Open"})
	c := r.open(t)
	r.listed(c)
	test.Type(c.path, ".c")
	if got := r.listed(c); got != ".cache" {
		t.Errorf("“.c” lists %q", got)
	}
	c.goTo(r.home)
	test.Tap(c.hidden)
	if got := r.listed(c); !strings.HasPrefix(got, ".cache ") {
		t.Errorf("listed: %s", got)
	}
}

func TestAFolderIsChosen(t *testing.T) {
	r := newChooserRig(t, choosing{title: "A folder", folder: true})
	c := r.open(t)
	if got := r.listed(c); got != "models Models old" {
		t.Errorf("listed: %s", got)
	}
	test.Tap(over(r.rig, func(row *quickRow) bool { return row.title.text == "models" }))
	if got := r.listed(c); got != "" || c.text.text != "There are no other folders in here." {
		t.Errorf("in models: %q, %q", got, c.text.text)
	}
	r.key(fyne.KeyReturn)
	if r.chosen != filepath.Join(r.home, "models") {
		t.Errorf("chosen: %q", r.chosen)
	}
}

// A click marks a file, two choose it; in the list the keys go on, and letters go into
// the field.
func TestAFileIsChosenByMouse(t *testing.T) {
	r := newChooserRig(t, choosing{title: "Open", endings: []string{".gguf"}})
	c := r.open(t)
	r.listed(c)
	row := func() *quickRow { return over(r.rig, func(row *quickRow) bool { return row.title.text == "a.gguf" }) }
	test.Tap(row())
	if r.chosen != "" || c.shown[c.at].name != "a.gguf" {
		t.Errorf("one click: chosen %q, marked %d", r.chosen, c.at)
	}
	if !row().framed {
		t.Error("it is not seen that the list has the keys")
	}
	c.list.TypedRune('m')
	if r.win.Canvas().Focused() != c.path || !strings.HasSuffix(c.path.Text, "m") {
		t.Errorf("a letter makes the field %q", c.path.Text)
	}
	c.goTo(r.home)
	r.listed(c)
	c.lastTime = time.Time{}
	test.Tap(row())
	test.Tap(row())
	if r.chosen != filepath.Join(r.home, "a.gguf") {
		t.Errorf("two clicks: chosen %q", r.chosen)
	}
}

// Where a file is to be written, its name has the keys, and a folder that is not there
// is made.
func TestAFileIsSaved(t *testing.T) {
	r := newChooserRig(t, choosing{title: "Export", endings: []string{".md"}, name: "talk.md"})
	c := r.open(t)
	if r.win.Canvas().Focused() != c.name || c.name.CursorColumn != len("talk") {
		t.Errorf("the name has not the keys, or the cursor is at %d", c.name.CursorColumn)
	}
	c.path.SetText("~/new/one/")
	if r.listed(c); !strings.Contains(c.text.text, "It is made when you save.") {
		t.Errorf("said: %q", c.text.text)
	}
	r.win.Canvas().Focus(c.name)
	c.name.SetText("")
	r.key(fyne.KeyReturn)
	if c.note.text != "Give the file a name." {
		t.Errorf("without a name: %q", c.note.text)
	}
	c.name.SetText("x.md")
	r.key(fyne.KeyReturn)
	if r.chosen != filepath.Join(r.home, "new", "one", "x.md") {
		t.Errorf("chosen: %q", r.chosen)
	}
	written := ""
	r.chooseToSave("talk.md", []string{".md"}, func(path string) { written = path }, func(err error) { t.Error(err) })
	c = r.open(t)
	c.name.SetText("~/made/here/y")
	r.key(fyne.KeyReturn)
	r.until("it is written", func() bool { return written != "" })
	if written != filepath.Join(r.home, "made", "here", "y.md") || !isFolder(filepath.Dir(written)) {
		t.Errorf("written: %q", written)
	}
}

// Closed over a page, it leaves that page as it was: Esc closes it then.
func TestTheChooserOverAPage(t *testing.T) {
	r := newChooserRig(t, choosing{title: "first"})
	r.key(fyne.KeyEscape)
	r.openModels()
	page := r.detail
	r.library.addFolder()
	r.key(fyne.KeyEscape)
	if r.detail != page || !r.library.open() {
		t.Fatal("the page is not the uppermost again")
	}
	r.key(fyne.KeyEscape)
	if r.library.open() {
		t.Error("Esc does not close the page")
	}
}

func TestTheSystemsFolders(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	text := "# made by xdg-user-dirs\nXDG_DESKTOP_DIR=\"$HOME/\"\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\nXDG_DOCUMENTS_DIR=\"/data/Documents\"\n"
	if err := os.WriteFile(filepath.Join(home, "user-dirs.dirs"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := userFolders(home); !slices.Equal(got, []string{"/data/Documents", filepath.Join(home, "Téléchargements")}) {
		t.Errorf("%q", got)
	}
}
