package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app/apptest"
)

func TestDraftsSurviveSwitching(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("first conversation")
	first := r.current
	r.newConversation()
	r.say("second conversation")
	second := r.current
	r.write("half a thought")
	r.open(first)
	if got := r.composer.Text(); got != "" {
		t.Fatalf("the other conversation's draft came along: %q", got)
	}
	r.write("another")
	r.open(second)
	if got := r.composer.Text(); got != "half a thought" {
		t.Fatalf("the draft is %q", got)
	}
	r.open(first)
	if got := r.composer.Text(); got != "another" {
		t.Fatalf("the draft is %q", got)
	}
}

func TestADraftIsStoredWithoutSwitching(t *testing.T) {
	r := newRig(t, "Yes.")
	r.write("not sent yet")
	r.until("the draft is stored", func() bool {
		c, err := r.app.Conversation(r.current)
		return r.current != 0 && err == nil && c.Draft == "not sent yet"
	})
	r.key(fyne.KeyReturn)
	r.idle()
	if c, _ := r.app.Conversation(r.current); c.Draft != "" {
		t.Errorf("the sent message is still the draft %q", c.Draft)
	}
}

func TestDeleteAndUndo(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("the first")
	first := r.current
	r.newConversation()
	r.say("the second")
	second := r.current
	r.trash(second)
	if r.current != first || len(r.sidebar.shown) != 1 || r.sidebar.trash.title.text != "Trash (1)" {
		t.Fatalf("after deleting: open %d, %q, %q", r.current, r.titlesShown(), r.sidebar.trash.title.text)
	}
	r.press("undo", "Undo")
	if r.current != second || len(r.sidebar.shown) != 2 || r.cardText("undo") != "" {
		t.Fatalf("after undoing: open %d, %q", r.current, r.titlesShown())
	}
}

func TestTheTrashIsEmptiedAfterASecondClick(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("away with this")
	r.trash(r.current)
	test.Tap(r.sidebar.trash)
	if !r.sidebar.inTrash || len(r.sidebar.shown) != 1 {
		t.Fatalf("the trash shows %q", r.titlesShown())
	}
	test.Tap(r.sidebar.empty)
	if list, _ := r.app.Trash(); len(list) != 1 {
		t.Fatal("one click was enough")
	}
	test.Tap(r.sidebar.empty)
	if list, _ := r.app.Trash(); len(list) != 0 {
		t.Fatal("it is still there")
	}
	if r.sidebar.inTrash {
		t.Error("the empty trash is still shown")
	}
}

func TestEverythingIsThereTheNextTime(t *testing.T) {
	dir := t.TempDir()
	r := newRigWith(t, apptest.New([]string{"Yes."}, 0), dir, Options{})
	r.say("remember this")
	r.write("and this draft")
	r.close()
	r.app.Close()
	again := newRigWith(t, apptest.New([]string{"Yes."}, 0), dir, Options{})
	if got := again.entries(); len(got) != 2 || got[0].Text != "remember this" {
		t.Errorf("shown: %+v", got)
	}
	if got := again.composer.Text(); got != "and this draft" {
		t.Errorf("the draft is %q", got)
	}
}

// The keys go down the list of the real window: each conversation opens, and the next
// key goes on from there.
func TestKeysGoDownTheList(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, text := range []string{"one", "two", "three"} {
		r.newConversation()
		r.say(text)
	}
	r.sidebar.focusList()
	var opened []string
	for range 3 {
		r.key(fyne.KeyDown)
		opened = append(opened, r.title(r.current))
	}
	r.key(fyne.KeyUp)
	if opened = append(opened, r.title(r.current)); !slices.Equal(opened, []string{"two", "one", "one", "two"}) {
		t.Errorf("opened are %q", opened)
	}
	r.lookIntoTrash()
	r.key(fyne.KeyDown) // an empty trash has no list
	if r.title(r.current) != "two" {
		t.Errorf("in the empty trash, %q was opened", r.title(r.current))
	}
}

// Several are deleted one after the other, without looking for the list again.
func TestDeleteKeyGoesOnInTheList(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, text := range []string{"one", "two", "three"} {
		r.newConversation()
		r.say(text)
	}
	r.sidebar.focusList()
	for n := 1; n <= 3; n++ {
		r.key(fyne.KeyDelete)
		if trash, err := r.app.Trash(); err != nil || len(trash) != n {
			t.Fatalf("after %d times Delete, %d are in the trash (%v)", n, len(trash), err)
		}
	}
}
