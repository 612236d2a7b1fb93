package ui

import (
	"regexp"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine"
)

func TestStatusTexts(t *testing.T) {
	info := engine.Info{Name: "Beyonder-4x7B-v2", Quantization: "Q4_K_M", Device: "CPU (AVX-512)", DeviceReason: "no OpenGL 4.3"}
	loading := loadingActivity("a.gguf", engine.Progress{Stage: "reading weights", Done: 3_200_000_000, Total: 12_800_000_000}, 10*time.Second)
	unknown := loadingActivity("a.gguf", engine.Progress{}, 0)
	reading := readingActivity(readSoFar{Reading: engine.Reading{Done: 1024, Total: 4096}, spent: 10 * time.Second}, time.Time{})
	for want, got := range map[string]string{
		"Beyonder-4x7B-v2 · Q4_K_M · CPU (AVX-512): no OpenGL 4.3":            modelTexts(info)[0],
		"Loading a.gguf: reading weights, 3.2 GB of 12.8 GB, 25 %, 30 s left": loading.text,
		"Loading a.gguf": unknown.text,
		"Reading the conversation: 1,024 of 4,096 tokens, 25 %, 30 s left": reading.text,
		"Loading, 25 %, 30 s left": loading.short, "Reading, 25 %, 30 s left": reading.short,
		"1,234 of 8,192 tokens · 12.3 tokens/s · first after 0.8 s": figures{1234, 8192, 12.34, 0.8}.String(),
		"":                  figures{}.String(),
		"0 of 8,192 tokens": figures{size: 8192}.String(),
		"2,412 tokens/s":    figures{tokensPerSecond: 2412.18}.String(),
	} {
		if got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	if loading.fraction != 0.25 || reading.fraction != 0.25 || unknown.fraction >= 0 {
		t.Errorf("fractions %v, %v, %v", loading.fraction, reading.fraction, unknown.fraction)
	}
}

// The figures of a reply are those of the model that wrote it.
func TestFiguresOfAnotherModelAreNotShown(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	if r.status.figures.used == 0 {
		t.Fatalf("the status line shows %q", r.status.figures)
	}
	r.engine.Model.Hash = "another"
	r.load(modelFile(t, "other.gguf"), false, nil)
	r.idle()
	if got := r.status.figures.String(); got != "" {
		t.Errorf("the status line shows %q", got)
	}
	r.say("hello again")
	if r.status.figures.used == 0 {
		t.Errorf("the status line shows %q", r.status.figures)
	}
	r.unload()
	if got := r.status.figures.String(); got != "" {
		t.Errorf("without a model the status line shows %q", got)
	}
}

func TestALongStatusLosesTheReasonFirst(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	status := NewStatusLine()
	w := test.NewTempWindow(t, status)
	w.SetPadded(false)
	status.SetModel(modelTexts(engine.Info{Name: "Beyonder-4x7B-v2", Quantization: "Q4_K_M", Device: "CPU (AVX-512)", DeviceReason: "no graphics engine in this version"})...)
	status.SetFigures(figures{1234, 8192, 12.3, 0.8})
	for width, want := range map[float32]string{
		900: "Beyonder-4x7B-v2 · Q4_K_M · CPU (AVX-512): no graphics engine in this version",
		640: "Beyonder-4x7B-v2 · Q4_K_M · CPU (AVX-512)",
		560: "Beyonder-4x7B-v2 · CPU (AVX-512)",
		420: "CPU (AVX-512)",
	} {
		w.Resize(fyne.NewSize(width, 30))
		if status.left.text != want {
			t.Errorf("at %v: %q, want %q", width, status.left.text, want)
		}
	}
}

func TestReplyDetails(t *testing.T) {
	done := engine.Done{Reason: engine.StopEnd, NewTokens: 211, WriteSeconds: 21, FirstSeconds: 0.8, ContextUsed: 300, ContextSize: 8192}
	cut := done
	cut.Reason = engine.StopLength
	one := engine.Done{Reason: engine.StopEnd, NewTokens: 1}
	for want, got := range map[string]string{
		"211 tokens · 10.0 tokens/s · first after 0.8 s":                                          replyDetail(app.Reply{Done: done}),
		"211 tokens · 10.0 tokens/s · first after 0.8 s · ended at the longest reply that is set": replyDetail(app.Reply{Done: cut}),
		"1 token": replyDetail(app.Reply{Done: one}),
		"":        replyDetail(app.Reply{}),
	} {
		if got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestPaceMeasuresWhatItSees(t *testing.T) {
	var p pace
	begin := time.Now()
	p.begin(begin)
	p.read(engine.Reading{Done: 90, Total: 90, Reused: 10}, begin)
	p.tokens(1, 1.9, begin.Add(2*time.Second))
	p.tokens(20, 0, begin.Add(4*time.Second))
	f := p.figures(4096)
	if f.used != 121 || f.firstSeconds != 1.9 || f.tokensPerSecond != 10 {
		t.Errorf("measured %+v", f)
	}
	if !p.due(begin.Add(4*time.Second)) || p.due(begin.Add(4*time.Second+paceTime/2)) {
		t.Error("the figures change too often or never")
	}
}

func TestStatusLineAndCardAsMarkup(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	status := NewStatusLine()
	w := test.NewTempWindow(t, status)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(760, 30))
	status.SetModel("Tiny Mixtral · Q4_K_M · CPU (AVX2)")
	status.SetFigures(figures{1234, 8192, 12.3, 0.8})
	test.AssertRendersToMarkup(t, "status-idle.xml", w.Canvas())
	status.SetActivity(activity{"Reading the conversation: 1,024 of 4,096 tokens", "Reading", 0.25})
	test.AssertRendersToMarkup(t, "status-reading.xml", w.Canvas())

	c := newCard(memorySentence(&engine.MemoryError{Path: "mixtral.gguf", NeedBytes: 49_600_000_000, FreeBytes: 9_200_000_000}),
		theme.ColorNameWarning, func() {}, action{"Choose another", true, nil}, action{"Load anyway", false, nil})
	w.SetContent(c)
	w.Resize(fyne.NewSize(792, 200))
	c.Resize(fyne.NewSize(792, c.MinSize().Height))
	test.AssertRendersToMarkup(t, "card-memory.xml", w.Canvas())
}

// Between two batches the time left goes on, and does not run ahead of the work: what
// comes after the batch under way is still to be done.
func TestTimeLeftGoesOnBetweenBatches(t *testing.T) {
	var p pace
	begun := time.Now()
	at := func(s int) time.Time { return begun.Add(time.Duration(s) * time.Second) }
	p.read(engine.Reading{Done: 0, Total: 508}, at(0))
	if got := p.reading.left(at(5)); got != "" {
		t.Errorf("%q left before anything was read", got)
	}
	p.read(engine.Reading{Done: 128, Total: 508, Seconds: 20}, at(20))
	p.read(engine.Reading{Done: 256, Total: 508, Seconds: 40}, at(40))
	for after, want := range map[int]string{0: "39 s left", 10: "29 s left", 20: "19 s left", 40: "26 s left"} {
		if got := p.reading.left(at(40 + after)); got != want {
			t.Errorf("%d s after the second batch: %q, want %q", after, got, want)
		}
	}
	p.read(engine.Reading{Done: 384, Total: 508, Seconds: 60}, at(60))
	if got := p.reading.left(at(80)); got != "" {
		t.Errorf("in the last batch, which takes longer than the others: %q", got)
	}
	p.read(engine.Reading{Done: 0, Total: 100}, at(90))
	p.read(engine.Reading{Done: 50, Total: 100, Seconds: 10}, at(100))
	if p.reading.step != 50 {
		t.Errorf("another reading's batch is taken for one of %d tokens", p.reading.step)
	}
}

// The window shows it while the engine says nothing.
func TestReadingIsShownAnew(t *testing.T) {
	r := newRig(t, "Yes.")
	j := &job{conversation: r.current}
	r.job = j
	j.pace.read(engine.Reading{Done: 0, Total: 400}, time.Now()) // heard of late
	j.pace.read(engine.Reading{Done: 100, Total: 400, Seconds: 20}, time.Now())
	r.showReading(j)
	first := r.status.activity.text
	r.until("another time left", func() bool { return r.status.activity.text != first })
	if first != "Reading the conversation: 100 of 400 tokens, 25 %, 1 min 0 s left" || !regexp.MustCompile(`: 100 of 400 tokens, 25 %, 5\d s left$`).MatchString(r.status.activity.text) {
		t.Errorf("first %q, then %q", first, r.status.activity.text)
	}
	r.job = nil
}

// The last words of a reply come in one batch with its end: what was measured
// here must not take the place of the engine's own figures.
func TestTheFiguresOfAFinishedReplyAreTheEngines(t *testing.T) {
	r := newRig(t, "one", "two", "three")
	r.say("count")
	m := r.messages[len(r.messages)-1]
	want := doneFigures(m.Reply.Done).String()
	if got := r.status.right.text; got != want {
		t.Errorf("after a reply it says %q, not %q", got, want)
	}
	j := &job{conversation: r.current, reply: m.ID, cancel: func() {}}
	j.pace.begin(time.Now().Add(-time.Minute))
	r.job = j
	r.deliver(j, []app.Event{{Text: "three", Tokens: make([]engine.Token, 2)}, {Finished: &m}})
	r.storing = nil
	if got := r.status.right.text; got != want {
		t.Errorf("after a reply that ended with its last words it says %q, not %q", got, want)
	}
}
