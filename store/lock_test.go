package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// secret fills a store with words that must not be found in its files.
func secret(t *testing.T, s *Store) {
	t.Helper()
	f := must[Folder](t)(s.CreateFolder("secretfolder", noon))
	c := create(t, s)
	one := add(t, s, c, 0, "user", "secretquestion about things")
	_, j, err := s.Begin(Message{Conversation: c, Parent: one, Role: "assistant", Created: noon, Reply: json.RawMessage(`{"model":"secretmodel"}`)})
	check(t, err)
	check(t, j.Append("secretanswer"))
	must[Message](t)(j.Finish("", Complete, "", json.RawMessage(`{"model":"secretmodel"}`)))
	check(t, s.SetDraft(c, "secretdraft"))
	check(t, s.SetSystem(c, "secretsystem"))
	check(t, s.SetTags(c, []string{"secrettag"}))
	check(t, s.Move(c, f.ID))
	check(t, s.SetSettings(json.RawMessage(`{"x":"secretsetting"}`)))
	check(t, s.Reindex(false))
}

// leaks says whether a word is in any file of the folder.
func leaks(t *testing.T, s *Store, word string) (files []string) {
	t.Helper()
	check(t, filepath.Walk(filepath.Dir(s.File()), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		if bytes.Contains(bytes.ToLower(must[[]byte](t)(os.ReadFile(path))), []byte(word)) {
			files = append(files, filepath.Base(path))
		}
		return nil
	}))
	return files
}

func reopen(t *testing.T, s *Store) *Store {
	t.Helper()
	check(t, s.Close())
	return openStore(t, filepath.Dir(s.File()))
}

func intact(t *testing.T, s *Store) {
	t.Helper()
	c := must[Conversation](t)(s.Conversation(1))
	if got := texts(t, s, 1); got != "secretquestion about things|secretanswer" || c.Draft != "secretdraft" || c.System != "secretsystem" || len(c.Tags) != 1 || c.Folder != 1 {
		t.Errorf("the conversation is %q, %+v", got, c)
	}
	for _, text := range []string{"secretq", "secretanswer", "tag:secret", "folder:secret"} {
		if hits(t, s, text) == "" {
			t.Errorf("%q is not found", text)
		}
	}
	check(t, s.Reindex(false))
	if hits(t, s, "secreta") == "" {
		t.Error("nothing is found in the index")
	}
	whole(t, s)
}

func TestPassphrase(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	must[bool](t)(s.CopyDaily(noon))
	if files := leaks(t, s, "secret"); len(files) != 2 {
		t.Fatalf("without a passphrase, it stands in %q", files)
	}
	check(t, s.SetPassphrase("", "grün 1"))
	intact(t, s)
	add(t, s, 1, 2, "user", "secretafter")
	check(t, s.Reindex(false))
	must[bool](t)(s.CopyDaily(noon))
	if files := leaks(t, s, "secret"); len(files) > 0 {
		t.Errorf("with a passphrase, it still stands in %q", files)
	}

	s = reopen(t, s)
	if !s.Locked() || !s.Encrypted() {
		t.Fatal("opened again, it is not locked")
	}
	if _, err := s.Conversations(); !errors.Is(err, ErrLocked) {
		t.Errorf("locked, Conversations returned %v", err)
	}
	if _, err := s.Create(noon); !errors.Is(err, ErrLocked) {
		t.Errorf("locked, Create returned %v", err)
	}
	if err := s.Unlock("green 1"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("with a wrong passphrase, Unlock returned %v", err)
	}
	check(t, s.Unlock("gru\u0308n 1")) // composed otherwise, and the same
	if c, err := s.Conversation(1); err != nil || c.Draft != "" {
		t.Errorf("unlocked, the conversation is %+v (%v)", c, err)
	}
}

func TestPassphraseChangedAndRemoved(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	check(t, s.SetPassphrase("", "one"))
	if err := s.SetPassphrase("wrong", "two"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("changed with a wrong one: %v", err)
	}
	check(t, s.SetPassphrase("one", "two"))
	s = reopen(t, s)
	if err := s.Unlock("one"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("the old passphrase: %v", err)
	}
	check(t, s.Unlock("two"))
	intact(t, s)
	if err := s.SetPassphrase("one", ""); !errors.Is(err, ErrPassphrase) {
		t.Errorf("removed with a wrong one: %v", err)
	}
	check(t, s.SetPassphrase("two", ""))
	s = reopen(t, s)
	if s.Locked() || s.Encrypted() {
		t.Fatal("it is still locked")
	}
	intact(t, s)
}

// A program that is killed when the encrypted file has taken the database's place,
// but before the copies are deleted, leaves them to the next one.
func TestCopiesAfterAKill(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	must[bool](t)(s.CopyDaily(noon))
	half := filepath.Join(s.copiesDir(), "2026-01-02.db.part") // of a copy that was killed long ago
	check(t, copySynced(s.path, half))
	key := bytes.Repeat([]byte{1}, keySize)
	to := must[*cipherBox](t)(newCipherBox(key))
	record := must[[]byte](t)(newLock("x", key))
	path := s.path + ".rewrite"
	check(t, s.replace(path, func() (box, error) { return to, writeAnew(s.db, s.box, path, to, record) }))
	s = reopen(t, s) // what SetPassphrase does next was not done
	if files := leaks(t, s, "secret"); len(files) > 0 {
		t.Errorf("it still stands in %q", files)
	}
	check(t, s.Unlock("x"))
	intact(t, s)
	must[bool](t)(s.CopyDaily(noon))
	s = reopen(t, s)
	if copies := must[[]Copy](t)(s.Copies()); len(copies) != 1 {
		t.Errorf("there are %+v, want the one made since", copies)
	}
	check(t, s.dropCopies(time.Now().Add(-time.Hour)))
	if copies := must[[]Copy](t)(s.Copies()); len(copies) != 1 {
		t.Errorf("there are %+v, want the one that is not that old", copies)
	}
}

// Halves of copies do not gather.
func TestHalfCopies(t *testing.T) {
	s := newStore(t)
	check(t, os.MkdirAll(s.copiesDir(), 0o700))
	half := filepath.Join(s.copiesDir(), "2026-01-02.db.part")
	check(t, os.WriteFile(half, []byte("cut short"), 0o600))
	must[bool](t)(s.CopyDaily(noon))
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there (%v)", err)
	}
}

// What a killed program leaves of a new file is nothing; what cannot be written
// leaves the old one.
func TestPassphraseThatCannotBeSet(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	_, j, err := s.Begin(Message{Conversation: 1, Parent: 2, Role: "assistant", Created: noon})
	check(t, err)
	if err := s.SetPassphrase("", "x"); !errors.Is(err, errWriting) {
		t.Errorf("while a reply is written: %v", err)
	}
	must[Message](t)(j.Finish("", Stopped, "", nil))
	check(t, s.ShowSibling(1, 2, 0))
	blocked := filepath.Join(s.File()+".rewrite", "x")
	check(t, os.MkdirAll(blocked, 0o700))
	if err := s.SetPassphrase("", "x"); err == nil {
		t.Error("it was written where nothing can be")
	}
	if s.Locked() || s.Encrypted() || hits(t, s, "secretq") == "" {
		t.Error("it is not as it was")
	}
	check(t, os.RemoveAll(filepath.Dir(blocked)))
	check(t, os.WriteFile(s.File()+".rewrite", []byte("half"), 0o600))
	s = reopen(t, s)
	if _, err := os.Stat(s.File() + ".rewrite"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left is still there: %v", err)
	}
}

// A value that was moved to another key is damaged, not another message.
func TestEncryptedValuesStayInTheirPlace(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	check(t, s.SetPassphrase("", "x"))
	check(t, s.update(func(tx *txn) error {
		b := tx.Bucket(messagesBucket)
		_, value := first(b, idKey(1, 1))
		return b.Put(idKey(1, 2, 1), bytes.Clone(value))
	}))
	if path := must[[]Message](t)(s.Messages(1)); path[1].Damage == nil {
		t.Errorf("it is taken for %+v", path[1])
	}
}

func TestCopies(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	for day := range 9 {
		for range 2 {
			made := must[bool](t)(s.CopyDaily(noon.AddDate(0, 0, day)))
			_ = made
		}
	}
	all := must[[]Copy](t)(s.Copies())
	if len(all) != copiesKept || filepath.Base(all[0].Path) != noon.AddDate(0, 0, 8).Format(copyLayout)+".db" {
		t.Fatalf("the copies are %+v", all)
	}
	check(t, s.Delete(1))
	check(t, s.RestoreCopy(all[3].Path, noon.AddDate(0, 0, 9)))
	intact(t, s)
	all = must[[]Copy](t)(s.Copies())
	if len(all) != copiesKept || !strings.Contains(all[0].Path, " ") {
		t.Errorf("the copies are %+v", all)
	}
	check(t, s.RestoreCopy(all[0].Path, noon.AddDate(0, 0, 9))) // as it was before, in the same second
	if list := must[[]Conversation](t)(s.Conversations()); len(list) != 0 {
		t.Errorf("restored are %+v", list)
	}
}

func TestRestoringWhatIsNoCopy(t *testing.T) {
	s := newStore(t)
	secret(t, s)
	bad := filepath.Join(t.TempDir(), "bad.db")
	check(t, os.WriteFile(bad, bytes.Repeat([]byte("x"), 5000), 0o600))
	if err := s.RestoreCopy(bad, noon); err == nil {
		t.Error("a file that is no database was restored")
	}
	if err := s.RestoreCopy(filepath.Join(t.TempDir(), "none.db"), noon); err == nil {
		t.Error("a file that is not there was restored")
	}
	intact(t, s)
}

// A copy of an older schema is migrated; one with another passphrase is locked;
// one with the same key is not.
func TestRestoringOtherKinds(t *testing.T) {
	s := newStore(t)
	check(t, s.RestoreCopy("testdata/v2.db", noon))
	if hits(t, s, "grosse") == "" {
		t.Error("what is in the old copy is not found")
	}
	check(t, s.SetPassphrase("", "one"))
	must[bool](t)(s.CopyDaily(noon))
	encrypted := must[[]Copy](t)(s.Copies())[0].Path
	check(t, s.SetPassphrase("one", "two"))
	check(t, s.RestoreCopy(encrypted, noon.Add(time.Hour)))
	if s.Locked() {
		t.Error("a copy with the same key is locked")
	}
	kept := filepath.Join(t.TempDir(), "kept.db")
	check(t, copySynced(encrypted, kept))
	check(t, s.SetPassphrase("one", ""))
	check(t, s.RestoreCopy(kept, noon.Add(2*time.Hour)))
	if !s.Locked() {
		t.Fatal("a copy with a passphrase is not locked")
	}
	check(t, s.Unlock("one"))
	if hits(t, s, "grosse") == "" {
		t.Error("what is in the copy is not found")
	}
}

// FuzzLock: a record of a passphrase can be anything, and asks for no more than
// its limits.
func FuzzLock(f *testing.F) {
	f.Add([]byte(`{"time":1,"memory":8,"threads":1,"salt":"","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`))
	f.Add([]byte(`{"time":4000000000,"memory":4000000000}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var record lockRecord
		if json.Unmarshal(content, &record) == nil && (record.Memory > 64 || record.Time > 2) && record.Memory <= mostMemory && record.Time <= mostPasses {
			return // allowed, and slow
		}
		if _, err := openLock(content, "x"); err == nil {
			t.Fatalf("%q was opened", content)
		}
	})
}

// Two that give the passphrase at once start the goroutines of the index once.
func TestUnlockTwiceAtOnce(t *testing.T) {
	s := newStore(t)
	check(t, s.SetPassphrase("", "one"))
	s = reopen(t, s)
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			if err := s.Unlock("one"); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	time.Sleep(100 * time.Millisecond) // those that were started are there
	n, stacks := 0, make([]byte, 1<<20)
	for late := time.Now().Add(10 * time.Second); n == 0 && time.Now().Before(late); time.Sleep(time.Millisecond) {
		n = strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "(*Store).keepSoon(")
	}
	if n != 1 {
		t.Errorf("%d goroutines store what waits", n)
	}
}

// What has come back from the trash is not deleted with it.
func TestDeleteTrashedSparesTheRestored(t *testing.T) {
	s := newStore(t)
	for _, trashed := range []bool{false, true} {
		c, err := s.Create(noon)
		check(t, err)
		f, err := s.CreateFolder("F", noon)
		check(t, err)
		check(t, s.Trash(c.ID, noon))
		check(t, s.TrashFolder(f.ID, noon))
		if !trashed {
			check(t, s.Restore(c.ID))
			check(t, s.RestoreFolder(f.ID))
		}
		for range 2 { // one that is gone is no error
			check(t, s.DeleteTrashed(c.ID))
			check(t, s.DeleteTrashedFolder(f.ID))
		}
		_, err = s.Conversation(c.ID)
		_, failed := s.Folder(f.ID)
		if errors.Is(err, ErrNotFound) != trashed || errors.Is(failed, ErrNotFound) != trashed {
			t.Errorf("in the trash %v: the conversation %v, the folder %v", trashed, err, failed)
		}
	}
}
