package app_test

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

func TestSend(t *testing.T) {
	b := fast(t, 20)
	id := b.conversation()
	r := b.send(id, "What is a router?")
	if r.err != nil || r.kinds != "user started text finished" {
		t.Fatalf("the events are %q (%v)", r.kinds, r.err)
	}
	if r.text != b.engine.Text() || r.finished.Text != r.text || r.finished.State != app.Complete {
		t.Errorf("streamed %q, finished as %+v", r.text, r.finished)
	}
	if r.user.Text != "What is a router?" || r.user.Role != prompt.User || r.started.State != app.Streaming || r.started.Parent != r.user.ID {
		t.Errorf("the user's message is %+v, the reply %+v", r.user, r.started)
	}
	path := b.messages(id)
	if len(path) != 2 || path[0].Text != r.user.Text || path[1].Text != r.text || path[1].State != app.Complete {
		t.Errorf("the conversation is %+v", path)
	}
	if got, want := b.traced.String(), "reply-started piece reply-finished reply-stored"; got != want {
		t.Errorf("traced %q, want %q", got, want)
	}
}

// A path is read first and shown then; a reply that ends in between is shown as it
// has ended, not as one that goes on for ever.
func TestAReplyThatEndsWhileItIsRead(t *testing.T) {
	b := fast(t, 20)
	id := b.conversation()
	var shown func() app.Message
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if e.Text != "" && shown == nil {
			var err error
			shown, err = b.Read(id, b.messages(id)[1].ID)
			check(t, err)
		}
	}
	if m := shown(); m.State != app.Complete || m.Text != b.engine.Text() {
		t.Errorf("what was read of a growing reply is shown as %q, %s", m.Text, m.State)
	}
}

// onlooker is an engine that looks at the conversation before it answers.
type onlooker struct {
	*apptest.Engine
	look func()
}

func (o onlooker) Info() (engine.Info, bool) {
	o.look()
	return o.Engine.Info()
}

func TestMessageIsStoredBeforeTheEngineHearsOfIt(t *testing.T) {
	var a *app.App
	var id app.ID
	seen := ""
	look := func() {
		if seen == "" && a != nil {
			if path, err := a.Messages(id); err == nil && len(path) > 0 {
				seen = path[0].Text
			} else {
				seen = "nothing"
			}
		}
	}
	a, err := app.Open(app.Options{Dir: t.TempDir(), Engine: onlooker{apptest.New(words(3), 0), look}})
	check(t, err)
	defer a.Close()
	c, err := a.NewConversation()
	check(t, err)
	id = c.ID
	follow(a.Send(context.Background(), id, "hello"))
	if seen != "hello" {
		t.Errorf("when the engine was asked for the first time the conversation had %s", seen)
	}
}

func TestReplyRecord(t *testing.T) {
	b := fast(t, 6)
	s := b.Settings()
	s.Sampling.Temperature = 1.25
	check(t, b.SetSettings(s))
	id := b.conversation()
	b.send(id, "x")
	got := b.messages(id)[1].Reply
	if got == nil || got.Model != "Tiny Mixtral" || got.ModelHash != "00c0ffee" || got.Template != "the file's own" || !strings.HasPrefix(got.Device, "CPU") {
		t.Fatalf("the record is %+v", got)
	}
	if got.Settings.Temperature != 1.25 || got.Settings.Seed != -1 || got.Done.Sampling.Temperature != 1.25 {
		t.Errorf("the settings in it are %+v", got.Settings)
	}
	if got.Done.Reason != engine.StopEnd || got.Done.NewTokens != 6 || got.Done.Seed < 0 || got.Done.Seed != b.engine.Requests()[0].Sampling.Seed {
		t.Errorf("the end in it is %+v", got.Done)
	}
}

// tardy is an engine that takes its time before it hears of a request.
type tardy struct {
	*apptest.Engine
	late time.Duration
}

func (e tardy) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		time.Sleep(e.late)
		e.Engine.Reply(ctx, r)(yield)
	}
}

// There is one figure for how long the first token was waited for, from the asking:
// it comes with that token and is kept with the reply, stopped or not. The engine,
// which does not know what was before its request, has another.
func TestOneFigureForTheFirstToken(t *testing.T) {
	const late = 60 * time.Millisecond
	a, err := app.Open(app.Options{Dir: t.TempDir(), Engine: tardy{apptest.New(words(4), time.Millisecond), late}})
	check(t, err)
	defer a.Close()
	c, err := a.NewConversation()
	check(t, err)
	for _, stop := range []bool{false, true} {
		var told []float64
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for e, err := range a.Send(ctx, c.ID, "hello") {
			check(t, err)
			if e.First > 0 {
				told = append(told, e.First)
			}
			if stop && e.Text != "" {
				cancel()
			}
		}
		m, err := a.Messages(c.ID)
		check(t, err)
		kept := m[len(m)-1].Reply.Done.FirstSeconds
		if len(told) != 1 || told[0] != kept || kept < late.Seconds() {
			t.Errorf("stopped %v: told %v, kept %v, at least %v went by", stop, told, kept, late)
		}
	}
}

func TestTheSeedIsKeptOrDrawn(t *testing.T) {
	b := fast(t, 1)
	id := b.conversation()
	b.send(id, "x")
	b.send(id, "y")
	s := b.inForce(id).Sampling
	s.Settings.Seed = 42
	check(t, b.SetSampling(id, s))
	b.send(id, "z")
	r := b.engine.Requests()
	if r[0].Sampling.Seed == r[1].Sampling.Seed || r[2].Sampling.Seed != 42 {
		t.Errorf("the seeds are %d, %d and %d", r[0].Sampling.Seed, r[1].Sampling.Seed, r[2].Sampling.Seed)
	}
}

func TestStop(t *testing.T) {
	for _, when := range []string{"reading", "writing", "silent"} {
		t.Run(when, func(t *testing.T) {
			b := slow(t, 1000, 5*time.Millisecond)
			switch when {
			case "reading":
				b.engine.Prompt, b.engine.Pace = 4000, time.Minute
			case "silent":
				b.engine.Hang, b.engine.HangAt = true, 3
			}
			id := b.conversation()
			slack := watchStalls(t, t.TempDir())
			ctx, cancel := context.WithCancel(context.Background())
			var stopped time.Time
			time.AfterFunc(150*time.Millisecond, func() { stopped = time.Now(); cancel() })
			r := follow(b.Send(ctx, id, "x"))
			if took := time.Since(stopped); took > 100*time.Millisecond+slack.Allowance() {
				t.Errorf("it took %v to stop, want at most 100 ms (and %v for the disk)", took, slack.Allowance())
			}
			if r.err != nil || r.finished == nil || r.finished.State != app.Stopped || r.finished.Text != r.text {
				t.Fatalf("stopped it is %+v (%v)", r.finished, r.err)
			}
			if text, state := b.onDisk(id, r.finished.ID); text != r.text || state != app.Stopped {
				t.Errorf("on disk it is %q, %s", text, state)
			}
			if got := r.finished.Reply.Done; got.Reason != engine.StopCancelled || got.NewTokens != len(strings.Fields(r.text)) {
				t.Errorf("its figures are %+v for %q", got, r.text)
			}
		})
	}
}

func TestBreak(t *testing.T) {
	for _, at := range []string{"user", "started", "text", "finished"} {
		t.Run(at, func(t *testing.T) {
			b := fast(t, 8)
			id := b.conversation()
			var seen answer
			for e, err := range b.Send(context.Background(), id, "x") {
				check(t, err)
				if seen.take(e); strings.HasSuffix(seen.kinds, at) {
					break
				}
			}
			path := b.messages(id)
			if at == "user" {
				if len(path) != 1 {
					t.Errorf("the conversation is %+v", path)
				}
				return
			}
			want := app.Stopped
			if at == "finished" {
				want = app.Complete
			}
			if len(path) != 2 || path[1].Text != seen.text || path[1].State != want {
				t.Errorf("the conversation is %+v, seen was %q", path, seen.text)
			}
			if r := b.send(id, "next"); r.err != nil {
				t.Errorf("the next message gave %v", r.err)
			}
		})
	}
}

func TestConsumerThatPanics(t *testing.T) {
	b := fast(t, 8)
	id := b.conversation()
	func() {
		defer func() { recover() }()
		for e := range b.Send(context.Background(), id, "x") {
			if e.Text != "" {
				panic("consumer")
			}
		}
	}()
	path := b.messages(id)
	if len(path) != 2 || path[1].State != app.Interrupted || path[1].Text != "all" {
		t.Errorf("the conversation is %+v", path)
	}
	if r := b.send(id, "next"); r.err != nil {
		t.Errorf("the next message gave %v", r.err)
	}
}

func TestFailure(t *testing.T) {
	broken := errors.New("the weights went up in smoke")
	gone := &engine.LostError{Cause: "it was killed (signal 9)"}
	for _, test := range []struct {
		fail  error
		at    int
		state app.State
		trace string
	}{
		{broken, 3, app.Failed, "reply-started piece reply-finished reply-stored"},
		{broken, 0, app.Failed, "reply-started reply-finished reply-stored"},
		{gone, 3, app.Interrupted, "reply-started piece engine-lost reply-finished reply-stored"},
	} {
		b := fast(t, 8)
		b.engine.Fail, b.engine.FailAt = test.fail, test.at
		id := b.conversation()
		r := b.send(id, "x")
		if !errors.Is(r.err, test.fail) || !strings.HasSuffix(r.kinds, "finished error") {
			t.Errorf("%v: the events are %q (%v)", test.fail, r.kinds, r.err)
		}
		m := b.messages(id)[1]
		if want := strings.Join(words(test.at), " "); m.Text != want || m.State != test.state || m.Error != test.fail.Error() {
			t.Errorf("%v: it is kept as %+v", test.fail, m)
		}
		if got := b.traced.String(); got != test.trace {
			t.Errorf("%v: traced %q, want %q", test.fail, got, test.trace)
		}
	}
}

func TestNextMessageAfterTheEngineWasLost(t *testing.T) {
	b := fast(t, 8)
	path := filepath.Join(b.dir, "m.gguf")
	for _, err := range b.Load(context.Background(), path, true) {
		check(t, err)
	}
	id := b.conversation()
	b.engine.Fail, b.engine.FailAt = &engine.LostError{Cause: "killed"}, 4
	b.send(id, "x")
	b.engine.Fail = nil
	r := b.send(id, "y")
	if r.err != nil || r.kinds != "user loading started text finished" {
		t.Errorf("the events are %q (%v)", r.kinds, r.err)
	}
	if loads := b.engine.Loads(); len(loads) != 2 || loads[1].Path != path || !loads[1].Force {
		t.Errorf("the loads are %+v", loads)
	}
}

// A reply whose graphics card is lost goes on where it was, with a sentence, after
// the model has been loaded again.
func TestReplyOutlivesItsCard(t *testing.T) {
	for _, at := range []int{0, 4} {
		b := fast(t, 8)
		path := filepath.Join(b.dir, "m.gguf")
		for _, err := range b.Load(context.Background(), path, false) {
			check(t, err)
		}
		id := b.conversation()
		b.engine.Fail, b.engine.FailAt, b.engine.FailTimes = &engine.LostError{Cause: "the driver reset it", Card: true}, at, 1
		r := b.send(id, "x")
		if r.err != nil || !strings.Contains(r.kinds, "loading notice") {
			t.Fatalf("lost at word %d: the events are %q (%v)", at, r.kinds, r.err)
		}
		m := b.messages(id)[1]
		if m.State != app.Complete || len(m.Reply.Notices) != 1 || m.Reply.Notices[0].Kind != app.NoticeCard || !strings.Contains(m.Reply.Notices[0].Text, "the driver reset it") {
			t.Errorf("lost at word %d: kept as %+v, %+v", at, m, m.Reply)
		}
		requests := b.engine.Requests()
		last := requests[len(requests)-1]
		if len(requests) != 2 || last.Continue != (at > 0) {
			t.Fatalf("lost at word %d: the requests are %+v", at, requests)
		}
		if begun := last.Messages[len(last.Messages)-1]; at > 0 && (begun.Role != "assistant" || !strings.HasPrefix(m.Text, begun.Content) || begun.Content == "") {
			t.Errorf("the reply goes on after %+v; it is %q", begun, m.Text)
		}
	}
}

// A card that is lost every time ends the reply, after the last try.
func TestCardIsLostEveryTime(t *testing.T) {
	b := fast(t, 8)
	for _, err := range b.Load(context.Background(), filepath.Join(b.dir, "m.gguf"), false) {
		check(t, err)
	}
	b.engine.Fail, b.engine.FailAt = &engine.LostError{Cause: "the driver reset it", Card: true}, 2
	r := b.send(b.conversation(), "x")
	if r.err == nil || len(b.engine.Requests()) != 3 {
		t.Errorf("after %d requests: %q (%v)", len(b.engine.Requests()), r.kinds, r.err)
	}
}

// endless ends without a Done, which no engine should.
type endless struct{ *apptest.Engine }

func (e endless) Reply(ctx context.Context, r engine.Request) iter.Seq2[engine.Piece, error] {
	return func(yield func(engine.Piece, error) bool) {
		for p, err := range e.Engine.Reply(ctx, r) {
			if p.Done != nil || !yield(p, err) {
				return
			}
		}
	}
}

func TestEngineThatEndsWithoutAReason(t *testing.T) {
	a, err := app.Open(app.Options{Dir: t.TempDir(), Engine: endless{apptest.New(words(3), 0)}})
	check(t, err)
	defer a.Close()
	c, err := a.NewConversation()
	check(t, err)
	r := follow(a.Send(context.Background(), c.ID, "x"))
	if r.err == nil || r.finished.State != app.Failed || r.finished.Text != r.text {
		t.Errorf("it finished as %+v (%v)", r.finished, r.err)
	}
}

func TestOneReplyAtATime(t *testing.T) {
	b := slow(t, 100, time.Millisecond)
	id, other := b.conversation(), b.conversation()
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if e.Text == "" {
			continue
		}
		if r := b.send(other, "y"); !errors.Is(r.err, app.ErrBusy) || len(b.messages(other)) != 0 {
			t.Errorf("a second Send gave %v", r.err)
		}
		for _, err := range b.Load(context.Background(), "m.gguf", false) {
			if !errors.Is(err, app.ErrBusy) {
				t.Errorf("Load gave %v", err)
			}
		}
		if err := b.Unload(); !errors.Is(err, app.ErrBusy) {
			t.Errorf("Unload gave %v", err)
		}
		break
	}
	if r := b.send(other, "y"); r.err != nil {
		t.Errorf("afterwards Send gave %v", r.err)
	}
}

// Who is told of the end may send the next message before the iterator returns.
func TestSendFromTheEndOfAnother(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	var next answer
	for e, err := range b.Send(context.Background(), id, "x") {
		check(t, err)
		if e.Finished != nil {
			next = b.send(id, "y")
		}
	}
	if next.err != nil || len(b.messages(id)) != 4 {
		t.Errorf("the second message gave %v", next.err)
	}
}

func TestAnswerIsSingleUse(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	events := b.Send(context.Background(), id, "x")
	follow(events)
	if r := follow(events); r.err == nil || len(b.messages(id)) != 2 {
		t.Errorf("ranged over again it gave %v and %d messages", r.err, len(b.messages(id)))
	}
}

func TestNothingToSend(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	for _, text := range []string{"", " \n\t"} {
		if r := b.send(id, text); !errors.Is(r.err, app.ErrEmpty) || len(b.messages(id)) != 0 {
			t.Errorf("%q gave %v", text, r.err)
		}
	}
	if r := b.send(99, "x"); !errors.Is(r.err, app.ErrNotFound) {
		t.Errorf("a conversation that is not there gave %v", r.err)
	}
}

func TestNoModel(t *testing.T) {
	b := fast(t, 3)
	check(t, b.engine.Unload())
	id := b.conversation()
	r := b.send(id, "x")
	if !errors.Is(r.err, app.ErrNoModel) || r.kinds != "user error" || len(b.messages(id)) != 1 {
		t.Fatalf("the events are %q (%v)", r.kinds, r.err)
	}
	for _, err := range b.Load(context.Background(), "m.gguf", false) {
		check(t, err)
	}
	r = follow(b.Regenerate(context.Background(), id, r.user.ID)) // now answer it
	if r.err != nil || r.kinds != "started text finished" || len(b.messages(id)) != 2 {
		t.Errorf("the events are %q (%v)", r.kinds, r.err)
	}
}

func TestLastModelIsLoadedFirst(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, apptest.New(words(3), 0))
	for _, err := range b.Load(context.Background(), "/m/last.gguf", false) {
		check(t, err)
	}
	check(t, b.Close())
	b = open(t, dir, b.engine) // Close has unloaded it
	r := b.send(b.conversation(), "x")
	if r.err != nil || r.kinds != "user loading started text finished" || b.engine.Loads()[1].Path != "/m/last.gguf" {
		t.Errorf("the events are %q (%v)", r.kinds, r.err)
	}
}

func TestStopWhileLoading(t *testing.T) {
	b := fast(t, 3)
	for _, err := range b.Load(context.Background(), "/m/last.gguf", false) {
		check(t, err)
	}
	check(t, b.Unload())
	b.engine.Pace = time.Minute
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	id := b.conversation()
	if r := follow(b.Send(ctx, id, "x")); r.err != nil || r.kinds != "user" || len(b.messages(id)) != 1 {
		t.Errorf("the events are %q (%v)", r.kinds, r.err)
	}
}

func TestLoadThatFails(t *testing.T) {
	b := fast(t, 3)
	for _, err := range b.Load(context.Background(), "/m/last.gguf", false) {
		check(t, err)
	}
	check(t, b.Unload())
	b.engine.LoadError = &engine.MemoryError{Path: "/m/last.gguf", NeedBytes: 14e9, FreeBytes: 9e9}
	id := b.conversation()
	var memory *engine.MemoryError
	if r := b.send(id, "x"); !errors.As(r.err, &memory) || len(b.messages(id)) != 1 {
		t.Errorf("the events are %q (%v)", r.kinds, r.err)
	}
}

func TestNoticesAndReadingArePassedOn(t *testing.T) {
	b := fast(t, 8)
	b.engine.Prompt = 100
	b.engine.Notice = &engine.Notice{Kind: "rolled", Dropped: 2}
	id := b.conversation()
	r := b.send(id, "x")
	if r.kinds != "user started reading notice text finished" {
		t.Errorf("the events are %q", r.kinds)
	}
	if got := b.messages(id)[1].Reply.Notices; len(got) != 1 || got[0].Dropped != 2 {
		t.Errorf("the notices that are kept are %+v", got)
	}
}

func TestSystemPromptAndPolicy(t *testing.T) {
	b := fast(t, 8)
	s := b.Settings()
	s.Policy = engine.RollWhenFull
	check(t, b.SetSettings(s))
	id := b.conversation()
	check(t, b.SetSystem(id, "be brief"))
	b.send(id, "x")
	q := b.engine.Requests()[0]
	if len(q.Messages) != 2 || q.Messages[0] != (prompt.Message{Role: prompt.System, Content: "be brief"}) || q.Policy != engine.RollWhenFull {
		t.Errorf("the engine was asked for %+v", q)
	}
}
