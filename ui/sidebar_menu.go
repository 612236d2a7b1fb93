package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// offer shows what can be done with a conversation.
func (s *Sidebar) offer(id app.ID, at fyne.Position) {
	if s.inTrash {
		s.menu(at, fyne.NewMenuItem(lang.L("Restore"), func() { s.OnRestore(id) }))
		return
	}
	c := app.Conversation{ID: id}
	if i := s.row(id); i >= 0 {
		c = *s.rows[i].conversation
	}
	pin := lang.L("Pin")
	if c.Pinned {
		pin = lang.L("Unpin")
	}
	rename := fyne.NewMenuItem(lang.L("Rename"), func() { s.Rename(id) })
	rename.Disabled = s.row(id) < 0
	s.menu(at,
		rename,
		fyne.NewMenuItem(pin, func() { s.OnPin(id, !c.Pinned) }),
		s.moveMenu(c),
		fyne.NewMenuItem(lang.L("Tags…"), func() { s.OnTags(id) }),
		s.exportItem(id, 0),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Move to the trash"), func() { s.OnDelete(id) }))
}

// moveMenu lists the folders a conversation can be put into.
func (s *Sidebar) moveMenu(c app.Conversation) *fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, f := range s.folders {
		item := fyne.NewMenuItem(folderTitle(&f, 0), func() { s.OnMove(c.ID, f.ID) })
		item.Checked = f.ID == c.Folder
		items = append(items, item)
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	if c.Folder != 0 {
		items = append(items, fyne.NewMenuItem(lang.L("Out of the folder"), func() { s.OnMove(c.ID, 0) }))
	}
	items = append(items, fyne.NewMenuItem(lang.L("New folder…"), func() { s.OnFolder(0, c.ID) }))
	move := fyne.NewMenuItem(lang.L("Move to a folder"), nil)
	move.ChildMenu = fyne.NewMenu("", items...)
	return move
}

// offerFolder shows what can be done with a folder.
func (s *Sidebar) offerFolder(id app.ID, at fyne.Position) {
	if s.inTrash {
		s.menu(at, fyne.NewMenuItem(lang.L("Restore the folder"), func() { s.OnRestoreFolder(id) }))
		return
	}
	s.menu(at,
		fyne.NewMenuItem(lang.L("New conversation here"), func() { s.OnNewIn(id) }),
		fyne.NewMenuItem(lang.L("Name and system prompt…"), func() { s.OnFolder(id, 0) }),
		s.exportItem(0, id),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Move to the trash"), func() { s.OnDeleteFolder(id) }))
}

func (s *Sidebar) menu(at fyne.Position, items ...*fyne.MenuItem) {
	if canvas := canvasOf(s); canvas != nil {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), canvas, at)
	}
}

func (s *Sidebar) exportItem(id, folder app.ID) *fyne.MenuItem {
	item := fyne.NewMenuItem(lang.L("Export…"), func() { s.OnExport(id, folder) })
	item.Disabled = s.OnExport == nil
	return item
}
