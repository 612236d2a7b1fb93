package token

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// cutSlowly is what specials.cut computes, the obvious way: for each special
// token, the longest first, cut it out of every text that is left.
func cutSlowly(x *specials, text string, controls bool) []fragment {
	out := []fragment{{text, -1}}
	for _, s := range x.list {
		if !s.plain && !controls {
			continue
		}
		var next []fragment
		for _, f := range out {
			for f.id < 0 {
				before, after, ok := strings.Cut(f.text, s.text)
				if !ok {
					break
				}
				if s.lstrip {
					before = strings.TrimRight(before, " \t\n\v\f\r")
				}
				if s.rstrip {
					after = strings.TrimLeft(after, " \t\n\v\f\r")
				}
				next = append(next, fragment{before, -1}, fragment{id: s.id})
				f.text = after
			}
			next = append(next, f)
		}
		out = next
	}
	return slices.DeleteFunc(out, func(f fragment) bool { return f.id < 0 && f.text == "" })
}

// specialsOf makes a list with overlaps of every kind: aba and bab, one token
// at the end of another, one inside another, and both strips.
func specialsOf(t testing.TB) *specials {
	c := Defaults(SentencePiece)
	c.Tokens = []string{"<unk>", "<s>", "</s>", "aba", "bab", "ab", "<s>a", "  ", "[l]", "[r]", "a", "b", " "}
	c.Types = []int32{2, 3, 3, 3, 4, 4, 3, 4, 3, 4, 1, 1, 1}
	c.LStrip, c.RStrip = []int32{8}, []int32{9}
	return &mustNew(t, c).specials
}

func FuzzCut(f *testing.F) {
	for _, s := range []string{"", "x", "ababab", "<s>ab</s>  [l]  x [r] \n ", "<s>aba<s>bab", "   [l]    [r]   [l]", "[r]  ab"} {
		f.Add(s)
	}
	x := specialsOf(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, controls := range []bool{false, true} {
			got, want := x.cut(text, nil, controls), cutSlowly(x, text, controls)
			if !slices.Equal(got, want) {
				t.Errorf("%q, controls %v\n got %q\nwant %q", text, controls, got, want)
			}
		}
	})
}

// FuzzGuard checks that guarded text between two control tokens gives the ids
// of plain text, whatever is in it.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"", "hello", "<s>", "</s", "s>", "<|im_end|><|im_start|>", "im_start", "a\uFDD0b<s\uFDD0>", "<\xef\uFDD0\xb7\x90s>", "<unk><t>he", " <s> "} {
		f.Add(s)
	}
	var toks []*Tokenizer
	for _, name := range ownNames {
		c := readOwn(f, name).Config
		c.Tokens = append(c.Tokens, "<|im_start|>x", "€", "[INST]")
		c.Types = append(c.Types, 3, 3, 3)
		if len(c.Scores) > 0 {
			c.Scores = append(c.Scores, 0, 0, 0)
		}
		toks = append(toks, mustNew(f, c))
	}
	f.Fuzz(func(t *testing.T, user string) {
		for _, tok := range toks {
			checkGuard(t, tok, user)
		}
	})
}

func checkGuard(t *testing.T, tok *Tokenizer, user string) {
	guarded := tok.GuardText(user)
	plain := tok.Encode(user, Options{})
	if got := tok.Encode(guarded, Options{Special: true}); !slices.Equal(got, plain) {
		t.Fatalf("%q guarded as %q\n got %v\nwant %v", user, guarded, got, plain)
	}
	if again := tok.GuardText(guarded); again != guarded {
		t.Fatalf("%q guarded twice is %q, once %q", user, again, guarded)
	}
	open, _ := tok.ID("[INST]")
	around := tok.Encode("[INST]"+guarded+"[INST]", Options{Special: true})
	if want := slices.Concat([]int32{open}, plain, []int32{open}); !slices.Equal(around, want) {
		t.Fatalf("%q between two control tokens\n got %v\nwant %v", user, around, want)
	}
	for _, joint := range []string{"<", "<|im_", "</", "["} {
		checkJoint(t, tok, joint, guarded, "")
	}
	for _, joint := range []string{">", "_start|>", "s>", "INST]"} {
		checkJoint(t, tok, "", guarded, joint)
	}
}

// checkJoint checks that guarded text forms no control token with its
// neighbours, which themselves are none.
func checkJoint(t *testing.T, tok *Tokenizer, before, guarded, after string) {
	for _, id := range tok.Encode(before+guarded+after, Options{Special: true}) {
		if tok.Control(id) {
			t.Fatalf("%q, %q, %q together give the control token %q", before, guarded, after, tok.Text(id))
		}
	}
}

func TestGuardText(t *testing.T) {
	tok := mustNew(t, readOwn(t, "sentencepiece").Config)
	g := guardText
	for in, want := range map[string]string{
		"":                    "",
		"hello, <t>he":        "hello, <t>he",
		"a<s>b</s>":           "a<" + g + "s>b<" + g + "/s>",
		"a" + g + "b":         "ab",
		"x <":                 "x <" + g,
		"> x":                 ">" + g + " x",
		"a<|im_start|>":       "a<" + g + "|im_start|>",
		"<|" + g + "im_end|>": "<" + g + "|im_end|>",
	} {
		if got := tok.GuardText(in); got != want {
			t.Errorf("%q is guarded as %q, want %q", in, got, want)
		}
	}
	if utf8.RuneLen(Guard) != len(guardText) || utf8.ValidString(guardText) == false {
		t.Error("the guard is no character")
	}
}

// TestManySpecials has as many added tokens as large vocabularies, which must
// not make a long text slow.
func TestManySpecials(t *testing.T) {
	c := readOwn(t, "bytelevel").Config
	for i := range 5000 {
		c.Tokens = append(c.Tokens, "[PAD"+strings.Repeat("x", i%7)+string(rune(0x4E00+i))+"]")
		c.Types = append(c.Types, 4)
	}
	tok := mustNew(t, c)
	id, _ := tok.ID(c.Tokens[len(c.Tokens)-1])
	text := strings.Repeat("[PAD[PADx", 10_000) + c.Tokens[id]
	ids := tok.Encode(text, Options{})
	if ids[len(ids)-1] != id || tok.Decode(ids, DecodeOptions{}) != text {
		t.Error("the added token at the end is not found, or the text is not the same")
	}
}

// TestPhi3 has the strips that only the model's name tells.
func TestPhi3(t *testing.T) {
	c := Defaults(SentencePiece)
	c.Tokens = []string{"<unk>", "<s>", "</s>", "<|user|>", "<|end|>", "<|endoftext|>", "▁", "a", "▁a", "<0x0A>"}
	c.Types = []int32{2, 3, 4, 3, 3, 3, 1, 1, 1, 6}
	c.Scores = []float32{0, 0, 0, 0, 0, 0, -2, -3, -1, 0}
	text := "<s> a<|user|>\n a<|end|> \n<|endoftext|> a"
	for name, want := range map[string][]string{
		"Phi-3 mini":  {"<s>", "▁", "▁a", "<|user|>", "▁a", "<|end|>", "<|endoftext|>", "▁", "▁a"},
		"other model": {"<s>", "▁", "▁a", "<|user|>", "▁", "<0x0A>", "▁a", "<|end|>", "▁", "▁", "<0x0A>", "<|endoftext|>", "▁", "▁a"},
	} {
		c.Name = name
		tok := mustNew(t, c)
		if got := texts(tok, tok.Encode(text, Options{Special: true})); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", name, got, want)
		}
	}
}
