package engine

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"beyonder/engine/quant"
	"beyonder/engine/token"
)

// Sums and counts are those of an obvious transformer that tells what each of its
// matrices is multiplied with; dense and as a mixture, stacked and split, in
// chunks that are longer than a batch or do not come out even.
func TestImportance(t *testing.T) {
	base := shape{layers: 2, width: 64, heads: 4, kvHeads: 2, headDim: 16, ff: 96, vocabulary: 301, kind: quant.F32}
	text := strings.Repeat("What matters shows when it is read. ", 5)
	for name, edit := range map[string]func(s *shape){
		"dense":                  func(*shape) {},
		"dense, tied":            func(s *shape) { s.tied = true },
		"two of six experts":     func(s *shape) { s.experts, s.used = 6, 2 },
		"one of three, split up": func(s *shape) { s.experts, s.used, s.split = 3, 1, true },
	} {
		t.Run(name, func(t *testing.T) {
			s := base
			edit(&s)
			y := newToy(t, s)
			l := NewLocal()
			defer l.Close()
			for _, err := range l.Load(context.Background(), LoadOptions{Path: y.write(t), Exact: true, KV: "f32", Device: "cpu"}) {
				if err != nil {
					t.Fatal(err)
				}
			}
			const chunk = 50
			sums, counts := map[string][]float64{}, map[string]int64{}
			y.watch = func(matrix string, x []float64) {
				if sums[matrix] == nil {
					sums[matrix] = make([]float64, len(x))
				}
				for i, v := range x {
					sums[matrix][i] += v * v
				}
				counts[matrix]++
			}
			ids := l.current().tok.Encode(text, token.Options{BOS: true})
			chunks := 0
			for ; len(ids) >= chunk; ids = ids[chunk:] {
				ids[0] = l.current().tok.BOS()
				y.forward(ids[:chunk])
				chunks++
			}
			var got *Importance
			for f, err := range l.Importance(context.Background(), text, chunk, 0) {
				if err != nil {
					t.Fatal(err)
				}
				got = f
			}
			if got.Chunks != chunks || got.Of != chunks || chunks < 3 {
				t.Fatalf("%d of %d chunks were read, want %d", got.Chunks, got.Of, chunks)
			}
			compareColumns(t, got, sums, counts)
		})
	}
}

// compareColumns compares tensors with the matrices that they are made of.
func compareColumns(t *testing.T, got *Importance, sums map[string][]float64, counts map[string]int64) {
	t.Helper()
	left := len(sums)
	for name := range sums {
		if !strings.HasPrefix(name, "blk.") {
			left--
		}
	}
	for _, c := range got.Columns {
		for m, n := range c.Counts {
			name := c.Name
			if at, stacked := strings.CutSuffix(name, "_exps.weight"); stacked {
				name = fmt.Sprintf("%s.%d.weight", at, m)
			}
			if n != counts[name] {
				t.Errorf("%s: %d rows, want %d", name, n, counts[name])
			}
			if counts[name] == 0 {
				continue
			}
			left--
			for i, want := range sums[name] {
				if v := c.Sums[m*c.In+i]; math.Abs(v-want) > 1e-4*(want+1) {
					t.Fatalf("%s: column %d has %v, want %v", name, i, v, want)
				}
			}
		}
	}
	if left != 0 {
		t.Errorf("%d matrices are left out", left)
	}
}

func TestImportanceOfTooLittle(t *testing.T) {
	l := loadExact(t, residualModel)
	for _, x := range []struct {
		text  string
		chunk int
		want  string
	}{
		{"two words", 512, "too few"}, {strings.Repeat("word ", 100), 8, "choose 16 to"}, {strings.Repeat("word ", 100), 1 << 20, "choose 16 to"},
	} {
		for _, err := range l.Importance(context.Background(), x.text, x.chunk, 0) {
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%.9s in chunks of %d gave %v", x.text, x.chunk, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range l.Importance(ctx, strings.Repeat("word ", 100), 16, 0) {
		if err != context.Canceled {
			t.Errorf("stopped, it gave %v", err)
		}
	}
}
