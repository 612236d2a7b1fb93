package main

import (
	"io/fs"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/assets/starter"
)

// A first run on an empty folder, with no model and nothing chosen: what is typed
// as soon as the window is there is answered by the Starter. How soon is logged.
func TestWindowFirstRun(t *testing.T) {
	path := needWindow(t)
	if _, err := fs.Stat(starter.Files(), starter.File); err != nil {
		t.Skip("the first run is not tested: this checkout has no Starter (assets/starter/model)")
	}
	s, data := newScreen(t), t.TempDir()
	p := s.open(path, data)
	shown := at(t, p.wait("window-shown"))
	p.typeText("hello")
	p.key("Return")
	loaded := p.wait("model-loaded")
	first := at(t, p.wait("piece"))
	if loaded["name"] != "Starter" {
		t.Errorf("loaded is %v", loaded["name"])
	}
	t.Logf("the model is there %.2f s after the window, the first token %.2f s", at(t, loaded).Sub(shown).Seconds(), first.Sub(shown).Seconds())
	p.screenshot("first-run")
	p.key("Escape")
	p.wait("reply-finished")
	p.kill()
	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 2 || messages[0][0].Text != "hello" || messages[0][1].Text == "" || messages[0][1].State == app.Failed {
		t.Errorf("after it: %+v", messages)
	}
}

// at is when an event happened.
func at(t *testing.T, e event) time.Time {
	t.Helper()
	text, _ := e["time"].(string)
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatalf("event %v: %v", e, err)
	}
	return when
}
