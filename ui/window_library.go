package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// announceLibrary connects what the sidebar says about finding and keeping.
func (w *Window) announceLibrary(s *Sidebar) {
	s.OnSearch, s.OnHit = w.search, w.openHit
	s.OnExport, s.OnKeep, s.OnDownloads = w.askExport, w.keepMenu, w.openModels
	s.OnPin, s.OnTags, s.OnMove = w.pin, w.askTags, w.move
	s.OnFolder, s.OnNewIn, s.OnDeleteFolder, s.OnRestoreFolder = w.askFolder, w.newConversationIn, w.trashFolder, w.restoreFolder
}

func (w *Window) listFolders(trashed bool) []app.Folder {
	list, err := w.app.Folders()
	if trashed {
		list, err = w.app.TrashedFolders()
	}
	if err != nil {
		w.failed(err)
	}
	return list
}

func (w *Window) search(text string, trashed bool) app.Found {
	found, err := w.app.Search(text, trashed)
	if err != nil {
		w.failed(err)
	}
	return found
}

// openHit opens a conversation at the message that was found.
func (w *Window) openHit(h app.Hit, text string) {
	if h.ID != w.current {
		w.open(h.ID)
	}
	if h.Message == 0 || w.current != h.ID {
		return
	}
	if err := w.app.ShowMessage(h.ID, h.Message); err != nil {
		w.failed(err)
		return
	}
	w.reloadMessages()
	w.find.show(wordsOf(text), uint64(h.Message))
}

// wordsOf is the longest word or phrase of a search.
func wordsOf(text string) (longest string) {
	for i, part := range strings.Split(text, `"`) {
		words := []string{part}
		if i%2 == 0 { // not between quotation marks
			words = strings.Fields(part)
		}
		for _, word := range words {
			if len(word) > len(longest) && !strings.Contains(word, ":") {
				longest = word
			}
		}
	}
	return longest
}

// focusSearch puts the cursor into the search field, wherever the sidebar is.
func (w *Window) focusSearch() {
	w.showSidebar()
	if w.inTrash {
		w.showTrash(false)
	}
	w.sidebar.FocusSearch()
}

func (w *Window) pin(id app.ID, pinned bool) {
	if err := w.app.Pin(id, pinned); err != nil {
		w.failed(err)
	}
	w.listConversations()
}

// move puts a conversation into a folder and offers to put it back.
func (w *Window) move(id, folder app.ID) {
	before, err := w.app.Conversation(id)
	if err == nil {
		err = w.app.Move(id, folder)
	}
	if err != nil {
		w.failed(err)
		return
	}
	w.listConversations()
	w.showConversationSettings()
	done := fmt.Sprintf(lang.L("“%s” is out of its folder."), titleOf(before))
	for _, f := range w.listFolders(false) {
		if f.ID == folder {
			done = fmt.Sprintf(lang.L("“%[1]s” is in “%[2]s”."), titleOf(before), f.Name)
		}
	}
	if before.Folder != folder {
		w.offerUndo(done, func() {
			if err := w.app.Move(id, before.Folder); err != nil {
				w.failed(err)
			}
			w.listConversations()
			w.showConversationSettings()
		})
	}
}

// askTags asks for the tags of a conversation.
func (w *Window) askTags(id app.ID) {
	c, err := w.app.Conversation(id)
	if err != nil {
		w.failed(err)
		return
	}
	field := newFilterEntry(lang.L("For example: work, ideas"), func(string) {})
	field.SetText(strings.Join(c.Tags, ", "))
	w.ask(lang.L("Tags"), lang.L("Separated by commas. The search finds them with tag:name."), lang.L("Keep"), []fyne.CanvasObject{field}, func() error {
		if err := w.app.SetTags(id, strings.Split(field.Text, ",")); err != nil {
			return err
		}
		w.listConversations()
		w.offerUndo(fmt.Sprintf(lang.L("The tags of “%s” are kept."), titleOf(c)), func() {
			if err := w.app.SetTags(id, c.Tags); err != nil {
				w.failed(err)
			}
			w.listConversations()
		})
		return nil
	})
}

// askFolder asks for the name and the system prompt of a folder, or of a new one
// into which a conversation is put.
func (w *Window) askFolder(id, first app.ID) {
	var f app.Folder
	for _, known := range w.listFolders(false) {
		if known.ID == id {
			f = known
		}
	}
	name := newFilterEntry("", func(string) {})
	name.SetText(f.Name)
	system := widget.NewMultiLineEntry()
	system.Wrapping = fyne.TextWrapWord
	system.SetMinRowsVisible(4)
	system.SetText(f.System)
	title, button := lang.L("New folder"), lang.L("Create")
	if id != 0 {
		title, button = lang.L("Folder"), lang.L("Keep")
	}
	fields := []fyne.CanvasObject{captioned(lang.L("Name"), name), captioned(lang.L("System prompt of its conversations that have none of their own"), system)}
	w.ask(title, "", button, fields, func() error { return w.keepFolder(id, first, name.Text, system.Text) })
}

func (w *Window) keepFolder(id, first app.ID, name, system string) error {
	if id == 0 {
		f, err := w.app.NewFolder(name)
		if err != nil {
			return err
		}
		id = f.ID
		w.sidebar.unfolded[id] = true
	}
	if err := w.app.SetFolder(id, name, system); err != nil {
		return err
	}
	if first != 0 {
		w.move(first, id)
	}
	w.listConversations()
	w.updateSetup()
	return nil
}

// newFolder makes an empty folder: which conversation to put there, if any, only a
// conversation's own menu knows.
func (w *Window) newFolder() { w.askFolder(0, 0) }

// newConversationIn opens an empty page whose conversation will be in a folder.
func (w *Window) newConversationIn(folder app.ID) {
	w.newConversation()
	w.newIn = folder
	w.showConversationSettings()
}

// trashFolder puts a folder and what is in it into the trash and offers to take
// them out again.
func (w *Window) trashFolder(id app.ID) {
	c, err := w.app.Conversation(w.current)
	name := ""
	for _, f := range w.listFolders(false) {
		if f.ID == id {
			name = f.Name
		}
	}
	open := err == nil && c.Folder == id
	if open {
		w.leave()
	}
	if err := w.app.DeleteFolder(id); err != nil {
		w.failed(err)
		return
	}
	if open {
		w.current, w.messages = 0, nil
		w.openNewest()
	} else {
		w.listConversations()
		w.countTrash()
	}
	w.offerUndo(fmt.Sprintf(lang.L("The folder “%s” is in the trash, with what is in it."), name), func() { w.restoreFolder(id) })
}

func (w *Window) restoreFolder(id app.ID) {
	if err := w.app.RestoreFolder(id); err != nil {
		w.failed(err)
		return
	}
	w.inTrash = false
	w.listConversations()
	w.countTrash()
}
