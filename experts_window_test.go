package main

import "testing"

// A mixture's reply is coloured by a key, its experts are shown by another one,
// and what they did is there when the program is opened again.
func TestExpertsInTheWindow(t *testing.T) {
	path := needWindow(t)
	s, data := newScreen(t), t.TempDir()
	endless(t, data)
	p := s.open(path, data, tinyModel)
	p.wait("model-loaded")
	p.click("composer")
	p.typeText("which of you answers")
	p.key("Return")
	p.wait("reply-started")
	for range 10 {
		p.wait("piece")
	}
	p.key("Escape")
	p.wait("reply-finished")
	p.key("ctrl+e")
	p.key("ctrl+shift+e")
	p.until("the experts are shown", func() bool { return p.places["experts"][2] > 0 })
	p.screenshot("experts")
	p.endBy("ctrl+q")

	p = s.open(path, data)
	p.wait("window-shown")
	p.until("the experts are shown again", func() bool { return p.places["experts"][2] > 0 })
	p.screenshot("experts-again")
	p.kill()
}
