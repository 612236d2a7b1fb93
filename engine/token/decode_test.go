package token

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecoder feeds arbitrary ids: what comes out in pieces is whole UTF-8 and
// together what Decode gives.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte{0, 0, 1, 3, 1, 4, 0, 0xE6 + 3}, false, false)
	f.Add([]byte{0, 243, 0, 0xE6 + 3, 1, 4, 0, 154, 0, 2, 0, 168}, true, true)
	f.Add([]byte{255, 255, 0, 0xF0 + 3, 0, 0x9F + 3, 0, 0x98 + 3, 0, 'a' + 3}, false, true)
	var toks []*Tokenizer
	for _, name := range ownNames {
		toks = append(toks, mustNew(f, readOwn(f, name).Config))
	}
	f.Fuzz(func(t *testing.T, raw []byte, special, goOn bool) {
		ids := make([]int32, len(raw)/2)
		for i := range ids {
			ids[i] = int32(raw[2*i])<<8 | int32(raw[2*i+1])
			if ids[i] >= 1024 {
				ids[i] -= 1024 + 5 // some of them negative
			}
		}
		for _, tok := range toks {
			checkDecoder(t, tok, ids, DecodeOptions{Special: special, Continue: goOn})
		}
	})
}

func checkDecoder(t *testing.T, tok *Tokenizer, ids []int32, o DecodeOptions) {
	d := tok.Decoder(o)
	var all strings.Builder
	for _, id := range ids {
		piece := d.Push(id)
		if !utf8.ValidString(piece) {
			t.Fatalf("%v: piece %q is not UTF-8", ids, piece)
		}
		all.WriteString(piece)
	}
	all.WriteString(d.Flush())
	if d.Flush() != "" {
		t.Fatalf("%v: a second Flush gives something", ids)
	}
	if got := tok.Decode(ids, o); got != all.String() || !utf8.ValidString(got) {
		t.Fatalf("%v: Decode gives %q, the pieces %q", ids, got, all.String())
	}
}

// FuzzRoundTrip decodes what it encoded.
func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"", " ", "  a ", "the  hering\n\n", "<s>he</s> <t>he", "日本\u0301語", "a\x00b\x7f", "\uFFFD", "<0x41>"} {
		f.Add(s)
	}
	spm, bytes := mustNew(f, readOwn(f, "sentencepiece").Config), mustNew(f, readOwn(f, "bytelevel").Config)
	f.Fuzz(func(t *testing.T, text string) {
		text, _ = removeGuards(text) // which Encode leaves out
		if !utf8.ValidString(text) {
			checkBytes(t, bytes, text)
			return
		}
		for _, o := range []Options{{}, {Special: true}, {Continued: true}} {
			d := DecodeOptions{Special: true, Continue: o.Continued}
			if got := bytes.Decode(bytes.Encode(text, o), d); got != text {
				t.Errorf("byte-level, %+v: %q came back as %q", o, text, got)
			}
			// SentencePiece's sign for a space cannot be told from a space.
			if spaced := strings.ReplaceAll(text, space, " "); spm.Decode(spm.Encode(spaced, o), d) != spaced {
				t.Errorf("SentencePiece, %+v: %q came back as %q", o, spaced, spm.Decode(spm.Encode(spaced, o), d))
			}
		}
	})
}

// checkBytes checks that text that is not UTF-8 keeps its bytes.
func checkBytes(t *testing.T, tok *Tokenizer, text string) {
	var got []byte
	for _, id := range tok.Encode(text, Options{}) {
		got = append(got, tok.Bytes(id)...)
	}
	if string(got) != text {
		t.Errorf("%q came back as %q", text, got)
	}
}

func TestDecoder(t *testing.T) {
	tok := mustNew(t, readOwn(t, "sentencepiece").Config)
	the, _ := tok.ID("▁the")
	end, _ := tok.ID("<|im_end|>")
	hi := func(b byte) int32 { return int32(b) + 3 }
	const bad = "\uFFFD"
	for _, c := range []struct {
		name string
		o    DecodeOptions
		ids  []int32
		want []string // of each Push, then of Flush
	}{
		{"the space of the first word is Encode's", DecodeOptions{}, []int32{the, the}, []string{"the", " the", ""}},
		{"unless text came before", DecodeOptions{Continue: true}, []int32{the, the}, []string{" the", " the", ""}},
		{"and again after a special token", DecodeOptions{}, []int32{the, end, the}, []string{"the", "", "the", ""}},
		{"which is shown on demand", DecodeOptions{Special: true}, []int32{1, the, end}, []string{"<s>", "the", "<|im_end|>", ""}},
		{"a character in pieces", DecodeOptions{}, []int32{hi(0xE6), hi(0x97), hi(0xA5)}, []string{"", "", "日", ""}},
		{"a character that ends too early", DecodeOptions{}, []int32{hi(0xE6), hi(0x97), the}, []string{"", "", bad + " the", ""}},
		{"at the end", DecodeOptions{}, []int32{hi(0xF0), hi(0x9F), hi(0x98)}, []string{"", "", "", bad}},
		{"before a control token", DecodeOptions{}, []int32{hi(0xE6), end, hi(0x97)}, []string{"", bad, bad, ""}},
		{"bytes that begin nothing", DecodeOptions{}, []int32{hi(0x80), hi(0xC0), hi(0xFF)}, []string{bad, bad, bad, ""}},
		{"an overlong form", DecodeOptions{}, []int32{hi(0xE0), hi(0x80)}, []string{"", bad + bad, ""}},
		{"one character broken off by the next", DecodeOptions{}, []int32{hi(0xE6), hi(0xC3), hi(0xA9)}, []string{"", bad, "é", ""}},
		{"the unknown", DecodeOptions{}, []int32{0, the}, []string{bad, " the", ""}},
		{"ids of no token", DecodeOptions{}, []int32{-1, 1 << 20}, []string{bad, bad, ""}},
	} {
		d := tok.Decoder(c.o)
		for i, id := range c.ids {
			if got := d.Push(id); got != c.want[i] {
				t.Errorf("%s: piece %d is %q, want %q", c.name, i, got, c.want[i])
			}
		}
		if got := d.Flush(); got != c.want[len(c.ids)] {
			t.Errorf("%s: the rest is %q, want %q", c.name, got, c.want[len(c.ids)])
		}
	}
}

func TestNoSpacePrefix(t *testing.T) {
	c := readOwn(t, "sentencepiece").Config
	c.AddSpacePrefix = new(bool)
	tok := mustNew(t, c)
	for _, text := range []string{"he", " he", "  the"} {
		ids := tok.Encode(text, Options{})
		if got := tok.Decode(ids, DecodeOptions{}); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
	if got := texts(tok, tok.Encode("he the", Options{})); len(got) != 2 || got[0] != "he" {
		t.Errorf("he the gives %q", got)
	}
}

func TestBytes(t *testing.T) {
	spm, bytes := mustNew(t, readOwn(t, "sentencepiece").Config), mustNew(t, readOwn(t, "bytelevel").Config)
	for _, c := range []struct {
		tok        *Tokenizer
		text, want string
	}{
		{spm, "▁the", " the"}, {spm, "<0xE6>", "\xE6"}, {spm, "<s>", "<s>"}, {spm, "<t>he", "<t>he"}, {spm, "<unk>", "<unk>"},
		{bytes, "Ġthe", " the"}, {bytes, "Ċ", "\n"}, {bytes, "Ã", "\xC3"}, {bytes, "<|endoftext|>", "<|endoftext|>"}, {bytes, "   ", "   "},
	} {
		id, ok := c.tok.ID(c.text)
		if got := c.tok.Bytes(id); !ok || string(got) != c.want {
			t.Errorf("%q stands for %q, want %q", c.text, got, c.want)
		}
	}
	if spm.Bytes(-1) != nil || spm.Bytes(int32(spm.Size())) != nil || spm.Text(-1) != "" {
		t.Error("ids outside the vocabulary stand for something")
	}
}
