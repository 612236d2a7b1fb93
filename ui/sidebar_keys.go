package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"beyonder/app"
)

// keySpot is the line that the keys act on while the list has the focus: a folder or
// a conversation, the open one if neither is named.
type keySpot struct {
	folder, conversation app.ID
	again                bool // its line in its folder, not that among the pinned ones
}

// onSpot says whether the keys act on a line.
func (s *Sidebar) onSpot(r sideRow) bool {
	switch {
	case r.folder != nil:
		return s.spot.folder == r.folder.ID
	case r.conversation == nil || s.spot.folder != 0 || s.spot.again != r.again:
		return false
	case s.spot.conversation != 0 || s.inTrash:
		return s.spot.conversation == r.conversation.ID
	}
	return s.current == r.conversation.ID
}

// at is the line that the keys act on, -1 if that is not listed.
func (s *Sidebar) at() int {
	for i, r := range s.rows {
		if s.onSpot(r) {
			return i
		}
	}
	return -1
}

// settle puts the keys on the first line if theirs is not listed.
func (s *Sidebar) settle() {
	if s.at() < 0 {
		s.spot = keySpot{}
		s.goTo(s.next(-1, 1), false)
	}
}

// next is the line after or before one that is no heading, -1: there is none.
func (s *Sidebar) next(i, n int) int {
	for i += n; i >= 0 && i < len(s.rows); i += n {
		if r := s.rows[i]; r.folder != nil || r.conversation != nil {
			return i
		}
	}
	return -1
}

// step moves the keys n lines down. A conversation that is not in the trash is
// opened.
func (s *Sidebar) step(n int) {
	at := s.at()
	if at < 0 {
		n = 1
	}
	s.goTo(s.next(at, n), true)
}

func (s *Sidebar) goTo(i int, open bool) {
	if i < 0 {
		return
	}
	switch r := s.rows[i]; {
	case r.folder != nil:
		s.spot = keySpot{folder: r.folder.ID}
	case s.inTrash || !open:
		s.spot = keySpot{conversation: r.conversation.ID}
	default:
		s.spot = keySpot{}
		if listed := s.list.focused; r.conversation.ID != s.current {
			s.OnOpen(r.conversation.ID)
			if listed {
				s.focusList() // to open one puts the cursor into the message
			}
		}
		if r.again {
			s.spot = keySpot{conversation: r.conversation.ID, again: true}
		}
	}
	s.list.Refresh()
	if s.list.Size().Height > 0 {
		s.list.ScrollTo(i)
	}
}

// TypedKey implements fyne.Focusable.
func (l *conversationList) TypedKey(event *fyne.KeyEvent) {
	s := l.sidebar
	switch at := s.at(); {
	case event.Name == fyne.KeyDown:
		s.step(1)
	case event.Name == fyne.KeyUp:
		s.step(-1)
	case at >= 0 && s.rows[at].folder != nil && s.folderKey(event.Name, at):
	case at >= 0 && s.rows[at].conversation != nil && s.conversationKey(event.Name, at):
	default:
		passKey(l, event)
	}
}

// folderKey does what a key does on a folder; false: nothing.
func (s *Sidebar) folderKey(name fyne.KeyName, at int) bool {
	id := s.rows[at].folder.ID
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		s.list.folderTapped(id)
	case fyne.KeyRight, fyne.KeyLeft:
		if !s.inTrash && s.unfolded[id] != (name == fyne.KeyRight) {
			s.unfold(id)
		}
	case desktop.KeyMenu:
		s.offerFolder(id, s.beside(at))
	case fyne.KeyDelete:
		if !s.inTrash {
			s.OnDeleteFolder(id)
		}
	default:
		return false
	}
	return true
}

// conversationKey does what a key does on a conversation; false: nothing.
func (s *Sidebar) conversationKey(name fyne.KeyName, at int) bool {
	id := s.rows[at].conversation.ID
	enter := name == fyne.KeyReturn || name == fyne.KeyEnter || name == fyne.KeySpace
	switch {
	case name == desktop.KeyMenu:
		s.offer(id, s.beside(at))
	case enter && s.inTrash:
		s.OnRestore(id)
	case enter && id != s.current:
		s.OnOpen(id)
	case name == fyne.KeyDelete:
		if !s.inTrash {
			s.OnDelete(id)
			s.spot = keySpot{}
			s.focusList() // another one is open now, which puts the cursor into the message
		}
	default:
		return false
	}
	return true
}

// beside is the place for the menu of a line.
func (s *Sidebar) beside(i int) fyne.Position {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.list)
	line := s.list.CreateItem().MinSize().Height
	y := float32(i)*(line+s.list.Theme().Size("padding")) - s.list.GetScrollOffset()
	return at.AddXY(px(16), min(max(y, 0), s.list.Size().Height)+line)
}
