package store

import (
	"encoding/json"
	"errors"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestValue(t *testing.T) {
	s := openStore(t, t.TempDir())
	check(t, s.SetSettings(json.RawMessage(`{"theme":"dark"}`)))
	check(t, s.SetValue("settings", json.RawMessage(`{"a":1}`)))
	if got := must[json.RawMessage](t)(s.Value("settings")); string(got) != `{"a":1}` {
		t.Errorf("the value came back as %s", got)
	}
	if got := must[json.RawMessage](t)(s.Settings()); string(got) != `{"theme":"dark"}` {
		t.Errorf("beside a value the settings are %s", got)
	}
	check(t, s.Sync())
	check(t, s.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(settingsBucket).Put(valueKey("settings"), []byte("damaged"))
	}))
	var record *RecordError
	if _, err := s.Value("settings"); !errors.As(err, &record) {
		t.Errorf("a damaged value is %v", err)
	}
	check(t, s.SetValue("settings", nil))
	if got := must[json.RawMessage](t)(s.Value("settings")); got != nil {
		t.Errorf("a value that was forgotten is %s", got)
	}
}
