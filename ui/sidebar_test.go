package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
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
		list = append(list, app.Conversation{ID: app.ID(i + 1), Title: title})
	}
	s.Set(list, false)
	w := test.NewTempWindow(t, s.Sidebar)
	w.Resize(fyne.NewSize(260, 700))
	return s
}

func (s *sidebarRig) rows() []*listRow {
	var rows []*listRow
	for _, o := range test.LaidOutObjects(s.list) {
		if r, ok := o.(*listRow); ok {
			rows = append(rows, r)
		}
	}
	return rows
}

func TestTheSidebarAnnouncesClicks(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta", "Gamma")
	test.Tap(s.newButton)
	test.Tap(s.rows()[1])
	if !slices.Equal(s.said, []string{"new", "open Beta"}) {
		t.Fatalf("said %q", s.said)
	}
	if rows := s.rows(); !rows[1].selected || rows[0].selected {
		t.Error("the open one is not highlighted")
	}
}

func TestADoubleClickRenames(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta")
	test.Tap(s.rows()[0])
	test.Tap(s.rows()[0])
	if s.renaming != 1 || s.rows()[0].edit == nil {
		t.Fatal("no field has opened")
	}
	s.renameField.SetText("  A better title ")
	s.renameField.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := s.said[len(s.said)-1]; got != "rename Alpha to A better title" || s.rows()[0].edit != nil {
		t.Errorf("said %q", s.said)
	}
	s.list.lastTime = time.Time{}
	test.Tap(s.rows()[1])
	s.list.lastTime = time.Now().Add(-time.Second)
	test.Tap(s.rows()[1])
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
	s.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF2})
	if s.renaming != 2 {
		t.Error("F2 did not open the title")
	}
}

func TestTheFilter(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta")
	if !s.filter.Visible() {
		t.Fatal("eight conversations have no filter")
	}
	s.filter.SetText("ETA")
	if len(s.shown) != 4 { // Beta, Zeta, Eta, Theta
		t.Errorf("%d are left", len(s.shown))
	}
	s.filter.SetText("nothing like it")
	if !s.nothing.Visible() || s.nothing.text != "No title contains “nothing like it”." || s.list.Visible() {
		t.Errorf("nothing is left, and it says %q", s.nothing.text)
	}
	s.filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(s.shown) != 8 || s.filter.Text != "" {
		t.Error("Esc did not clear the filter")
	}
}

// 10,000 conversations cost no more rows than fit.
func TestTheSidebarIsVirtualised(t *testing.T) {
	s := newSidebarRig(t, slices.Repeat([]string{"Title"}, 10_000)...)
	if n := len(s.rows()); n > 40 {
		t.Errorf("%d rows have been made", n)
	}
}

func TestSidebarAsMarkup(t *testing.T) {
	s := newSidebarRig(t, "Alpha", "A title that is much too long for the room that there is", "Gamma")
	s.SetCurrent(2)
	s.SetWriting(3)
	s.SetTrashed(1)
	test.AssertObjectRendersToMarkup(t, "sidebar.xml", s.Sidebar)
	s.Set(s.all[:1], true)
	test.AssertObjectRendersToMarkup(t, "sidebar-trash.xml", s.Sidebar)
}
