package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// resident is how much of a file is in this program's memory, in bytes.
func resident(t *testing.T, path string) (n int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	within := false
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "-") && strings.Contains(line, " r") {
			within = strings.HasSuffix(strings.TrimSpace(line), path)
		}
		if kb := int64(0); within && strings.HasPrefix(line, "Rss:") {
			fmt.Sscanf(strings.TrimPrefix(line, "Rss:"), "%d", &kb)
			n += kb << 10
		}
	}
	return n
}

// What the index has read of the database does not stay in memory, and all of it can
// be read afterwards. A page that is touched brings all of the large page of 2 MB with
// it where the system keeps the file in such, so the bounds are parts of what was read.
func TestTheIndexLeavesNothingInMemory(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := Bundle{Conversation: Conversation{Title: "long"}}
	for i := range 4000 {
		b.Messages = append(b.Messages, Message{ID: ID(i + 1), Parent: ID(i), Role: "user", State: Complete, Created: time.Now(), Text: fmt.Sprintf("word%d %s", i, strings.Repeat("some more words ", 200))})
	}
	ids, err := s.Import(nil, []Bundle{b})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reindex(false); err != nil {
		t.Fatal(err)
	}
	path, err := s.Messages(ids[0])
	if err != nil || len(path) != 4000 {
		t.Fatal(len(path), err)
	}
	all := resident(t, s.File())
	if all < 12<<20 {
		t.Fatalf("%d bytes of the database are in memory after all of it was read: nothing is tested", all)
	}
	s.Rest()
	if n := resident(t, s.File()); n > all/4 {
		t.Errorf("%d of %d bytes of the database stay in memory", n, all)
	}
	again, err := s.Messages(ids[0])
	if err != nil || len(again) != len(path) || again[3999].Text != path[3999].Text {
		t.Errorf("%d messages are read then: %v", len(again), err)
	}
	if err := s.Reindex(true); err != nil {
		t.Fatal(err)
	}
	if n := resident(t, s.File()); n > all/2 {
		t.Errorf("making the index leaves %d of %d bytes of the database in memory", n, all)
	}
}
