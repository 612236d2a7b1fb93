package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// unchanged fails if f changes the database file.
func unchanged(t *testing.T, path string, f func()) {
	t.Helper()
	before := must[[]byte](t)(os.ReadFile(path))
	f()
	if after := must[[]byte](t)(os.ReadFile(path)); !bytes.Equal(before, after) {
		t.Errorf("%s was changed", filepath.Base(path))
	}
}

// filled returns the folder of a closed database with some pages in it.
func filled(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openStore(t, dir)
	c := create(t, s)
	parent := ID(0)
	for range 50 {
		parent = add(t, s, c, parent, "user", strings.Repeat("text ", 200))
	}
	check(t, s.Close())
	return dir
}

func TestDamagedFileIsRefusedAndLeftAsItIs(t *testing.T) {
	for name, damage := range map[string]func(file []byte) []byte{
		"another format":    func([]byte) []byte { return []byte(strings.Repeat("GGUF", 5000)) },
		"nothing but NULs":  func(file []byte) []byte { return make([]byte, len(file)) },
		"cut in the middle": func(file []byte) []byte { return file[:len(file)/2] },
		"cut in a page":     func(file []byte) []byte { return file[:4096*2+100] },
		"a few bytes":       func(file []byte) []byte { return file[:10] },
		"both meta pages":   func(file []byte) []byte { flip(file[:60]); flip(file[4096 : 4096+60]); return file },
		"data pages NUL":    func(file []byte) []byte { clear(file[2*4096:]); return file },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			path := filepath.Join(dir, fileName)
			check(t, os.WriteFile(path, damage(must[[]byte](t)(os.ReadFile(path))), 0o600))
			unchanged(t, path, func() {
				_, err := Open(dir)
				var damaged *DamagedError
				if !errors.As(err, &damaged) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
					t.Errorf("Open returned %v, want a sentence that names %s", err, path)
				}
			})
		})
	}
}

func TestAnotherProgramsDatabase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
	check(t, db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("x")); return err }))
	check(t, db.Close())
	unchanged(t, path, func() {
		var damaged *DamagedError
		if _, err := Open(dir); !errors.As(err, &damaged) {
			t.Errorf("Open returned %v", err)
		}
	})
}

// A database that has lost all it had is not taken for a new one.
func TestAnEmptyFileIsNoNewDatabase(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, fileName)
	check(t, os.Truncate(path, 0))
	unchanged(t, path, func() {
		var damaged *DamagedError
		if _, err := Open(dir); !errors.As(err, &damaged) {
			t.Errorf("Open returned %v", err)
		}
	})
}

// A page that is damaged in use must not end the program.
func TestDamageFoundLater(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, fileName)
	file := must[[]byte](t)(os.ReadFile(path))
	hit := 0
	for at := 4 * 4096; at+4096 <= len(file); at += 4096 {
		if bytes.Contains(file[at:at+4096], []byte("text text")) { // a page of messages
			copy(file[at+8:at+16], bytes.Repeat([]byte{0xff}, 8)) // its kind and its counts
			hit++
		}
	}
	if hit == 0 {
		t.Fatal("the file has no page of messages")
	}
	check(t, os.WriteFile(path, file, 0o600))
	s, err := Open(dir)
	if err == nil {
		defer s.Close()
		_, err = s.Messages(1)
	}
	var damaged *DamagedError
	if !errors.As(err, &damaged) {
		t.Errorf("the damaged page gave %v", err)
	}
}

// A file that is cut while it is in use leaves a part of the memory map with no
// file behind it; to read there must be an error and not the end of the program.
func TestFileCutInUse(t *testing.T) {
	dir := filled(t)
	s := openStore(t, dir)
	if err := os.Truncate(s.File(), 4096*3); err != nil {
		t.Skipf("NOT TESTED: this system does not let a file in use be cut (%v)", err)
	}
	_, err := s.Messages(1)
	var damaged *DamagedError
	if !errors.As(err, &damaged) {
		t.Errorf("the cut file gave %v", err)
	}
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, fileName)
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
	check(t, db.Update(func(tx *bolt.Tx) error { return putSchema(tx, Schema+1) }))
	check(t, db.Close())
	unchanged(t, path, func() {
		_, err := Open(dir)
		var newer *NewerError
		if !errors.As(err, &newer) || newer.Version != Schema+1 || newer.Known != Schema {
			t.Errorf("Open returned %v, want *NewerError", err)
		}
	})
	if n := len(must[[]os.DirEntry](t)(os.ReadDir(dir))); n != 2 {
		t.Errorf("there are %d files beside the lock and the database", n-2)
	}
}

// A program that is killed while it makes its first database leaves nothing or
// a file of another name.
func TestHalfMadeDatabaseIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, fileName+".new"), []byte("half"), 0o600))
	create(t, openStore(t, dir))
}

func TestDamagedMessageHidesNoOther(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	a := add(t, s, c, 0, "user", "one")
	b := add(t, s, c, a, "assistant", "two")
	add(t, s, c, b, "user", "three")
	rewrite(t, s, messagesBucket, idKey(c, b), flip)

	path := must[[]Message](t)(s.Messages(c))
	if len(path) != 3 || path[0].Text != "one" || path[2].Text != "three" {
		t.Fatalf("the path is %+v", path)
	}
	var damage *RecordError
	if !errors.As(path[1].Damage, &damage) || path[1].Text != "" || path[1].ID != b || path[1].Parent != a {
		t.Errorf("the damaged message is %+v", path[1])
	}
	if got := path[1].Damage.Error(); !strings.Contains(got, "message 2 of conversation 1") {
		t.Errorf("the sentence is %q", got)
	}
	if _, _, err := s.Resume(c, b, nil); !errors.As(err, &damage) {
		t.Errorf("going on with the damaged message gave %v", err)
	}
	add(t, s, c, path[2].ID, "assistant", "four") // life goes on
	if got := texts(t, s, c); got != "one||three|four" {
		t.Errorf("the path is %s", got)
	}
}

func TestDamagedConversationIsListedAndCanBeRenamed(t *testing.T) {
	s := newStore(t)
	c, other := create(t, s), create(t, s)
	a := add(t, s, c, 0, "user", "one")
	add(t, s, c, a, "assistant", "two")
	check(t, s.Rename(other, "the other"))
	rewrite(t, s, conversationsBucket, idKey(c), flip)

	all := must[[]Conversation](t)(s.Conversations())
	if len(all) != 2 || all[0].Title != "the other" || all[1].Damage == nil {
		t.Fatalf("the list is %+v", all)
	}
	if got := texts(t, s, c); got != "one|two" {
		t.Errorf("its messages are %s", got)
	}
	check(t, s.Rename(c, "repaired"))
	if got := must[Conversation](t)(s.Conversation(c)); got.Title != "repaired" || got.Damage != nil {
		t.Errorf("renamed it is %+v", got)
	}
}

func TestDamagedJournalRecordIsToldOf(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	m, j := begin(t, s)
	for _, text := range []string{"one ", "two ", "three"} {
		check(t, j.Append(text))
	}
	rewrite(t, s, journalBucket, idKey(m.Conversation, m.ID, 2), flip)
	check(t, s.Close())
	got := load(t, openStore(t, dir), m)
	if got.Text != "one three" || !strings.Contains(got.Error, "1 parts of the text are damaged") {
		t.Errorf("it reads as %q, %q", got.Text, got.Error)
	}
}

func TestDamagedReplyKeepsItsJournal(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	m, j := begin(t, s)
	check(t, j.Append("text"))
	rewrite(t, s, messagesBucket, idKey(m.Conversation, m.ID), flip)
	check(t, s.Close())
	s = openStore(t, dir)
	if load(t, s, m).Damage == nil {
		t.Error("the damage is not told of")
	}
	if n := len(must[[]messageKey](t)(s.journals())); n != 1 {
		t.Errorf("%d journals are left, want the one", n)
	}
}

func TestDamagedSettingsAndTexts(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	check(t, s.SetSettings([]byte(`{"a":1}`)))
	check(t, s.SetSystem(c, "be brief"))
	check(t, s.SetModel(Model{Path: "/m", Name: "M"}))
	rewrite(t, s, settingsBucket, nil, flip)
	rewrite(t, s, systemsBucket, nil, flip)
	rewrite(t, s, modelsBucket, nil, flip)
	var damage *RecordError
	if _, err := s.Settings(); !errors.As(err, &damage) {
		t.Errorf("Settings returned %v", err)
	}
	if got := must[Conversation](t)(s.Conversation(c)).System; got != damagedText {
		t.Errorf("the system prompt is %q", got)
	}
	if got := must[[]Model](t)(s.Models()); len(got) != 1 || got[0].Path != "/m" || got[0].Name != "" {
		t.Errorf("the models are %+v", got)
	}
}
