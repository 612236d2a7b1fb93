package engine

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oracle is what an independent engine computes from a model file.
type oracle struct {
	Tokens   []int32 `json:"tokens"`
	FixedIDs []int32 `json:"fixed_ids"`
	Peer     struct {
		MeanKL float64 `json:"mean_kl"`
	} `json:"peer_native"`
	Positions []struct {
		Pos   int          `json:"pos"`
		Top   [][3]float64 `json:"top"`
		Fixed []float64    `json:"fixed_logits"`
		Mean  float64      `json:"mean"`
		Std   float64      `json:"std"`
	} `json:"positions"`
}

// oracleFiles are those in testdata and, where they lie beside the project, all
// of the shared ones.
func oracleFiles(t *testing.T) []string {
	own, _ := filepath.Glob("testdata/*.json")
	shared, _ := filepath.Glob("../../shared/oracle/*.json")
	if len(own) == 0 {
		t.Fatal("the models of testdata are gone")
	}
	if len(shared) == 0 {
		t.Log("SKIPPED: ../shared/oracle is not there; only the models of testdata are checked")
	}
	return append(own, shared...)
}

// logits runs a file over tokens, every row copied.
func logits(t *testing.T, o LoadOptions, tokens []int32) [][]float32 {
	t.Helper()
	l := NewLocal()
	defer l.Close()
	for _, err := range l.Load(context.Background(), o) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var rows [][]float32
	for row, err := range l.Logits(context.Background(), tokens) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, slices.Clone(row))
	}
	return rows
}

// The exact path agrees with the reference within a thousandth of the logits'
// standard deviation; the fast path's mean KL divergence from it is at most
// twice that of llama.cpp's own run of the file, plus 0.001.
func TestOracle(t *testing.T) {
	for _, path := range oracleFiles(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want oracle
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			o := LoadOptions{Path: strings.TrimSuffix(path, ".json") + ".gguf", Context: len(want.Tokens), Device: "cpu", Exact: true}
			exact := logits(t, o, want.Tokens)
			off := want.largest(t, exact)
			if off > 1e-3 {
				t.Errorf("exact: logits are off by %.2g standard deviations, allowed 1e-3", off)
			}
			o.Exact = false
			mean := meanKL(exact, logits(t, o, want.Tokens))
			if limit := 2*want.Peer.MeanKL + 0.001; mean > limit {
				t.Errorf("fast: mean KL %.2g, allowed %.2g", mean, limit)
			}
			t.Logf("exact: off by %.1e standard deviations; fast: mean KL %.1e (llama.cpp %.1e)", off, mean, want.Peer.MeanKL)
		})
	}
}

// largest is the largest difference of a logit from the reference, in standard deviations.
func (o *oracle) largest(t *testing.T, rows [][]float32) float64 {
	if len(rows) != len(o.Tokens) || len(o.Positions) == 0 {
		t.Fatalf("%d rows for %d tokens, %d reference positions", len(rows), len(o.Tokens), len(o.Positions))
	}
	off := 0.0
	for _, p := range o.Positions {
		row := rows[p.Pos]
		for _, top := range p.Top {
			off = max(off, math.Abs(float64(row[int(top[0])])-top[1])/p.Std)
		}
		for i, id := range o.FixedIDs {
			off = max(off, math.Abs(float64(row[id])-p.Fixed[i])/p.Std)
		}
		mean := 0.0
		for _, v := range row {
			mean += float64(v) / float64(len(row))
		}
		off = max(off, math.Abs(mean-p.Mean)/p.Std)
	}
	return off
}

func meanKL(p, q [][]float32) float64 {
	sum := 0.0
	for i := range p {
		a, b := logSoftmax(p[i]), logSoftmax(q[i])
		for j := range a {
			sum += math.Exp(a[j]) * (a[j] - b[j])
		}
	}
	return sum / float64(len(p))
}

func logSoftmax(x []float32) []float64 {
	most, sum := float64(slices.Max(x)), 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - most)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v) - most - math.Log(sum)
	}
	return out
}
