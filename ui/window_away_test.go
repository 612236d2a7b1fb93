package ui

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
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

// While a reply is being written each sentence is spoken once it is finished, and
// the rest at its end; a stopped reply is silent.
func TestAReplyIsSpokenWhileItIsWritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the voice of the test is a shell script")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	heard := filepath.Join(dir, "heard")
	script := "#!/bin/sh\nPATH=/bin:/usr/bin\ncat >> " + heard + "\necho '|' >> " + heard + "\n"
	if err := os.WriteFile(filepath.Join(dir, "espeak-ng"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	said := func() string { text, _ := os.ReadFile(heard); return string(text) }
	r := newRig(t, "One", "is", "1.5", "long.", "“Two!”", "And", "three")
	r.run("reply.aloud")
	if !r.settings.Aloud || !r.seen().aloud.on {
		t.Error("the setting is not changed")
	}
	r.say("hello")
	r.until("all is heard", func() bool { return r.speaking == nil })
	if got := strings.Join(strings.Fields(strings.ReplaceAll(said(), "|", "")), " "); got != "One is 1.5 long. “Two!” And three" || r.cardText("voice") != "" {
		t.Errorf("heard is %q", got)
	}
	os.Remove(heard)
	r.engine.Hang, r.engine.HangAt = true, 6
	r.write("again")
	r.key(fyne.KeyReturn)
	r.until("what is finished is heard", func() bool { return strings.Contains(said(), "“Two!”|") })
	if got := said(); strings.Contains(got, "And") || r.speaking == nil || r.cardText("voice") == "" {
		t.Errorf("heard is %q", got)
	}
	r.stop()
	if r.speaking != nil || r.cardText("voice") != "" {
		t.Error("a stopped reply is still spoken")
	}
	r.idle()
}

// Who opens another conversation while a reply is being written goes on hearing it.
func TestAReplyIsSpokenWhileAnotherConversationIsOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the voice of the test is a shell script")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	heard := filepath.Join(dir, "heard")
	script := "#!/bin/sh\nPATH=/bin:/usr/bin\ncat >> " + heard + "\necho >> " + heard + "\n"
	if err := os.WriteFile(filepath.Join(dir, "espeak-ng"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	said := func() string { text, _ := os.ReadFile(heard); return strings.Join(strings.Fields(string(text)), " ") }
	r := newRig(t, "One.", "Two.", "Three.\n\n```\ncode\n```\n\n", "And", "four")
	r.engine.Pace = 100 * time.Millisecond
	r.run("reply.aloud")
	r.write("hello")
	r.key(fyne.KeyReturn)
	r.until("the first sentence is heard", func() bool { return strings.Contains(said(), "One.") })
	asked := r.current
	r.newConversation()
	if text := r.cardText("voice"); !strings.Contains(text, r.titles[asked]) || r.speaking == nil {
		t.Errorf("what is spoken is said to be %q", text)
	}
	r.until("all is heard", func() bool { return r.speaking == nil })
	if got := said(); got != "One. Two. Three. And four" || r.current != 0 || r.cardText("voice") != "" {
		t.Errorf("heard is %q", got)
	}
	r.idle()
}

func TestSpokenSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             nil,
		"Half of one":                  nil,
		"One. Two? Thr":                {"One.", "Two?"},
		"It is 3.5 km. (Yes.) “No!” x": {"It is 3.5 km.", "(Yes.)", "“No!”"},
		"A title\nText. More":          {"A title", "Text."},
		"一。二！三":                        {"一。", "二！"},
		"Wait… what?":                  {"Wait…"},
	} {
		if got := sentences(text, false); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := sentences("One. Two", true); !slices.Equal(got, []string{"One.", "Two"}) {
		t.Errorf("%q", got)
	}
}

func menuText(items []*fyne.MenuItem) (text string) {
	for _, i := range items {
		text += i.Label + "\n"
	}
	return text
}
