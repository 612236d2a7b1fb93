package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// names lists what a list holds, in its order; what is in the trash in brackets.
func names(t *testing.T, s *Store, kind Kind) string {
	t.Helper()
	var all []string
	for _, i := range must[[]Item](t)(s.Items(kind)) {
		switch {
		case i.Damage != nil:
			all = append(all, "!")
		case i.Trashed.IsZero():
			all = append(all, i.Name)
		default:
			all = append(all, "("+i.Name+")")
		}
	}
	return strings.Join(all, " ")
}

func TestItems(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	content := json.RawMessage(`{"a":1}`)
	items, err := s.AddItems(Assistants, Item{Name: "one", Content: content}, Item{Name: "two"}, Item{Name: "three"})
	check(t, err)
	must[[]Item](t)(s.AddItems(Presets, Item{Name: "warm"}))
	one, two, three := items[0].ID, items[1].ID, items[2].ID
	check(t, s.MoveItem(Assistants, three, one))
	check(t, s.TrashItem(Assistants, two, noon))
	check(t, s.SetItem(Assistants, one, "first", content))
	check(t, s.Close())
	s = openStore(t, dir)
	if got := names(t, s, Assistants); got != "three first (two)" {
		t.Errorf("the list is %q", got)
	}
	if got := names(t, s, Presets); got != "warm" {
		t.Errorf("the other list is %q", got)
	}
	if i := must[Item](t)(s.Item(Assistants, one)); i.Name != "first" || string(i.Content) != string(content) {
		t.Errorf("the first is %+v", i)
	}
	check(t, s.TrashItem(Assistants, two, time.Time{}))
	check(t, s.MoveItem(Assistants, three, 0))
	if got := names(t, s, Assistants); got != "first two three" {
		t.Errorf("moved to the end and restored, the list is %q", got)
	}
	fresh := must[[]Item](t)(s.AddItems(Assistants, Item{Name: "four"}))
	if fresh[0].ID == one || fresh[0].ID == two || fresh[0].ID == three || names(t, s, Assistants) != "first two three four" {
		t.Errorf("a new one is %+v of %q", fresh, names(t, s, Assistants))
	}
	check(t, s.DeleteItem(Assistants, two))
	for _, err := range []error{s.SetItem(Assistants, two, "x", nil), s.TrashItem(Assistants, two, noon), s.MoveItem(Assistants, two, 0)} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("of one that is deleted: %v", err)
		}
	}
}

func TestDamagedItem(t *testing.T) {
	s := newStore(t)
	items, err := s.AddItems(Assistants, Item{Name: "one"}, Item{Name: "two"})
	check(t, err)
	check(t, s.update(func(tx *txn) error {
		return tx.Bucket(Assistants.bucket()).Put(idKey(items[0].ID), []byte("none of ours"))
	}))
	var damage *RecordError
	if i := must[Item](t)(s.Item(Assistants, items[0].ID)); !errors.As(i.Damage, &damage) {
		t.Errorf("it is %+v", i)
	}
	check(t, s.MoveItem(Assistants, items[1].ID, items[0].ID))
	if got := names(t, s, Assistants); got != "! two" && got != "two !" {
		t.Errorf("the list is %q", got)
	}
}

// Everything of assistants and presets is written anew with a passphrase, and is
// there after it was given.
func TestItemsAreEncrypted(t *testing.T) {
	s := newStore(t)
	as := must[[]Item](t)(s.AddItems(Assistants, Item{Name: "Sesame", Content: json.RawMessage(`{"system":"Sesame"}`)}))
	must[[]Item](t)(s.AddItems(Presets, Item{Name: "Sesame"}))
	c := must[Conversation](t)(s.CreateWith(noon, as[0].ID, 0, json.RawMessage(`"Sesame"`)))
	check(t, s.SetPassphrase("", "open"))
	if files := leaks(t, s, "Sesame"); len(files) > 0 {
		t.Errorf("in plain in %v", files)
	}
	s = reopen(t, s)
	check(t, s.Unlock("open"))
	if names(t, s, Assistants) != "Sesame" || names(t, s, Presets) != "Sesame" || string(must[json.RawMessage](t)(s.Setup(c.ID))) != `"Sesame"` {
		t.Errorf("there are %q, %q", names(t, s, Assistants), names(t, s, Presets))
	}
	if fresh := must[[]Item](t)(s.AddItems(Assistants, Item{Name: "two"})); fresh[0].ID == as[0].ID {
		t.Error("an id was given twice")
	}
}

func TestConversationsAndTheirAssistant(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	as := must[[]Item](t)(s.AddItems(Assistants, Item{Name: "one"}, Item{Name: "two"}))
	one, two := as[0].ID, as[1].ID
	f := must[Folder](t)(s.CreateFolder("F", noon))
	c := must[Conversation](t)(s.CreateWith(noon, one, f.ID, json.RawMessage(`{"n":1}`)))
	d := must[Conversation](t)(s.CreateWith(noon, one, 0, nil))
	e := create(t, s)
	if _, err := s.CreateWith(noon, one, 99, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("in a folder that is not there: %v", err)
	}
	check(t, s.SetAssistant(e, two, json.RawMessage(`{"n":2}`)))
	check(t, s.Close())
	s = openStore(t, dir)
	got := must[Conversation](t)(s.Conversation(c.ID))
	if got.Assistant != one || got.Folder != f.ID || string(must[json.RawMessage](t)(s.Setup(c.ID))) != `{"n":1}` {
		t.Errorf("the first is %+v", got)
	}
	if n := must[int](t)(s.Using(one)); n != 2 {
		t.Errorf("%d have the first assistant", n)
	}
	check(t, s.SetSystem(c.ID, "own"))
	check(t, s.DeleteAssistant(one, func(id ID, system string, setup json.RawMessage) (string, json.RawMessage, error) {
		return system + "+", json.RawMessage(fmt.Sprintf(`{"was":%q}`, setup)), nil
	}))
	for id, want := range map[ID]string{c.ID: `own+ {"was":"{\"n\":1}"}`, d.ID: `+ {"was":""}`, e: ` {"n":2}`} {
		got := must[Conversation](t)(s.Conversation(id))
		if text := got.System + " " + string(must[json.RawMessage](t)(s.Setup(id))); text != want || got.Assistant == one {
			t.Errorf("conversation %d keeps %s of assistant %d, want %s", id, text, got.Assistant, want)
		}
	}
	if got := names(t, s, Assistants); got != "two" {
		t.Errorf("the assistants are %q", got)
	}
	fail := errors.New("no")
	if err := s.DeleteAssistant(two, func(ID, string, json.RawMessage) (string, json.RawMessage, error) { return "", nil, fail }); !errors.Is(err, fail) || names(t, s, Assistants) != "two" {
		t.Errorf("one that cannot be parted with: %v, %q", err, names(t, s, Assistants))
	}
}

func TestABundleHasItsSetup(t *testing.T) {
	s := newStore(t)
	c := must[Conversation](t)(s.CreateWith(noon, 0, 0, json.RawMessage(`{"n":1}`)))
	add(t, s, c.ID, 0, "user", "Q")
	bundles := must[[]Bundle](t)(s.Bundles([]ID{c.ID}))
	bundles[0].Conversation.Assistant = 7
	ids := must[[]ID](t)(s.Import(nil, bundles))
	got := must[Conversation](t)(s.Conversation(ids[0]))
	if string(must[json.RawMessage](t)(s.Setup(ids[0]))) != `{"n":1}` || got.Assistant != 0 {
		t.Errorf("it came as %+v", got)
	}
}
