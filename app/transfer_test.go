package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/app/archive"

	"github.com/go-text/typesetting/fontscan"
)

// What is exported as JSON and imported into an empty database is the same, with
// all versions, and can be found.
func TestExportAndImport(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "first version of a question")
	for _, err := range b.Edit(t.Context(), id, b.messages(id)[0].ID, "second version") {
		check(t, err)
	}
	f, err := b.NewFolder("Work")
	check(t, err)
	check(t, b.SetFolder(f.ID, "Work", "Be brief."))
	check(t, b.Move(id, f.ID))
	check(t, b.SetTags(id, []string{"one"}))
	check(t, b.SetSystem(id, "Rhyme."))
	check(t, b.SaveDraft(id, "to be said"))
	path := filepath.Join(t.TempDir(), "all.json")
	_, err = b.App.Export(app.Export{}, path)
	check(t, err)

	to := fast(t, 3)
	ids, _, err := to.Import(path)
	check(t, err)
	c, err := to.Conversation(ids[0])
	check(t, err)
	if c.System != "Rhyme." || c.Draft != "to be said" || c.Title != "first version of a question" || strings.Join(c.Tags, ",") != "one" {
		t.Errorf("the conversation came over as %+v", c)
	}
	if folders, _ := to.Folders(); len(folders) != 1 || folders[0].System != "Be brief." || c.Folder != folders[0].ID {
		t.Errorf("the folders came over as %+v", folders)
	}
	was, now := b.messages(id), to.messages(ids[0])
	if len(now) != 2 || now[0].Text != "second version" || now[0].Siblings != 2 || now[1].Text != was[1].Text || now[1].Reply == nil || now[1].Reply.Model != was[1].Reply.Model {
		t.Errorf("the messages came over as %+v, were %+v", now, was)
	}
	if found, _ := to.Search("first version", false); len(found.Hits) != 1 {
		t.Errorf("found %+v", found)
	}
	again, _, err := to.Import(path)
	check(t, err)
	if folders, _ := to.Folders(); len(folders) != 1 || again[0] == ids[0] {
		t.Errorf("imported twice, the folders are %+v, the conversation %d", folders, again[0])
	}
}

// TestExportBorrowsFonts: a PDF takes what our fonts lack from those of the machine.
func TestExportBorrowsFonts(t *testing.T) {
	if !slices.ContainsFunc(archive.SystemFonts(t.TempDir())(), func(f fontscan.Footprint) bool { return f.Runes.Contains('混') }) {
		t.Skip("SKIPPED: this machine has no font with Chinese letters (fonts-wqy-microhei has them)")
	}
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "a question 混")
	note, err := b.App.Export(app.Export{Conversation: id, Fonts: pdfFonts(t)}, filepath.Join(t.TempDir(), "x.pdf"))
	check(t, err)
	if note != "" {
		t.Errorf("the note is %q", note)
	}
}

func pdfFonts(t *testing.T) app.Fonts {
	read := func(name string) []byte {
		content, err := os.ReadFile("../assets/fonts/" + name + ".ttf")
		check(t, err)
		return content
	}
	return app.Fonts{Regular: read("text-regular"), Bold: read("text-bold"), Italic: read("text-italic"), BoldItalic: read("text-bold-italic"), Mono: read("mono-regular")}
}

func TestExportFormats(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "a question ש")
	fonts := pdfFonts(t)
	dir := t.TempDir()
	for name, begins := range map[string]string{"x.md": "# a question", "x.HTML": "<!DOCTYPE html>", "x.json": "{", "x.pdf": "%PDF"} {
		note, err := b.App.Export(app.Export{Conversation: id, Fonts: fonts}, filepath.Join(dir, name))
		check(t, err)
		content, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		if !strings.HasPrefix(string(content), begins) {
			t.Errorf("%s begins with %.30q", name, content)
		}
		if (note != "") != (name == "x.pdf") {
			t.Errorf("%s: the note is %q", name, note)
		}
	}
	if _, err := b.App.Export(app.Export{}, filepath.Join(dir, "x.docx")); err == nil {
		t.Error("a file of an unknown format was written")
	}
	if _, err := b.App.Export(app.Export{}, filepath.Join(dir, "not there", "x.md")); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".beyonder-*")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// A bad file adds nothing.
func TestImportOfBadFiles(t *testing.T) {
	b := fast(t, 3)
	dir := t.TempDir()
	for name, content := range map[string]string{"a.json": "{", "b.json": `{"format":"beyonder-conversations","version":1,"conversations":[{"title":"x","messages":[]},{"title":3}]}`} {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte(content), 0o600))
		if _, _, err := b.Import(path); err == nil || !strings.HasPrefix(err.Error(), name+" was not imported: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := b.Import(filepath.Join(dir, "not there.json")); err == nil {
		t.Error("a file that is not there was imported")
	}
	if list, _ := b.Conversations(); len(list) != 0 {
		t.Errorf("there are %+v", list)
	}
}
