package store

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// The decoders must take anything.

func FuzzDecodeMessage(f *testing.F) {
	for _, m := range []Message{
		{Role: "user", Text: "hello\nthere", State: Complete, Created: noon},
		{Role: "assistant", State: Streaming, Created: noon, Reply: json.RawMessage(`{"seed":1}`)},
		{Role: "assistant", Text: "\n\n", State: Failed, Error: "it broke", Created: noon, Excluded: true},
	} {
		value, err := encodeMessage(&m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(value)
	}
	f.Add([]byte("{}\n\n"))
	f.Add([]byte(`{"created":9e99}` + "\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var m Message
		if decodeMessage(content, &m) != nil {
			return
		}
		if !utf8.ValidString(m.Role) || !utf8.ValidString(m.Error) {
			t.Fatalf("role %q or error %q is no text", m.Role, m.Error)
		}
		if len(m.Reply) > 0 && !json.Valid(m.Reply) {
			return // is kept as it is, but nobody could have written it
		}
		value, err := encodeMessage(&m)
		if err != nil {
			t.Fatal(err)
		}
		var again Message
		if err := decodeMessage(value, &again); err != nil {
			t.Fatalf("%q was decoded, written and then %v", content, err)
		}
		if again.Text != m.Text || again.State != m.State || again.Role != m.Role || again.Error != m.Error || again.Excluded != m.Excluded || !again.Created.Equal(m.Created) {
			t.Fatalf("%+v came back as %+v", m, again)
		}
	})
}

func FuzzDecodeConversation(f *testing.F) {
	f.Add([]byte(`{"title":"x","created":1,"updated":2,"head":3,"trashed":4}`))
	f.Add([]byte(`{"head":-1}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var c Conversation
		if decodeConversation(content, &c) != nil {
			return
		}
		value, err := encodeConversation(&c)
		if err != nil {
			t.Fatal(err)
		}
		var again Conversation
		if err := decodeConversation(value, &again); err != nil || again.Title != c.Title || again.Head != c.Head || again.Trashed.IsZero() != c.Trashed.IsZero() {
			t.Fatalf("%+v came back as %+v (%v)", c, again, err)
		}
	})
}

// FuzzUnseal looks for a changed bit that the seal does not see.
func FuzzUnseal(f *testing.F) {
	f.Add([]byte("content"), uint16(3))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, content []byte, bit uint16) {
		sealed := seal(content)
		if got, err := unseal(sealed); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%x came back as %x (%v)", content, got, err)
		}
		at := int(bit) % (8 * len(sealed))
		sealed[at/8] ^= 1 << (at % 8)
		if _, err := unseal(sealed); err == nil {
			t.Fatalf("bit %d of %x was changed unseen", at, content)
		}
	})
}

// FuzzRecords puts any key and value into the buckets of a conversation and
// expects its other messages to be read.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9}, []byte("{}\n\n"))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0}, []byte("x"))
	s := newStore(f)
	c := create(f, s)
	add(f, s, c, add(f, s, c, 0, "user", "one"), "assistant", "two")
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if len(key) == 0 || len(key) > 1000 || bytes.HasPrefix(key, idKey(c, 1)) || bytes.HasPrefix(key, idKey(c, 2)) || bytes.Equal(key, idKey(c)) {
			return
		}
		for _, content := range [][]byte{value, seal(value)} {
			put(t, s, key, content)
			if path, err := s.Path(c, 2); err != nil || len(path) != 2 || path[0].Text != "one" || path[1].Text != "two" {
				t.Fatalf("the path is %+v (%v)", path, err)
			}
			if _, err := s.Messages(c); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Conversations(); err != nil {
				t.Fatal(err)
			}
			if err := s.foldJournals(); err != nil {
				t.Fatal(err)
			}
		}
		remove(t, s, key)
	})
}

// FuzzDamagedFile changes eight bytes anywhere in a database and expects an error
// or a database that can be read, never a crash.
func FuzzDamagedFile(f *testing.F) {
	file, err := os.ReadFile("testdata/v1.db")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), uint64(0), uint16(0))
	f.Add(uint16(4096), uint64(1), uint16(20000))
	f.Fuzz(func(t *testing.T, at uint16, change uint64, cut uint16) {
		damaged := bytes.Clone(file)
		for i := range 8 {
			damaged[(int(at)+i)%len(damaged)] ^= byte(change >> (8 * i))
		}
		damaged = damaged[:len(damaged)-int(cut)%len(damaged)]
		dir := t.TempDir()
		check(t, os.WriteFile(filepath.Join(dir, fileName), damaged, 0o600))
		s, err := Open(dir)
		if err != nil {
			return
		}
		defer s.Close()
		all, err := s.Conversations()
		for _, c := range all {
			_, _ = s.Messages(c.ID)
		}
		if err == nil {
			_, _ = s.Create(noon)
		}
	})
}
