package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beyonder/engine/prompt"
	"beyonder/engine/sample"
	"beyonder/engine/token"
)

// A mixture of four experts with a synthetic vocabulary; it talks nonsense.
const tinyModel = "testdata/mixtral-Q2_K.gguf"

// The child's sign of life is asked for whatever goes on. (The race detector is the
// judge.)
func TestBeatWhileModelsComeAndGo(t *testing.T) {
	l := start(t, LoadOptions{Device: "cpu"})
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Microsecond):
				l.Beat()
			}
		}
	}()
	for range 3 {
		ask(t, l, Request{Prompt: "x", Sampling: settings(1, 2)})
		if err := l.Unload(); err != nil {
			t.Error(err)
		}
		for _, err := range l.Load(context.Background(), LoadOptions{Path: tinyModel, Device: "cpu"}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if l.Beat() < 0 {
		t.Error("it runs backwards")
	}
	close(done)
	<-over
}

// start loads the tiny model.
func start(t testing.TB, o LoadOptions) *Local {
	t.Helper()
	if o.Path == "" {
		o.Path = tinyModel
	}
	l := NewLocal()
	t.Cleanup(func() { l.Close() })
	for _, err := range l.Load(context.Background(), o) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// answer collects a whole reply.
type answer struct {
	text    string
	tokens  []Token
	notices []Notice
	done    *Done
}

func (a answer) ids() (ids []int32) {
	for _, t := range a.tokens {
		ids = append(ids, t.ID)
	}
	return ids
}

func ask(t testing.TB, l *Local, r Request) answer {
	t.Helper()
	a, err := tryAsk(l, r)
	if err != nil {
		t.Fatal(err)
	}
	if a.done == nil {
		t.Fatal("the reply has no end")
	}
	return a
}

func tryAsk(l *Local, r Request) (a answer, err error) {
	for p, err := range l.Reply(context.Background(), r) {
		if err != nil {
			return a, err
		}
		a.text += p.Text
		a.tokens = append(a.tokens, p.Tokens...)
		if p.Notice != nil {
			a.notices = append(a.notices, *p.Notice)
		}
		a.done = p.Done
	}
	return a, nil
}

// settings draw from the whole distribution with a fixed seed.
func settings(seed int64, tokens int) sample.Settings {
	s := sample.Neutral()
	s.Seed, s.MaxTokens = seed, tokens
	return s
}

func user(text string) []prompt.Message { return []prompt.Message{{Role: prompt.User, Content: text}} }

func TestReplyIsRepeatable(t *testing.T) {
	r := Request{Messages: user("tell me"), Sampling: settings(7, 30)}
	a := ask(t, start(t, LoadOptions{Threads: 1}), r)
	b := ask(t, start(t, LoadOptions{Threads: 4}), r)
	if !slices.Equal(a.ids(), b.ids()) || a.text != b.text {
		t.Errorf("the same seed gave %v and %v", a.ids(), b.ids())
	}
	r.Sampling.Seed = 8
	if c := ask(t, start(t, LoadOptions{}), r); slices.Equal(a.ids(), c.ids()) {
		t.Error("another seed gave the same reply")
	}
	if a.done.Reason != StopLength || a.done.NewTokens != 30 || a.done.Seed != 7 {
		t.Errorf("done: %+v", a.done)
	}
}

func TestANewSeedIsReported(t *testing.T) {
	l := start(t, LoadOptions{})
	a := ask(t, l, Request{Messages: user("hi"), Sampling: settings(-1, 20)})
	b := ask(t, l, Request{Messages: user("hi"), Sampling: settings(a.done.Seed, 20)})
	if !slices.Equal(a.ids(), b.ids()) {
		t.Errorf("seed %d did not repeat the reply", a.done.Seed)
	}
}

// The second turn of a conversation reads what is new and nothing else.
func TestSecondTurnReadsOnlyWhatIsNew(t *testing.T) {
	for _, template := range prompt.Presets() {
		t.Run(template, func(t *testing.T) {
			if template == "wizardmath" {
				t.Skip("its prompt ends with words (\"Let's think step by step\") that its history lacks")
			}
			l := start(t, LoadOptions{Template: template})
			ms := user("the first question of this conversation")
			first := ask(t, l, Request{Messages: ms, Sampling: settings(3, 40)})
			if first.done.ReusedTokens != 0 {
				t.Fatalf("the first turn reused %d tokens", first.done.ReusedTokens)
			}
			ms = append(ms, prompt.Message{Role: prompt.Assistant, Content: first.text}, prompt.Message{Role: prompt.User, Content: "more"})
			second := ask(t, l, Request{Messages: ms, Sampling: settings(4, 5)})
			had := first.done.PromptTokens + first.done.NewTokens
			if first.done.Reason == StopLength {
				had-- // the last token was written, not read
			}
			if second.done.ReusedTokens < had-1 {
				t.Errorf("%d tokens were known, %d of %d were reused", had, second.done.ReusedTokens, second.done.PromptTokens)
			}
			if second.done.ReusedTokens >= second.done.PromptTokens {
				t.Errorf("all %d tokens reused: nothing was read", second.done.PromptTokens)
			}
		})
	}
}

// What is reused changes nothing: the same request on a fresh engine gives the
// same reply. Exact arithmetic, since rounding may differ with the batch.
func TestReuseChangesNothing(t *testing.T) {
	l := start(t, LoadOptions{Exact: true})
	ms := user("one")
	first := ask(t, l, Request{Messages: ms, Sampling: settings(3, 10)})
	greedy := settings(0, 10)
	greedy.Temperature = 0
	// Another branch of the conversation: only the beginning is common.
	ms = append(ms, prompt.Message{Role: prompt.Assistant, Content: strings.ToUpper(first.text)}, prompt.Message{Role: prompt.User, Content: "two"})
	warm := ask(t, l, Request{Messages: ms, Sampling: greedy})
	cold := ask(t, start(t, LoadOptions{Exact: true}), Request{Messages: ms, Sampling: greedy})
	if warm.done.ReusedTokens == 0 || cold.done.ReusedTokens != 0 {
		t.Fatalf("reused %d and %d tokens", warm.done.ReusedTokens, cold.done.ReusedTokens)
	}
	if warm.text != cold.text {
		t.Errorf("after reuse %q, without %q", warm.text, cold.text)
	}
}

func TestContinueGoesOn(t *testing.T) {
	l := start(t, LoadOptions{Exact: true})
	greedy := settings(0, 24)
	greedy.Temperature = 0
	whole := ask(t, l, Request{Messages: user("go"), Sampling: greedy})
	greedy.MaxTokens = 12
	half := ask(t, l, Request{Messages: user("go"), Sampling: greedy})
	ms := append(user("go"), prompt.Message{Role: prompt.Assistant, Content: half.text})
	rest := ask(t, l, Request{Messages: ms, Continue: true, Sampling: greedy})
	if got := half.text + rest.text; got != whole.text {
		t.Errorf("in two parts %q, in one %q", got, whole.text)
	}
	if rest.done.PromptTokens-rest.done.ReusedTokens > 2 {
		t.Errorf("going on read %d tokens", rest.done.PromptTokens-rest.done.ReusedTokens)
	}
}

// A reply that goes on keeps the space its first token begins with.
func TestContinueKeepsItsFirstSpace(t *testing.T) {
	l := start(t, LoadOptions{})
	m := l.current()
	for id := range int32(m.tok.Size()) {
		text := m.tok.Text(id)
		if !strings.HasPrefix(text, "▁") || text == "▁" || m.tok.Control(id) {
			continue
		}
		s := settings(1, 1)
		s.LogitBias = map[int32]float64{id: 1000}
		ms := append(user("x"), prompt.Message{Role: prompt.Assistant, Content: "word"})
		a := ask(t, l, Request{Messages: ms, Continue: true, Sampling: s})
		b := ask(t, l, Request{Messages: user("x"), Sampling: s})
		if !strings.HasPrefix(a.text, " ") || b.text != a.text[1:] {
			t.Errorf("going on gave %q, beginning %q", a.text, b.text)
		}
		return
	}
	t.Fatal("the vocabulary has no word")
}

func TestStopStringEndsAndIsCutOff(t *testing.T) {
	l := start(t, LoadOptions{})
	s := settings(5, 60)
	whole := ask(t, l, Request{Messages: user("x"), Sampling: s})
	at := len(whole.text) / 2
	s.Stop = []string{whole.text[at : at+4]}
	first := strings.Index(whole.text, s.Stop[0])
	a := ask(t, l, Request{Messages: user("x"), Sampling: s})
	if a.text != whole.text[:first] || a.done.Reason != StopText {
		t.Errorf("stopping at %q gave %q (%s), want %q", s.Stop[0], a.text, a.done.Reason, whole.text[:first])
	}
}

func TestBannedTextIsAvoided(t *testing.T) {
	l := start(t, LoadOptions{})
	s := settings(5, 60)
	s.LogitBias = map[int32]float64{2: -1000} // no end of turn
	whole := ask(t, l, Request{Messages: user("x"), Sampling: s})
	for _, n := range []int{1, 3, 6} {
		at := len(whole.text) / 3
		s.Banned = []string{whole.text[at : at+n]}
		a := ask(t, l, Request{Messages: user("x"), Sampling: s})
		if strings.Contains(a.text, s.Banned[0]) {
			t.Errorf("%q is banned, but stands in %q", s.Banned[0], a.text)
		}
		if a.done.NewTokens != 60 || len(a.tokens) != 60 {
			t.Errorf("%d tokens in the end, %d told", a.done.NewTokens, len(a.tokens))
		}
		if before := strings.Index(whole.text, s.Banned[0]); !strings.HasPrefix(a.text, whole.text[:max(0, before-8)]) {
			t.Errorf("the reply differs long before the banned text: %q, %q", whole.text, a.text)
		}
	}
}

// A prompt that does not fit ends the reply at once and says so; a reply that
// grows to the window's end ends there.
func TestStopWhenFull(t *testing.T) {
	l := start(t, LoadOptions{Context: 64})
	a := ask(t, l, Request{Messages: user(strings.Repeat("many words ", 40)), Sampling: settings(1, 0)})
	if a.done.Reason != StopContext || a.done.NewTokens != 0 || a.done.ContextSize != 64 {
		t.Errorf("a prompt of %d tokens in a window of 64: %+v", a.done.PromptTokens, a.done)
	}
	a = ask(t, l, Request{Messages: user("x"), Sampling: settings(1, 0)})
	if a.done.Reason == StopContext && a.done.ContextUsed != 64 {
		t.Errorf("the reply ended for lack of room with %d of 64 tokens used", a.done.ContextUsed)
	}
	if a.done.Reason != StopContext && a.done.Reason != StopEnd && a.done.Reason != StopText {
		t.Errorf("the reply ended with %s", a.done.Reason)
	}
}

func TestRollKeepsTheSystemPromptAndSaysSo(t *testing.T) {
	l := start(t, LoadOptions{Context: 160, Template: "chatml"})
	ms := []prompt.Message{{Role: prompt.System, Content: "be brief"}}
	rolled := 0
	for turn := range 8 {
		ms = append(ms, prompt.Message{Role: prompt.User, Content: fmt.Sprintf("question %d", turn)})
		a := ask(t, l, Request{Messages: ms, Policy: RollWhenFull, Sampling: settings(int64(turn), 12)})
		if a.done.Reason == StopContext || a.done.ContextUsed > 160 {
			t.Fatalf("turn %d: %+v", turn, a.done)
		}
		for _, n := range a.notices {
			rolled = max(rolled, n.Dropped)
			if n.Kind != "rolled" || n.Dropped >= len(ms)-1 {
				t.Errorf("turn %d: notice %+v of %d messages", turn, n, len(ms))
			}
		}
		ms = append(ms, prompt.Message{Role: prompt.Assistant, Content: a.text})
	}
	if rolled == 0 {
		t.Fatal("the window never rolled")
	}
	if text := l.current().session.prompt; !strings.Contains(text, "be brief") || strings.Contains(text, "question 0") || !strings.Contains(text, "question 7") {
		t.Errorf("the model now sees %q", text)
	}
}

// A reply that outgrows the window rolls in its middle and goes on.
func TestRollInTheMiddleOfAReply(t *testing.T) {
	l := start(t, LoadOptions{Context: 150, Template: "chatml"})
	ms := []prompt.Message{
		{Role: prompt.User, Content: strings.Repeat("old ", 8)}, {Role: prompt.Assistant, Content: "yes"},
		{Role: prompt.User, Content: "new"},
	}
	s := settings(2, 90)
	s.LogitBias = map[int32]float64{2: -1000} // no end of turn
	a := ask(t, l, Request{Messages: ms, Policy: RollWhenFull, Sampling: s})
	if a.done.NewTokens != 90 || len(a.notices) != 1 || a.notices[0].Dropped != 2 {
		t.Errorf("%d tokens, notices %+v, %+v", a.done.NewTokens, a.notices, a.done)
	}
	if a.done.ReusedTokens != 0 {
		t.Errorf("%d tokens of a first prompt were reused", a.done.ReusedTokens)
	}
}

func TestCancelKeepsWhatCame(t *testing.T) {
	l := start(t, LoadOptions{})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	text, ended := "", (*Done)(nil)
	for p, err := range l.Reply(ctx, Request{Messages: user("x"), Sampling: settings(1, 0)}) {
		if err != nil {
			t.Fatal(err)
		}
		if text += p.Text; len(text) > 20 {
			stop()
		}
		ended = p.Done
	}
	if ended == nil || ended.Reason != StopCancelled {
		t.Fatalf("the reply ended with %+v", ended)
	}
	if a := ask(t, l, Request{Messages: user("x"), Sampling: settings(1, 30)}); !strings.HasPrefix(a.text, text[:10]) {
		t.Errorf("the next reply is %q, the stopped one was %q", a.text, text)
	}
}

// Stop is felt within 100 ms while a prompt is read: the device drops the work
// that it has not begun.
func TestCancelWhileReading(t *testing.T) {
	l := start(t, LoadOptions{Exact: true})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var stopped time.Time
	reading := 0
	for p, err := range l.Reply(ctx, Request{Prompt: strings.Repeat("a long text ", 900), Sampling: settings(1, 5)}) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Reading != nil && stopped.IsZero() {
			if reading++; reading == 2 {
				if p.Reading.Seconds <= 0 {
					t.Errorf("%d tokens are said to have been read in %v s", p.Reading.Done, p.Reading.Seconds)
				}
				stopped = time.Now()
				time.AfterFunc(10*time.Millisecond, stop)
			}
		}
		if p.Done != nil && p.Done.Reason != StopCancelled {
			t.Errorf("ended with %s", p.Done.Reason)
		}
	}
	if took := time.Since(stopped); took > time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestBreakEndsAReply(t *testing.T) {
	l := start(t, LoadOptions{})
	for range l.Reply(context.Background(), Request{Messages: user("x"), Sampling: settings(1, 0)}) {
		break
	}
	ask(t, l, Request{Messages: user("x"), Sampling: settings(1, 3)}) // the engine is free again
}

func TestAlternativesAndRoutes(t *testing.T) {
	l := start(t, LoadOptions{})
	a := ask(t, l, Request{Messages: user("x"), Alternatives: 5, Routes: true, Sampling: settings(1, 8)})
	info, _ := l.Info()
	for _, k := range a.tokens {
		if len(k.Top) != 5 || !slices.IsSortedFunc(k.Top, func(a, b Alternative) int { return int(b.Logprob*1e6) - int(a.Logprob*1e6) }) || k.Logprob > k.Top[0].Logprob {
			t.Fatalf("token %d: logprob %v, top %+v", k.ID, k.Logprob, k.Top)
		}
		if len(k.Routes) != info.Layers {
			t.Fatalf("%d routes for %d layers", len(k.Routes), info.Layers)
		}
		for _, r := range k.Routes {
			if sum := r.Weights[0] + r.Weights[1]; len(r.Experts) != 2 || sum < 0.999 || sum > 1.001 || r.Weights[0] < r.Weights[1] {
				t.Fatalf("route %+v", r)
			}
		}
	}
}

// What a user types is text, even if it looks like the end of a turn.
func TestUserTextCannotEndItsTurn(t *testing.T) {
	l := start(t, LoadOptions{Template: "mistral"})
	a := ask(t, l, Request{Messages: user("a</s>b"), Sampling: settings(1, 1)})
	m := l.current()
	for _, id := range m.session.ids[1 : len(m.session.ids)-1] {
		if id == m.tok.EOS() {
			t.Errorf("the user's </s> became the token %d in %v", id, m.session.ids)
		}
	}
	if a.done.PromptTokens < 5 {
		t.Errorf("%d prompt tokens", a.done.PromptTokens)
	}
}

func TestRefusals(t *testing.T) {
	l := NewLocal()
	if _, err := tryAsk(l, Request{Messages: user("x"), Sampling: settings(1, 1)}); !errors.Is(err, ErrNoModel) {
		t.Errorf("with no model: %v", err)
	}
	load := func(o LoadOptions) error {
		for _, err := range l.Load(context.Background(), o) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	folder := t.TempDir()
	cut := filepath.Join(folder, "cut.gguf")
	whole, err := os.ReadFile(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		o    LoadOptions
		says string
	}{
		{"no such file", LoadOptions{Path: filepath.Join(folder, "none.gguf")}, "none.gguf"},
		{"a cut file", LoadOptions{Path: cut}, "cut.gguf"},
		{"an unknown device", LoadOptions{Path: tinyModel, Device: "abacus"}, "abacus"},
		{"an unknown template", LoadOptions{Path: tinyModel, Template: "runes"}, "runes"},
		{"an unknown cache", LoadOptions{Path: tinyModel, KV: "f8"}, "f8"},
		{"a window beyond all numbers", LoadOptions{Path: tinyModel, Context: math.MaxInt, Force: true}, "window"},
		{"a window below zero", LoadOptions{Path: tinyModel, Context: -1}, "window"},
		{"a million threads", LoadOptions{Path: tinyModel, Threads: 1e6}, "threads"},
		{"a window larger than memory, forced", LoadOptions{Path: tinyModel, Context: mostContext, KV: "f32", Force: true}, "choose a smaller window"},
	} {
		if err := load(c.o); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	var memory *MemoryError
	if err := load(LoadOptions{Path: tinyModel, Context: mostContext, KV: "f32"}); !errors.As(err, &memory) || memory.NeedBytes <= memory.FreeBytes {
		t.Errorf("a window of some hundred gigabytes: %v", err)
	}
	if _, ok := l.Info(); ok {
		t.Error("a model is loaded after all")
	}
}

// Weights that are not numbers end the reply with a sentence.
func TestNumbersError(t *testing.T) {
	data, err := os.ReadFile("testdata/dense-tied-Q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "nan.gguf")
	for i := len(data) - 34*2000; i+34 < len(data); i += 34 {
		data[i], data[i+1] = 0xff, 0x7f // a NaN as the scale of a block
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l := start(t, LoadOptions{Path: path})
	var numbers *NumbersError
	if _, err := tryAsk(l, Request{Messages: user("x"), Sampling: settings(1, 5)}); !errors.As(err, &numbers) {
		t.Errorf("got %v", err)
	}
	numbers = nil
	for _, err := range l.Logits(context.Background(), []int32{1, 50}) {
		if !errors.As(err, &numbers) {
			t.Errorf("Logits: got %v", err)
		}
	}
}

// An error in the middle of a reply loses nothing of it: what was held back,
// because it could have become a stop string, comes out first.
func TestErrorLosesNoText(t *testing.T) {
	tok, err := OpenVocabulary(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	id := tok.Encode("q", token.Options{Continued: true})[0]
	path := changed(t, tinyModel, func(f *file) {
		x := inF32(*f.tensor("token_embd.weight"))
		row := 4 * int(x.Shape[0]) * int(id)
		copy(x.Data[row:], []byte{0, 0, 0xc0, 0x7f}) // NaN: whatever comes after this token is not a number
		*f.tensor("token_embd.weight") = x
	})
	s := settings(1, 5)
	s.LogitBias = map[int32]float64{id: 1000}
	s.Stop = []string{string(tok.Bytes(id)) + " and more"}
	var numbers *NumbersError
	a, err := tryAsk(start(t, LoadOptions{Path: path}), Request{Messages: user("x"), Sampling: s})
	if !errors.As(err, &numbers) || a.text != string(tok.Bytes(id)) {
		t.Errorf("%q, error %v", a.text, err)
	}
}

func TestLoadCanBeStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	l := NewLocal()
	var got error
	for _, err := range l.Load(ctx, LoadOptions{Path: tinyModel}) {
		got = err
	}
	if _, ok := l.Info(); ok || !errors.Is(got, context.Canceled) {
		t.Errorf("loaded: %v, error %v", ok, got)
	}
}

// A file that is no model does not cost the one that is loaded.
func TestLoadOfNoModelKeepsTheOld(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.gguf")
	if err := os.WriteFile(bad, []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := start(t, LoadOptions{Path: tinyModel, Device: "cpu"})
	for name, o := range map[string]LoadOptions{
		"no model": {Path: bad}, "missing": {Path: bad + "x"}, "context": {Path: tinyModel, Context: 1 << 30}, "template": {Path: tinyModel, Template: "none such"},
	} {
		var got error
		for _, err := range l.Load(t.Context(), o) {
			got = err
		}
		if info, ok := l.Info(); got == nil || !ok || info.Path != tinyModel {
			t.Errorf("%s: error %v, loaded is %q", name, got, info.Path)
		}
	}
	if a, err := tryAsk(l, Request{Messages: user("x"), Sampling: settings(3, 5)}); err != nil || a.done == nil {
		t.Errorf("it answers no more: %v", err)
	}
}
