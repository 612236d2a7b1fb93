package ui

import (
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// doubleClick is the longest time between the two clicks of a double click.
// Fyne's own double tap would hold back every single click for that long.
const doubleClick = 400 * time.Millisecond

// conversationList is the virtualised list of a Sidebar. The focus is on the
// list, not on its rows: its keys are in sidebar_keys.go.
type conversationList struct {
	widget.List
	sidebar  *Sidebar
	focused  bool
	lastID   app.ID
	lastTime time.Time
}

func newConversationList(s *Sidebar) *conversationList {
	l := &conversationList{sidebar: s}
	l.ExtendBaseWidget(l)
	l.HideSeparators = true
	l.Length = func() int { return len(s.rows) }
	l.CreateItem = l.create
	l.UpdateItem = l.update
	return l
}

func (l *conversationList) create() fyne.CanvasObject {
	more := newGlyph(assets.Icon("more"), 24, nil)
	more.tip = lang.L("More to do with it")
	row := newDragRow(more)
	row.title.SetText("M") // the list takes the height of all rows from this one
	return row
}

func (l *conversationList) update(i widget.ListItemID, o fyne.CanvasObject) {
	s, row := l.sidebar, o.(*dragRow)
	if i >= len(s.rows) {
		return
	}
	row.icon, row.indent, row.heading, row.edit = nil, 0, false, nil
	row.title.style, row.selected, row.marked, row.focused = bodyStyle, false, false, false
	row.onDrag, row.onDrop = nil, nil
	switch r := s.rows[i]; {
	case r.conversation == nil && r.folder == nil:
		l.showHeading(&row.listRow, r.heading)
	case r.folder != nil:
		l.showFolder(&row.listRow, r)
	default:
		l.showConversation(&row.listRow, r)
		l.dragged(row, *r.conversation)
	}
	row.Refresh()
}

func (l *conversationList) showHeading(row *listRow, text string) {
	row.heading, row.title.text, row.title.style = true, text, captionStyle
	row.onTapped, row.onSecondary = nil, nil
}

func (l *conversationList) showFolder(row *listRow, r sideRow) {
	s, f := l.sidebar, *r.folder
	row.title.text, row.icon = folderTitle(&f, r.within), assets.Icon("folder")
	row.focused = l.focused && s.onSpot(r) || s.dragging != nil && !s.dragging.given && s.dragging.there && s.dragging.folder == f.ID
	row.onTapped = func() { l.folderTapped(f.ID) }
	row.onSecondary = func(at fyne.Position) { s.offerFolder(f.ID, at) }
	more := row.buttons[0]
	more.onTapped = func() { s.offerFolder(f.ID, below(more)) }
}

func (l *conversationList) folderTapped(id app.ID) {
	if l.sidebar.inTrash {
		l.sidebar.OnRestoreFolder(id)
		return
	}
	l.sidebar.unfold(id)
}

func (l *conversationList) showConversation(row *listRow, r sideRow) {
	s, c := l.sidebar, *r.conversation
	row.title.text = titleOf(c)
	if r.indented {
		row.indent = 24
	}
	row.selected = c.ID == s.current && !s.inTrash
	row.marked = c.ID == s.writing
	row.focused = l.focused && s.onSpot(r)
	row.onTapped = func() { l.tapped(c.ID) }
	row.onSecondary = func(at fyne.Position) { s.offer(c.ID, at) }
	more := row.buttons[0]
	more.onTapped = func() { s.offer(c.ID, below(more)) }
	if !r.again {
		l.edit(row, c)
	}
}

// edit puts the field in the place of the title of the row being renamed.
func (l *conversationList) edit(row *listRow, c app.Conversation) {
	if c.ID == l.sidebar.renaming {
		row.edit = l.sidebar.renameField
	}
}

func (l *conversationList) tapped(id app.ID) {
	s := l.sidebar
	now := time.Now()
	double := id == l.lastID && now.Sub(l.lastTime) < doubleClick
	l.lastID, l.lastTime = id, now
	switch {
	case s.inTrash:
		s.OnRestore(id)
	case double:
		s.Rename(id)
	default:
		s.OnOpen(id)
	}
}

// FocusGained and FocusLost implement fyne.Focusable.
func (l *conversationList) FocusGained() { l.focused = true; l.sidebar.settle(); l.Refresh() }
func (l *conversationList) FocusLost()   { l.focused = false; l.Refresh() }

// below is the place for a menu under o.
func below(o fyne.CanvasObject) fyne.Position {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	return at.AddXY(0, o.Size().Height)
}

// renameEntry is the field in which a title is changed: Enter and a click
// elsewhere keep it, Esc does not.
type renameEntry struct {
	widget.Entry
	done func(string)
	over bool
}

func newRenameEntry(title string, done func(string)) *renameEntry {
	e := &renameEntry{done: done}
	e.ExtendBaseWidget(e)
	e.SetText(title)
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	return e
}

// TypedKey implements fyne.Focusable.
func (e *renameEntry) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		e.finish(e.Text)
	case fyne.KeyEscape:
		e.finish("")
	default:
		e.Entry.TypedKey(event)
	}
}

// finish gives the focus away before it tells the title, so that who is told can
// put it where it likes.
func (e *renameEntry) finish(title string) {
	e.over = true
	if c := canvasOf(e); c != nil {
		c.Unfocus()
	}
	e.done(title)
}

// FocusLost implements fyne.Focusable.
func (e *renameEntry) FocusLost() {
	e.Entry.FocusLost()
	if !e.over {
		e.done(e.Text)
	}
}

// filterEntry is a one-line field that passes on the keys it has no use for.
type filterEntry struct {
	widget.Entry
	keys func(*fyne.KeyEvent) bool // true: the key has done its work; may be nil
	left func()                    // the keyboard has gone elsewhere; may be nil
}

func newFilterEntry(placeholder string, changed func(string)) *filterEntry {
	e := &filterEntry{}
	e.ExtendBaseWidget(e)
	e.SetPlaceHolder(placeholder)
	e.OnChanged = func(text string) {
		if cut := drawable(e, text); len(cut) < len(text) {
			e.SetText(cut) // calls this again
			return
		}
		changed(text)
	}
	return e
}

// mostPixels is how wide a line of text can be drawn: Fyne makes one picture of it,
// and graphics cards take pictures of up to this width. A wider one is a black bar,
// and takes hundreds of megabytes.
const mostPixels = 16000

// drawable is as much of a text as a field of one line can show.
func drawable(e fyne.CanvasObject, text string) string {
	most := float32(mostPixels)
	if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
		most /= max(1, c.Scale())
	}
	if float32(len(text))*bodyStyle.width("W")*1.5 < most { // as most texts: nothing is measured
		return text
	}
	runes := []rune(text)
	runes = runes[:min(len(runes), mostPixels)]
	if len(runes) == 0 || bodyStyle.width(string(runes)) <= most {
		return string(runes)
	}
	fit := sort.Search(len(runes), func(n int) bool { return bodyStyle.width(string(runes[:n+1])) > most })
	return string(runes[:fit])
}

// TypedKey implements fyne.Focusable.
func (e *filterEntry) TypedKey(event *fyne.KeyEvent) {
	if e.keys != nil && e.keys(event) {
		return
	}
	switch event.Name {
	case fyne.KeyEscape:
		if e.Text != "" {
			e.SetText("")
			return
		}
		passKey(e, event)
	default:
		if isFunctionKey(event.Name) {
			passKey(e, event)
			return
		}
		e.Entry.TypedKey(event)
	}
}

// FocusLost implements fyne.Focusable.
func (e *filterEntry) FocusLost() {
	e.Entry.FocusLost()
	if e.left != nil {
		e.left()
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *filterEntry) TypedShortcut(shortcut fyne.Shortcut) {
	e.Entry.TypedShortcut(shortcut)
	passShortcut(e, shortcut)
}
