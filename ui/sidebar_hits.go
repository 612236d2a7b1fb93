package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// hitList shows what a search found, in place of the list of conversations.
type hitList struct {
	widget.List
	sidebar *Sidebar
}

func newHitList(s *Sidebar) *hitList {
	l := &hitList{sidebar: s}
	l.ExtendBaseWidget(l)
	l.HideSeparators = true
	l.Length = func() int { return len(s.hits) }
	l.CreateItem = func() fyne.CanvasObject { return newHitRow() }
	l.UpdateItem = l.update
	return l
}

func (l *hitList) update(i widget.ListItemID, o fyne.CanvasObject) {
	s, row := l.sidebar, o.(*hitRow)
	if i >= len(s.hits) {
		return
	}
	h := s.hits[i]
	row.set(h, i == s.hit)
	row.onTapped = func() {
		s.hit = i
		l.Refresh()
		s.openHit()
	}
	row.onSecondary = func(at fyne.Position) { s.offer(h.ID, at) }
}

// FocusGained, FocusLost and TypedKey implement fyne.Focusable: the keys are those
// of the search field.
func (l *hitList) FocusGained() {}
func (l *hitList) FocusLost()   {}

func (l *hitList) TypedKey(event *fyne.KeyEvent) { l.sidebar.searchKey(event) }

// search shows what is found for the words in the field.
func (s *Sidebar) search() {
	text := s.filter.Text
	s.hit, s.hits, s.unindexed = 0, nil, 0
	if text != "" && s.OnSearch != nil {
		found := s.OnSearch(text, s.inTrash)
		s.hits, s.unindexed = found.Hits, found.Unindexed
	}
	s.found.Refresh()
	s.found.ScrollToTop()
	s.showLists()
}

// searchKey moves through what was found; true: it was such a key.
func (s *Sidebar) searchKey(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyDown, fyne.KeyUp:
		step := 1
		if event.Name == fyne.KeyUp {
			step = -1
		}
		if len(s.hits) > 0 {
			s.hit = min(max(s.hit+step, 0), len(s.hits)-1)
			s.found.ScrollTo(s.hit)
			s.found.Refresh()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		s.openHit()
	case fyne.KeyEscape:
		if s.filter.Text == "" {
			return false
		}
		s.filter.SetText("")
	default:
		return false
	}
	return true
}

func (s *Sidebar) openHit() {
	switch {
	case s.hit >= len(s.hits):
	case s.inTrash:
		s.OnRestore(s.hits[s.hit].ID)
	default:
		s.OnHit(s.hits[s.hit], s.filter.Text)
	}
}

// FocusSearch puts the cursor into the search field, its text selected.
func (s *Sidebar) FocusSearch() {
	if c := canvasOf(s); c != nil {
		c.Focus(s.filter)
		s.filter.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

// detailOf says what a hit without a quotation is.
func detailOf(h app.Hit) string {
	if h.Message == 0 && !h.Updated.IsZero() {
		return dateText(h.Updated)
	}
	return ""
}

func moreOf(h app.Hit) string {
	if h.More == 0 {
		return ""
	}
	return counted(h.More, lang.L("1 more message"), lang.L("%s more messages"))
}
