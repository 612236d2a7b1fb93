package ui

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// sideRow is a line of the sidebar's list: a heading, a folder or a conversation.
type sideRow struct {
	heading      string
	folder       *app.Folder
	within       int // conversations in the folder
	conversation *app.Conversation
	indented     bool
	again        bool // listed among the pinned ones, too
}

// arrange puts the conversations in their places: pinned ones first, then the
// folders, then the others by the time of their last message.
func (s *Sidebar) arrange() { s.arrangeOn(time.Now()) }

// NewDay puts the conversations under the headings of another day, if it is one.
func (s *Sidebar) NewDay(now time.Time) {
	if s.today != dayOf(now) && !s.inTrash {
		s.arrangeOn(now)
		s.list.Refresh()
	}
}

func (s *Sidebar) arrangeOn(now time.Time) {
	s.rows, s.shown = slices.Grow(s.rows[:0], len(s.all)), slices.Grow(s.shown[:0], len(s.all))
	if s.inTrash {
		s.arrangeTrash()
		return
	}
	s.arrangePinned()
	s.arrangeFolders()
	s.today = dayOf(now)
	heading, groups := "", newTimeGroups(now)
	for i := range s.all {
		c := &s.all[i]
		if c.Pinned || s.folder(c.Folder) != nil {
			continue
		}
		if h := groups.of(c.Updated); h != heading {
			heading = h
			s.rows = append(s.rows, sideRow{heading: h})
		}
		s.put(c, false)
	}
}

// put lists a conversation, one that is pinned in its folder for the second time: a
// folder shows all that is in it.
func (s *Sidebar) put(c *app.Conversation, indented bool) {
	again := indented && c.Pinned
	s.rows = append(s.rows, sideRow{conversation: c, indented: indented, again: again})
	if !again {
		s.shown = append(s.shown, *c)
	}
}

func (s *Sidebar) arrangePinned() {
	for i := range s.all {
		if s.all[i].Pinned {
			if len(s.rows) == 0 {
				s.rows = append(s.rows, sideRow{heading: lang.L("Pinned")})
			}
			s.put(&s.all[i], false)
		}
	}
}

func (s *Sidebar) arrangeFolders() {
	if len(s.folders) == 0 {
		return
	}
	s.rows = append(s.rows, sideRow{heading: lang.L("Folders")})
	within := map[app.ID][]*app.Conversation{}
	for i := range s.all {
		within[s.all[i].Folder] = append(within[s.all[i].Folder], &s.all[i])
	}
	for i := range s.folders {
		f := &s.folders[i]
		s.rows = append(s.rows, sideRow{folder: f, within: len(within[f.ID])})
		if !s.unfolded[f.ID] {
			continue
		}
		for _, c := range within[f.ID] {
			s.put(c, true)
		}
	}
}

// arrangeTrash shows what is in the trash: folders whole, and what was put there
// alone.
func (s *Sidebar) arrangeTrash() {
	within := map[app.ID]int{}
	for i := range s.all {
		within[s.all[i].Folder]++
	}
	for i := range s.folders {
		s.rows = append(s.rows, sideRow{folder: &s.folders[i], within: within[s.folders[i].ID]})
	}
	for i := range s.all {
		if s.folder(s.all[i].Folder) == nil {
			s.put(&s.all[i], false)
		}
	}
}

func (s *Sidebar) folder(id app.ID) *app.Folder {
	if i := slices.IndexFunc(s.folders, func(f app.Folder) bool { return f.ID == id }); i >= 0 {
		return &s.folders[i]
	}
	return nil
}

// unfold shows or hides what is in a folder.
func (s *Sidebar) unfold(id app.ID) {
	if s.unfolded[id] = !s.unfolded[id]; !s.unfolded[id] {
		delete(s.unfolded, id)
	}
	s.arrange()
	s.list.Refresh()
}

// row is the first line of a conversation, -1 if it has none.
func (s *Sidebar) row(id app.ID) int {
	return slices.IndexFunc(s.rows, func(r sideRow) bool { return r.conversation != nil && r.conversation.ID == id })
}

// timeGroups knows the headings under which conversations stand by their time. It
// remembers the last one: their words are looked up for months, not for each of
// ten thousand conversations.
type timeGroups struct {
	today   time.Time
	heading string
	from    time.Time // the heading's first day and the one after its last
	to      time.Time
}

func newTimeGroups(now time.Time) *timeGroups { return &timeGroups{today: dayOf(now)} }

// dayOf is noon of UTC: days are 24 hours apart.
func dayOf(t time.Time) time.Time {
	y, m, d := t.Local().Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

func (g *timeGroups) of(t time.Time) string {
	day := dayOf(t)
	if g.heading == "" || day.Before(g.from) || !day.Before(g.to) {
		g.find(t, day)
	}
	return g.heading
}

func (g *timeGroups) find(t, day time.Time) {
	week := g.today.AddDate(0, 0, -7)
	switch days := int(g.today.Sub(day).Hours() / 24); {
	case days <= 0:
		g.heading, g.from, g.to = lang.L("Today"), g.today, g.today.AddDate(1000, 0, 0)
	case days == 1:
		g.heading, g.from, g.to = lang.L("Yesterday"), day, g.today
	case days <= 7:
		g.heading, g.from, g.to = lang.L("Previous 7 days"), week, g.today.AddDate(0, 0, -1)
	default:
		g.heading, g.from = monthText(t), day.AddDate(0, 0, 1-day.Day())
		if g.to = g.from.AddDate(0, 1, 0); g.to.After(week) {
			g.to = week
		}
	}
}

func folderTitle(f *app.Folder, within int) string {
	name := f.Name
	if name == "" {
		name = lang.L("Folder without a name")
	}
	if within == 0 {
		return name
	}
	return fmt.Sprintf("%s (%s)", name, count(within))
}
