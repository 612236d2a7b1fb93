package sample

import (
	"math"
	"math/rand/v2"
	"testing"
)

// letters is a vocabulary whose token i is the i-th text.
type letters []string

func (v letters) Bytes(id int32) []byte {
	if id < 0 || int(id) >= len(v) {
		return nil
	}
	return []byte(v[id])
}

// alphabet: 0–25 are a–z, then some tokens with breakers in them.
func alphabet() letters {
	var v letters
	for c := 'a'; c <= 'z'; c++ {
		v = append(v, string(c))
	}
	return append(v, "\n", "x\ny", "<", "en", "d>", "end>")
}

const (
	newline    = 26
	newlineIn  = 27 // "x\ny"
	openEnd    = 28 // "<"
	middleEnd  = 29 // "en"
	closeEnd   = 30 // "d>"
	restOfEnd  = 31 // "end>"
	vocabulary = 32
)

// word is the ids of a text of small letters.
func word(text string) []int32 {
	var ids []int32
	for _, c := range text {
		ids = append(ids, c-'a')
	}
	return ids
}

func join(parts ...[]int32) []int32 {
	var all []int32
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestDRY(t *testing.T) {
	at := func(length int) float64 { return 0.5 * math.Pow(2, float64(length-2)) }
	tests := []struct {
		name    string
		history []int32
		set     func(*Settings)
		want    map[rune]float64 // penalties
	}{
		{"nothing repeats", word("abcdef"), nil, nil},
		{"too short a repetition", word("xabya"), nil, nil},
		{"the shortest that counts", word("abcxab"), nil, map[rune]float64{'c': at(2)}},
		{"longer costs more", word("abcdexabcd"), nil, map[rune]float64{'e': at(4)}},
		{"the longest match counts", word("abcdqbcxabc"), nil, map[rune]float64{'d': at(3), 'x': at(2)}},
		{"an overlapping run", word("aaaa"), nil, map[rune]float64{'a': at(3)}},
		{"a period", word("ababab"), nil, map[rune]float64{'a': at(4)}},
		{"a longer allowed length", word("abcdexabcd"), func(s *Settings) { s.DRYAllowedLength = 4 }, map[rune]float64{'e': 0.5}},
		{"not long enough for it", word("abcdexabcd"), func(s *Settings) { s.DRYAllowedLength = 5 }, nil},
		{"the window cuts the earlier place off", word("abcdexabcd"), func(s *Settings) { s.DRYWindow = 5 }, nil},
		{"the window cuts the match short", word("abcdexabcd"), func(s *Settings) { s.DRYWindow = 8 }, map[rune]float64{'e': at(2)}},
		{"a window of 0 is off", word("abcdexabcd"), func(s *Settings) { s.DRYWindow = 0 }, nil},
		{"a breaker inside bounds the length", join(word("ab"), []int32{newline}, word("cdexab"), []int32{newline}, word("cd")), nil, map[rune]float64{'e': at(2)}},
		{"a breaker just before the end stops it", join(word("abc"), []int32{newline}, word("dxabc"), []int32{newline}), nil, nil},
		{"a breaker inside a token", join(word("ab"), []int32{newlineIn}, word("cdexab"), []int32{newlineIn}, word("cd")), nil, map[rune]float64{'e': at(2)}},
		{"a breaker over three tokens", join(word("a"), []int32{openEnd, middleEnd, closeEnd}, word("cdexa"), []int32{openEnd, middleEnd, closeEnd}, word("cd")), nil, map[rune]float64{'e': at(2)}},
		{"the same in two tokens", join(word("a"), []int32{openEnd, restOfEnd}, word("cdexa"), []int32{openEnd, restOfEnd}, word("cd")), nil, map[rune]float64{'e': at(2)}},
		{"a breaker is never penalised", join(word("ab"), []int32{newline}, word("xab")), nil, nil},
		{"nor the token that completes one", join([]int32{openEnd, middleEnd, closeEnd}, word("x"), []int32{openEnd, middleEnd}), nil, nil},
		{"a breaker of three letters", word("abcdeqabcde"), func(s *Settings) { s.DRYBreakers = []string{"abc"} }, map[rune]float64{'q': at(2)}},
		{"no breakers", join(word("ab"), []int32{newline}, word("cdexab"), []int32{newline}, word("cd")), func(s *Settings) { s.DRYBreakers = nil }, map[rune]float64{'e': at(5)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := only(func(s *Settings) {
				s.DRYMultiplier, s.DRYBase, s.DRYWindow, s.DRYBreakers = 0.5, 2, -1, []string{"\n", "<end>"}
			})
			if tt.set != nil {
				tt.set(&s)
			}
			got := survivorsOf(t, newSampler(t, s, alphabet()), make([]float32, vocabulary), tt.history...)
			want := candidatesOf(make([]float32, vocabulary))
			for letter, penalty := range tt.want {
				want[letter-'a'].logit -= penalty
			}
			if !same(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestDRYStaysFinite(t *testing.T) {
	s := only(func(s *Settings) { s.DRYMultiplier, s.DRYBase, s.DRYWindow = 1, 1.75, -1 })
	got := survivors(t, s, []float32{1, 1}, make([]int32, 5000)...) // 1.75^4997
	// The exponent is capped at ⌊ln(3.4e38)/ln 1.75⌋ = 158.
	if want := -math.Pow(1.75, 158); math.Abs(got[0].logit/want-1) > 1e-6 || got[1].logit != 1 {
		t.Errorf("got %v, want a penalty of %v", got, want)
	}
}

func TestDRYWithABaseOf1DoesNotGrow(t *testing.T) {
	s := only(func(s *Settings) { s.DRYMultiplier, s.DRYBase, s.DRYWindow = 0.75, 1, -1 })
	if got := survivors(t, s, []float32{0, 0}, make([]int32, 50)...); got[0].logit != -0.75 {
		t.Errorf("got %v, want -0.75", got[0].logit)
	}
}

func TestDRYAgreesWithTheSlowOne(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	for range 500 {
		history := make([]int32, r.IntN(60))
		for i := range history {
			history[i] = r.Int32N(3)
			if r.IntN(6) == 0 {
				history[i] = newline + r.Int32N(vocabulary-newline)
			}
		}
		checkDRY(t, history, 1+r.IntN(4), r.IntN(70)-1)
	}
}

// What one token is charged must not be left over for the next.
func TestDRYStartsAfreshForEachToken(t *testing.T) {
	s := only(func(s *Settings) { s.DRYMultiplier, s.DRYBase, s.DRYWindow = 0.5, 1.5, -1 })
	m := newSampler(t, s, alphabet())
	logits := make([]float32, vocabulary)
	var history []int32
	for _, more := range []string{"abcdexabcd", "q", "ab", "cde", "x"} {
		history = append(history, word(more)...)
		got := survivorsOf(t, m, logits, word(more)...)
		if want := slowDRY(candidatesOf(logits), s, alphabet(), history); !same(got, want) {
			t.Errorf("after %v: got %v, want %v", history, got, want)
		}
	}
	m.Rewind(1)
	history = history[:len(history)-1]
	if got, want := survivorsOf(t, m, logits), slowDRY(candidatesOf(logits), s, alphabet(), history); !same(got, want) {
		t.Errorf("after a rewind: got %v, want %v", got, want)
	}
}

func checkDRY(t *testing.T, history []int32, allowed, window int) {
	t.Helper()
	if window == 0 {
		window = -1
	}
	s := only(func(s *Settings) {
		s.DRYMultiplier, s.DRYBase, s.DRYAllowedLength, s.DRYWindow = 0.5, 1.5, allowed, window
		s.DRYBreakers = []string{"\n", "<end>", "aba"}
	})
	logits := make([]float32, vocabulary)
	got := survivorsOf(t, newSampler(t, s, alphabet()), logits, history...)
	if want := slowDRY(candidatesOf(logits), s, alphabet(), history); !same(got, want) {
		t.Errorf("after %v, allowed %d, window %d: got %v, want %v", history, allowed, window, got, want)
	}
}

func TestSuffixMatches(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	var z []int32
	for range 300 {
		window := make([]int32, 1+r.IntN(40))
		for i := range window {
			window[i] = r.Int32N(2)
		}
		z = suffixMatches(z, window)
		for k := range window {
			n := 0
			for n+k < len(window) && window[len(window)-1-n] == window[len(window)-1-k-n] {
				n++
			}
			if int(z[k]) != n {
				t.Fatalf("%v: %d match at %d, want %d", window, z[k], k, n)
			}
		}
	}
}
