package store

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hits writes what a search found: conversation/message, in order.
func hits(t testing.TB, s *Store, text string) string {
	t.Helper()
	var all []string
	for _, h := range must[Found](t)(s.Search(text, false, 10)).Hits {
		all = append(all, fmt.Sprintf("%d/%d", h.Conversation.ID, h.Message))
	}
	return strings.Join(all, " ")
}

// both checks a search before and after everything is in the index.
func both(t *testing.T, s *Store, want map[string]string) {
	t.Helper()
	for range 2 {
		for text, found := range want {
			if got := hits(t, s, text); got != found {
				t.Errorf("%q found %q, want %q (%d are not in the index)", text, got, found, s.Unindexed())
			}
		}
		check(t, s.Reindex(false))
	}
}

func library(t testing.TB) *Store {
	s := newStore(t)
	a, b := create(t, s), create(t, s)
	one := add(t, s, a, 0, "user", "How do I set up Docker?")
	two := add(t, s, a, one, "assistant", "Install the docker engine, then run hello-world.")
	add(t, s, a, two, "user", "It says: error 125, permission denied")
	three := add(t, s, b, 0, "user", "Was ist die Größe von 东京?")
	add(t, s, b, three, "assistant", "東京タワー ist 333 m hoch. Die Größenordnung stimmt.")
	check(t, s.Rename(b, "Reise nach Japan"))
	return s
}

func TestSearch(t *testing.T) {
	s := library(t)
	both(t, s, map[string]string{
		"docker":              "1/2", // the title is the first message's: title first, quoting the newest
		"DOCK":                "1/2",
		"d":                   "1/3 2/5", // the first one's title has it too
		"grosse":              "2/5",
		"größe":               "2/5",
		"error denied":        "1/3",
		"error docker":        "", // not in one message
		`"permission denied"`: "1/3",
		`"denied permission"`: "",
		`"permission deni"`:   "",
		"タワー":                 "2/5",
		"東":                   "2/5",
		"东京":                  "2/4",
		"京東":                  "",
		"japan":               "2/0",
		"":                    "",
		"...":                 "",
		"nothing":             "",
	})
}

func TestSearchQuotesWithMarks(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	add(t, s, c, 0, "user", strings.Repeat("padding words here ", 40)+"\n\nthen the   Needle\nstands, and the needles too "+strings.Repeat("and more of it ", 40))
	h := must[Found](t)(s.Search("needle", false, 10)).Hits[0]
	var marked []string
	for _, m := range h.Marks {
		marked = append(marked, h.Snippet[m[0]:m[1]])
	}
	if strings.Join(marked, ",") != "Needle,needles" {
		t.Errorf("the marks of %q are %q", h.Snippet, marked)
	}
	if !strings.Contains(h.Snippet, "then the Needle stands") || !strings.HasPrefix(h.Snippet, "…") || !strings.HasSuffix(h.Snippet, "…") || len(h.Snippet) > snippetBytes+60 {
		t.Errorf("the snippet is %q", h.Snippet)
	}
}

func TestSearchFilters(t *testing.T) {
	s := library(t)
	f := must[Folder](t)(s.CreateFolder("Arbeit Berlin", noon))
	check(t, s.Move(1, f.ID))
	check(t, s.SetTags(2, []string{" Reise ", "#japan", "reise"}))
	check(t, s.Pin(2, true))
	both(t, s, map[string]string{
		"tag:reise":              "2/0",
		"tag:RÉISE":              "2/0",
		"tag:rei größe":          "2/5",
		"tag:nope":               "",
		"folder:arbeit docker":   "1/2",
		`folder:"arbeit berlin"`: "1/0",
		"pinned:":                "2/0",
		"pinned:no":              "1/0",
		"tag:":                   "2/0",
	})
	if c := must[Conversation](t)(s.Conversation(2)); strings.Join(c.Tags, ",") != "japan,Reise" || !c.Pinned {
		t.Errorf("the conversation is %+v", c)
	}
}

func TestSearchAndTheTrash(t *testing.T) {
	s := library(t)
	check(t, s.Trash(1, noon))
	both(t, s, map[string]string{"docker": ""})
	if found := must[Found](t)(s.Search("docker", true, 10)); len(found.Hits) != 1 {
		t.Errorf("in the trash, %+v is found", found)
	}
	check(t, s.Delete(1))
	check(t, s.Reindex(false))
	check(t, s.view(func(tx *txn) error {
		return walk(tx.Bucket(indexBucket), nil, 12, func(_, value []byte) error {
			if strings.Contains(string(value), "ocker") || strings.Contains(string(value), "nied") {
				t.Errorf("what was deleted is in the index: %q", value)
			}
			return nil
		})
	}))
	both(t, s, map[string]string{"docker": "", "größe": "2/5"})
}

func TestAGrowingReplyIsFound(t *testing.T) {
	s := newStore(t)
	c, j := begin(t, s)
	_ = c
	check(t, j.Append("first words "))
	both(t, s, map[string]string{"first": "1/2"})
	must[Message](t)(j.Finish("and last ones", Complete, "", nil))
	both(t, s, map[string]string{"first": "1/2", "last": "1/2"})
}

func TestRenamedTitles(t *testing.T) {
	s := newStore(t)
	c := create(t, s)
	check(t, s.Rename(c, "Apples"))
	check(t, s.Reindex(false))
	check(t, s.Rename(c, "Pears"))
	both(t, s, map[string]string{"apples": "", "pears": "1/0"})
}

// A damaged index is made anew by the goroutine; until then search finds less, and
// messages are stored as ever.
func TestADamagedIndexCostsNoMessage(t *testing.T) {
	s := library(t)
	check(t, s.Reindex(false))
	check(t, s.update(func(tx *txn) error {
		b := tx.Bucket(indexBucket)
		return b.ForEach(func(key, value []byte) error { return b.Put(key, []byte("??????")) })
	}))
	add(t, s, 1, 3, "user", "words after the damage")
	if got := hits(t, s, "damage"); got != "1/6" {
		t.Errorf("found %q", got)
	}
	check(t, s.Delete(2)) // to purge, every block is read
	s.stopWork()
	s.catchUp(make(chan struct{}))
	both(t, s, map[string]string{"docker": "1/2", "damage": "1/6"})
}

func TestFolders(t *testing.T) {
	s := library(t)
	f := must[Folder](t)(s.CreateFolder("Work", noon))
	check(t, s.SetFolder(f.ID, "Work and play", "Answer in verse."))
	check(t, s.Move(1, f.ID))
	if err := s.Move(1, 99); err == nil {
		t.Error("a conversation was moved into a folder that is not there")
	}
	check(t, s.TrashFolder(f.ID, noon.Add(time.Hour)))
	if c := must[Conversation](t)(s.Conversation(1)); c.Trashed.IsZero() || c.Folder != f.ID {
		t.Errorf("what was in the folder is %+v", c)
	}
	check(t, s.RestoreFolder(f.ID))
	if c := must[Conversation](t)(s.Conversation(1)); !c.Trashed.IsZero() {
		t.Errorf("what was in the folder is %+v", c)
	}
	if got := must[Folder](t)(s.Folder(f.ID)); got.Name != "Work and play" || got.System != "Answer in verse." || !got.Trashed.IsZero() {
		t.Errorf("the folder is %+v", got)
	}
	check(t, s.DeleteFolder(f.ID))
	if c := must[Conversation](t)(s.Conversation(1)); c.Folder != 0 {
		t.Errorf("what was in the folder is %+v", c)
	}
	if all := must[[]Folder](t)(s.Folders()); len(all) != 0 {
		t.Errorf("the folders are %+v", all)
	}
}

// manyMessages fills a store with n messages of a hundred words each, whose words
// are as unevenly frequent as a language's.
func manyMessages(b testing.TB, s *Store, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	letters := "etaoinshrdlucmfwypvbgkjqxz"
	words := make([]string, 20000)
	for i := range words {
		var w strings.Builder
		for range 3 + r.IntN(7) {
			w.WriteByte(letters[min(r.IntN(26), r.IntN(26))])
		}
		words[i] = w.String()
	}
	zipf := rand.NewZipf(r, 1.1, 4, uint64(len(words)-1))
	text := func() string {
		var t strings.Builder
		for range 100 {
			t.WriteString(words[zipf.Uint64()])
			t.WriteByte(' ')
		}
		return t.String()
	}
	s.stopWork()
	id := ID(0)
	for id < ID(n) {
		check(b, s.update(func(tx *txn) error {
			for range 10_000 {
				conversation := id/20 + 1
				if id%20 == 0 {
					c := Conversation{ID: conversation, Title: "About " + words[zipf.Uint64()], Created: noon, Updated: noon.Add(time.Duration(id) * time.Second), Head: id + 20}
					if err := putConversation(tx, &c); err != nil {
						return err
					}
					note(tx, messageKey{conversation: conversation})
				}
				id++
				m := Message{ID: id, Conversation: conversation, Parent: (id - 1) / 20 * 20 % id, Role: "user", Text: text(), State: Complete, Created: noon}
				if err := putMessage(tx, &m); err != nil {
					return err
				}
			}
			return tx.Bucket(messagesBucket).SetSequence(uint64(id))
		}))
	}
	start := time.Now()
	check(b, s.Reindex(false))
	b.Logf("%d messages were indexed in %v; the file has %d MB", n, time.Since(start).Round(time.Millisecond), fileSize(b, s)>>20)
}

func BenchmarkSearch100000(b *testing.B) {
	s := newStore(b)
	manyMessages(b, s, 100_000)
	for _, text := range []string{"t", "th", "tea", "ete tat", `"ete tat"`, "zzzz", "tag:x tea", "e a o i n s"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = len(must[Found](b)(s.Search(text, false, 50)).Hits)
			}
			b.ReportMetric(float64(n), "hits")
		})
	}
}

// BenchmarkAddIndexed is what the index adds to the storing of a message: a key.
func BenchmarkAdd(b *testing.B) {
	s := newStore(b)
	s.stopWork()
	c := create(b, s)
	for b.Loop() {
		add(b, s, c, 0, "user", "a message of some words that are new to nobody")
	}
}

// A word that is in the title of every conversation is looked for at each letter that
// is typed: of each title little may be made, and compared are as many as are shown.
func TestSearchOfACommonTitle(t *testing.T) {
	const conversations = 300
	s := newStore(t)
	for i := range conversations {
		id := create(t, s)
		check(t, s.Rename(id, fmt.Sprintf("Conversation about the number %d of three hundred", i)))
	}
	check(t, s.Reindex(false))
	if got := len(must[Found](t)(s.Search("number", false, 50)).Hits); got != 50 {
		t.Fatalf("%d were found", got)
	}
	const times = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		must[Found](t)(s.Search("number", false, 10))
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / times / conversations; each > 2500 {
		t.Errorf("%d bytes for each conversation", each)
	} else {
		t.Logf("%d bytes for each conversation", each)
	}
}
