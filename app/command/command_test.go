package command

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const tinyModel = "../../engine/testdata/mixtral-Q2_K.gguf"

// run runs a command line in this process.
func run(t *testing.T, stdin string, args ...string) (out string, err error) {
	t.Helper()
	var b, e bytes.Buffer
	x := &env{ctx: context.Background(), in: strings.NewReader(stdin), out: &b, err: &e}
	err = x.run(args)
	return b.String(), err
}

func must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, err := run(t, stdin, args...)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

func TestTokenize(t *testing.T) {
	out := must(t, "hello <s>", "tokenize", "-m", tinyModel)
	special := must(t, "hello <s>", "tokenize", "-m", tinyModel, "--special")
	if !strings.HasPrefix(out, "1,") || strings.Count(out, "\n") != 1 {
		t.Errorf("got %q", out)
	}
	if !strings.HasSuffix(strings.TrimSpace(special), ",1") || strings.HasSuffix(strings.TrimSpace(out), ",1") {
		t.Errorf("plain %q, special %q", out, special)
	}
	if none := must(t, "hello <s>", "tokenize", "-m", tinyModel, "--no-bos"); "1,"+none != out {
		t.Errorf("without BOS %q, with %q", none, out)
	}
}

func TestLogits(t *testing.T) {
	var all, top struct {
		Positions []struct {
			Pos   int
			Token int32
			Top   [][3]float64
		}
	}
	decode(t, must(t, "", "logits", "-m", tinyModel, "--ids", "1,90,500", "--top", "0", "--exact", "--device", "cpu", "--json"), &all)
	decode(t, must(t, "", "logits", "-m", tinyModel, "--ids", "1,90,500", "--top", "3", "--exact", "--json"), &top)
	if len(all.Positions) != 3 || all.Positions[1].Pos != 1 || all.Positions[1].Token != 90 || len(all.Positions[2].Top) != 1024 {
		t.Fatalf("%d positions", len(all.Positions))
	}
	for i, row := range all.Positions[0].Top {
		if int(row[0]) != i {
			t.Fatalf("entry %d is token %v: not by id", i, row[0])
		}
	}
	for p, pos := range top.Positions {
		last := [3]float64{0, 1e9, 1e9}
		for _, row := range pos.Top {
			want := all.Positions[p].Top[int(row[0])]
			if row[1] > last[1] || row[1] != want[1] || row[2]-want[2] > 1e-4 || want[2]-row[2] > 1e-4 {
				t.Errorf("position %d: %v, in the whole list %v", p, row, want)
			}
			last = row
		}
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %.200q", err, text)
	}
}

func TestBench(t *testing.T) {
	var r benchReport
	decode(t, must(t, "", "bench", "-m", tinyModel, "-p", "20", "-n", "4", "-t", "1", "--json"), &r)
	if len(r.Results) != 2 || r.Results[0].Test != "pp20" || r.Results[1].Test != "tg4" || r.Results[0].TokensPerSecond <= 0 || r.Results[1].TokensPerSecond <= 0 || r.LoadSeconds <= 0 || r.Threads != 1 {
		t.Errorf("%+v", r)
	}
}

func TestInspect(t *testing.T) {
	var r struct {
		Version int
		Tensors []struct{ Name, Type string }
		Model   struct {
			Experts   int
			NeedBytes int64 `json:"need_bytes"`
		}
	}
	decode(t, must(t, "", "inspect", tinyModel, "--json"), &r)
	if r.Version != 3 || len(r.Tensors) < 30 || r.Model.Experts != 4 || r.Model.NeedBytes < 1181760 {
		t.Errorf("%+v", r)
	}
	if out := must(t, "", "inspect", tinyModel); !strings.Contains(out, "blk.0.ffn_up_exps.weight") || !strings.Contains(out, "memory needed") {
		t.Errorf("got %q", out)
	}
}

func TestChat(t *testing.T) {
	args := []string{"chat", "-m", tinyModel, "-p", "hello", "-n", "9", "--seed", "5", "--json"}
	var a, b result
	decode(t, must(t, "", args...), &a)
	decode(t, must(t, "", args...), &b)
	if a.Text != b.Text || len(a.Tokens) != 9 || a.Done == nil || a.Done.Seed != 5 {
		t.Errorf("%+v, then %+v", a, b)
	}
	if plain := must(t, "", args[:len(args)-1]...); plain != a.Text+"\n" {
		t.Errorf("without --json %q, with it %q", plain, a.Text)
	}
	// A conversation, a line each: two replies.
	if out := must(t, "one\n\ntwo\n", "chat", "-m", tinyModel, "-n", "4", "--json"); strings.Count(out, "\n") != 2 {
		t.Errorf("two turns gave %q", out)
	}
}

func TestMistakesAreOneSentence(t *testing.T) {
	folder := t.TempDir()
	cut := filepath.Join(folder, "cut.gguf")
	data, err := os.ReadFile(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, data[:1000], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"chat"}, "--model"},
		{[]string{"chat", "-m", cut, "-p", "x"}, "cut.gguf"},
		{[]string{"chat", "-m", filepath.Join(folder, "none.gguf"), "-p", "x"}, "none.gguf"},
		{[]string{"chat", "-m", tinyModel, "-p", "x", "--temp=-3"}, "emperature"},
		{[]string{"chat", "-m", tinyModel, "-p", "x", "--preset", "wild"}, "llama.cpp"},
		{[]string{"chat", "-m", tinyModel, "-p", "x", "--order", "top_k,guess"}, "guess"},
		{[]string{"logits", "-m", tinyModel, "--ids", "1,99999"}, "99999"},
		{[]string{"logits", "-m", tinyModel, "--ids", "1,two"}, "two"},
		{[]string{"bench", "-m", tinyModel, "-p", "200", "-c", "100"}, "100"},
		{[]string{"inspect", cut}, "cut.gguf"},
		{[]string{"tokenize", "-m", cut}, "cut.gguf"},
		{[]string{filepath.Join(folder, "none.gguf")}, "window"},
	} {
		out, err := run(t, "", c.args...)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "goroutine") {
			t.Errorf("%v: %v (want a sentence with %q)", c.args, err, c.says)
		}
		if out != "" {
			t.Errorf("%v wrote %q to standard output", c.args, out)
		}
	}
}

func TestTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace")
	for range 2 { // appended to
		tr, err := openTrace(path)
		if err != nil {
			t.Fatal(err)
		}
		tr.event("piece", map[string]any{"bytes": 3})
		tr.event("odd", map[string]any{"value": func() {}})
		tr.Close()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines: %s", len(lines), strconv.Quote(string(text)))
	}
	for _, line := range lines {
		var e map[string]any
		decode(t, line, &e)
		if e["event"] == nil {
			t.Errorf("no event in %s", line)
		}
	}
}
