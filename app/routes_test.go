package app

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"beyonder/engine"
)

// someRoutes are those of a reply with a part that nothing is known of and one
// that was written with fewer experts.
func someRoutes(tokens, layers, experts int) Routes {
	r := Routes{Experts: experts, Layers: layers, Names: []string{"chat", "code"}}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range tokens {
		t := RoutedToken{Bytes: i % 7}
		used := 2 - i*2/max(tokens, 1)
		for range layers {
			first := rng.IntN(experts)
			t.Experts = append(t.Experts, uint8(first), uint8((first+1)%experts))[:len(t.Experts)+used]
			t.Weights = append(t.Weights, 200, 55)[:len(t.Weights)+used]
		}
		r.Tokens = append(r.Tokens, t)
	}
	r.Tokens = append(r.Tokens, RoutedToken{Bytes: 12})
	return r
}

func TestRoutesRecord(t *testing.T) {
	for _, r := range []Routes{someRoutes(0, 2, 4), someRoutes(5, 2, 4), someRoutes(500, 32, 8)} {
		record := encodeRoutes(&r)
		got, err := decodeRoutes(record)
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%d tokens came back otherwise (%v)", len(r.Tokens), err)
		}
		t.Logf("%d tokens of %d layers: %d bytes", len(r.Tokens), r.Layers, len(record))
		for cut := range min(len(record), 40) {
			if _, err := decodeRoutes(record[:cut]); err == nil {
				t.Errorf("%d of %d bytes are taken for a record", cut, len(record))
			}
		}
	}
}

func FuzzRoutes(f *testing.F) {
	for _, tokens := range []int{0, 1, 9} {
		r := someRoutes(tokens, 2, 4)
		f.Add(encodeRoutes(&r))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		r, err := decodeRoutes(record)
		if err != nil {
			return
		}
		r.Load()
		r.Heat()
		for i := range r.Tokens {
			r.Strongest(i)
		}
		again, err := decodeRoutes(encodeRoutes(&r))
		if err != nil || !reflect.DeepEqual(again.Tokens, r.Tokens) {
			t.Errorf("written again it is another record: %v", err)
		}
	})
}

func TestRoutesFigures(t *testing.T) {
	r := Routes{Experts: 3, Layers: 2, Tokens: []RoutedToken{
		{Bytes: 2, Experts: []uint8{0, 1, 1, 2}, Weights: []uint8{204, 51, 153, 102}},
		{Bytes: 9},
		{Bytes: 1, Experts: []uint8{2, 0, 2, 0}, Weights: []uint8{255, 0, 255, 0}},
	}}
	near := func(what string, got, want []float64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || got[i]-want[i] > 1e-9 || want[i]-got[i] > 1e-9 {
				t.Errorf("%s: %v, want %v", what, got, want)
				return
			}
		}
	}
	near("shares", r.Shares(0), []float64{0.4, 0.4, 0.2})
	load, tokens := r.Load()
	near("load", load, []float64{0.2, 0.2, 0.6})
	near("first layer", r.Heat()[0], []float64{0.4, 0.1, 0.5})
	near("second layer", r.Heat()[1], []float64{0, 0.3, 0.7})
	if tokens != 2 || r.Strongest(0) != 0 || r.Strongest(1) != -1 || r.Strongest(2) != 2 {
		t.Errorf("%d tokens, carried by %d, %d, %d", tokens, r.Strongest(0), r.Strongest(1), r.Strongest(2))
	}
}

// What no choices are known of keeps its place in the text.
func TestRoutesOfPieces(t *testing.T) {
	known := func(bytes int) engine.Token {
		return engine.Token{Bytes: bytes, Routes: []engine.Route{{Experts: []int32{1}, Weights: []float32{1}}}}
	}
	r := Routes{Experts: 2}
	for _, p := range []engine.Piece{
		{Text: "abc", Tokens: []engine.Token{{Bytes: 3}}},
		{Text: "defg", Tokens: []engine.Token{{Bytes: 1}, known(2), {Bytes: 1}}},
		{Text: "hi", Tokens: []engine.Token{known(2)}},
		{Text: "", Tokens: []engine.Token{known(0)}},
		{Text: "j", Tokens: []engine.Token{{Bytes: 1, Routes: []engine.Route{{Experts: []int32{2}, Weights: []float32{1}}}}}},
	} {
		before := 0
		for _, token := range r.Tokens {
			before += token.Bytes
		}
		if len(r.Tokens) == 0 && p.Text == "defg" {
			before = 3
		}
		r.route(p, before)
	}
	var got []int
	for i, token := range r.Tokens {
		got = append(got, token.Bytes, r.Strongest(i))
	}
	if want := []int{4, -1, 2, 1, 1, -1, 2, 1, 0, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("bytes and experts %v, want %v", got, want)
	}
}

// BenchmarkRoutes is what colouring a long reply takes: which expert carried each
// of 2,000 tokens, and the load.
func BenchmarkRoutes(b *testing.B) {
	r := someRoutes(2000, 32, 8)
	record := encodeRoutes(&r)
	b.Run("colour", func(b *testing.B) {
		for b.Loop() {
			for i := range r.Tokens {
				r.Strongest(i)
			}
			r.Load()
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := decodeRoutes(record); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkKeepRoutes is what it costs to keep what the experts did of a reply of
// 1,000 tokens of a mixture with 32 layers, once.
func BenchmarkKeepRoutes(b *testing.B) {
	r := someRoutes(1000, 32, 4)
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(encodeRoutes(&r))))
	}
}
