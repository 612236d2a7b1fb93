package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

// control sends Ctrl with a key, and Shift, to the window.
func (r *rig) control(key fyne.KeyName, shift bool) {
	s := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	if shift {
		s.Modifier |= fyne.KeyModifierShift
	}
	r.win.Canvas().(fyne.Shortcutable).TypedShortcut(s)
}

// over is the object in the topmost overlay that fits.
func over[T fyne.CanvasObject](r *rig, fits func(T) bool) (found T) {
	r.t.Helper()
	top := r.win.Canvas().Overlays().Top()
	if top == nil {
		r.t.Fatal("nothing lies over the window")
	}
	for _, o := range test.LaidOutObjects(top) {
		if o, ok := o.(T); ok && fits(o) {
			return o
		}
	}
	r.t.Fatalf("there is no such %T over the window", found)
	return found
}

func (r *rig) answerModal(text, button string) {
	r.t.Helper()
	over(r, func(*filterEntry) bool { return true }).SetText(text)
	test.Tap(over(r, func(b *pushButton) bool { return b.Text == button }))
}

func TestSearchOpensTheMessage(t *testing.T) {
	r := newRig(t, "The", "answer", "is", "Größe.")
	r.say("first question about apples")
	first := r.current
	r.newConversation()
	r.say("second question about pears")
	r.control(fyne.KeyF, true)
	if r.win.Canvas().Focused() != fyne.Focusable(r.sidebar.filter) {
		t.Fatal("the search field has not got the cursor")
	}
	test.Type(r.sidebar.filter, "appl")
	if len(r.sidebar.hits) != 1 || !r.sidebar.found.Visible() {
		t.Fatalf("found %+v", r.sidebar.hits)
	}
	r.key(fyne.KeyReturn)
	if r.current != first || !r.find.open() || r.find.field.Text != "appl" || r.find.note.text != "1 of 1" {
		t.Errorf("conversation %d is open, the bar says %q of %q", r.current, r.find.note.text, r.find.field.Text)
	}
	if got := r.transcript.view.selected(); got != "appl" {
		t.Errorf("%q is selected", got)
	}
	r.key(fyne.KeyEscape)
	if r.find.open() || r.transcript.view.stage.find != "" {
		t.Error("Esc did not close the bar")
	}
}

func TestFindInTheConversation(t *testing.T) {
	r := newRig(t, "Some", "**words**", "and", "`words`", "again.")
	for range 12 {
		r.say("Which words?")
	}
	r.control(fyne.KeyF, false)
	test.Type(r.find.field, "WORDS")
	if r.find.note.text != "1 of 36" {
		t.Fatalf("it says %q", r.find.note.text)
	}
	top := r.transcript.scroll.Offset.Y
	r.key(fyne.KeyReturn)
	r.key(fyne.KeyReturn)
	r.key(fyne.KeyReturn)
	if r.find.note.text != "4 of 36" || r.transcript.view.selected() != "words" {
		t.Errorf("it says %q, %q is selected", r.find.note.text, r.transcript.view.selected())
	}
	for range 4 {
		r.key(fyne.KeyUp)
	}
	if r.find.note.text != "36 of 36" || r.transcript.scroll.Offset.Y <= top {
		t.Errorf("before the first comes %q, the page is at %v", r.find.note.text, r.transcript.scroll.Offset.Y)
	}
	r.find.field.SetText("nothing like it")
	if r.find.note.text != "Not found" || r.transcript.view.selected() != "" {
		t.Errorf("it says %q, %q is selected", r.find.note.text, r.transcript.view.selected())
	}
}

func TestFoldersInTheSidebar(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	id := r.current
	r.sidebar.OnFolder(0, id)
	r.answerModal("  ", "Create")
	if note := over(r, func(p *paragraph) bool { return strings.Contains(p.text, "needs a name") }); !note.Visible() {
		t.Error("a folder without a name is not refused")
	}
	r.answerModal("Work", "Create")
	if c, _ := r.app.Conversation(id); c.Folder == 0 {
		t.Fatal("the conversation is not in the folder")
	}
	folder := r.sidebar.folders[0]
	if r.cardText("undo") != "“a question” is in “Work”." {
		t.Errorf("the card says %q", r.cardText("undo"))
	}
	r.press("undo", "Undo")
	if c, _ := r.app.Conversation(id); c.Folder != 0 {
		t.Error("undone, it is still in the folder")
	}
	r.sidebar.OnMove(id, folder.ID)
	r.sidebar.OnNewIn(folder.ID)
	r.say("another one")
	if c, _ := r.app.Conversation(r.current); c.Folder != folder.ID {
		t.Error("the new conversation is not in the folder")
	}
	r.sidebar.OnDeleteFolder(folder.ID)
	if len(r.titlesShown()) != 0 || r.current != 0 {
		t.Errorf("shown are %q, %d is open", r.titlesShown(), r.current)
	}
	r.showTrash(true)
	if len(r.sidebar.rows) != 1 || r.sidebar.rows[0].within != 2 {
		t.Errorf("the trash lists %+v", r.sidebar.rows)
	}
	test.Tap(rowsOf(r)[0])
	if len(r.titlesShown()) != 2 && len(r.sidebar.folders) != 1 {
		t.Errorf("restored are %q", r.titlesShown())
	}
}

func rowsOf(r *rig) []*dragRow { return (&sidebarRig{Sidebar: r.sidebar}).listed() }

func TestTagsAndPins(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("one")
	one := r.current
	r.newConversation()
	r.say("two")
	r.sidebar.OnPin(one, true)
	if got := r.titlesShown(); got[0] != "one" {
		t.Errorf("pinned, the order is %q", got)
	}
	r.sidebar.OnTags(one)
	r.answerModal("work, #ideas", "Keep")
	r.sidebar.filter.SetText("tag:idea")
	if len(r.sidebar.hits) != 1 || r.sidebar.hits[0].ID != one {
		t.Errorf("found %+v", r.sidebar.hits)
	}
	r.press("undo", "Undo")
	if c, _ := r.app.Conversation(one); len(c.Tags) != 0 {
		t.Errorf("undone, the tags are %q", c.Tags)
	}
	if len(r.sidebar.hits) != 0 {
		t.Error("what was found is not brought up to date")
	}
}

// The menu is reached with the keyboard and has what the mouse offers.
func TestTheMenuOfAConversation(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("one")
	r.sidebar.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if r.win.Canvas().Overlays().Top() == nil {
		t.Fatal("the menu key opens no menu")
	}
	r.key(fyne.KeyDown) // Rename
	r.key(fyne.KeyDown) // Pin
	r.key(fyne.KeyReturn)
	if c, _ := r.app.Conversation(r.current); !c.Pinned {
		t.Error("the second item did not pin it")
	}
}

// A folder that is made by its command is empty: the open conversation stays where
// it is.
func TestANewFolderIsEmpty(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.run("folder.new")
	r.answerModal("Recipes", "Create")
	if c, _ := r.app.Conversation(r.current); c.Folder != 0 || len(r.sidebar.folders) != 1 {
		t.Errorf("the conversation is in folder %d of %d", c.Folder, len(r.sidebar.folders))
	}
}

// A conversation is dragged into a folder and out of it again; Esc, and a place
// where it is already, leave it where it was; a hand that shakes only clicks.
func TestDragIntoAFolder(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	id := r.current
	r.newConversation()
	r.say("another")
	folder, err := r.app.NewFolder("Work")
	if err != nil {
		t.Fatal(err)
	}
	r.sidebar.OnFolder(0, 0)
	r.answerModal("Play", "Create")
	line := func(title string) *dragRow {
		t.Helper()
		for _, row := range rowsOf(r) {
			if strings.HasPrefix(row.title.text, title) {
				return row
			}
		}
		t.Fatalf("there is no line %q", title)
		return nil
	}
	at := func(title string) fyne.Position {
		i := slices.IndexFunc(r.sidebar.rows, func(row sideRow) bool {
			return row.heading == title || row.folder != nil && row.folder.Name == title || row.conversation != nil && row.conversation.Title == title
		})
		l := r.sidebar.list
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(l).AddXY(40, 12+float32(i)*l.pitch())
	}
	in := func() app.ID { c, _ := r.app.Conversation(id); return c.Folder }
	drag := func(from *dragRow, to ...fyne.Position) {
		for _, p := range append([]fyne.Position{at("a question")}, to...) {
			from.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: p}})
		}
	}
	drag(line("a question"), at("Play"), at("Work"))
	if !strings.Contains(wordsIn(r.root), "Into “Work”") {
		t.Error("what the pointer says is not drawn")
	}
	if !r.sidebar.ghost.box.Visible() || r.sidebar.ghost.text.text != "Into “Work”" || !line("Work").focused || line("Play").focused {
		t.Errorf("the pointer says %q", r.sidebar.ghost.text.text)
	}
	line("a question").DragEnd()
	if in() != folder.ID || r.sidebar.ghost.box.Visible() || r.cardText("undo") != "“a question” is in “Work”." {
		t.Fatalf("it is in %d, the card says %q", in(), r.cardText("undo"))
	}
	test.Tap(line("Work"))
	from := line("a question")
	drag(from, at("Work"))
	if r.sidebar.ghost.text.text != "a question" || line("Work").focused {
		t.Errorf("over its own folder the pointer says %q", r.sidebar.ghost.text.text)
	}
	drag(from, at("Play"))
	r.key(fyne.KeyEscape)
	drag(from, at("Play"))
	from.DragEnd()
	if in() != folder.ID || r.sidebar.ghost.box.Visible() {
		t.Errorf("after Esc it is in %d", in())
	}
	r.open(0)
	drag(line("a question"), at("a question").AddXY(2, -3))
	line("a question").DragEnd()
	if r.current != id {
		t.Error("a click with a shaking hand does not open it")
	}
	drag(line("a question"), at("Today"))
	line("a question").DragEnd()
	if in() != 0 {
		t.Errorf("out of the folder it is in %d", in())
	}
}
