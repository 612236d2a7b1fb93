package ui

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// keepMenu shows what can be done with all conversations.
func (w *Window) keepMenu(at fyne.Position) {
	items := []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("New folder…"), w.newFolder),
		fyne.NewMenuItem(lang.L("Import…"), w.askImport),
		fyne.NewMenuItem(lang.L("Export all…"), func() { w.askExport(0, 0) }),
		fyne.NewMenuItem(lang.L("Copies…"), w.showCopies),
		fyne.NewMenuItemSeparator(),
	}
	if w.app.Encrypted() {
		items = append(items, fyne.NewMenuItem(lang.L("Change the passphrase…"), w.askPassphrase), fyne.NewMenuItem(lang.L("Remove the passphrase…"), w.askNoPassphrase))
	} else {
		items = append(items, fyne.NewMenuItem(lang.L("Set a passphrase…"), w.askPassphrase))
	}
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(lang.L("Diagnostics"), w.showDiagnostics), fyne.NewMenuItem(lang.L("Network"), w.showNetwork))
	menu := fyne.NewMenu("", items...)
	size := widget.NewPopUpMenu(menu, w.win.Canvas()).MinSize()
	widget.ShowPopUpMenuAtPosition(menu, w.win.Canvas(), at.SubtractXY(0, size.Height))
}

// An exportFormat is the ending of a file, and what that is good for.
type exportFormat struct{ ending, name, text string }

func exportFormats() []exportFormat {
	return []exportFormat{
		{".md", "Markdown", lang.L("What is shown, as text with marks.")},
		{".html", lang.L("Web page"), lang.L("What is shown, to be read in a browser. It fetches nothing.")},
		{".pdf", "PDF", lang.L("What is shown, to be printed. Chinese, Japanese and Korean letters are set in a font of the system; coloured emoji and scripts such as Arabic are missing in it.")},
		{".json", "JSON", lang.L("Everything, with all versions. It can be imported again.")},
	}
}

// askExport asks how a conversation, a folder or, with neither, everything is to be
// written, and then where.
func (w *Window) askExport(id, folder app.ID) {
	title, name := w.exported(id, folder)
	formats := exportFormats()
	text := newParagraph(formats[0].text, captionStyle)
	names := []string{}
	for _, f := range formats {
		names = append(names, f.name+" ("+f.ending+")")
	}
	chosen := 0
	var m *modal
	choice := newKeySelect(names, func(i int) {
		chosen = i
		text.SetText(formats[i].text)
		if m != nil {
			m.fit()
		}
	})
	choice.SetSelectedIndex(0)
	m = w.ask(title, "", lang.L("Choose where…"), []fyne.CanvasObject{choice, text}, func() error {
		what, file := app.Export{Conversation: id, Folder: folder}, name+formats[chosen].ending
		w.post(func() { w.chooseExport(what, file) }) // once this is gone, which takes with it what lies over it
		return nil
	})
	w.win.Canvas().Focus(choice)
}

// exported says what is exported, as a title, and proposes a name for the file.
func (w *Window) exported(id, folder app.ID) (title, name string) {
	switch {
	case id != 0:
		return fmt.Sprintf(lang.L("Export “%s”"), w.title(id)), nameForFile(w.title(id))
	case folder != 0:
		for _, f := range w.listFolders(false) {
			if f.ID == folder {
				return fmt.Sprintf(lang.L("Export the folder “%s”"), f.Name), nameForFile(f.Name)
			}
		}
	}
	return lang.L("Export all conversations"), lang.L("Beyonder conversations")
}

// nameForFile makes a name for a file of a title, one that every system takes.
func nameForFile(title string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return ' '
		}
		return r
	}, title)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". …")
	if name == "" {
		return lang.L("Conversation")
	}
	return name
}

func (w *Window) chooseExport(e app.Export, name string) {
	var endings []string
	for _, f := range exportFormats() {
		endings = append(endings, f.ending)
	}
	w.chooseToSave(name, endings, func(path string) { w.export(e, path) }, func(err error) { w.failed(err) })
}

func (w *Window) export(e app.Export, path string) {
	f := assets.NewFonts()
	e.Fonts = app.Fonts{Regular: f.Regular.Content(), Bold: f.Bold.Content(), Italic: f.Italic.Content(), BoldItalic: f.BoldItalic.Content(), Mono: f.Mono.Content()}
	note := ""
	w.busy(fmt.Sprintf(lang.L("Writing %s…"), filepath.Base(path)), func() (err error) {
		note, err = w.app.Export(e, path)
		return err
	}, func(err error) {
		if err != nil {
			w.failed(err)
			return
		}
		text := fmt.Sprintf(lang.L("%[1]s is written to %[2]s."), filepath.Base(path), filepath.Dir(path))
		if note != "" {
			text += " " + asSentence(errorText(note))
		}
		w.say("kept", text)
	})
}

// askImport lets the reader look for a file to import.
func (w *Window) askImport() {
	w.chooseFile(choosing{title: lang.L("Import conversations"), text: lang.L("Our .json, ChatGPT's conversations.json or .zip, LM Studio's .conversation.json."),
		endings: []string{".json", ".zip"}, chosen: func(path string) { w.importFile(path) }})
}

// importFile adds the conversations of a file and offers to put them into the
// trash; where that fails it offers what else can be done with the file.
func (w *Window) importFile(path string, otherwise ...action) {
	var ids []app.ID
	var skipped int
	w.busy(fmt.Sprintf(lang.L("Reading %s…"), filepath.Base(path)), func() (err error) {
		ids, skipped, err = w.app.Import(path)
		return err
	}, func(err error) {
		if err != nil {
			w.failed(err, otherwise...)
			return
		}
		w.listConversations()
		if len(ids) == 1 {
			w.open(ids[0])
		}
		text := fmt.Sprintf(lang.L("%[1]s imported from %[2]s."), conversations(len(ids)), filepath.Base(path))
		if skipped > 0 {
			text += " " + fmt.Sprintf(lang.L("Left out, because it could not be read: %s."), conversations(skipped))
		}
		w.say("kept", text, action{lang.L("Undo"), false, func() {
			w.cards.set("kept", nil)
			w.unimport(ids)
		}})
	})
}

func (w *Window) unimport(ids []app.ID) {
	for _, id := range ids {
		if err := w.app.Delete(id); err != nil {
			w.failed(err)
		}
	}
	if slices.Contains(ids, w.current) {
		w.current, w.messages = 0, nil
		w.openNewest()
		return
	}
	w.listConversations()
	w.countTrash()
}

// showCopies lists the copies of all conversations, once the disk has told of them.
func (w *Window) showCopies() {
	var copies []app.Copy
	inBackground(w.post, func() (err error) {
		copies, err = w.app.Copies()
		return err
	}, func(err error) {
		switch {
		case err != nil:
			w.failed(err)
		case w.win.Canvas().Overlays().Top() == nil: // else something else was opened meanwhile
			w.listCopies(copies)
		}
	})
}

func (w *Window) listCopies(copies []app.Copy) {
	list := newColumn(4)
	var m *modal
	for _, c := range copies {
		button := newButton(lang.L("Restore"), func() {
			m.close()
			w.restoreCopy(c)
		})
		made := c.Made.Local()
		list.Add(newRow(12, 0, newColumn(0, newFlexibleLine(momentText(made), bodyStyle), newFlexibleLine(weekdayName(made.Weekday())+" · "+bytesText(c.Bytes), captionStyle)), button))
	}
	if len(copies) == 0 {
		list.Add(newLine(lang.L("There is none yet."), captionStyle))
	}
	scroll := container.NewVScroll(list)
	height := min(list.MinSize().Height, px(300))
	scroll.SetMinSize(fyne.NewSize(px(200), height))
	m = w.ask(lang.L("Copies"), lang.L("Once a day all conversations are copied; the last seven copies are kept. Restoring one copies what is there now first."),
		lang.L("Close"), []fyne.CanvasObject{scroll}, func() error { return nil })
	m.cancel.Hide()
}

func (w *Window) restoreCopy(c app.Copy) {
	w.leave()
	var before, now app.Copy
	w.busy(lang.L("Restoring the copy…"), func() error {
		before = w.newestCopy()
		err := w.app.RestoreCopy(c.Path)
		now = w.newestCopy()
		return err
	}, func(err error) {
		if err != nil {
			w.failed(err)
			return
		}
		w.begin()
		var undo []action
		if now.Path != before.Path {
			undo = append(undo, action{lang.L("Undo"), false, func() {
				w.cards.set("kept", nil)
				w.restoreCopy(now)
			}})
		}
		w.say("kept", fmt.Sprintf(lang.L("The copy of %s is restored."), momentText(c.Made)), undo...)
	})
}

// newestCopy waits for the disk.
func (w *Window) newestCopy() app.Copy {
	if copies, err := w.app.Copies(); err == nil && len(copies) > 0 {
		return copies[0]
	}
	return app.Copy{}
}

// passphraseText says what a passphrase does and does not do.
func passphraseText() string {
	return lang.L("Titles, messages, drafts, prompts, settings and the search index are encrypted. Their number, sizes and the paths of model files are not.") + "\n" +
		lang.L("Nobody can recover a forgotten passphrase: without it, all conversations are lost. Copies made so far are deleted; files that were exported stay as they are.")
}

func passwordField(label string) (*filterEntry, fyne.CanvasObject) {
	e := newFilterEntry("", func(string) {})
	e.Password = true
	return e, captioned(label, e)
}

// askPassphrase asks for a passphrase, or for another one.
func (w *Window) askPassphrase() {
	current, currentField := passwordField(lang.L("Passphrase so far"))
	fresh, freshField := passwordField(lang.L("New passphrase"))
	again, againField := passwordField(lang.L("New passphrase once more"))
	title, text, button, fields := lang.L("Set a passphrase"), passphraseText(), lang.L("Encrypt"), []fyne.CanvasObject{freshField, againField}
	if w.app.Encrypted() {
		title, text, button, fields = lang.L("Change the passphrase"), lang.L("Copies made so far keep the passphrase that they were made with."), lang.L("Change"), append([]fyne.CanvasObject{currentField}, fields...)
	}
	var m *modal
	m = w.ask(title, text, button, fields, func() error {
		switch {
		case fresh.Text == "":
			return errors.New(lang.L("a passphrase has at least one character"))
		case fresh.Text != again.Text:
			return errors.New(lang.L("the two are not the same: type the new passphrase twice"))
		}
		return w.setPassphrase(m, current.Text, fresh.Text, lang.L("The conversations have a passphrase now."))
	})
}

func (w *Window) askNoPassphrase() {
	current, field := passwordField(lang.L("Passphrase"))
	var m *modal
	m = w.ask(lang.L("Remove the passphrase"), lang.L("Conversations can then be read by everybody who can read your files. Copies made so far are deleted."), lang.L("Decrypt"), []fyne.CanvasObject{field}, func() error {
		return w.setPassphrase(m, current.Text, "", lang.L("The conversations have no passphrase any more."))
	})
}

// setPassphrase changes the passphrase while the modal that asked for it waits and
// says what is wrong with the one so far.
func (w *Window) setPassphrase(m *modal, current, fresh, done string) error {
	w.leave()
	m.wait(lang.L("Writing all conversations anew…"))
	return m.background(func() error { return w.app.SetPassphrase(current, fresh) }, func(err error) {
		if err == nil {
			w.say("kept", done)
		}
	})
}

// begin shows what the store has, after it was opened or replaced.
func (w *Window) begin() {
	if w.app.Locked() {
		w.askUnlock()
		return
	}
	before := w.settings.Language
	w.settings = w.app.Settings()
	w.applyLook()
	if w.settings.Language != before {
		speak(w.settings.Language)
		w.buildAgain()
	}
	w.panel.Set(w.settings)
	w.newWith = w.settings.Assistant
	w.current, w.messages, w.inTrash = 0, nil, false
	w.openNewest()
	w.showModel()
}

// askUnlock asks for the passphrase before anything can be seen. Without it there
// is nothing to do but to leave.
func (w *Window) askUnlock() {
	field, shown := passwordField(lang.L("Passphrase"))
	var m *modal
	m = w.ask(lang.L("Your conversations are locked"), lang.L("A forgotten passphrase cannot be recovered."), lang.L("Open"), []fyne.CanvasObject{shown}, func() error {
		passphrase := field.Text
		return m.background(func() error { return w.app.Unlock(passphrase) }, func(err error) {
			if err != nil {
				field.SetText("")
				return
			}
			m.left = nil
			w.begin()
			w.loadFirst()
		})
	})
	m.left = w.close
	m.cancel.SetText(lang.L("Quit"))
}
