package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var noon = time.UnixMilli(1_800_000_000_000)

// newStore opens a store in a new folder and closes it after the test.
func newStore(t testing.TB) *Store {
	t.Helper()
	return openStore(t, t.TempDir())
}

func openStore(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// must is for calls that cannot fail in a test that is about something else.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB, s *Store) ID {
	t.Helper()
	return must[Conversation](t)(s.Create(noon)).ID
}

func add(t testing.TB, s *Store, conversation, parent ID, role, text string) ID {
	t.Helper()
	m := Message{Conversation: conversation, Parent: parent, Role: role, Text: text, State: Complete, Created: noon}
	return must[Message](t)(s.Add(m, "title of "+text)).ID
}

// texts returns the texts of the shown path.
func texts(t testing.TB, s *Store, conversation ID) string {
	t.Helper()
	var all []string
	for _, m := range must[[]Message](t)(s.Messages(conversation)) {
		all = append(all, m.Text)
	}
	return strings.Join(all, "|")
}

func TestEverythingSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	c := create(t, s)
	question := add(t, s, c, 0, "user", "what\nis \x00 \xff?") // as it is, whatever it is
	check(t, s.SetDraft(c, "half a thought"))
	check(t, s.SetSystem(c, "be brief"))
	check(t, s.SetSettings(json.RawMessage(`{"theme":"dark"}`)))
	check(t, s.SetModel(Model{Path: "/m/a.gguf", Name: "A", Bytes: 7, Used: noon}))
	m, j, err := s.Begin(Message{Conversation: c, Parent: question, Role: "assistant", Created: noon, Reply: json.RawMessage(`{"seed": 7}`)})
	check(t, err)
	check(t, j.Append("for"))
	check(t, j.Append("ty"))
	must[Message](t)(j.Finish("-two", Complete, "", json.RawMessage(`{"seed":7, "tokens":3}`)))
	check(t, s.Close())

	s = openStore(t, dir)
	conversation := must[Conversation](t)(s.Conversation(c))
	if got := conversation; got.Draft != "half a thought" || got.System != "be brief" || got.Head != m.ID || !got.Created.Equal(noon) {
		t.Errorf("the conversation came back as %+v", got)
	}
	path := must[[]Message](t)(s.Messages(c))
	if len(path) != 2 || path[0].Text != "what\nis \x00 \xff?" || path[1].Text != "forty-two" {
		t.Fatalf("the messages came back as %+v", path)
	}
	if got := path[1]; got.State != Complete || string(got.Reply) != `{"seed":7,"tokens":3}` || got.Parent != question || got.Role != "assistant" {
		t.Errorf("the reply came back as %+v", got)
	}
	if got := must[json.RawMessage](t)(s.Settings()); string(got) != `{"theme":"dark"}` {
		t.Errorf("the settings came back as %s", got)
	}
	if got := must[[]Model](t)(s.Models()); len(got) != 1 || got[0].Name != "A" || !got[0].Used.Equal(noon) {
		t.Errorf("the models came back as %+v", got)
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openStore(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, s.File(): 0o600, filepath.Join(dir, lockName): 0o600} {
		info, err := os.Stat(path)
		check(t, err)
		if os.PathSeparator == '/' && info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
	}
}

func TestSecondInstance(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if _, err := Open(dir); !errors.Is(err, ErrRunning) || !strings.HasPrefix(err.Error(), "Beyonder is already running") {
		t.Errorf("a second Open returned %v, want ErrRunning", err)
	}
	check(t, s.Close())
	openStore(t, dir)
}

func TestTitleIsOfTheFirstMessageUntilRenamed(t *testing.T) {
	s := newStore(t)
	title := func(c ID) string { return must[Conversation](t)(s.Conversation(c)).Title }
	a, b := create(t, s), create(t, s)
	check(t, s.Rename(b, "mine"))
	for _, c := range []ID{a, b} {
		first := add(t, s, c, 0, "user", "one")
		add(t, s, c, first, "user", "two")
	}
	if title(a) != "title of one" || title(b) != "mine" {
		t.Errorf("the titles are %q and %q", title(a), title(b))
	}
}

func TestNewestConversationFirst(t *testing.T) {
	s := newStore(t)
	a, b, c := create(t, s), create(t, s), create(t, s)
	m := Message{Conversation: a, Role: "user", Text: "x", State: Complete, Created: noon.Add(time.Second)}
	must[Message](t)(s.Add(m, ""))
	var order []ID
	for _, c := range must[[]Conversation](t)(s.Conversations()) {
		order = append(order, c.ID)
	}
	if len(order) != 3 || order[0] != a || order[1] != c || order[2] != b {
		t.Errorf("the order is %v, want %v", order, []ID{a, c, b})
	}
}

func TestMessageTakesTheDraftsPlace(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	check(t, s.SetDraft(c, "hello"))
	add(t, s, c, 0, "user", "hello")
	if draft := must[Conversation](t)(s.Conversation(c)).Draft; draft != "" {
		t.Errorf("the draft is still %q", draft)
	}
}

func TestTrash(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	add(t, s, c, 0, "user", "x")
	check(t, s.Trash(c, noon))
	if got := must[Conversation](t)(s.Conversation(c)); !got.Trashed.Equal(noon) {
		t.Errorf("in the trash since %v, want %v", got.Trashed, noon)
	}
	check(t, s.Restore(c))
	if got := must[Conversation](t)(s.Conversation(c)); !got.Trashed.IsZero() || texts(t, s, c) != "x" {
		t.Errorf("restored as %+v", got)
	}
}

func TestDeleteLeavesNothingAndTouchesNoNeighbour(t *testing.T) {
	s := newStore(t)
	c, neighbour := create(t, s), create(t, s)
	for _, id := range []ID{c, neighbour} {
		add(t, s, id, 0, "user", "x")
		check(t, s.SetSystem(id, "y"))
		check(t, s.SetDraft(id, "z"))
		_, j, err := s.Begin(Message{Conversation: id, Role: "assistant", Created: noon})
		check(t, err)
		check(t, j.Append("w"))
	}
	check(t, s.Delete(c))
	if _, err := s.Conversation(c); !errors.Is(err, ErrNotFound) {
		t.Errorf("the deleted conversation: %v", err)
	}
	if n := countKeys(t, s, idKey(c)); n != 0 {
		t.Errorf("%d keys of the deleted conversation are left", n)
	}
	if n := countKeys(t, s, idKey(neighbour)); n != 7 { // head, system, draft, two messages, two journal records
		t.Errorf("the neighbour has %d keys, want 7", n)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	_, errAdd := s.Add(Message{Conversation: c, Parent: 99}, "")
	_, errAddTo := s.Add(Message{Conversation: 99}, "")
	_, errMessage := s.Message(c, 99)
	_, errMessages := s.Messages(99)
	_, errPath := s.Path(c, 99)
	_, _, errResume := s.Resume(c, 99, nil)
	for what, err := range map[string]error{
		"Rename": s.Rename(99, ""), "SetDraft": s.SetDraft(99, "x"), "ShowSibling": s.ShowSibling(c, 99, 0),
		"Add after": errAdd, "Add to": errAddTo, "Message": errMessage, "Messages": errMessages,
		"Path": errPath, "Resume": errResume,
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
}

func TestClosed(t *testing.T) {
	s := newStore(t)
	check(t, s.Close())
	if _, err := s.Conversations(); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}
