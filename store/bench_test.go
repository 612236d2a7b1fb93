package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// bulk writes without a transaction for each record.
func bulk(b *testing.B, s *Store, f func(tx *txn) error) {
	b.Helper()
	check(b, s.update(f))
	b.ResetTimer()
}

func BenchmarkMessages1000(b *testing.B) {
	s := newStore(b)
	c := create(b, s)
	reply, _ := json.Marshal(map[string]string{"settings": strings.Repeat("x", 1200)})
	bulk(b, s, func(tx *txn) error {
		for n := range ID(1000) {
			m := Message{ID: n + 1, Conversation: c, Parent: n, Role: "assistant", Text: strings.Repeat("word ", 200), State: Complete, Created: noon, Reply: reply}
			if err := putMessage(tx, &m); err != nil {
				return err
			}
		}
		return nil
	})
	for b.Loop() {
		if n := len(must[[]Message](b)(s.Messages(c))); n != 1000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkConversations10000(b *testing.B) {
	s := newStore(b)
	bulk(b, s, func(tx *txn) error {
		for n := range ID(10_000) {
			c := Conversation{ID: n + 1, Title: fmt.Sprintf("Conversation about the number %d", n), Created: noon, Updated: noon, Head: n}
			if err := putConversation(tx, &c); err != nil {
				return err
			}
		}
		return nil
	})
	for b.Loop() {
		if n := len(must[[]Conversation](b)(s.Conversations())); n != 10_000 {
			b.Fatal(n)
		}
	}
}

// BenchmarkAppend is what a journal costs ten or twenty times a second.
func BenchmarkAppend(b *testing.B) {
	s := newStore(b)
	_, j := begin(b, s)
	for b.Loop() {
		check(b, j.Append("some twenty words"))
	}
}
