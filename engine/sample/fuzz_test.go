package sample

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// Whatever settings pass Validate can be drawn with.
func FuzzSettings(f *testing.F) {
	for _, p := range Presets() {
		text, err := json.Marshal(p.Settings)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"seed":1,"mirostat":1,"mirostat_tau":0,"mirostat_eta":10}`))
	f.Add([]byte(`{"seed":1,"mirostat":2,"mirostat_tau":0,"mirostat_eta":10}`))
	f.Add([]byte(`{"temperature":0.0000011,"top_p":0,"typical_p":0,"min_p":1,"top_n_sigma":1e-300}`))
	f.Add([]byte(`{"logit_bias":{"0":1e9,"1":-1e9,"999":1},"repeat_penalty":0.01,"order":["temperature","penalties"]}`))
	logits := modelLike(200, 5)
	logits[7], logits[8] = math.MaxFloat32, -math.MaxFloat32
	f.Fuzz(func(t *testing.T, text []byte) {
		s := Neutral()
		if json.Unmarshal(text, &s) != nil || s.Validate() != nil {
			return
		}
		m := newSampler(t, s, alphabet())
		for step := range 8 {
			m.Forbid(int32(step))
			id, err := m.Sample(logits)
			if err != nil || id < 0 || int(id) >= len(logits) || int(id) == step {
				t.Fatalf("%s: drew %d (%v)", text, id, err)
			}
			m.Accept(id % 3)
		}
	})
}

// Whatever the logits are, each cut keeps what the slow one keeps, and the
// draw is an error exactly if one of them is not finite.
func FuzzLogits(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64}, 0.5)
	f.Add([]byte{0, 0, 192, 127}, 0.1)
	f.Add([]byte{0, 0, 0, 128, 0, 0, 0, 0, 255, 255, 127, 127, 255, 255, 127, 255}, 0.9)
	f.Fuzz(func(t *testing.T, raw []byte, x float64) {
		logits, finite := make([]float32, len(raw)/4), true
		for i := range logits {
			logits[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			finite = finite && !math.IsInf(float64(logits[i]), 0) && logits[i] == logits[i]
		}
		before := slices.Clone(logits)
		_, err := newSampler(t, llamaCpp(), nil).Sample(logits)
		if (err == nil) != (finite && len(logits) > 0) {
			t.Fatalf("%v: %v", logits, err)
		}
		if err != nil || !slices.Equal(before, logits) || !(x > 0.001 && x < 0.999) {
			return
		}
		k := 1 + int(x*float64(len(logits)))
		got := survivors(t, only(func(s *Settings) { s.TopK = k }), logits)
		if want := idsOf(slowTopK(candidatesOf(logits), k)); !slices.Equal(idsOf(got), want) {
			t.Fatalf("top-k %d of %v keeps %v, want %v", k, logits, idsOf(got), want)
		}
		for _, c := range cuts() {
			checkCut(t, c, logits, c.span*x)
		}
		checkTypical(t, logits, x)
	})
}

// checkTypical wants the tokens nearest the entropy, as many as it takes to
// pass share. Two that are equally near but for rounding may change places.
func checkTypical(t *testing.T, logits []float32, share float64) {
	t.Helper()
	const tolerance = 1e-6
	all := candidatesOf(logits)
	got := idsOf(survivors(t, only(func(s *Settings) { s.TypicalP = share }), logits))
	p, away := probabilities(all), strangeness(all)
	farthest, mass, needed := 0.0, 0.0, 0.0
	for _, id := range got {
		farthest = max(farthest, away[id])
		mass += p[id]
	}
	slack := tolerance * max(1, farthest)
	for i := range all {
		if _, kept := slices.BinarySearch(got, int32(i)); !kept && away[i] < farthest-slack {
			t.Fatalf("typical %v of %v cuts token %d, nearer than one it keeps: %v", share, logits, i, got)
		}
		if away[i] < farthest-slack {
			needed += p[i]
		}
	}
	if mass < share-tolerance || needed > share+tolerance {
		t.Fatalf("typical %v of %v keeps %v, a mass of %v where %v is not enough", share, logits, got, mass, needed)
	}
}

func FuzzDRY(f *testing.F) {
	f.Add([]byte("abcxabcxab"), 2, -1)
	f.Add([]byte{1, 2, 26, 3, 1, 2, 26, 3, 1}, 1, 7)
	f.Add([]byte{0, 28, 29, 30, 1, 2, 0, 28, 31, 1}, 1, -1)
	f.Fuzz(func(t *testing.T, tokens []byte, allowed, window int) {
		if len(tokens) > 200 || allowed < 1 || window < -1 {
			return
		}
		history := make([]int32, len(tokens))
		for i, b := range tokens {
			history[i] = int32(b) % vocabulary
		}
		checkDRY(t, history, allowed, window)
	})
}
