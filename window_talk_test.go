package main

import (
	"testing"

	"beyonder/app"
)

// A message waits in line, a stop holds it, Enter in the empty field sends it; the
// reply is branched from another token, compared, replayed byte for byte, and its
// other version turned to, all with the keyboard.
func TestWindowTalk(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	p.wait("window-shown")
	p.wait("model-loaded")
	p.click("composer")
	stop := func() {
		p.wait("reply-started")
		for range 12 {
			p.wait("piece")
		}
		p.key("Escape")
		p.wait("reply-shown")
	}
	p.typeText("tell me a story")
	p.key("Return")
	p.wait("reply-started")
	p.wait("piece")
	p.typeText("another one")
	p.key("Return")
	p.key("Escape")
	p.wait("reply-shown")
	p.screenshot("held")
	p.key("Return")
	stop()
	p.page("ctrl+i", "What was sent")
	p.page("ctrl+t", "")
	for range 8 { // not every token of this model has an alternative that is whole characters
		p.key("Right", "Return")
	}
	stop()
	p.page("ctrl+d", "Compare versions")
	p.key("ctrl+r")
	if got := p.wait("replayed"); got["same"] != true {
		t.Errorf("replayed: %v", got)
	}
	p.wait("reply-shown")
	p.screenshot("replayed")
	p.key("Left")
	p.wait("version-shown")
	p.endBy("ctrl+q") // which version is shown is stored a moment later
	_, messages := stored(t, data)
	if len(messages) != 1 || len(messages[0]) != 4 || messages[0][2].Text != "another one" {
		t.Fatalf("stored: %+v", messages)
	}
	if last := messages[0][3]; last.Siblings != 2 || last.Sibling != 0 || last.State != app.Stopped {
		t.Errorf("the last reply is %+v", last)
	}
}

// page opens a page over the window by its key. One with a title is looked at and
// closed again.
func (p *program) page(key, title string) {
	p.Helper()
	p.key(key)
	if got := p.wait("page-opened"); title == "" {
		return
	} else if got["title"] != title {
		p.Errorf("%s opened %v", key, got["title"])
	}
	p.screenshot(title)
	p.key("Escape")
}
