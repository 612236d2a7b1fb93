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

// Text that was taken back never lets a banned or a stop string through: what is
// out and what comes instead are looked at together.
func TestOutboxTakesBack(t *testing.T) {
	tok, err := OpenVocabulary(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int32 // of one to three letters
	for _, s := range []string{"a", "b", "c", "d", "ab", "cd", "da", "ad", "ca"} {
		if p := tok.Encode(s, token.Options{Continued: true}); len(p) == 1 {
			ids = append(ids, p[0])
		}
	}
	if len(ids) < 6 {
		t.Fatalf("the vocabulary has %d of the tokens", len(ids))
	}
	rng, back := rand.New(rand.NewPCG(4, 2)), 0
	word := func() string {
		b := make([]byte, 2+rng.IntN(3))
		for i := range b {
			b[i] = "abcd"[rng.IntN(4)]
		}
		return string(b)
	}
	for round := range 20000 {
		banned, stops := []string{word(), word(), word()}, []string{word()}
		o := newOutbox(tok, true, stops, banned)
		var reply []int32
		refused := map[int]map[int32]bool{} // for each place the tokens that were taken back
		out, ended := "", false
		for len(reply) < 12 && !ended {
			id := ids[rng.IntN(len(ids))]
			if at := len(reply); refused[at][id] {
				if ended = len(refused[at]) == len(ids); ended {
					out += o.rest().Text
				}
				continue
			}
			o.push(Token{ID: id})
			reply = append(reply, id)
			if at := o.find(banned); at >= 0 {
				dropped := o.unwind(at, reply)
				reply = reply[:len(reply)-len(dropped)]
				clear(refused[len(reply)+1])
				if refused[len(reply)] == nil {
					refused[len(reply)] = map[int32]bool{}
				}
				refused[len(reply)][dropped[0].ID] = true
				back++
				continue
			}
			if at := o.find(stops); at >= 0 {
				out, ended = out+o.cutAt(at).Text, true
				continue
			}
			out += o.release().Text
		}
		if !ended {
			out += o.rest().Text
		}
		for _, s := range append(banned, stops...) {
			if strings.Contains(out, s) {
				t.Fatalf("round %d: %q is in %q (banned %q, stop %q)", round, s, out, banned, stops)
			}
		}
	}
	if back < 10000 {
		t.Errorf("text was taken back only %d times", back)
	}
}
