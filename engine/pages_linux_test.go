package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// copied loads a model with its weights copied.
func copied(t *testing.T, o LoadOptions) *Local {
	t.Helper()
	t.Setenv(envPages, "copy")
	return start(t, o)
}

// Weights that were copied give the same logits to the bit, and need the file no more.
func TestCopiedWeights(t *testing.T) {
	tokens := []int32{1, 90, 91, 500, 17, 300}
	for _, exact := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "model.gguf")
		b, err := os.ReadFile(tinyModel)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		o := LoadOptions{Path: path, Device: "cpu", Context: 16, Exact: exact}
		t.Setenv(envPages, "keep")
		want := logits(t, o, tokens)
		l := copied(t, o)
		info, _ := l.Info()
		if p := info.Pages; p.Copied < info.FileBytes || p.Bytes != p.Copied || !strings.HasPrefix(p.String(), "copied, ") {
			t.Errorf("of %d bytes: %v (%+v)", info.FileBytes, p, p)
		}
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		i := 0
		for row, err := range l.Logits(context.Background(), tokens) {
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(row, want[i]) {
				t.Errorf("position %d has other logits", i)
			}
			i++
		}
	}
}

// Copying can be stopped, and then nothing is loaded.
func TestCopyingIsStopped(t *testing.T) {
	t.Setenv(envPages, "copy")
	for _, way := range []string{"break", "context"} {
		l := NewLocal()
		ctx, stop := context.WithCancel(context.Background())
		seen, last := false, error(nil)
		for p, err := range l.Load(ctx, LoadOptions{Path: tinyModel, Device: "cpu", Context: 16}) {
			last = err
			if p.Stage != StageCopy {
				continue
			}
			seen = true
			if p.Total <= 0 || p.Done <= 0 || p.Done > p.Total {
				t.Errorf("progress %+v", p)
			}
			if way == "break" {
				break
			}
			stop()
		}
		if _, loaded := l.Info(); !seen || loaded || way == "context" && !errors.Is(last, context.Canceled) {
			t.Errorf("%s: copying seen %v, loaded %v, error %v", way, seen, loaded, last)
		}
		stop()
		l.Close()
	}
}

// large is a copy of the tiny model in a file of 64 MB, most of which it does not use.
func large(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "large.gguf")
	b, err := os.ReadFile(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, b, 0o600), os.Truncate(path, 64<<20)); err != nil {
		t.Fatal(err)
	}
	return path
}

// The policy decides whether weights are copied while nothing is asked, and replies
// that are asked for meanwhile are the same.
func TestSettle(t *testing.T) {
	t.Setenv(envPages, "keep") // this test does it itself
	path := large(t)
	for _, test := range []struct {
		name string
		when policy
		want error
	}{
		{"all of it", policy{always: true}, nil},
		{"whatever is gained", policy{trial: 1, gain: 1e-9}, nil},
		{"an impossible gain", policy{trial: 1, gain: 1e9}, errNoGain},
		{"too little memory", policy{trial: 1, gain: 1e-9, spare: 1 << 60}, errNoRoom},
		{"a trial larger than the file", policy{trial: 1 << 30, gain: 1e-9}, errNoGain},
		{"more small pages than there are", policy{from: 1 << 40}, nil},
	} {
		l := start(t, LoadOptions{Path: path, Device: "cpu", Context: 64})
		m := l.current()
		if test.when.trial > 0 && strings.Contains(m.info.Device, "portable") {
			t.Logf("SKIPPED: %s: in portable Go nothing is gained by faster reading", test.name)
			continue
		}
		m.settled = make(chan struct{})
		want := ask(t, l, Request{Prompt: "x", Sampling: settings(1, 8)}).text
		go l.settle(m, test.when)
		for range 5 {
			if got := ask(t, l, Request{Prompt: "x", Sampling: settings(1, 8)}).text; got != want {
				t.Errorf("%s: %q, before %q", test.name, got, want)
			}
		}
		if err := l.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		info, _ := l.Info()
		p := info.Pages
		reason := ""
		if test.want != nil {
			reason = test.want.Error()
		}
		t.Logf("%s: %v", test.name, p)
		all := p.Copied >= 64<<20
		if wanted := test.want == nil && test.when.from == 0; all != wanted || p.Reason != reason {
			t.Errorf("%s: %v", test.name, p)
		}
	}
}

// A model that is replaced while its weights are copied is left alone at once.
func TestSettleEndsWithTheModel(t *testing.T) {
	t.Setenv(envPages, "keep")
	l := start(t, LoadOptions{Path: large(t), Device: "cpu", Context: 16})
	m := l.current()
	m.settled = make(chan struct{})
	l.busy.Lock()
	go l.settle(m, policy{always: true})
	l.replace(nil)
	l.busy.Unlock()
	<-m.settled
	if err := l.Settle(context.Background()); !errors.Is(err, ErrNoModel) {
		t.Errorf("%v", err)
	}
}

// A file that is shortened while its weights are copied: loading says so in a sentence.
func TestCopyingAShortenedFile(t *testing.T) {
	t.Setenv(envPages, "copy")
	path := large(t)
	l := NewLocal()
	defer l.Close()
	var last error
	for p, err := range l.Load(context.Background(), LoadOptions{Path: path, Device: "cpu", Context: 16}) {
		if last = err; p.Stage == StageCopy && p.Done < 32<<20 {
			if err := os.Truncate(path, 40<<20); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, loaded := l.Info(); loaded || last == nil || last.Error() != "large.gguf can no longer be read: it was shortened or its disk failed; load the model again" {
		t.Errorf("loaded %v, error %v", loaded, last)
	}
}
