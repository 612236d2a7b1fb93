package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"beyonder/assets/starter"
)

// TestPictures makes the pictures of docs/window.md from the real window: by keys,
// in the order of the page. The Starter writes the replies, so their words differ
// from run to run.
func TestPictures(t *testing.T) {
	folder := os.Getenv("BEYONDER_PICTURES")
	if folder == "" {
		t.Skip("BEYONDER_PICTURES names no folder for pictures; make pictures does")
	}
	path := needWindow(t)
	if _, err := fs.Stat(starter.Files(), starter.File); err != nil {
		t.Skip("no pictures: this checkout has no Starter (assets/starter/model)")
	}
	s, data := newScreen(t), t.TempDir()
	settings(t, data, "light")
	p := s.open(path, data)
	p.wait("model-loaded")
	p.picture(folder, "first-run")
	p.kill()

	for _, c := range pictured[:2] {
		converse(t, data, c.question, c.answer)
	}
	p = s.open(path, data)
	p.wait("model-loaded")
	p.key("ctrl+n")
	p.asks("Tell me a story about a fox and a lantern")
	p.key("ctrl+e")
	p.key("ctrl+shift+e")
	p.picture(folder, "experts")
	p.key("ctrl+e")
	p.key("ctrl+shift+e")
	p.turn(folder)
	p.kill()

	settings(t, data, "dark")
	p = s.open(path, data)
	p.wait("model-loaded")
	p.key("ctrl+e")
	p.picture(folder, "dark")
	p.find("high contrast", "")
	p.picture(folder, "contrast")
	p.kill()
}

// turn goes through the pages.
func (p *program) turn(folder string) {
	p.Helper()
	p.key("ctrl+period")
	p.picture(folder, "settings")
	p.key("ctrl+period")
	p.find("regenerate the reply", "reply-shown")
	for _, page := range []struct{ name, key, search string }{
		{"compare", "ctrl+d", ""}, {"sent", "ctrl+i", ""}, {"tokens", "ctrl+t", ""},
		{"models", "ctrl+shift+l", ""}, {"mixture", "ctrl+shift+m", ""}, {"shortcuts", "ctrl+slash", ""},
		{"assistants", "", "make and change assistants"}, {"diagnostics", "", "diagnostics"}, {"network", "", "network"},
	} {
		if page.key != "" {
			p.key(page.key)
			p.wait("page-opened")
		} else {
			p.find(page.search, "page-opened")
		}
		p.picture(folder, page.name)
		p.key("Escape")
		time.Sleep(500 * time.Millisecond)
	}
	p.find("copies of all", "")
	p.picture(folder, "copies")
	p.key("Escape")
	p.key("ctrl+k")
	p.wait("palette-opened")
	p.typeText("exp")
	p.picture(folder, "palette")
	p.key("Escape")
	p.key("ctrl+shift+f")
	p.typeText("that")
	p.picture(folder, "search")
}

func (p *program) asks(text string) {
	p.Helper()
	p.typeText(text)
	p.key("Return")
	p.wait("reply-shown")
}

// find does a command by way of the palette, and waits for an event if one is named.
func (p *program) find(words, event string) {
	p.Helper()
	p.key("ctrl+k")
	p.wait("palette-opened")
	p.typeText(words)
	p.key("Return")
	p.wait("palette-chosen")
	if event != "" {
		p.wait(event)
	}
}

// picture keeps a small picture of the window: 128 colours, which ImageMagick chooses.
func (p *program) picture(folder, name string) {
	p.Helper()
	p.xdotool("mousemove", "1279", "400")
	time.Sleep(3 * time.Second) // fonts are drawn a little later
	cmd := exec.Command("import", "-window", "root", "+dither", "-colors", "128", "-strip", "PNG8:"+filepath.Join(folder, name+".png"))
	cmd.Env = append(os.Environ(), "DISPLAY="+p.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("no picture of %s: %v: %s", name, err, out)
	}
}

// Every picture that docs/window.md shows is there, and they are small together.
func TestPicturesOfTheWindow(t *testing.T) {
	page, err := os.ReadFile("docs/window.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`\((window/[a-z-]+\.png)\)`).FindAllSubmatch(page, -1)
	if len(shown) < 10 {
		t.Fatalf("docs/window.md shows %d pictures", len(shown))
	}
	total := int64(0)
	for _, m := range shown {
		info, err := os.Stat(filepath.Join("docs", string(m[1])))
		if err != nil {
			t.Error(err)
			continue
		}
		total += info.Size()
	}
	if total > 1_500_000 {
		t.Errorf("the pictures have %d bytes together", total)
	}
	there, err := filepath.Glob("docs/window/*.png")
	if err != nil || len(there) != len(shown) {
		t.Errorf("%d pictures are there, %d are shown (%v)", len(there), len(shown), err)
	}
	for _, path := range there {
		if name := filepath.ToSlash(path[len("docs/"):]); !bytes.Contains(page, []byte("("+name+")")) {
			t.Errorf("docs/window.md does not show %s", name)
		}
	}
}
