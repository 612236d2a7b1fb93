package store

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestRoutes(t *testing.T) {
	s := openStore(t, t.TempDir())
	c := must[Conversation](t)(s.Create(noon))
	id := add(t, s, c.ID, 0, "assistant", "hello")
	if got := must[[]byte](t)(s.Routes(c.ID, id)); got != nil {
		t.Errorf("a reply without a record has %q", got)
	}
	check(t, s.SetRoutes(c.ID, id, []byte("one")))
	check(t, s.SetRoutes(c.ID, id, []byte("two")))
	if got := must[[]byte](t)(s.Routes(c.ID, id)); string(got) != "two" {
		t.Errorf("read %q, want what was stored last", got)
	}
	if err := s.SetRoutes(c.ID, id+1, []byte("x")); !errors.Is(err, ErrNotFound) {
		t.Errorf("the record of a message that is not there: %v", err)
	}
	check(t, s.Delete(c.ID))
	if got := must[[]byte](t)(s.Routes(c.ID, id)); got != nil {
		t.Errorf("after its conversation was deleted there is %q", got)
	}
}

func TestDamagedRoutesAndValues(t *testing.T) {
	s := openStore(t, t.TempDir())
	c := must[Conversation](t)(s.Create(noon))
	id := add(t, s, c.ID, 0, "assistant", "hello")
	check(t, s.SetRoutes(c.ID, id, []byte("one")))
	check(t, s.SetValue("experts", json.RawMessage(`{"a":1}`)))
	if got := must[json.RawMessage](t)(s.Value("experts")); string(got) != `{"a":1}` {
		t.Errorf("the value came back as %s", got)
	}
	check(t, s.update(func(tx *txn) error {
		if err := tx.Bucket(settingsBucket).Put(valueKey("experts"), []byte("damaged")); err != nil {
			return err
		}
		return tx.Bucket(routesBucket).Put(messageKey{c.ID, id}.prefix(), []byte("damaged"))
	}))
	var record *RecordError
	if _, err := s.Routes(c.ID, id); !errors.As(err, &record) {
		t.Errorf("a damaged record is %v", err)
	}
	if _, err := s.Value("experts"); !errors.As(err, &record) {
		t.Errorf("a damaged value is %v", err)
	}
	if texts(t, s, c.ID) != "hello" {
		t.Error("a damaged record hides the text")
	}
	check(t, s.SetValue("experts", nil))
	if got := must[json.RawMessage](t)(s.Value("experts")); got != nil {
		t.Errorf("a value that was forgotten is %s", got)
	}
}

// A database of the present schema that was made before there were routes is
// used as it is.
func TestMissingBucketIsAdded(t *testing.T) {
	dir := t.TempDir()
	s := must[*Store](t)(Open(dir))
	c := must[Conversation](t)(s.Create(noon))
	id := add(t, s, c.ID, 0, "assistant", "hello")
	check(t, s.Close())
	db := must[*bolt.DB](t)(bolt.Open(filepath.Join(dir, fileName), 0o600, options(false)))
	check(t, db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(routesBucket) }))
	check(t, db.Close())
	s = openStore(t, dir)
	if s.Backup() != "" || texts(t, s, c.ID) != "hello" {
		t.Errorf("opened with the copy %q and the text %q", s.Backup(), texts(t, s, c.ID))
	}
	check(t, s.SetRoutes(c.ID, id, []byte("one")))
}
