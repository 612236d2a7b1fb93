package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokensFoldCaseAndAccents(t *testing.T) {
	for text, want := range map[string]string{
		"Größe, ÉCOLE!":           "grosse ecole",
		"e\u0301cole Ångström ﬁn": "ecole angstrom fin",
		"snake_case x2 don't":     "snake case x2 don t",
		"Ærø Łódź İstanbul":       "aero lodz istanbul",
		"Привет, Ёлка":            "привет елка",
		"ΛΌΓΟΣ λόγος":             "λογοσ λογοσ",
		"GPT模型很大 ok":              "gpt 模型很大 ok",
		"東京タワーへ":                  "東京タワーへ",
		"":                        "",
		"\xff\xfe a":              "a",
		strings.Repeat("x", 100):  strings.Repeat("x", longestWord),
		"ｆｕｌｌ width":              "full width",
	} {
		var got []string
		for _, token := range tokens(text) {
			got = append(got, token.text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
}

func TestTermsOfARun(t *testing.T) {
	var got []string
	tokens("大模型 a")[0].terms(func(term string) { got = append(got, term) })
	if want := []string{"大模", "模型", "型"}; !slices.Equal(got, want) {
		t.Errorf("the terms are %q, want %q", got, want)
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		text, phrase string
		want         []string
	}{
		{"The Größe of größeren things", "GROSSE", []string{"Größe", "größe"}},
		{"a-b a-B", "a-b", []string{"a-b", "a-B"}},
		{"模型和模型", "模型", []string{"模型", "模型"}},
		{"cafe\u0301s", "cafés", []string{"cafe\u0301s"}},
		{"abc", " ", nil},
		{"aaa", "aa", []string{"aa"}},
	} {
		var got []string
		for _, p := range Find(c.text, c.phrase) {
			got = append(got, c.text[p[0]:p[1]])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("in %q, %q is found as %q, want %q", c.text, c.phrase, got, c.want)
		}
	}
}

// FuzzWords: places are within the text and in order, terms are text, and what
// was found is found again by itself.
func FuzzWords(f *testing.F) {
	f.Add("Größe 模型", "gro")
	f.Add("\xff\u0301e", "\u0301")
	f.Fuzz(func(t *testing.T, text, phrase string) {
		last := 0
		scan(text, func(token token) {
			if token.start < last || token.end <= token.start || token.end > len(text) {
				t.Fatalf("%q has a token from %d to %d after %d", text, token.start, token.end, last)
			}
			last = token.end
			token.terms(func(term string) {
				if term == "" || groupOf(term) == "" {
					t.Fatalf("%q has an empty term", text)
				}
				if utf8.ValidString(text) && len(term) < longestWord && !utf8.ValidString(term) {
					t.Fatalf("%q has the term %q", text, term)
				}
			})
		})
		for _, p := range Find(text, phrase) {
			if p[0] < 0 || p[1] > len(text) || p[0] > p[1] {
				t.Fatalf("%q is found in %q from %d to %d", phrase, text, p[0], p[1])
			}
		}
		q := parseQuery(phrase)
		places, _ := q.match(text)
		piece, marks := snippet(text, places)
		for _, m := range marks {
			if m[0] < 0 || m[1] > len(piece) || m[0] >= m[1] {
				t.Fatalf("the mark %v is not within %q", m, piece)
			}
		}
	})
}

// FuzzBlock: a block can be anything; what is written is read again.
func FuzzBlock(f *testing.F) {
	f.Add(block{"ab": {{1, 2}, {1, 3}}, "abc": {{9, 0}}}.encode())
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := decodeBlock(content)
		if err != nil {
			return
		}
		again, err := decodeBlock(b.encode())
		if err != nil {
			t.Fatal(err)
		}
		for term, list := range b {
			slices.SortFunc(list, func(a, b messageKey) int {
				if a.message != b.message {
					return int(min(max(int64(a.message)-int64(b.message), -1), 1))
				}
				return 0
			})
			if len(again[term]) > len(list) || len(list) > 0 && len(again[term]) == 0 {
				t.Fatalf("%q had %v and has %v", term, list, again[term])
			}
		}
	})
}
