package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"beyonder/engine/token"
)

// Whatever tokens come, half characters among them, the pieces are the text:
// nothing is lost, doubled or out of order, no character is broken, every token
// is told once, and nothing that begins a stop string is out too early.
func TestOutbox(t *testing.T) {
	tok, err := OpenVocabulary(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(9, 9))
	pieces := []string{"é", "日本", "a", " b", "</s", "ab", "🙂", "x"}
	for round := range 2000 {
		var ids []int32
		for range rng.IntN(12) {
			ids = append(ids, tok.Encode(pieces[rng.IntN(len(pieces))], token.Options{Continued: true})...)
		}
		if rng.IntN(3) == 0 && len(ids) > 2 { // broken characters
			ids = slices.Delete(ids, 1, 2)
		}
		stop := pieces[rng.IntN(len(pieces))] + pieces[rng.IntN(len(pieces))]
		whole := tok.Decode(ids, token.DecodeOptions{Continue: true})
		want, _, stopped := strings.Cut(whole, stop)
		got, told, ended := emit(newOutbox(tok, true, []string{stop}, nil), ids)
		if stopped != ended && !strings.HasSuffix(whole, "\ufffd") {
			t.Fatalf("round %d: %q in %q: stopped %v", round, stop, whole, ended)
		}
		if got != want && got+"\ufffd" != want { // a character that is not complete at the end is not shown
			t.Fatalf("round %d: %q of %q up to %q", round, got, whole, stop)
		}
		if !utf8.ValidString(got) || !slices.Equal(told, ids[:len(told)]) || !ended && len(told) != len(ids) {
			t.Fatalf("round %d: %q, told %v of %v", round, got, told, ids)
		}
	}
}

// emit pushes tokens until a stop string comes up.
func emit(o *outbox, ids []int32) (text string, told []int32, ended bool) {
	take := func(p Piece) {
		text += p.Text
		for _, k := range p.Tokens {
			told = append(told, k.ID)
		}
	}
	for _, id := range ids {
		o.push(Token{ID: id})
		if at := o.find(o.stops); at >= 0 {
			take(o.cutAt(at))
			return text, told, true
		}
		take(o.release())
	}
	take(o.rest())
	return text, told, false
}
