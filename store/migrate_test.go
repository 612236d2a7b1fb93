package store

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

var writeOld = flag.Bool("write-old", false, "write testdata/v1.db anew, as the program of schema 1 did")

// oldDatabase returns a folder with a copy of testdata/v1.db as its database.
func oldDatabase(t *testing.T) (dir string) { return databaseOf(t, "v1.db") }

func databaseOf(t testing.TB, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	file := must[[]byte](t)(os.ReadFile(filepath.Join("testdata", name)))
	check(t, os.WriteFile(filepath.Join(dir, fileName), file, 0o600))
	return dir
}

func TestMigrationFrom1(t *testing.T) {
	s := openStore(t, oldDatabase(t))
	all := must[[]Conversation](t)(s.Conversations())
	if len(all) != 3 {
		t.Fatalf("%d conversations came over, want 3", len(all))
	}
	chat, thrown, damaged := all[0], all[1], all[2]
	if chat.Title != "Experts" || !chat.Named || chat.System != "Answer briefly." || chat.Draft != "And how many" || !chat.Updated.Equal(noon.Add(time.Minute)) {
		t.Errorf("the conversation came over as %+v", chat)
	}
	if thrown.Title != "Old" || !thrown.Trashed.Equal(noon) {
		t.Errorf("the one in the trash came over as %+v", thrown)
	}
	if damaged.Damage == nil || texts(t, s, damaged.ID) != "still here" {
		t.Errorf("the damaged one came over as %+v", damaged)
	}
	if got := string(must[json.RawMessage](t)(s.Settings())); got != `{"theme":"dark"}` {
		t.Errorf("the settings came over as %s", got)
	}
	if got := must[[]Model](t)(s.Models()); len(got) != 1 || got[0].Name != "Beyonder" || got[0].Path != "/models/beyonder.gguf" {
		t.Errorf("the models came over as %+v", got)
	}
	whole(t, s)
}

func TestMigrationFrom1KeepsTheTree(t *testing.T) {
	s := openStore(t, oldDatabase(t))
	path := must[[]Message](t)(s.Messages(1))
	if len(path) != 4 {
		t.Fatalf("the path has %d messages, want 4: %+v", len(path), path)
	}
	question, answer, unreadable, interrupted := path[0], path[1], path[2], path[3]
	if question.Text != "What is a \"mixture of experts\"?\n" || question.Role != "user" || question.State != Complete {
		t.Errorf("the question came over as %+v", question)
	}
	if answer.Siblings != 2 || answer.Sibling != 1 || string(answer.Reply) != `{"model":"Beyonder"}` || answer.Parent != question.ID {
		t.Errorf("the answer came over as %+v", answer)
	}
	if unreadable.Damage == nil {
		t.Errorf("the damaged message came over as %+v", unreadable)
	}
	if interrupted.State != Interrupted || interrupted.Text != "Two of" {
		t.Errorf("the growing reply came over as %+v", interrupted)
	}
	if id := add(t, s, 1, interrupted.ID, "user", "next"); id <= interrupted.ID {
		t.Errorf("a new message got the id %d after %d", id, interrupted.ID)
	}
}

func TestMigrationKeepsACopy(t *testing.T) {
	dir := oldDatabase(t)
	old := must[[]byte](t)(os.ReadFile("testdata/v1.db"))
	taken := filepath.Join(dir, "beyonder-v1.db") // of an earlier try
	check(t, os.WriteFile(taken, []byte("mine"), 0o600))

	s := openStore(t, dir)
	if want := filepath.Join(dir, "beyonder-v1-2.db"); s.Backup() != want {
		t.Errorf("the copy is %s, want %s", s.Backup(), want)
	}
	if got := must[[]byte](t)(os.ReadFile(s.Backup())); string(got) != string(old) {
		t.Error("the copy is not what the database was")
	}
	if got := must[[]byte](t)(os.ReadFile(taken)); string(got) != "mine" {
		t.Error("the earlier copy was overwritten")
	}
	check(t, s.Close())
	if s = openStore(t, dir); s.Backup() != "" {
		t.Error("it was migrated twice")
	}
}

// A migration that fails in its last step leaves the old database.
func TestFailedMigrationLeavesTheOldOne(t *testing.T) {
	dir := oldDatabase(t)
	path := filepath.Join(dir, fileName)
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
	check(t, db.Update(func(tx *bolt.Tx) error { // no settings could be that: a bucket where a value should be
		_, err := tx.Bucket(settingsBucket).CreateBucket([]byte("x"))
		return err
	}))
	check(t, db.Close())
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "was left as it is") {
		t.Errorf("Open returned %v, want an error that says what became of the database", err)
	}
	version, err := inspect(path)
	check(t, err)
	if version != 1 {
		t.Errorf("its schema is %d now", version)
	}
	s := &Store{path: path}
	s.db = must[*bolt.DB](t)(openFile(path, false))
	defer s.db.Close()
	if n := countKeys(t, s, idKey(1)); n != 6 { // the conversation and its five messages, as they were
		t.Errorf("%d keys of the first conversation are left", n)
	}
}

// TestWriteOld writes the database that the other tests read. It is kept in the
// repository because the program that wrote it is not.
func TestWriteOld(t *testing.T) {
	if !*writeOld {
		t.Skip("testdata/v1.db stays as it is; -write-old writes it anew")
	}
	path := filepath.Join("testdata", "v1.db")
	check(t, os.MkdirAll("testdata", 0o755))
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	db := must[*bolt.DB](t)(bolt.Open(path, 0o644, options(false)))
	check(t, db.Update(write1))
	check(t, db.Close())
}

func write1(tx *bolt.Tx) error {
	bucket := func(name []byte) *bolt.Bucket {
		b, err := tx.CreateBucketIfNotExists(name)
		if err != nil {
			panic(err)
		}
		return b
	}
	put := func(b *bolt.Bucket, key []byte, value any) {
		content, isRaw := value.(string)
		if !isRaw {
			record, err := json.Marshal(value)
			if err != nil {
				panic(err)
			}
			content = string(record)
		}
		if err := b.Put(key, []byte(content)); err != nil {
			panic(err)
		}
	}
	bucket(aboutBucket)
	bucket(journalBucket) // was there, and empty
	c, m := bucket(conversationBucket1), bucket(messageBucket1)
	put(c, idKey(1), conversation1{Title: "Experts", Named: true, Created: noon, Updated: noon.Add(time.Minute), Head: 5, System: "Answer briefly.", Draft: "And how many"})
	put(c, idKey(2), conversation1{Title: "Old", Created: noon, Updated: noon, Trashed: noon})
	put(c, idKey(3), "{damaged")
	put(m, idKey(1, 1), message1{Role: "user", Text: "What is a \"mixture of experts\"?\n", State: Complete, Created: noon})
	put(m, idKey(1, 2), message1{Parent: 1, Role: "assistant", Text: "I do not know.", State: Complete, Created: noon})
	put(m, idKey(1, 3), message1{Parent: 1, Role: "assistant", Text: "A router and its experts.", State: Complete, Created: noon, Reply: json.RawMessage(`{"model": "Beyonder"}`)})
	put(m, idKey(1, 4), "\x00\x00\x00\x00")
	put(m, idKey(1, 5), message1{Parent: 4, Role: "assistant", Text: "Two of", State: Streaming, Created: noon})
	put(m, idKey(3, 6), message1{Role: "user", Text: "still here", State: Complete, Created: noon})
	put(bucket(settingsBucket), settingsKey, `{"theme":"dark"}`)
	put(bucket(modelsBucket), []byte("/models/beyonder.gguf"), Model{Name: "Beyonder", Bytes: 7, Used: noon})
	if err := errors.Join(c.SetSequence(3), m.SetSequence(6)); err != nil {
		return err
	}
	return putSchema(tx, 1)
}

// v2.db was written by the program of schema 2: two conversations, one of them in
// the trash, two versions of a reply, one of them interrupted, and a damaged
// message.
func TestMigrationFrom2(t *testing.T) {
	s := openStore(t, databaseOf(t, "v2.db"))
	all := must[[]Conversation](t)(s.Conversations())
	if len(all) != 2 || all[0].Title != "What is a mixture" || all[0].System != "Answer briefly." || all[0].Draft != "And how many" {
		t.Fatalf("the conversations came over as %+v", all)
	}
	path := must[[]Message](t)(s.Path(1, 3))
	if len(path) != 2 || path[1].State != Interrupted || path[1].Text != "Two of" || path[1].Siblings != 3 {
		t.Errorf("the messages came over as %+v", path)
	}
	found := must[Found](t)(s.Search("grosse 专家", false, 10))
	if len(found.Hits) != 1 || found.Hits[0].Message != 2 {
		t.Errorf("what was there before is not found: %+v", found)
	}
	check(t, s.Reindex(false))
	if again := must[Found](t)(s.Search("grosse 专家", false, 10)); len(again.Hits) != 1 || s.Unindexed() != 0 {
		t.Errorf("what was there before is not in the index: %+v", again)
	}
	if s.Backup() == "" {
		t.Error("no copy was made")
	}
	whole(t, s)
}
