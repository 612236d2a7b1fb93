package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// untitled is how a conversation without a title is called.
func untitled() string { return lang.L("New conversation") }

// Sidebar lists the conversations, or those in the trash. It announces what the
// reader wants done with them and shows what it is given.
type Sidebar struct {
	widget.BaseWidget
	OnNew        func()
	OnOpen       func(app.ID)
	OnRename     func(app.ID, string)
	OnDelete     func(app.ID)
	OnRestore    func(app.ID)
	OnTrash      func(open bool) // the trash is looked into, or left
	OnEmptyTrash func()

	OnSearch        func(text string, trashed bool) app.Found
	OnHit           func(h app.Hit, text string)
	OnPin           func(id app.ID, pinned bool)
	OnTags          func(app.ID)
	OnMove          func(id, folder app.ID)
	OnFolder        func(id, first app.ID) // its name and prompt are to be given; 0: a new one, for that conversation
	OnNewIn         func(folder app.ID)
	OnDeleteFolder  func(app.ID)
	OnRestoreFolder func(app.ID)
	OnExport        func(id, folder app.ID)
	OnDownloads     func()                 // what is being downloaded was clicked
	OnKeep          func(at fyne.Position) // what can be done with all of them

	all         []app.Conversation // as given
	folders     []app.Folder
	unfolded    map[app.ID]bool    // folders whose conversations are listed
	rows        []sideRow          // as listed
	today       time.Time          // the day of the headings
	shown       []app.Conversation // those that have a row, in its order
	hits        []app.Hit          // what the search found
	hit         int                // the one that Enter opens
	unindexed   int
	current     app.ID
	writing     app.ID // the one whose reply is being written
	renaming    app.ID
	renameField *renameEntry
	inTrash     bool
	spot        keySpot
	dragging    *dragging // nil: none is
	ghost       *ghost
	sure        bool // "empty the trash" has been asked for once

	newButton   *focusRow
	filter      *filterEntry
	list        *conversationList
	found       *hitList
	nothing     *paragraph
	trash       *focusRow
	download    *focusRow
	keep        *glyphButton
	back        *focusRow
	empty       *pushButton
	top, bottom *fyne.Container
	content     *fyne.Container
}

// NewSidebar returns a sidebar without conversations.
func NewSidebar() *Sidebar {
	s := &Sidebar{unfolded: map[app.ID]bool{}}
	s.ExtendBaseWidget(s)
	s.newButton = newFocusRow(untitled(), "", func() { s.OnNew() })
	s.newButton.framed, s.newButton.icon = true, assets.Icon("add")
	s.back = newFocusRow(lang.L("Trash"), "", func() { s.lookIntoTrash(false) })
	s.back.icon = assets.Icon("back")
	s.trash = newFocusRow(lang.L("Trash"), "", func() { s.lookIntoTrash(true) })
	s.trash.title.style = captionStyle
	s.empty = newButton("", s.emptyTapped)
	s.filter = newFilterEntry("", func(string) { s.search() })
	s.filter.keys = s.searchKey
	s.nameKeys(newKeymap(nil))
	s.nothing = newParagraph("", captionStyle.centred())
	s.ghost = newGhost()
	s.list, s.found = newConversationList(s), newHitList(s)
	s.top = newColumn(8, s.newButton, s.back, s.filter)
	s.keep = newGlyph(assets.Icon("more"), 28, nil)
	s.keep.onTapped = func() { s.OnKeep(fyne.CurrentApp().Driver().AbsolutePositionForObject(s.keep)) }
	s.keep.tip = lang.L("Import, export, copies, passphrase")
	s.download = newFocusRow("", "", func() { s.OnDownloads() })
	s.download.icon = assets.Icon("download")
	s.download.Hide()
	s.bottom = newColumn(8, s.empty, s.download, newRow(4, 0, s.trash, s.keep))
	wheel := newWheelArea(func(event *fyne.ScrollEvent) {
		for _, l := range []*widget.List{&s.list.List, &s.found.List} {
			l.ScrollToOffset(l.GetScrollOffset() - event.Scrolled.DY)
		}
	})
	middle := container.NewStack(s.list, s.found, wheel, newPadded(24, 16, 0, 16, s.nothing))
	s.content = container.New(sidebarLayout{}, s.top, middle, s.bottom)
	s.show()
	return s
}

// nameKeys says which keys lead here.
func (s *Sidebar) nameKeys(k *keymap) { s.filter.SetPlaceHolder(lang.L("Search") + k.hint("find.all")) }

// CreateRenderer implements fyne.Widget.
func (s *Sidebar) CreateRenderer() fyne.WidgetRenderer {
	back := newSurface(theme.ColorNameHeaderBackground, "", 0)
	return widget.NewSimpleRenderer(container.NewStack(back, s.content, container.NewWithoutLayout(s.ghost.box)))
}

// Set shows the given conversations, the newest first; inTrash: the trash's.
func (s *Sidebar) Set(conversations []app.Conversation, folders []app.Folder, inTrash bool) {
	if inTrash != s.inTrash {
		s.filter.SetText("")
		s.spot = keySpot{}
	}
	s.all, s.folders, s.inTrash = conversations, folders, inTrash
	s.sure = s.sure && inTrash
	s.arrange()
	if s.list.focused {
		s.settle()
	}
	s.list.Refresh()
	s.show()
	if s.filter.Text != "" {
		s.search() // what was found may have changed
	}
	s.showLists()
}

// Renew brings one conversation up to date, which is in its place among the others by
// the time of its last message; false: it is not listed.
func (s *Sidebar) Renew(c app.Conversation) bool {
	at := slices.IndexFunc(s.all, func(x app.Conversation) bool { return x.ID == c.ID })
	if at < 0 || s.inTrash {
		return false
	}
	all := slices.Delete(s.all, at, at+1)
	at = slices.IndexFunc(all, func(x app.Conversation) bool { return !x.Updated.After(c.Updated) })
	if at < 0 {
		at = len(all)
	}
	s.Set(slices.Insert(all, at, c), s.folders, false)
	return true
}

// SetCurrent highlights the conversation that is open.
func (s *Sidebar) SetCurrent(id app.ID) {
	if id != s.current {
		s.current, s.spot = id, keySpot{}
		s.uncoverCurrent()
		s.list.Refresh()
		s.reveal()
	}
}

// SetWriting marks the conversation in which a reply is being written; 0: none.
func (s *Sidebar) SetWriting(id app.ID) {
	if id != s.writing {
		s.writing = id
		s.list.Refresh()
	}
}

// SetTrashed says how many conversations, in folders or not, the trash holds.
func (s *Sidebar) SetTrashed(n, folders int) {
	if n == 0 {
		n = folders
	}
	text := lang.L("Trash")
	if n > 0 {
		text = fmt.Sprintf(lang.L("Trash (%s)"), count(n))
	}
	s.trash.title.SetText(text)
}

// SetDownload says what is being downloaded and how far it is, "": nothing is.
func (s *Sidebar) SetDownload(title, caption string) {
	shown := s.download.Visible()
	s.download.title.SetText(title)
	s.download.caption.SetText(caption)
	setVisible(s.download, title != "")
	if shown != s.download.Visible() {
		relayout(s.content)
	}
}

// Rename opens the title of a conversation for editing.
func (s *Sidebar) Rename(id app.ID) {
	s.filter.SetText("")
	if id == s.current && !s.inTrash {
		s.uncoverCurrent()
	}
	i := s.row(id)
	if i < 0 || s.inTrash {
		return
	}
	s.renaming, s.renameField = id, newRenameEntry(titleOf(*s.rows[i].conversation), s.renamed)
	s.list.ScrollTo(i)
	s.list.Refresh()
	if c := canvasOf(s); c != nil {
		c.Focus(s.renameField)
	}
}

func (s *Sidebar) renamed(title string) {
	id := s.renaming
	if id == 0 {
		return
	}
	s.renaming = 0
	s.list.Refresh()
	if title = strings.TrimSpace(title); title != "" && title != s.title(id) {
		s.OnRename(id, title)
	}
}

func (s *Sidebar) title(id app.ID) string {
	if i := s.index(id); i >= 0 {
		return s.shown[i].Title
	}
	return ""
}

// showLists shows the list that is wanted, or says why there is nothing in it.
func (s *Sidebar) showLists() {
	text, searching := "", s.filter.Text != ""
	switch {
	case searching && len(s.hits) == 0 && s.unindexed > 0:
		text = fmt.Sprintf(lang.L("Nothing yet: %s messages are still being indexed."), count(s.unindexed))
	case searching && len(s.hits) == 0:
		text = fmt.Sprintf(lang.L("Nothing is found for “%s”."), s.filter.Text)
	case searching || len(s.rows) > 0:
	case s.inTrash:
		text = lang.L("The trash is empty.")
	default:
		text = lang.L("Your conversations will be listed here.")
	}
	s.nothing.SetText(text)
	setVisible(s.list, text == "" && !searching)
	setVisible(s.found, text == "" && searching)
}

// uncoverCurrent unfolds the folder of the open conversation.
func (s *Sidebar) uncoverCurrent() {
	i := slices.IndexFunc(s.all, func(c app.Conversation) bool { return c.ID == s.current })
	if i < 0 || s.all[i].Folder == 0 || s.unfolded[s.all[i].Folder] || s.row(s.current) >= 0 {
		return
	}
	s.unfolded[s.all[i].Folder] = true
	s.arrange()
}

// show brings the controls around the list up to date.
func (s *Sidebar) show() {
	setVisible(s.newButton, !s.inTrash)
	setVisible(s.back, s.inTrash)
	setVisible(s.trash, !s.inTrash)
	setVisible(s.keep, !s.inTrash)
	setVisible(s.filter, len(s.all)+len(s.folders) > 0 || s.filter.Text != "")
	full := s.inTrash && len(s.all)+len(s.folders) > 0
	s.back.caption.text = ""
	if full {
		s.back.caption.text = lang.L("Click one to restore it.")
	}
	s.back.Refresh()
	setVisible(s.empty, full)
	s.empty.SetText(lang.L("Empty the trash"))
	s.empty.Importance = widget.MediumImportance
	if s.sure {
		s.empty.SetText(fmt.Sprintf(lang.L("Delete %s for good"), conversations(len(s.all))))
		s.empty.Importance = widget.DangerImportance
	}
	s.empty.Refresh()
	relayout(s.content)
}

// lookIntoTrash opens the trash or leaves it. Who did it by a key is in the list
// then: the row that had the focus is gone.
func (s *Sidebar) lookIntoTrash(open bool) {
	c := canvasOf(s)
	byKey := c != nil && (c.Focused() == s.trash || c.Focused() == s.back)
	s.OnTrash(open)
	if byKey {
		s.focusList()
	}
}

// focusList puts the keys into the list.
func (s *Sidebar) focusList() {
	if c := canvasOf(s); c != nil && s.list.Visible() {
		c.Focus(s.list)
	}
}

// emptyTapped asks once more by changing its words: what follows cannot be undone.
func (s *Sidebar) emptyTapped() {
	if s.sure {
		s.sure = false
		s.OnEmptyTrash()
		return
	}
	s.sure = true
	s.show()
}

func (s *Sidebar) index(id app.ID) int {
	return slices.IndexFunc(s.shown, func(c app.Conversation) bool { return c.ID == id })
}

// reveal scrolls to the open conversation. A list that has never had a height
// would scroll past its own first rows.
func (s *Sidebar) reveal() {
	if i := s.row(s.current); i >= 0 && s.list.Size().Height > 0 {
		s.list.ScrollTo(i)
	}
}

func titleOf(c app.Conversation) string {
	if c.Title == "" {
		return untitled()
	}
	return c.Title
}

func conversations(n int) string {
	return counted(n, lang.L("1 conversation"), lang.L("%s conversations"))
}

// sidebarLayout: controls above, controls below, the list between them.
type sidebarLayout struct{}

const sidebarPad = 12 // so that titles start where the column's text does

// MinSize implements fyne.Layout.
func (sidebarLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(180), px(160)) }

// Layout implements fyne.Layout.
func (sidebarLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	pad := px(sidebarPad)
	width := size.Width - 2*pad
	top := fit(objects[0], width)
	objects[0].Move(fyne.NewPos(pad, pad))
	bottom := fit(objects[2], width)
	objects[2].Move(fyne.NewPos(pad, size.Height-pad-bottom))
	objects[1].Resize(fyne.NewSize(width, max(0, size.Height-top-bottom-4*pad)))
	objects[1].Move(fyne.NewPos(pad, 2*pad+top))
}
