package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// The bar: at most 30 ms of main-thread work per frame at the 99th percentile
// while 50 tokens a second stream in, in a conversation of 1,000 messages and in
// a reply of 10,000 tokens. A frame is what Fyne does between two paintings: the
// text that came (delivered 30 times a second), then the walk that asks every
// visible object for its smallest size. The paint benchmarks add the software
// painter, which is slower than any graphics card.

const (
	tokensPerSecond = 50
	framesPerSecond = 30
)

// proseTokens is a reply of n words with every kind of block.
func proseTokens(n int) []string {
	const part = "Routing **sends** each token to *two* experts, as `router.go` shows; see https://example.org for more. " +
		"The weights are renormalised and sum to one.\n\n- the first point of several\n- the second one → with an arrow\n\n" +
		"```go\nfunc route(x []float32) (a, b int) {\n\treturn top2(x) // the best two\n}\n```\n\n" +
		"| model | size |\n|---|--:|\n| Mistral | 7 B |\n| Mixtral | 47 B |\n\n## A heading\n\n"
	return repeatTokens(part, n)
}

// codeTokens is one block of code of n words.
func codeTokens(n int) []string {
	body := strings.Repeat("def step(state, token):\n    '''One step of the loop.'''\n    if token is None:\n        return state + 1\n    return merge(state, token, depth=3)\n\n\n", n/16+1)
	return slices.Concat([]string{"```python\n"}, repeatTokens(body, n-1))
}

// paragraphTokens is one paragraph of n words: the worst case for a text that is
// set anew with every piece.
func paragraphTokens(n int) []string {
	return repeatTokens("and then the story went on and on, without a single line's end, ", n)
}

func repeatTokens(part string, n int) []string {
	words := strings.SplitAfter(part, " ")
	tokens := make([]string, 0, n)
	for len(tokens) < n {
		tokens = append(tokens, words...)
	}
	return tokens[:n]
}

func conversation(messages int) []Entry {
	text := strings.Join(proseTokens(150), "")
	entries := make([]Entry, 0, messages+1)
	for i := range messages {
		e := Entry{ID: uint64(i + 1), Role: "user", Text: fmt.Sprintf("Question %d: how does routing work?", i), State: "complete"}
		if i%2 == 1 {
			e = Entry{ID: uint64(i + 1), Role: "assistant", Name: "Beyonder", Text: text, State: "complete", Detail: "12.3 tokens/s"}
		}
		entries = append(entries, e)
	}
	return append(entries, Entry{ID: 1 << 40, Role: "assistant", Name: "Beyonder", State: "streaming"})
}

// walk asks every visible object for its smallest size, as Fyne does before it
// paints a frame, and counts them.
func walk(o fyne.CanvasObject) (objects int) {
	if !o.Visible() {
		return 0
	}
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, child := range children {
		objects += walk(child)
	}
	o.MinSize()
	return objects + 1
}

func openTranscript(tb testing.TB, mode string, entries []Entry) (*Transcript, fyne.Window) {
	app := test.NewTempApp(tb)
	app.Settings().SetTheme(NewTheme(mode, 1))
	t := NewTranscript()
	window := test.NewTempWindow(tb, t)
	window.SetPadded(false)
	window.Resize(fyne.NewSize(1020, 680))
	t.SetEntries(entries)
	return t, window
}

// stream delivers the tokens frame by frame and returns how long each frame took.
func stream(t *Transcript, tokens []string, frame func()) []time.Duration {
	var took []time.Duration
	for sent, i := 0, 1; sent < len(tokens); i++ {
		due := min(len(tokens), i*tokensPerSecond/framesPerSecond)
		if due == sent {
			continue
		}
		start := time.Now()
		t.Append(1<<40, strings.Join(tokens[sent:due], ""))
		frame()
		took = append(took, time.Since(start))
		sent = due
	}
	return took
}

func benchmarkStreaming(b *testing.B, before int, tokens []string, paint bool) {
	var took []time.Duration
	for b.Loop() {
		t, window := openTranscript(b, "light", conversation(before))
		frame := func() { walk(t) }
		if paint {
			frame = func() { walk(t); window.Canvas().Capture() }
		}
		took = append(took, stream(t, tokens, frame)...)
	}
	slices.Sort(took)
	report := func(at float64, name string) {
		b.ReportMetric(float64(took[int(at*float64(len(took)-1))].Microseconds())/1000, name)
	}
	report(0.5, "ms/p50")
	report(0.99, "ms/p99")
	report(1, "ms/max")
}

func BenchmarkStreamInto1000Messages(b *testing.B) {
	benchmarkStreaming(b, 1000, proseTokens(600), false)
}

func BenchmarkStream10000Tokens(b *testing.B) {
	benchmarkStreaming(b, 10, proseTokens(10000), false)
}

func BenchmarkStream10000TokensOfCode(b *testing.B) {
	benchmarkStreaming(b, 10, codeTokens(10000), false)
}

func BenchmarkStream10000TokensInOneParagraph(b *testing.B) {
	benchmarkStreaming(b, 10, paragraphTokens(10000), false)
}

func BenchmarkPaintInto1000Messages(b *testing.B) {
	benchmarkStreaming(b, 1000, proseTokens(120), true)
}

// BenchmarkOpen1000Messages is the time until a long conversation is on screen.
func BenchmarkOpen1000Messages(b *testing.B) {
	t, _ := openTranscript(b, "light", nil)
	entries := conversation(1000)
	for b.Loop() {
		t.SetEntries(entries)
		walk(t)
	}
}

// BenchmarkScroll turns the wheel through a long conversation.
func BenchmarkScroll(b *testing.B) {
	t, _ := openTranscript(b, "light", conversation(1000))
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		t.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 60)})
		walk(t)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
}
