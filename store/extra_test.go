package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestExtras(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	c, other := create(t, s), create(t, s)
	m, n := add(t, s, c, 0, "user", "Q"), add(t, s, other, 0, "user", "Q")
	if got, err := s.Extra(c, m, "trail"); got != nil || err != nil {
		t.Errorf("before anything is kept there is %q (%v)", got, err)
	}
	for _, e := range []struct {
		c, m ID
		name string
	}{{c, m, "trail"}, {c, m, "trails"}, {c, 0, "queue"}, {other, n, "trail"}} {
		check(t, s.SetExtra(e.c, e.m, e.name, []byte(e.name)))
	}
	check(t, s.Close())
	s = openStore(t, dir)
	if got := must[[]byte](t)(s.Extra(c, m, "trail")); string(got) != "trail" {
		t.Errorf("kept %q", got)
	}
	check(t, s.SetExtra(c, m, "trail", nil))
	if got := must[[]byte](t)(s.Extra(c, m, "trail")); got != nil {
		t.Errorf("taken away, it is %q", got)
	}
	if got := must[[]byte](t)(s.Extra(c, 0, "queue")); string(got) != "queue" {
		t.Errorf("of the conversation is kept %q", got)
	}
	for _, err := range []error{s.SetExtra(c, n, "trail", []byte("x")), s.SetExtra(99, 0, "queue", []byte("x"))} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("beside what is not there: %v", err)
		}
	}
	check(t, s.Delete(c))
	if left := countKeys(t, s, idKey(c)); left != 0 {
		t.Errorf("deleting the conversation left %d keys", left)
	}
	if got := must[[]byte](t)(s.Extra(other, n, "trail")); string(got) != "trail" {
		t.Errorf("the other conversation's is %q", got)
	}
	rewrite(t, s, extrasBucket, idKey(other), flip)
	var damaged *RecordError
	if _, err := s.Extra(other, n, "trail"); !errors.As(err, &damaged) || !strings.Contains(err.Error(), "trail") {
		t.Errorf("damaged on disk it is %v", err)
	}
}

// A database of this schema that was made before there were extras gets the
// bucket for them when it is opened.
func TestExtrasOfAnOlderDatabase(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	c := create(t, s)
	check(t, s.Sync())
	check(t, s.db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(extrasBucket) }))
	check(t, s.Close())
	s = openStore(t, dir)
	if got, err := s.Extra(c, 0, "queue"); got != nil || err != nil {
		t.Errorf("it has %q (%v)", got, err)
	}
	check(t, s.SetExtra(c, 0, "queue", []byte("y")))
}

func TestVariantsAndTheirBranches(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	q := add(t, s, c, 0, "user", "Q")
	a := add(t, s, c, q, "assistant", "A")
	add(t, s, c, add(t, s, c, a, "user", "Q2"), "assistant", "A2")
	b := add(t, s, c, q, "assistant", "B")
	if got := must[[]ID](t)(s.Variants(c, b)); !slices.Equal(got, []ID{a, b}) {
		t.Errorf("the variants are %v, want %v", got, []ID{a, b})
	}
	var text string
	for _, m := range must[[]Message](t)(s.Branch(c, a)) {
		text += m.Text + " "
	}
	if text != "A Q2 A2 " {
		t.Errorf("the branch of the hidden variant is %q", text)
	}
	if _, err := s.Branch(c, 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("the branch of no message: %v", err)
	}
}

func TestExcluded(t *testing.T) {
	s := newStore(t)
	m, j := begin(t, s)
	check(t, j.Append("one"))
	check(t, s.SetExcluded(m.Conversation, m.ID, true))
	check(t, j.Append(" two"))
	if got := must[Message](t)(j.Finish(" three", Complete, "", nil)); !got.Excluded || got.Text != "one two three" {
		t.Errorf("excluded while it grew it is %+v", got)
	}
	check(t, s.SetExcluded(m.Conversation, m.ID, false))
	if got := load(t, s, m); got.Excluded || got.Text != "one two three" {
		t.Errorf("taken in again it is %+v", got)
	}
	if err := s.SetExcluded(m.Conversation, 99, true); !errors.Is(err, ErrNotFound) {
		t.Errorf("a message that is not there: %v", err)
	}
}

// Records from before a message could be excluded do not say whether it is.
func TestRecordWithoutExcluded(t *testing.T) {
	var m Message
	check(t, decodeMessage([]byte(`{"role":"user","state":"complete","created":1}`+"\n\nhello"), &m))
	if m.Excluded || m.Text != "hello" {
		t.Errorf("it is %+v", m)
	}
}

func TestReplyThatBeginsWithGivenWords(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	m, j, err := s.Begin(Message{Conversation: c, Role: "assistant", Created: noon, Text: "Once upon"})
	check(t, err)
	check(t, j.Append(" a time"))
	if got := load(t, s, m); got.Text != "Once upon a time" {
		t.Errorf("while it grows it is %q", got.Text)
	}
	if got := must[Message](t)(j.Finish(".", Complete, "", nil)); got.Text != "Once upon a time." {
		t.Errorf("finished it is %q", got.Text)
	}
}
