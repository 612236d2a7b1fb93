package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
)

func TestPassphrase(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "a secret")
	s := b.Settings()
	s.Theme = "dark"
	check(t, b.SetSettings(s))
	check(t, b.SetPassphrase("", "x"))
	if copies, err := b.Copies(); err != nil || len(copies) != 1 {
		t.Errorf("the copies from before are deleted, and there are %v (%v)", copies, err)
	}
	check(t, b.Close())

	again := open(t, b.dir, apptest.New(words(3), 0))
	if !again.Locked() || again.Settings().Theme != "system" || len(again.Warnings()) > 0 {
		t.Errorf("locked, its settings are %+v and it warns of %q", again.Settings(), again.Warnings())
	}
	if _, err := again.Conversations(); !errors.Is(err, app.ErrLocked) {
		t.Errorf("locked, Conversations returned %v", err)
	}
	if err := again.Unlock("y"); !errors.Is(err, app.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	check(t, again.Unlock("x"))
	if again.Settings().Theme != "dark" || len(again.messages(id)) != 2 {
		t.Errorf("unlocked, its settings are %+v", again.Settings())
	}
}

// System prompts as the engine has read them are in plain: with a passphrase none
// are kept, and those that a killed program could not take away go at the start.
func TestNoPromptsBesideAPassphrase(t *testing.T) {
	b := fast(t, 1)
	prompts := filepath.Join(b.dir, "cache", "prompts")
	leave := func() {
		check(t, os.MkdirAll(prompts, 0o700))
		check(t, os.WriteFile(filepath.Join(prompts, "a.kv"), []byte("a secret"), 0o600))
	}
	leave()
	check(t, b.Close())
	b = open(t, b.dir, apptest.New(words(1), 0))
	if _, err := os.Stat(prompts); err != nil {
		t.Errorf("without a passphrase they are gone: %v", err)
	}
	check(t, b.SetPassphrase("", "x"))
	if _, err := os.Stat(prompts); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("with a passphrase they are there (%v)", err)
	}
	leave()
	check(t, b.Close())
	open(t, b.dir, apptest.New(words(1), 0))
	if _, err := os.Stat(prompts); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed program left is there (%v)", err)
	}
}

func TestRestoreCopy(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "kept")
	if copies, err := b.Copies(); err != nil || len(copies) != 0 {
		t.Fatalf("there are %+v (%v)", copies, err)
	}
	other := b.conversation()
	b.KeepCopies(func(err error) { t.Error(err) })
	check(t, b.RestoreCopy("../store/testdata/v2.db"))
	if list, _ := b.Conversations(); len(list) != 1 || list[0].Title != "What is a mixture" {
		t.Errorf("restored are %+v", list)
	}
	copies, err := b.Copies()
	check(t, err)
	check(t, b.RestoreCopy(copies[0].Path)) // what there was before
	if _, err := b.Conversation(other); err != nil || len(b.messages(id)) != 2 {
		t.Errorf("what there was before is not back: %v", err)
	}
}

// The window goes on while conversations are unlocked or a copy is restored, and
// looks at settings all the time. (The race detector is the judge.)
func TestSettingsAreLookedAtWhileTheyAreRead(t *testing.T) {
	b := fast(t, 1)
	check(t, b.SetPassphrase("", "x"))
	check(t, b.Close())
	b = open(t, b.dir, apptest.New(words(1), 0))
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				_, _ = b.Settings(), b.Warnings()
			}
		}
	}()
	check(t, b.Unlock("x"))
	check(t, b.RestoreCopy("../store/testdata/v2.db"))
	close(done)
	<-over
	if got := b.Settings(); got.Scale < 0.5 {
		t.Errorf("the settings are %+v", got)
	}
}

// A reply that is begun while a copy takes the database's place would be written
// to neither.
func TestNoReplyBeginsWhileACopyIsRestored(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	begun, free := make(chan struct{}, 1), make(chan struct{})
	b.Stall(func() {
		select {
		case begun <- struct{}{}:
		default:
		}
		<-free
	})
	restored, sent := make(chan error, 1), make(chan error, 1)
	go func() { restored <- b.RestoreCopy("../store/testdata/v2.db") }()
	<-begun
	go func() { sent <- follow(b.Send(context.Background(), id, "x")).err }()
	select {
	case err := <-sent:
		if !errors.Is(err, app.ErrBusy) {
			t.Errorf("a message is refused with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("a message waits to be written")
	}
	close(free)
	check(t, <-restored)
}
