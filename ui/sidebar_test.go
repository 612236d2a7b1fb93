package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

// sidebarRig is a sidebar alone with conversations 1 to n, and what it announced.
type sidebarRig struct {
	*Sidebar
	said []string
}

func newSidebarRig(t *testing.T, titles ...string) *sidebarRig {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	s := &sidebarRig{Sidebar: NewSidebar()}
	s.OnNew = func() { s.said = append(s.said, "new") }
	s.OnOpen = func(id app.ID) { s.said = append(s.said, "open "+s.title(id)); s.SetCurrent(id) }
	s.OnRename = func(id app.ID, title string) { s.said = append(s.said, "rename "+s.title(id)+" to "+title) }
	s.OnDelete = func(id app.ID) { s.said = append(s.said, "delete "+s.title(id)) }
	s.OnRestore = func(id app.ID) { s.said = append(s.said, "restore "+s.title(id)) }
	var list []app.Conversation
	for i, title := range titles {
		list = append(list, app.Conversation{ID: app.ID(i + 1), Title: title, Updated: time.Now()})
	}
	s.Set(list, nil, false)
	w := test.NewTempWindow(t, s.Sidebar)
	w.Resize(fyne.NewSize(260, 700))
	return s
}

func (s *sidebarRig) listed() []*dragRow {
	var rows []*dragRow
	for _, o := range test.LaidOutObjects(s.list) {
		if r, ok := o.(*dragRow); ok && !r.heading {
			rows = append(rows, r)
		}
	}
	return rows
}

func TestTheSidebarAnnouncesClicks(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta", "Gamma")
	test.Tap(s.newButton)
	test.Tap(s.listed()[1])
	if !slices.Equal(s.said, []string{"new", "open Beta"}) {
		t.Fatalf("said %q", s.said)
	}
	if rows := s.listed(); !rows[1].selected || rows[0].selected {
		t.Error("the open one is not highlighted")
	}
}

func TestADoubleClickRenames(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta")
	test.Tap(s.listed()[0])
	test.Tap(s.listed()[0])
	if s.renaming != 1 || s.listed()[0].edit == nil {
		t.Fatal("no field has opened")
	}
	s.renameField.SetText("  A better title ")
	s.renameField.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := s.said[len(s.said)-1]; got != "rename Alpha to A better title" || s.listed()[0].edit != nil {
		t.Errorf("said %q", s.said)
	}
	s.list.lastTime = time.Time{}
	test.Tap(s.listed()[1])
	s.list.lastTime = time.Now().Add(-time.Second)
	test.Tap(s.listed()[1])
	if s.renaming != 0 {
		t.Error("two slow clicks were taken for a double one")
	}
}

func TestEscKeepsTheTitle(t *testing.T) {
	s := newSidebarRig(t, "Alpha")
	s.Rename(1)
	s.renameField.SetText("Something else")
	s.renameField.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	s.Rename(1)
	s.renameField.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // unchanged
	if len(s.said) != 0 {
		t.Errorf("said %q", s.said)
	}
}

func TestTheSidebarsKeys(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta", "Gamma")
	s.SetCurrent(1)
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyDelete} {
		s.list.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if !slices.Equal(s.said, []string{"open Beta", "open Gamma", "open Beta", "delete Beta"}) {
		t.Fatalf("said %q", s.said)
	}
}

// Folders and what is in the trash are reached by keys alone.
func TestTheSidebarsKeysReachFoldersAndTheTrash(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta", "Gamma")
	s.OnDeleteFolder = func(id app.ID) { s.said = append(s.said, fmt.Sprint("delete folder ", id)) }
	s.OnRestoreFolder = func(id app.ID) { s.said = append(s.said, fmt.Sprint("restore folder ", id)) }
	s.OnFolder = func(id, first app.ID) { s.said = append(s.said, fmt.Sprint("change folder ", id)) }
	canvas := canvasOf(s.Sidebar)
	press := func(keys ...fyne.KeyName) {
		for _, key := range keys {
			s.list.TypedKey(&fyne.KeyEvent{Name: key})
		}
	}
	marked := func() (titles []string) {
		for _, r := range s.listed() {
			if r.focused {
				titles = append(titles, r.title.text)
			}
		}
		return titles
	}
	all, folders := s.all, []app.Folder{{ID: 7, Name: "Work"}, {ID: 8, Name: "Play"}}
	all[2].Folder = 8
	s.Set(all, folders, false)
	canvas.Focus(s.list)
	if got := marked(); !slices.Equal(got, []string{"Work"}) {
		t.Errorf("nothing is open, and the keys are on %q", got)
	}
	press(fyne.KeyDown, fyne.KeyRight, fyne.KeyDown)
	if !slices.Equal(s.said, []string{"open Gamma"}) || !slices.Equal(marked(), []string{"Gamma"}) {
		t.Errorf("said %q, the keys are on %q", s.said, marked())
	}
	press(fyne.KeyUp, fyne.KeyDelete)
	if got := marked(); s.said[1] != "delete folder 8" || !slices.Equal(got, []string{"Play (1)"}) {
		t.Errorf("said %q, the keys are on %q", s.said, got)
	}
	press(desktop.KeyMenu)
	if canvas.Overlays().Top() == nil {
		t.Fatal("no menu opens for a folder")
	}
	canvas.Overlays().Top().Hide()
	press(fyne.KeyReturn)
	if s.unfolded[8] || len(s.rows) != 6 {
		t.Errorf("Enter does not fold a folder: %d lines", len(s.rows))
	}

	s.said = nil
	s.Set(all, folders[:1], true)
	if got := marked(); !slices.Equal(got, []string{"Work"}) {
		t.Errorf("in the trash, the keys are on %q", got)
	}
	press(fyne.KeyReturn, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn, fyne.KeyDelete, fyne.KeyUp, fyne.KeySpace)
	if !slices.Equal(s.said, []string{"restore folder 7", "restore Beta", "restore Alpha"}) {
		t.Errorf("in the trash, said %q", s.said)
	}
	s.Set(all[1:], nil, true) // Alpha is restored
	if got := marked(); !slices.Equal(got, []string{"Beta"}) {
		t.Errorf("after that, the keys are on %q", got)
	}
}

func TestTheSearchField(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta")
	s.OnSearch = func(text string, trashed bool) (found app.Found) {
		if text == "be" {
			found.Hits = []app.Hit{
				{Conversation: app.Conversation{ID: 2, Title: "Beta"}},
				{Conversation: app.Conversation{ID: 1, Title: "Alpha"}, Message: 7, Snippet: "to be or", Marks: [][2]int{{3, 5}}, More: 2},
			}
		}
		return found
	}
	s.OnHit = func(h app.Hit, text string) {
		s.said = append(s.said, fmt.Sprintf("%s %d for %s", h.Title, h.Message, text))
	}
	key := func(name fyne.KeyName) { s.filter.TypedKey(&fyne.KeyEvent{Name: name}) }
	s.filter.SetText("be")
	if s.list.Visible() || !s.found.Visible() {
		t.Fatal("what was found is not shown in the place of the list")
	}
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	key(fyne.KeyReturn)
	key(fyne.KeyUp)
	key(fyne.KeyReturn)
	if want := []string{"Alpha 7 for be", "Beta 0 for be"}; !slices.Equal(s.said, want) {
		t.Errorf("said %q, want %q", s.said, want)
	}
	s.filter.SetText("zz")
	if !s.nothing.Visible() || s.nothing.text != "Nothing is found for “zz”." || s.found.Visible() {
		t.Errorf("nothing is found, and it says %q", s.nothing.text)
	}
	key(fyne.KeyEscape)
	if s.filter.Text != "" || !s.list.Visible() || s.found.Visible() {
		t.Error("Esc did not bring the list back")
	}
}

func TestTheSidebarsOrder(t *testing.T) {
	s := newSidebarRig(t)
	now := time.Now()
	list := []app.Conversation{
		{ID: 1, Title: "now", Updated: now},
		{ID: 2, Title: "in work", Updated: now, Folder: 5},
		{ID: 3, Title: "pinned", Updated: now.AddDate(0, 0, -40), Pinned: true},
		{ID: 4, Title: "before", Updated: now.AddDate(0, 0, -1)},
		{ID: 6, Title: "this week", Updated: now.AddDate(0, 0, -5)},
		{ID: 7, Title: "old", Updated: time.Date(2020, 2, 3, 4, 5, 6, 0, time.Local)},
		{ID: 8, Title: "of a folder that is gone", Updated: time.Date(2020, 2, 2, 4, 5, 6, 0, time.Local), Folder: 99},
	}
	s.Set(list, []app.Folder{{ID: 5, Name: "Work"}}, false)
	lines := func() string {
		var all []string
		for _, r := range s.rows {
			switch {
			case r.conversation != nil:
				all = append(all, r.conversation.Title)
			case r.folder != nil:
				all = append(all, "["+folderTitle(r.folder, r.within)+"]")
			default:
				all = append(all, r.heading+":")
			}
		}
		return strings.Join(all, " | ")
	}
	want := "Pinned: | pinned | Folders: | [Work (1)] | Today: | now | Yesterday: | before | Previous 7 days: | this week | February 2020: | old | of a folder that is gone"
	if got := lines(); got != want {
		t.Errorf("the list is\n%s, want\n%s", got, want)
	}
	s.SetCurrent(2)
	if got := lines(); !strings.Contains(got, "[Work (1)] | in work | Today:") {
		t.Errorf("the folder of the open conversation is folded: %s", got)
	}
	s.step(1)
	if !slices.Equal(s.said, []string{"open now"}) {
		t.Errorf("said %q", s.said)
	}
}

// A folder lists all that it counts, what is pinned too, and the keys go through both
// places of that.
func TestAPinnedConversationStaysInItsFolder(t *testing.T) {
	s := newSidebarRig(t)
	now := time.Now()
	s.Set([]app.Conversation{
		{ID: 1, Title: "pinned", Updated: now, Folder: 5, Pinned: true},
		{ID: 2, Title: "in work", Updated: now, Folder: 5},
		{ID: 3, Title: "alone", Updated: now},
	}, []app.Folder{{ID: 5, Name: "Work"}}, false)
	if s.rows[3].within != 2 {
		t.Fatalf("the folder counts %d", s.rows[3].within)
	}
	s.unfold(5)
	listed := 0
	for _, r := range s.rows {
		if r.indented {
			listed++
		}
	}
	if listed != 2 {
		t.Errorf("%d of two are listed in the folder", listed)
	}
	s.SetCurrent(1)
	canvasOf(s).Focus(s.list)
	var lines []int
	for range 4 {
		lines = append(lines, s.at())
		s.step(1)
	}
	if lines = append(lines, s.at()); !slices.Equal(lines, []int{1, 3, 4, 5, 7}) {
		t.Errorf("the keys went over the lines %v of %d", lines, len(s.rows))
	}
	s.step(-1)
	s.step(-1)
	if s.current != 1 || s.at() != 4 {
		t.Errorf("upwards: conversation %d, line %d", s.current, s.at())
	}
	s.Rename(1)
	if rows := s.listed(); rows[0].edit == nil || rows[2].edit != nil {
		t.Error("the title's field is not in one place")
	}
}

// 10,000 conversations cost no more rows than fit.
func TestTheSidebarIsVirtualised(t *testing.T) {
	s := newSidebarRig(t, slices.Repeat([]string{"Title"}, 10_000)...)
	if n := len(s.listed()); n > 40 {
		t.Errorf("%d rows have been made", n)
	}
}

func TestSidebarAsMarkup(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "A title that is much too long for the room that there is", "Gamma")
	s.SetCurrent(2)
	s.SetWriting(3)
	s.SetTrashed(1, 0)
	test.AssertObjectRendersToMarkup(t, "sidebar.xml", s.Sidebar)
	s.Set(s.all[:1], nil, true)
	test.AssertObjectRendersToMarkup(t, "sidebar-trash.xml", s.Sidebar)
}
