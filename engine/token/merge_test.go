package token

import (
	"slices"
	"strings"
	"testing"
)

// mergeSlowly is what merger.merge computes, the obvious way: look for the best
// pair, merge it, look again.
func mergeSlowly(m model, word string) (ids []int32) {
	parts := m.symbols(nil, word)
	for {
		best, at := merged{rank: 1<<32 - 1}, -1
		for i := 1; i < len(parts); i++ {
			id, rank, ok := m.join(word, &parts[i-1], &parts[i])
			if ok && (at < 0 || rank < best.rank) {
				best, at = merged{id, rank}, i
			}
		}
		if at < 0 {
			break
		}
		parts[at-1].size += parts[at].size
		parts[at-1].id = best.id
		parts = slices.Delete(parts, at, at+1)
	}
	for i := range parts {
		ids = m.spell(ids, word, &parts[i])
	}
	return ids
}

func FuzzMerge(f *testing.F) {
	for _, s := range []string{"", "the", " hehering", "aaaaaab", "ababcabc", "▁▁▁the▁▁hein", "1212 12", "he'll\n\n", "\xff\xe6日é"} {
		f.Add(s)
	}
	f.Add(strings.Repeat("ab", 60))
	models := []model{mustNew(f, readOwn(f, "sentencepiece").Config).model, mustNew(f, readOwn(f, "bytelevel").Config).model}
	f.Fuzz(func(t *testing.T, word string) {
		word = word[:min(len(word), 300)]
		for _, m := range models {
			fast := newMerger(m)
			want := mergeSlowly(m, word)
			for range 2 { // the second time from the cache
				if got := fast.encode(nil, word); !slices.Equal(got, want) {
					t.Fatalf("%T: %q\n got %v\nwant %v", m, word, got, want)
				}
			}
		}
	})
}

// TestWordCache fills the cache beyond its size.
func TestWordCache(t *testing.T) {
	m := newMerger(mustNew(t, readOwn(t, "bytelevel").Config).model)
	word := func(i int) string {
		return string([]byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26), 'a' + byte(i/17576%26)})
	}
	for i := range cachedWords + 100 {
		m.encode(nil, word(i))
		if len(m.words) > cachedWords {
			t.Fatalf("%d words are cached after %d", len(m.words), i)
		}
	}
	if len(m.words) != 100 {
		t.Errorf("%d words are cached after one more than a full cache and 99", len(m.words))
	}
	m.encode(nil, strings.Repeat("a", cachedWordSize+1))
	if len(m.words) != 100 {
		t.Error("a long word is cached")
	}
}

// FuzzSentencePieceCut compares encoding word by word with encoding in one go,
// which SentencePiece does.
func FuzzSentencePieceCut(f *testing.F) {
	f.Add("the  the he\n the   ")
	f.Add("▁the▁▁ he")
	o := readOwn(f, "sentencepiece")
	cut, whole := mustNew(f, o.Config), mustNew(f, o.Config)
	if !cut.model.(*sentencePiece).cut {
		f.Fatal("the vocabulary should have independent words")
	}
	whole.model.(*sentencePiece).cut = false
	f.Fuzz(func(t *testing.T, text string) {
		if a, b := cut.Encode(text, Options{}), whole.Encode(text, Options{}); !slices.Equal(a, b) {
			t.Errorf("%q: by words %v, whole %v", text, a, b)
		}
	})
}

// TestSpaceInsideToken has a token that goes from one word into the next.
func TestSpaceInsideToken(t *testing.T) {
	c := readOwn(t, "sentencepiece").Config
	c.Tokens = append(c.Tokens, "e▁", "e▁t")
	c.Scores = append(c.Scores, -0.5, -0.25)
	c.Types = append(c.Types, 1, 1)
	tok := mustNew(t, c)
	if tok.model.(*sentencePiece).cut {
		t.Error("words are taken to be independent")
	}
	if got, want := texts(tok, tok.Encode("he the", Options{})), []string{"▁", "h", "e▁t", "he"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestScoreRank checks that the order of ranks is that of scores, downwards.
func TestScoreRank(t *testing.T) {
	scores := []float32{3e38, 7, 1, 1e-40, 0, -1e-40, -1, -2, -31740, -3e38}
	for i := 1; i < len(scores); i++ {
		if scoreRank(scores[i-1]) >= scoreRank(scores[i]) {
			t.Errorf("%g ranks %d, %g ranks %d", scores[i-1], scoreRank(scores[i-1]), scores[i], scoreRank(scores[i]))
		}
	}
	zero := float32(0)
	if scoreRank(-zero) != scoreRank(zero) {
		t.Error("0 and −0 rank differently")
	}
}

// TestMergesInsteadOfScores has a SentencePiece vocabulary as converted from a
// tokenizer.json: scores of 0, and merges.
func TestMergesInsteadOfScores(t *testing.T) {
	c := readOwn(t, "sentencepiece").Config
	c.Scores = make([]float32, len(c.Tokens))
	c.Merges = []string{"▁ t", "h e", "▁t he", "i n", "e r", "▁ ▁", "▁ he", "in g", "b b"}
	tok := mustNew(t, c)
	for text, want := range map[string][]string{
		"the":    {"▁the"},
		"hering": {"▁he", "r", "ing"},
		"abb":    {"▁", "a", "bb"},
		"aaa":    {"▁", "a", "a", "a"}, // no merge leads to aa
		"日":      {"▁", "<0xE6>", "<0x97>", "<0xA5>"},
	} {
		if got := texts(tok, tok.Encode(text, Options{})); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	if w := tok.Warnings(); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
}

// TestIDsInsteadOfScores has neither scores nor merges: the order of ids counts.
func TestIDsInsteadOfScores(t *testing.T) {
	c := readOwn(t, "sentencepiece").Config
	c.Scores = nil
	tok := mustNew(t, c)
	if got, want := texts(tok, tok.Encode("hering aaa", Options{})), []string{"▁he", "r", "ing", "▁", "aa", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(tok.Warnings()) != 1 {
		t.Errorf("warnings %q, want one", tok.Warnings())
	}
}
