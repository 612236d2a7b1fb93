package ui

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

func TestALongReplyIsToldOfWhileTheReaderIsAway(t *testing.T) {
	r := newRig(t, "Yes.")
	ended := func(took time.Duration) *job {
		return &job{conversation: r.current, reply: 1, state: app.Complete, pace: pace{begun: time.Now().Add(-took)}}
	}
	silent := func(what string, j *job) {
		t.Helper()
		test.AssertNotificationSent(t, nil, func() {
			r.notify(j)
			r.pass(50 * time.Millisecond)
		})
	}
	silent("the reader is here", ended(time.Hour))
	r.away = true
	silent("it was quick", ended(5*time.Second))
	test.AssertNotificationSent(t, fyne.NewNotification("Beyonder", "A reply has ended after 45 s."), func() {
		r.notify(ended(45 * time.Second))
		r.pass(50 * time.Millisecond)
	})
	r.keep(func(s *app.Settings) { s.NotifyAfter = 0 })
	silent("it is not wanted", ended(time.Hour))
}

// A reply is spoken by the system's voice, without its code; Esc ends it. Without a
// voice it is not offered.
func TestAReplyIsSpoken(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the voice of the test is a shell script")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	quiet := newRig(t, "Yes.")
	quiet.say("hello")
	if quiet.lookFor("speak the reply") != "" || strings.Contains(menuText(quiet.moreItems(quiet.messages[1])), "Speak") {
		t.Error("without a voice, speaking is offered")
	}
	heard := filepath.Join(dir, "heard")
	script := "#!/bin/sh\nPATH=/bin:/usr/bin\ncat > " + heard + "\nexec sleep 30\n"
	if err := os.WriteFile(filepath.Join(dir, "espeak-ng"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, "## A *title*\n\nSome **words**.\n\n```go\nx := 1\n```\n\n- one\n- two")
	r.say("hello")
	r.run("reply.speak")
	r.until("it is heard", func() bool { text, _ := os.ReadFile(heard); return string(text) == "A title\nSome words.\none\ntwo" })
	if r.cardText("voice") == "" {
		t.Error("nothing says that it is spoken")
	}
	r.key(fyne.KeyEscape)
	if r.speaking != nil || r.cardText("voice") != "" {
		t.Error("Esc does not end it")
	}
	r.pass(100 * time.Millisecond)
	if got := r.cardText("error"); got != "" {
		t.Errorf("stopped, it says %q", got)
	}
}

func menuText(items []*fyne.MenuItem) (text string) {
	for _, i := range items {
		text += i.Label + "\n"
	}
	return text
}
