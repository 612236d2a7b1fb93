package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beyonder/engine"
)

const tinyModel = "../../engine/testdata/mixtral-Q2_K.gguf"

// run runs a command line in this process.
func run(t *testing.T, stdin string, args ...string) (out string, err error) {
	t.Helper()
	out, _, err = runBoth(t, stdin, args...)
	return out, err
}

func runBoth(t *testing.T, stdin string, args ...string) (out, told string, err error) {
	t.Helper()
	var b, e bytes.Buffer
	x := &env{ctx: context.Background(), in: strings.NewReader(stdin), out: &b, err: &e}
	err = x.run(args)
	return b.String(), e.String(), err
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

// Few tokens are measured as well, the warm-up has room.
func TestBenchOfFewTokens(t *testing.T) {
	if out := must(t, "", "bench", "-m", tinyModel, "-p", "4", "-n", "2"); !strings.Contains(out, "pp4") || !strings.Contains(out, "tg2") {
		t.Errorf("got %q", out)
	}
}

// The profile names what a step is made of, adds up to the whole, and the limits
// are what figures are compared with.
func TestBenchProfile(t *testing.T) {
	var r benchReport
	args := []string{"bench", "-m", tinyModel, "--device", "cpu", "-p", "20", "-n", "4", "--depth", "9", "--profile", "--limits"}
	decode(t, must(t, "", append(args, "--json")...), &r)
	if r.Bandwidth < 1e8 || r.PeakOps < 1e8 || r.BytesPerToken <= 0 || len(r.Results) != 2 || r.Results[1].Test != "tg4@9" {
		t.Fatalf("%+v", r)
	}
	for _, test := range r.Results {
		sum := 0.0
		for _, v := range test.Profile {
			sum += v.Seconds
		}
		if len(test.Profile) < 10 || sum <= 0 || sum > test.Seconds {
			t.Errorf("%s: %d kinds of steps took %v s of %v s", test.Test, len(test.Profile), sum, test.Seconds)
		}
	}
	if out := must(t, "", args...); !strings.Contains(out, "ExpertMatMul") || !strings.Contains(out, "limits:") {
		t.Errorf("got %q", out)
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
	if out := must(t, "", "inspect", tinyModel); !strings.Contains(out, "blk.0.ffn_up_exps.weight") || !strings.Contains(out, "1.2 MB, 33 tensors") || !strings.Contains(out, "1.2 MB of weights + ") {
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

// Negative numbers need no equals sign, and every setting has its flag.
func TestSamplingFlags(t *testing.T) {
	var r result
	decode(t, must(t, "", "chat", "-m", tinyModel, "-p", "x", "-n", "1", "--json", "--seed", "-1", "--penalty-window", "-1",
		"--top-n-sigma", "-1", "--frequency-penalty", "-.5", "--dynatemp-range", "0.3", "--dynatemp-exponent", "2",
		"--dry-base", "2", "--dry-allowed-length", "3", "--dry-window", "-1", "--dry-breaker", ",", "--dry-breaker", ";"), &r)
	s := r.Done.Sampling
	if s.Seed != -1 || r.Done.Seed == -1 || s.PenaltyWindow != -1 || s.TopNSigma != -1 || s.FrequencyPenalty != -0.5 || s.DynamicRange != 0.3 ||
		s.DynamicExponent != 2 || s.DRYBase != 2 || s.DRYAllowedLength != 3 || s.DRYWindow != -1 || !slices.Equal(s.DRYBreakers, []string{",", ";"}) {
		t.Errorf("%+v", s)
	}
	for args, want := range map[string]string{
		"-p -5":          "-p-5",
		"--top -1 --x":   "--top=-1 --x",
		"-- -p -5":       "-- -p -5",
		"file -5":        "file -5",
		"--prompt -word": "--prompt -word",
		"-c=1 -5":        "-c=1 -5",
	} {
		if got := strings.Join(joinNegatives(strings.Fields(args)), " "); got != want {
			t.Errorf("%q became %q", args, got)
		}
	}
}

// A model's words must not command the terminal; a file gets them as they are.
func TestTerminalIsNotCommanded(t *testing.T) {
	const text = "a\tb\n\x1b]0;c\a\u009b1m é👩‍👧"
	if got := (&talk{terminal: true}).shown(text); got != "a\tb\n\ufffd]0;c\ufffd\ufffd1m é👩‍👧" {
		t.Errorf("got %q", got)
	}
	if got := (&talk{}).shown(text); got != text {
		t.Errorf("got %q", got)
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
		{[]string{"tokenize"}, "--model"},
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
		{[]string{"logits", "-m", tinyModel, "--ids", ""}, "--ids"},
		{[]string{"logits", "-m", tinyModel, "--ids", "1", "--top=-1"}, "--top"},
		{[]string{"logits", "-m", tinyModel, "--ids", "1", "-c", "1000000000000"}, "window"},
		{[]string{"inspect", tinyModel, "--nonsense"}, "--nonsense"},
		{[]string{"bench", "-m", tinyModel, "-p", "0", "-n", "0"}, "nothing to measure"},
		{[]string{"bench", "-m", tinyModel, "-p", "-5"}, "nothing to measure"},
		{[]string{"bench", "-m", tinyModel, "--limits"}, "--device=cpu"},
		{[]string{"bench", "-m", tinyModel, "--prompt=-5"}, "nothing to measure"},
		{[]string{"bench", "-m", tinyModel, "--repetitions=0"}, "nothing to measure"},
		{[]string{"chat", "-m", tinyModel, "--threads=-3", "-p", "x"}, "threads"},
		{[]string{"chat", "-m", tinyModel, "-p", "x", "--trace", filepath.Join(folder, "trace")}, "--trace"},
		{[]string{"chat", "-m", tinyModel, "-p", "x", "--prompt-cache", filepath.Join(cut, "cache")}, "prompt cache"},
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

// A panic in a command is a mistake of ours, not a success.
func TestPanicsAreNotSwallowed(t *testing.T) {
	defer func() {
		if x := recover(); x != "a mistake" {
			t.Errorf("recovered %v", x)
		}
	}()
	e := &env{ctx: context.Background(), out: io.Discard, err: io.Discard, window: func(WindowOptions) error { panic("a mistake") }}
	t.Errorf("run returned %v", e.run(nil))
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"chat", "--help"}} {
		if out := must(t, "", args...); !strings.Contains(out, "Usage: beyonder") {
			t.Errorf("%v: %q", args, out)
		}
	}
	if a, b := must(t, "", "--version"), must(t, "", "version"); a != b || !strings.HasPrefix(a, "beyonder ") {
		t.Errorf("%q, %q", a, b)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A result that cannot be written is a failure.
func TestFullDisk(t *testing.T) {
	for _, args := range [][]string{
		{"chat", "-m", tinyModel, "-p", "x", "-n", "4"},
		{"chat", "-m", tinyModel, "-p", "x", "-n", "4", "--json"},
		{"logits", "-m", tinyModel, "--ids", "1,2", "--json"},
		{"tokenize", "-m", tinyModel},
		{"inspect", tinyModel},
		{"bench", "-m", tinyModel, "-p", "4", "-n", "2"},
	} {
		e := &env{ctx: context.Background(), in: strings.NewReader("x"), out: full{}, err: io.Discard}
		if err := e.run(args); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// What the window shows as a line, the terminal says on standard error: the
// model no longer sees everything, or there is no room.
func TestChatTellsWhatTheModelSees(t *testing.T) {
	args := []string{"chat", "-m", tinyModel, "-n", "20", "-c", "100", "--seed", "1"}
	talk := strings.Repeat("a rather long question for a small window\n", 5)
	_, told, err := runBoth(t, talk, append(args, "--policy", "roll")...)
	if err != nil || !strings.Contains(told, "no longer sees the oldest 2 messages") {
		t.Errorf("%v, told %q", err, told)
	}
	_, told, err = runBoth(t, talk, args...)
	if err != nil || !strings.Contains(told, "does not fit the context window of 100") {
		t.Errorf("%v, told %q", err, told)
	}
	// A message that did not fit is not part of the conversation.
	out, told, err := runBoth(t, strings.Repeat("too long ", 100)+"\nshort\n", append(args, "--json")...)
	if err != nil || strings.Count(out, "\n") != 2 || strings.Count(told, "does not fit") != 1 {
		t.Errorf("%v, %q, told %q", err, out, told)
	}
}

// Who asks one question that gets no answer is told by the status, too.
func TestChatWithoutRoomFails(t *testing.T) {
	for _, args := range [][]string{{"-c", "3"}, {"-c", "3", "--json"}, {"-c", "3", "--policy", "roll"}} {
		out, _, err := runBoth(t, "", append([]string{"chat", "-m", tinyModel, "-p", "hi there"}, args...)...)
		if err == nil || !strings.Contains(err.Error(), "does not fit the context window of 3") {
			t.Errorf("%v: %v", args, err)
		}
		if json := len(args) == 3; strings.Contains(out, `"reason":"context"`) != json || !json && out != "" {
			t.Errorf("%v: wrote %q", args, out)
		}
	}
}

// A token that the model does not have cannot be made likelier.
func TestChatKnowsTheTokensOfABias(t *testing.T) {
	args := []string{"chat", "-m", tinyModel, "-p", "x", "-n", "1", "--logit-bias"}
	must(t, "", append(args, "1023=1")...)
	if _, _, err := runBoth(t, "", append(args, "1024=1")...); err == nil || !strings.Contains(err.Error(), "token 1024") {
		t.Errorf("a token outside the vocabulary: %v", err)
	}
}

// Templates are chosen by a flag in a terminal, which has no settings.
func TestChatNamesTheFlagForTemplates(t *testing.T) {
	for _, args := range [][]string{{"chat", "-p", "hi", "-n", "2"}, {"chat", "-p", "hi", "-n", "2", "--template", "chatml"}} {
		_, told, err := runBoth(t, "", append(args, "-m", tinyModel)...)
		if asked := len(args) > 5; err != nil || strings.Contains(told, "settings") || strings.Contains(told, "--template") == asked {
			t.Errorf("%v: %v, told %q", args, err, told)
		}
	}
}

// Who wants no template hears nothing of one.
func TestRawIsSilentOfTemplates(t *testing.T) {
	out, told, err := runBoth(t, "", "chat", "-m", tinyModel, "-p", "once", "-n", "2", "--raw")
	if err != nil || out == "" || told != "" {
		t.Errorf("%v, %q, told %q", err, out, told)
	}
}

// What ended without a word is not part of the conversation: templates such as
// Ministral's refuse a reply without words from then on.
func TestChatForgetsWhatGotNoWords(t *testing.T) {
	var first, second struct {
		Text string
		Done struct {
			Prompt int `json:"prompt_tokens"`
		}
	}
	out := must(t, "one two\none two\n", "chat", "-m", tinyModel, "--logit-bias", "2=1000", "--json")
	a, b, _ := strings.Cut(out, "\n")
	decode(t, a, &first)
	decode(t, b, &second)
	if first.Text != "" || second.Done.Prompt != first.Done.Prompt || first.Done.Prompt == 0 {
		t.Errorf("%+v, then %+v", first, second)
	}
}

// A file's text does not command the terminal.
func TestShort(t *testing.T) {
	for v, want := range map[any]string{"a\x1b[2Jb\nc": "a\ufffd[2Jb\\nc", strings.Repeat("é", 200): strings.Repeat("é", 100) + "…", 3: "3"} {
		if got := short(v); got != want {
			t.Errorf("%q is shown as %q", v, got)
		}
	}
}

func TestStatus(t *testing.T) {
	for says, err := range map[string]error{"": nil, "beyonder: stopped\n": context.Canceled, "beyonder: a: b; c\n": errors.New("a:\nb\nc\n"),
		"beyonder: not enough memory for big.gguf: it needs 14.1 GB, 9.2 GB are free; choose a smaller file or window, or load it anyway (--force)\n": &engine.MemoryError{Path: "big.gguf", NeedBytes: 14.1e9, FreeBytes: 9.2e9},
	} {
		var told bytes.Buffer
		want := 1
		if err == nil {
			want = 0
		}
		if got := (&env{err: &told}).status(err); got != want || told.String() != says {
			t.Errorf("%v: status %d, told %q", err, got, told.String())
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

// A system prompt that a run has read is not read again by the next.
func TestPromptCache(t *testing.T) {
	type figures struct {
		Text string
		Done struct {
			Reused int `json:"reused_tokens"`
			Prompt int `json:"prompt_tokens"`
		}
	}
	var runs [3]figures
	dir := filepath.Join(t.TempDir(), "kept")
	for i := range runs {
		args := []string{"chat", "-m", tinyModel, "-p", "and now?", "-n", "9", "--seed", "5", "--json", "--system", strings.Repeat("Be brief and kind. ", 40)}
		if i > 0 {
			args = append(args, "--prompt-cache", dir)
		}
		decode(t, must(t, "", args...), &runs[i])
	}
	if runs[0].Done.Reused != 0 || runs[1].Done.Reused != 0 || runs[2].Done.Reused < runs[2].Done.Prompt/2 {
		t.Errorf("of %d tokens %d, %d and %d were reused", runs[2].Done.Prompt, runs[0].Done.Reused, runs[1].Done.Reused, runs[2].Done.Reused)
	}
	for _, r := range runs[1:] {
		if r.Text != runs[0].Text || r.Text == "" {
			t.Errorf("%q with a cache, %q without", r.Text, runs[0].Text)
		}
	}
	damageAll(t, dir)
	_, told, err := runBoth(t, "", "chat", "-m", tinyModel, "-p", "and now?", "-n", "9", "--seed", "5", "--system", strings.Repeat("Be brief and kind. ", 40), "--prompt-cache", dir)
	if err != nil || !strings.Contains(told, "is damaged and is not used") || strings.Contains(told, "full") {
		t.Errorf("with a damaged cache: %v, told %q", err, told)
	}
}

// damageAll changes the last byte of all files in a folder.
func damageAll(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing in %s (%v)", dir, err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1]++
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
