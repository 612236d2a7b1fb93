package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// begin begins a reply in a new conversation.
func begin(t testing.TB, s *Store) (Message, *Journal) {
	t.Helper()
	c := create(t, s)
	question := add(t, s, c, 0, "user", "Q")
	m, j, err := s.Begin(Message{Conversation: c, Parent: question, Role: "assistant", Created: noon, Reply: json.RawMessage(`{"seed":1}`)})
	check(t, err)
	return m, j
}

func load(t testing.TB, s *Store, m Message) Message {
	t.Helper()
	return must[Message](t)(s.Message(m.Conversation, m.ID))
}

func TestGrowingReplyIsReadWithItsJournal(t *testing.T) {
	s := newStore(t)
	m, j := begin(t, s)
	for n := range 300 { // more than one number's last byte can count
		check(t, j.Append(fmt.Sprintf("%d,", n)))
	}
	got := load(t, s, m)
	if got.State != Streaming || !strings.HasPrefix(got.Text, "0,1,2,") || !strings.HasSuffix(got.Text, "255,256,257,"+strings.Join(numbers(258, 300), ",")+",") {
		t.Errorf("while it grows it reads as %s %q", got.State, got.Text)
	}
}

func numbers(from, to int) (all []string) {
	for n := from; n < to; n++ {
		all = append(all, fmt.Sprint(n))
	}
	return all
}

func TestFinishLeavesNoJournal(t *testing.T) {
	s := newStore(t)
	m, j := begin(t, s)
	check(t, j.Append("a"))
	finished := must[Message](t)(j.Finish("b", Failed, "it broke", json.RawMessage(`{"seed":2}`)))
	got := load(t, s, m)
	if got.Text != "ab" || got.State != Failed || got.Error != "it broke" || string(got.Reply) != `{"seed":2}` || finished.Text != "ab" {
		t.Errorf("finished it reads as %+v", got)
	}
	if n := len(must[[]messageKey](t)(s.journals())); n != 0 {
		t.Errorf("%d journals are left", n)
	}
}

// What a killed program leaves is a database that nobody closed; to the next
// program that is the same as one that was closed with its journals.
func TestKilledWriterLeavesAnInterruptedReply(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	m, j := begin(t, s)
	check(t, j.Append("as far "))
	check(t, j.Append("as it got"))
	check(t, s.Close())

	s = openStore(t, dir)
	got := load(t, s, m)
	if got.State != Interrupted || got.Text != "as far as it got" || string(got.Reply) != `{"seed":1}` {
		t.Errorf("it reads as %+v", got)
	}
	if n := len(must[[]messageKey](t)(s.journals())); n != 0 {
		t.Errorf("%d journals are left", n)
	}
}

func TestResume(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	m, j := begin(t, s)
	must[Message](t)(j.Finish("one", Stopped, "by hand", nil))
	resumed, j, err := s.Resume(m.Conversation, m.ID, json.RawMessage(`{"seed":3}`))
	check(t, err)
	if resumed.Text != "one" || resumed.State != Streaming || resumed.Siblings != 1 {
		t.Errorf("resumed as %+v", resumed)
	}
	if _, _, err := s.Resume(m.Conversation, m.ID, nil); err == nil {
		t.Error("a reply that is being written was resumed")
	}
	check(t, j.Append(" two"))
	check(t, s.Close())

	s = openStore(t, dir) // killed
	if got := load(t, s, m); got.Text != "one two" || got.State != Interrupted || got.Error != "" {
		t.Errorf("after a kill it reads as %+v", got)
	}
	_, j, err = s.Resume(m.Conversation, m.ID, nil)
	check(t, err)
	must[Message](t)(j.Finish(" three", Complete, "", nil))
	if got := load(t, s, m); got.Text != "one two three" || got.State != Complete {
		t.Errorf("at last it reads as %+v", got)
	}
}

func TestWritingIntoADeletedConversation(t *testing.T) {
	s := newStore(t)
	m, j := begin(t, s)
	check(t, s.Delete(m.Conversation))
	if err := j.Append("x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Append: %v, want ErrNotFound", err)
	}
	if _, err := j.Finish("x", Complete, "", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("Finish: %v, want ErrNotFound", err)
	}
	if n := countKeys(t, s, idKey(m.Conversation)); n != 0 {
		t.Errorf("%d keys came back", n)
	}
}

// The cost of a transaction must not grow with the reply: that was the mistake
// of schema 1, and is the one of most chat programs.
func TestAppendWritesLittle(t *testing.T) {
	s := newStore(t)
	_, j := begin(t, s)
	check(t, j.Append("x"))
	before := fileSize(t, s)
	for range 2000 {
		check(t, j.Append(strings.Repeat("w", 20)))
	}
	if grown := fileSize(t, s) - before; grown > 1<<20 {
		t.Errorf("2000 records of 20 bytes made the file grow by %d bytes, want at most 1 MiB", grown)
	}
}
