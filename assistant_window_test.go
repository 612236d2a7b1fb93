package main

import (
	"testing"
)

// By the keyboard, in the real window: an assistant is chosen for a new
// conversation, answers under its name, and is there the next time.
func TestWindowAssistant(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	p := s.open(path, data, tinyModel)
	p.wait("window-shown")
	p.wait("model-loaded")
	p.click("composer")
	p.key("ctrl+shift+a")
	p.key("Down")
	p.key("Down")
	p.key("Return")
	p.typeText("sort a list")
	p.screenshot("assistant")
	p.key("Return")
	p.wait("reply-started")
	p.wait("piece")
	p.key("Escape")
	p.wait("reply-finished")
	p.screenshot("assistant-reply")
	p.kill()
	for range 2 {
		conversations, messages := stored(t, data)
		if len(conversations) != 1 || conversations[0].Assistant == 0 || len(messages[0]) < 2 {
			t.Fatalf("stored: %+v %+v", conversations, messages)
		}
		if by := messages[0][1].Reply.By; by == nil || by.Name != "Coder" || by.ID != conversations[0].Assistant {
			t.Errorf("the reply was written by %+v", by)
		}
		p = s.open(path, data)
		p.wait("window-shown")
		p.screenshot("assistant-again")
		p.kill()
	}
}
