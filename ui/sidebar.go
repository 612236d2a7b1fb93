package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

const untitled = "New conversation"

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

	all         []app.Conversation // as given
	shown       []app.Conversation // those that the filter lets through
	current     app.ID
	writing     app.ID // the one whose reply is being written
	renaming    app.ID
	renameField *renameEntry
	inTrash     bool
	sure        bool // "empty the trash" has been asked for once

	newButton   *focusRow
	filter      *filterEntry
	list        *conversationList
	nothing     *paragraph
	trash       *focusRow
	back        *focusRow
	empty       *pushButton
	top, bottom *fyne.Container
	content     *fyne.Container
}

// NewSidebar returns a sidebar without conversations.
func NewSidebar() *Sidebar {
	s := &Sidebar{}
	s.ExtendBaseWidget(s)
	s.newButton = newFocusRow(untitled, "", func() { s.OnNew() })
	s.newButton.framed, s.newButton.icon = true, assets.Icon("add")
	s.back = newFocusRow("Back", "Click one to restore it.", func() { s.OnTrash(false) })
	s.back.icon = assets.Icon("back")
	s.trash = newFocusRow("Trash", "", func() { s.OnTrash(true) })
	s.trash.title.style = captionStyle
	s.empty = newButton("", s.emptyTapped)
	s.filter = newFilterEntry("Filter", func(string) { s.choose() })
	s.nothing = newParagraph("", captionStyle.centred())
	s.list = newConversationList(s)
	s.top = newColumn(8, s.newButton, s.back, s.filter)
	s.bottom = newColumn(8, s.empty, s.trash)
	wheel := newWheelArea(func(event *fyne.ScrollEvent) {
		s.list.ScrollToOffset(s.list.GetScrollOffset() - event.Scrolled.DY)
	})
	middle := container.NewStack(s.list, wheel, newPadded(24, 16, 0, 16, s.nothing))
	s.content = container.New(sidebarLayout{}, s.top, middle, s.bottom)
	s.show()
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Sidebar) CreateRenderer() fyne.WidgetRenderer {
	back := newSurface(theme.ColorNameHeaderBackground, "", 0)
	return widget.NewSimpleRenderer(container.NewStack(back, s.content))
}

// Set shows the given conversations, the newest first; inTrash: the trash's.
func (s *Sidebar) Set(conversations []app.Conversation, inTrash bool) {
	s.all, s.inTrash = conversations, inTrash
	s.sure = s.sure && inTrash
	s.choose()
	s.show()
}

// SetCurrent highlights the conversation that is open.
func (s *Sidebar) SetCurrent(id app.ID) {
	if id != s.current {
		s.current = id
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

// SetTrashed says how many conversations the trash holds.
func (s *Sidebar) SetTrashed(n int) {
	text := "Trash"
	if n > 0 {
		text = fmt.Sprintf("Trash (%s)", count(n))
	}
	s.trash.title.SetText(text)
}

// Rename opens the title of a conversation for editing.
func (s *Sidebar) Rename(id app.ID) {
	i := s.index(id)
	if i < 0 || s.inTrash {
		return
	}
	s.renaming, s.renameField = id, newRenameEntry(titleOf(s.shown[i]), s.renamed)
	s.list.ScrollTo(i)
	s.list.Refresh()
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
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

// choose applies the filter.
func (s *Sidebar) choose() {
	wanted := strings.ToLower(strings.TrimSpace(s.filter.Text))
	s.shown = s.shown[:0]
	for _, c := range s.all {
		if strings.Contains(strings.ToLower(titleOf(c)), wanted) {
			s.shown = append(s.shown, c)
		}
	}
	s.list.Refresh()
	s.showNothing(wanted)
}

func (s *Sidebar) showNothing(wanted string) {
	text := ""
	switch {
	case len(s.shown) > 0:
	case wanted != "":
		text = "No title contains “" + s.filter.Text + "”."
	case s.inTrash:
		text = "The trash is empty."
	default:
		text = "Your conversations will be listed here."
	}
	s.nothing.SetText(text)
	setVisible(s.list, text == "")
}

// show brings the controls around the list up to date.
func (s *Sidebar) show() {
	setVisible(s.newButton, !s.inTrash)
	setVisible(s.back, s.inTrash)
	setVisible(s.trash, !s.inTrash)
	setVisible(s.filter, len(s.all) > 7 || s.filter.Text != "")
	setVisible(s.empty, s.inTrash && len(s.all) > 0)
	s.empty.SetText("Empty the trash")
	s.empty.Importance = widget.MediumImportance
	if s.sure {
		s.empty.SetText(fmt.Sprintf("Delete %s for good", conversations(len(s.all))))
		s.empty.Importance = widget.DangerImportance
	}
	s.empty.Refresh()
	relayout(s.content)
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

func (s *Sidebar) reveal() {
	if i := s.index(s.current); i >= 0 {
		s.list.ScrollTo(i)
	}
}

// step opens the conversation n further down.
func (s *Sidebar) step(n int) {
	if s.inTrash || len(s.shown) == 0 {
		return
	}
	at := s.index(s.current)
	next := min(max(at+n, 0), len(s.shown)-1)
	if next != at {
		s.OnOpen(s.shown[next].ID)
	}
}

// offer shows what can be done with a conversation.
func (s *Sidebar) offer(id app.ID, at fyne.Position) {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(s)
	if canvas == nil {
		return
	}
	menu := fyne.NewMenu("",
		fyne.NewMenuItem("Rename", func() { s.Rename(id) }),
		fyne.NewMenuItem("Move to the trash", func() { s.OnDelete(id) }))
	if s.inTrash {
		menu = fyne.NewMenu("", fyne.NewMenuItem("Restore", func() { s.OnRestore(id) }))
	}
	widget.ShowPopUpMenuAtPosition(menu, canvas, at)
}

func titleOf(c app.Conversation) string {
	if c.Title == "" {
		return untitled
	}
	return c.Title
}

func conversations(n int) string {
	if n == 1 {
		return "1 conversation"
	}
	return count(n) + " conversations"
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
