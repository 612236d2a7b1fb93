package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
)

// dragRow is a line of the conversations, which can be dragged into a folder.
type dragRow struct {
	listRow
	onDrag func(at fyne.Position) // absolute; nil: it stays
	onDrop func()
}

var _ fyne.Draggable = (*dragRow)(nil)

func newDragRow(buttons ...*glyphButton) *dragRow {
	r := &dragRow{}
	r.ExtendBaseWidget(r)
	r.fill("", "", nil, buttons)
	return r
}

// Dragged and DragEnd implement fyne.Draggable.
func (r *dragRow) Dragged(event *fyne.DragEvent) {
	if r.onDrag != nil {
		r.onDrag(event.AbsolutePosition)
	}
}

func (r *dragRow) DragEnd() {
	if r.onDrop != nil {
		r.onDrop()
	}
}

// dragging is a conversation on its way to another place. A row of the list shows
// another conversation when the list is scrolled meanwhile, so it is kept here.
type dragging struct {
	conversation app.Conversation
	begun        fyne.Position
	away         bool   // far enough from there to be no click
	folder       app.ID // where it would go now; 0: out of its folder
	there        bool   // it can go there
	given        bool   // Esc was pressed: what the pointer still does means nothing
}

// dragStart is how far the pointer moves before a click is a drag, at 100 %: Fyne
// takes two pixels for one, which a hand does without meaning to.
const dragStart = 6

// drag takes a conversation along with the pointer.
func (s *Sidebar) drag(c app.Conversation, at fyne.Position) {
	if s.dragging == nil {
		s.dragging = &dragging{conversation: c, begun: at}
	}
	d := s.dragging
	if d.given {
		return
	}
	if way := at.Subtract(d.begun); !d.away && max(abs(way.X), abs(way.Y)) < px(dragStart) {
		return
	}
	d.away = true
	s.list.scrollAlong(at)
	d.folder, d.there = s.folderAt(at)
	d.there = d.there && d.folder != d.conversation.Folder
	s.ghost.show(s, at, s.dragTitle())
	s.list.Refresh() // the folder shows that it is meant
}

// drop leaves the conversation where it is now; one that was not dragged any way
// was clicked.
func (s *Sidebar) drop() {
	d := s.dragging
	if d == nil {
		return
	}
	dropped := s.giveUpDrag()
	s.dragging = nil
	switch {
	case !d.away:
		s.list.tapped(d.conversation.ID)
	case dropped && d.there:
		s.OnMove(d.conversation.ID, d.folder)
	}
}

// giveUpDrag leaves everything as it was; it says whether there was anything to.
func (s *Sidebar) giveUpDrag() bool {
	d := s.dragging
	if d == nil || d.given || !d.away {
		return false
	}
	d.given = true
	s.ghost.box.Hide()
	s.list.Refresh()
	return true
}

// dragTitle says what would be done with what is dragged.
func (s *Sidebar) dragTitle() string {
	d := s.dragging
	switch f := s.folder(d.folder); {
	case !d.there:
		return titleOf(d.conversation)
	case f == nil:
		return lang.L("Out of the folder")
	default:
		return fmt.Sprintf(lang.L("Into “%s”"), folderTitle(f, 0))
	}
}

// ghost goes with the pointer and says what it drags, or where to.
type ghost struct {
	box  *fyne.Container
	text *lineText
}

func newGhost() *ghost {
	g := &ghost{text: newFlexibleLine("", bodyStyle)}
	g.box = container.NewStack(newSurface(theme.ColorNameMenuBackground, theme.ColorNameInputBorder, 6), newPadded(4, 10, 4, 10, g.text))
	g.box.Hide()
	return g
}

func (g *ghost) show(over fyne.CanvasObject, at fyne.Position, text string) {
	g.text.SetText(text)
	at = at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(over))
	g.box.Resize(fyne.NewSize(min(bodyStyle.width(text)+px(24), px(240)), g.box.MinSize().Height))
	g.box.Move(at.AddXY(px(12), px(8)))
	g.box.Show()
}

// folderAt is the folder that the pointer is at: on its line or on one of what is
// in it. On other lines it is none, which is where those in folders can go.
func (s *Sidebar) folderAt(at fyne.Position) (folder app.ID, ok bool) {
	i := s.list.rowAt(at)
	if i < 0 {
		return 0, false
	}
	switch r := s.rows[i]; {
	case r.folder != nil:
		return r.folder.ID, true
	case r.conversation != nil && r.indented:
		return r.conversation.Folder, true
	}
	return 0, true
}

// rowAt is the line at an absolute place, -1: none.
func (l *conversationList) rowAt(at fyne.Position) int {
	at = at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(l))
	i := int((at.Y + l.GetScrollOffset()) / l.pitch())
	if at.X < 0 || at.Y < 0 || at.X >= l.Size().Width || at.Y >= l.Size().Height || i >= len(l.sidebar.rows) {
		return -1
	}
	return i
}

// pitch is from one line to the next: all are as high as a new one.
func (l *conversationList) pitch() float32 {
	return l.create().MinSize().Height + theme.Padding()
}

// scrollAlong scrolls the list while something is dragged to its edge.
func (l *conversationList) scrollAlong(at fyne.Position) {
	y, edge := at.Y-fyne.CurrentApp().Driver().AbsolutePositionForObject(l).Y, l.pitch()/2
	most := max(0, float32(len(l.sidebar.rows))*l.pitch()-l.Size().Height)
	switch {
	case y < edge:
		l.ScrollToOffset(max(0, l.GetScrollOffset()-edge))
	case y > l.Size().Height-edge:
		l.ScrollToOffset(min(most, l.GetScrollOffset()+edge))
	}
}

// dragged makes a line one that can be dragged, unless it is being renamed.
func (l *conversationList) dragged(row *dragRow, c app.Conversation) {
	if s := l.sidebar; !s.inTrash && c.ID != s.renaming {
		row.onDrag, row.onDrop = func(at fyne.Position) { s.drag(c, at) }, s.drop
	}
}
