package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stuck makes a disk that ends no commit until it is let go.
func stuck(t testing.TB, s *Store) (letGo func()) {
	free := make(chan struct{})
	letGo = sync.OnceFunc(func() { close(free) })
	s.Stall = func() { <-free }
	t.Cleanup(letGo)
	return letGo
}

// What is changed is seen at once, before a disk that takes its time has it, and is
// on it when Close returns.
func TestSoonIsSeenAtOnce(t *testing.T) {
	s := newStore(t)
	c := must[Conversation](t)(s.Create(noon))
	check(t, s.Sync())
	letGo := stuck(t, s)
	seen := func(s *Store) string {
		got := must[Conversation](t)(s.Conversation(c.ID))
		settings := must[json.RawMessage](t)(s.Settings())
		list := must[[]Conversation](t)(s.Conversations())
		return fmt.Sprintf("%s, %s, %s, %d conversations, the folder %d", got.Title, got.Draft, settings, len(list), got.Folder)
	}
	check(t, s.Rename(c.ID, "one"))
	check(t, s.SetDraft(c.ID, "draft"))
	check(t, s.SetSettings(json.RawMessage(`1`)))
	check(t, s.Rename(c.ID, "two"))
	f := must[Folder](t)(s.CreateFolder("a folder", noon))
	check(t, s.Move(c.ID, f.ID))
	more := must[Conversation](t)(s.Create(noon))
	check(t, s.Delete(more.ID))
	if err := s.Rename(more.ID, "gone"); !errors.Is(err, ErrNotFound) {
		t.Errorf("to rename what was deleted gave %v", err)
	}
	want := "two, draft, 1, 1 conversations, the folder 1"
	if got := seen(s); got != want {
		t.Errorf("seen is %q", got)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case <-closed:
		t.Error("Close did not wait for the disk")
	case <-time.After(20 * time.Millisecond):
	}
	letGo()
	check(t, <-closed)
	again := openStore(t, filepath.Dir(s.File()))
	if got := seen(again); got != want {
		t.Errorf("stored is %q", got)
	}
	if fresh := must[Conversation](t)(again.Create(noon)); fresh.ID <= more.ID {
		t.Errorf("the number %d was given twice", fresh.ID)
	}
}

// A message that is added while changes wait comes after them, and none of them
// takes back what it changed.
func TestSoonAndMessages(t *testing.T) {
	s := newStore(t)
	c := must[Conversation](t)(s.Create(noon))
	check(t, s.Sync())
	letGo := stuck(t, s)
	check(t, s.SetDraft(c.ID, "draft"))
	time.Sleep(10 * time.Millisecond) // it is on its way now
	added := make(chan error, 1)
	go func() {
		_, err := s.Add(Message{Conversation: c.ID, Role: "user", Text: "hello", Created: noon}, "a title")
		added <- err
	}()
	time.Sleep(10 * time.Millisecond)
	check(t, s.Pin(c.ID, true)) // while Add waits, of a conversation without a message
	letGo()
	check(t, <-added)
	check(t, s.Sync())
	got := must[Conversation](t)(s.Conversation(c.ID))
	if !got.Pinned || got.Title != "a title" || got.Head == 0 || got.Draft != "" {
		t.Errorf("the conversation is %+v", got)
	}
}

// Trouble with the disk is told once and tried again; nothing is lost of it.
func TestSoonInTrouble(t *testing.T) {
	s := newStore(t)
	c := must[Conversation](t)(s.Create(noon))
	check(t, s.Sync())
	var bad atomic.Bool
	bad.Store(true)
	told := make(chan error, 10)
	s.Late = func(err error) { told <- err }
	s.Stall = func() {
		if bad.Load() {
			panic("the disk burns")
		}
	}
	check(t, s.Rename(c.ID, "one"))
	if err := <-told; err == nil {
		t.Error("told was nothing")
	}
	if _, err := s.Add(Message{Conversation: c.ID, Role: "user", Text: "x", Created: noon}, ""); err == nil {
		t.Error("a message was added")
	}
	if got := must[Conversation](t)(s.Conversation(c.ID)); got.Title != "one" || got.Head != 0 {
		t.Errorf("seen is %+v", got)
	}
	bad.Store(false)
	check(t, s.Sync())
	s = reopen(t, s)
	if got := must[Conversation](t)(s.Conversation(c.ID)); got.Title != "one" {
		t.Errorf("stored is %+v", got)
	}
}

// Whatever is done in whatever order, it reads the same with a disk that has all of
// it and with one that is behind.
func TestSoonReadsAsStored(t *testing.T) {
	slow, fast := newStore(t), newStore(t)
	random := rand.New(rand.NewPCG(1, 2))
	var gate sync.RWMutex // held for writing: the slow disk stands still
	slow.Stall = func() { gate.RLock(); gate.RUnlock() }
	pick := func() ID { return ID(random.IntN(6)) }
	for range 40 {
		gate.Lock()
		for range random.IntN(12) {
			step := soonStep(random, pick)
			a, b := step(slow), step(fast)
			if fmt.Sprint(a) != fmt.Sprint(b) {
				t.Fatalf("behind it gave %v, stored %v", a, b)
			}
			check(t, fast.Sync())
			if x, y := everything(t, slow), everything(t, fast); !reflect.DeepEqual(x, y) {
				t.Fatalf("behind:\n%+v\nstored:\n%+v", x, y)
			}
		}
		gate.Unlock()
		id := pick()
		for _, s := range []*Store{slow, fast} {
			s.Add(Message{Conversation: id, Role: "user", Text: "hello", Created: noon}, "title")
		}
	}
	check(t, slow.Sync())
	whole(t, slow)
	slow, fast = reopen(t, slow), reopen(t, fast)
	if x, y := everything(t, slow), everything(t, fast); !reflect.DeepEqual(x, y) {
		t.Errorf("opened again:\n%+v\nand\n%+v", x, y)
	}
}

// soonStep is a change that is made soon, drawn once and done to any store.
func soonStep(random *rand.Rand, pick func() ID) func(s *Store) any {
	id, other, text := pick(), pick(), fmt.Sprint("text ", random.IntN(100))
	return [](func(s *Store) any){
		func(s *Store) any { c, err := s.CreateWith(noon, id, 0, json.RawMessage(`1`)); return []any{c.ID, err} },
		func(s *Store) any { return s.Rename(id, text) },
		func(s *Store) any { return s.SetDraft(id, text) },
		func(s *Store) any { return s.SetDraft(id, "") },
		func(s *Store) any { return s.SetSystem(id, text) },
		func(s *Store) any { return s.Delete(id) },
		func(s *Store) any { return s.Trash(id, noon) },
		func(s *Store) any { f, err := s.CreateFolder(text, noon); return []any{f.ID, err} },
		func(s *Store) any { return s.Move(id, other) },
		func(s *Store) any { return s.TrashFolder(id, noon) },
		func(s *Store) any { return s.DeleteFolder(id) },
		func(s *Store) any {
			added, err := s.AddItems(Presets, Item{Name: text}, Item{Name: "b"})
			return []any{added, err}
		},
		func(s *Store) any { return s.MoveItem(Presets, id, other) },
		func(s *Store) any { return s.DeleteItem(Presets, id) },
		func(s *Store) any { return s.SetExtra(id, 0, "x", []byte(text)) },
		func(s *Store) any { return s.SetModel(Model{Path: text, Used: noon}) },
		func(s *Store) any { return s.ForgetModel(text) },
		func(s *Store) any { return s.SetValue("v", json.RawMessage(`2`)) },
		func(s *Store) any { return s.SetSettings(json.RawMessage(`"` + text + `"`)) },
	}[random.IntN(19)]
}

// everything is what a store has, as it is read.
func everything(t testing.TB, s *Store) (all []any) {
	conversations := must[[]Conversation](t)(s.Conversations())
	all = append(all, conversations, must[[]Folder](t)(s.Folders()), must[[]Item](t)(s.Items(Presets)),
		must[[]Model](t)(s.Models()), must[json.RawMessage](t)(s.Settings()), must[json.RawMessage](t)(s.Value("v")),
		must[Found](t)(s.Search("text", false, 20)), must[Found](t)(s.Search("title", false, 20)))
	for _, c := range conversations {
		all = append(all, must[[]Message](t)(s.Messages(c.ID)), must[[]byte](t)(s.Extra(c.ID, 0, "x")))
	}
	return all
}
