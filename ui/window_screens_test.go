package ui

import (
	"errors"
	"flag"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
)

// screens are the states of the window that a designer would want to see.
func screens() map[string]func(*rig) {
	return map[string]func(*rig){
		"no-model": func(r *rig) { r.engine.Unload(); r.showModel() },
		"empty":    func(r *rig) {},
		"talk":     talk,
		"settings": func(r *rig) { talk(r); r.togglePanel() },
		"advanced": func(r *rig) {
			r.togglePanel()
			r.seen().toggleAdvanced()
			r.seen().scroll.ScrollToOffset(fyne.NewPos(0, 1400))
		},
		"error":          func(r *rig) { talk(r); failing(r) },
		"memory":         memory,
		"loading":        loadingScreen,
		"reading":        reading,
		"trash":          func(r *rig) { talk(r); r.trash(r.current) },
		"menu":           func(r *rig) { known(r); r.picker.open() },
		"shortcuts":      func(r *rig) { r.showShortcuts() },
		"long-text":      func(r *rig) { talk(r); r.composer.SetText(strings.Repeat("A line of the message.\n", 12)) },
		"experts":        expertsScreen,
		"chips":          func(r *rig) { r.chooseAssistant(r.knownAssistants()[1].ID) },
		"assistant-list": func(r *rig) { r.say("hello"); r.chooseAssistant(r.knownAssistants()[2].ID); r.openAssistantList() },
		"assistants":     func(r *rig) { r.openAssistants(r.knownAssistants()[1].ID) },
		"assistants2": func(r *rig) {
			r.openAssistants(r.knownAssistants()[2].ID)
			r.assistants.editor.sampling.toggle()
			r.assistants.editor.sampling.numbers[0].entry.SetText("0.7")
			r.assistants.editor.scroll.ScrollToBottom()
		},
		"assistants3": func(r *rig) {
			list := r.knownAssistants()
			r.openAssistants(0)
			r.assistants.trash(list[0])
			r.assistants.open = true
			r.assistants.read(0)
		},
		"presets":  presetsScreen,
		"token":    tokenScreen,
		"mixture":  func(r *rig) { m := fillMixture(r); m.preview(); r.done(m) },
		"mixture2": func(r *rig) { m := fillMixture(r); m.preview(); r.done(m); m.scroll.ScrollToBottom() },
		"rename":   func(r *rig) { talk(r); r.sidebar.Rename(r.current) },
		"sent":     func(r *rig) { talk(r); r.ctrl(fyne.KeyI) },
		"tokens":   func(r *rig) { talk(r); r.ctrl(fyne.KeyT) },
		"compare":  func(r *rig) { versions(r); r.ctrl(fyne.KeyD) },
		"replayed": func(r *rig) { versions(r); r.replay(r.messages[3]); r.idle() },
		"left-out": leftOut,
		"in-line":  inLine,
		"attached": attachedScreen,
		"palette":  func(r *rig) { talk(r); r.openPalette() },
		"library":  libraryScreen,
		"format": func(r *rig) {
			r.togglePanel()
			r.panel.format.toggle()
			r.panel.format.kind.SetSelectedIndex(2)
			r.panel.format.examples.SetSelectedIndex(0)
			r.panel.scroll.ScrollToOffset(fyne.NewPos(0, px(760)))
		},
		"languages": func(r *rig) {
			r.togglePanel()
			r.panel.scroll.ScrollToBottom()
			test.Tap(r.panel.language)
		},
		"diagnostics": diagnosticsScreen,
		"network":     networkScreen,
		"more":        func(r *rig) { talk(r); r.more(r.entries()[3].ID, fyne.NewPos(600, 400)) },
	}
}

// libraryScreen has models that fit, one that does not and one that is damaged.
func libraryScreen(r *rig) {
	r.t.Setenv("HOME", r.t.TempDir())
	dir := r.app.ModelsDir()
	for _, name := range []string{"chat", "code", "story"} {
		copyModel(r.t, name, filepath.Join(dir, name, "model-"+name+".gguf"))
	}
	if err := os.WriteFile(filepath.Join(dir, "broken.gguf"), []byte("<html>"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.openModels()
	r.looked()
	r.library.step(2)
}

func attachedScreen(r *rig) {
	r.drop([2]string{"minutes of the meeting.txt", strings.Repeat("What was said, by whom, and what follows from it.\n", 90)})
	r.say("Sum this up in three points")
	r.drop([2]string{"main.go", strings.Repeat("package main\n", 12)}, [2]string{"measurements.csv", strings.Repeat("1.0;2.0;3.0\n", 2000)})
	r.until("they are counted", func() bool { return r.composer.aside[1].exact })
	r.write("And these?")
}

// presetsScreen has an assistant's reply, and values that are not the preset's.
func presetsScreen(r *rig) {
	r.chooseAssistant(r.knownAssistants()[2].ID)
	r.say("Who are you?")
	s := r.inForce().Sampling
	s.Settings.Temperature, s.Settings.TopK, s.Settings.Stop = 0.35, 12, []string{"END"}
	r.setSampling(s)
	r.togglePanel()
	r.showConversationSettings()
	r.seen().presets.differ.toggle()
	r.seen().scroll.ScrollToOffset(fyne.NewPos(0, 180))
}

func talk(r *rig) {
	for _, text := range []string{"What is a mixture of experts?", "Plan a week of dinners for two", "Translate “gemütlich”, please"} {
		r.newConversation()
		r.say(text)
	}
	r.say("And how would you explain it to a child who has just learned to read?")
}

func failing(r *rig) {
	r.engine.Fail, r.engine.FailAt = &engine.NumbersError{Position: 1234}, 12
	r.say("Tell me more.")
	r.failed(app.ErrFull)
}

func memory(r *rig) {
	r.engine.LoadError = &engine.MemoryError{Path: "/models/mixtral-8x7b.Q8_0.gguf", NeedBytes: 49_600_000_000, FreeBytes: 9_200_000_000}
	r.choose("/models/mixtral-8x7b.Q8_0.gguf")
	r.idle()
}

func loadingScreen(r *rig) {
	r.engine.Unload()
	r.engine.Pace, r.engine.LoadSteps = 100*time.Millisecond, 40
	r.choose("/models/beyonder-4x7b-v2.Q4_K_M.gguf")
	r.until("something is loaded", func() bool { return strings.Contains(r.cardText("loading"), "%") })
	r.loadingStep(r.loading, engine.Progress{Stage: "reading weights", Done: 3_200_000_000, Total: 14_100_000_000})
}

func reading(r *rig) {
	talk(r)
	r.engine.Prompt, r.engine.Pace = 4096, 100*time.Millisecond
	r.write("Please read all of this")
	r.key(fyne.KeyReturn)
	r.until("it is being read", func() bool { return strings.Contains(r.status.activity.text, "of 4,096") })
	r.status.SetActivity(readingActivity(readSoFar{Reading: engine.Reading{Done: 1024, Total: 4096}, spent: 2 * time.Second}, time.Time{}))
}

func known(r *rig) {
	dir := r.app.ModelsDir()
	for _, name := range []string{"beyonder-4x7b-v2.Q4_K_M.gguf", "mistral-7b-instruct-v0.2.Q5_K_M.gguf", "tinyllama-1.1b.Q8_0.gguf"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			r.t.Fatal(err)
		}
		f.Truncate(int64(len(name)) * 250_000_000) // a hole: it takes no room
		f.Close()
	}
	r.choose(filepath.Join(dir, "gone.gguf"))
	r.idle()
	r.choose(filepath.Join(dir, "beyonder-4x7b-v2.Q4_K_M.gguf"))
	r.idle()
}

const longAnswer = `A **mixture of experts** replaces one large feed-forward network by several smaller ones, and a router that sends each token to two of them.

1. The router scores every expert for the token.
2. The two best are run, the others rest.
3. Their outputs are added, weighted by the scores.

` + "```go\nfunc route(scores []float32) (a, b int) {\n\tfor i, s := range scores {\n\t\tif s > scores[a] {\n\t\t\ta, b = i, a\n\t\t}\n\t}\n\treturn a, b\n}\n```" + `

| | Mistral 7B | Beyonder 4x7B |
|---|---|---|
| parameters | 7.2 G | 24.2 G |
| at work per token | 7.2 G | 12.9 G |

So it *knows* as much as a large model and *costs* as much as a small one → twice the memory, half the work.`

// looks are the ways to draw a state in.
func looks() map[string]fyne.Size {
	return map[string]fyne.Size{
		"light": {Width: 1280, Height: 800}, "dark": {Width: 1280, Height: 800},
		"narrow": {Width: 720, Height: 560}, "large": {Width: 1600, Height: 1000},
		"double": {Width: 1280, Height: 800}, "least": {Width: 720, Height: 480}, "double-least": {Width: 720, Height: 480},
	}
}

// TestScreens draws every state of the window and checks that nothing named
// lies outside of it. With -artifacts it draws each in light and dark, narrow
// and enlarged, and keeps the pictures to be looked at.
func TestScreens(t *testing.T) {
	keep := flag.Lookup("test.artifacts").Value.String() == "true"
	i := 0
	for _, name := range slices.Sorted(maps.Keys(screens())) {
		for j, look := range slices.Sorted(maps.Keys(looks())) {
			if keep || j == i%len(looks()) {
				t.Run(name+"-"+look, func(t *testing.T) { drawScreen(t, look, looks()[look], screens()[name]) })
			}
		}
		i++
	}
}

func drawScreen(t *testing.T, look string, size fyne.Size, prepare func(*rig)) {
	e := apptest.New(strings.Split(longAnswer, " "), 0)
	e.Model.Name = "Beyonder-4x7B-v2"
	r := newRigWith(t, e, t.TempDir(), Options{Rectangles: true})
	r.change(withLook(r.settings, look))
	r.win.Resize(size)
	prepare(r)
	r.root.Refresh()
	r.pass(50 * time.Millisecond)
	picture := r.win.Canvas().Capture()
	if picture.Bounds().Dx() != int(size.Width) || picture.Bounds().Dy() != int(size.Height) {
		t.Errorf("the picture is %v", picture.Bounds())
	}
	inset, _ := r.win.Canvas().InteractiveArea() // the test driver's positions begin there
	for name, at := range rectangles(r.win.Canvas(), r.named()) {
		at[0], at[1] = at[0]+int(inset.X), at[1]+int(inset.Y)
		if at[0] < 0 || at[1] < 0 || at[0]+at[2] > int(size.Width) || at[1]+at[3] > int(size.Height) {
			t.Errorf("%s lies at %v, outside of the window", name, at)
		}
	}
	file, err := os.Create(filepath.Join(t.ArtifactDir(), path.Base(t.Name())+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, picture); err != nil {
		t.Error(err)
	}
}

func withLook(s app.Settings, look string) app.Settings {
	s.Theme, s.Scale = "light", 1
	switch look {
	case "dark", "least":
		s.Theme = "dark"
	case "large":
		s.Scale = 1.5
	case "double", "double-least":
		s.Scale = 2
	}
	return s
}

// versions has a second version of the last reply, in other words.
func versions(r *rig) {
	talk(r)
	r.warm(1.25)
	r.engine.Words = strings.Split(strings.ReplaceAll(strings.ReplaceAll(longAnswer, "router", "gate"), "scores", "weighs"), " ")
	r.regenerate(r.entries()[3].ID)
	r.idle()
	r.engine.Words = strings.Split(longAnswer, " ")
}

func diagnosticsScreen(r *rig) {
	talk(r)
	r.engine.Fail = errors.New("the file tinyllama-1.1b.Q8_0.gguf ends in the middle of tensor blk.3.ffn_up.weight: it is not whole")
	r.say("and now?")
	r.engine.Fail = nil
	r.showDiagnostics()
	r.until("the page is there", func() bool { return r.win.Canvas().Overlays().Top() != nil })
}

func networkScreen(r *rig) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 5_000_000)) }))
	r.t.Cleanup(server.Close)
	for _, to := range []string{server.URL, "http://127.0.0.1:1/", server.URL} {
		client := r.app.Network().Client("downloading mistral-7b-instruct-v0.2.Q5_K_M.gguf")
		if answer, err := client.Get(to); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		client.CloseIdleConnections()
	}
	r.showNetwork()
}

// leftOut has two messages that the model does not see.
func leftOut(r *rig) {
	r.engine.Words = strings.Split("A router chooses two experts for every token.", " ")
	r.say("What does a router do?")
	for _, e := range r.entries() {
		r.exclude(e.ID)
	}
	r.say("And now forget that: what is a token?")
}

// inLine has messages that wait, and words for the next reply to begin with.
func inLine(r *rig) {
	talk(r)
	r.line = []waiting{{r.current, "Now as a poem, with no more than twelve lines"}, {r.current, "Translate it into French, and explain every word that has no good translation in a footnote of its own"}}
	r.held[r.current] = true
	r.showLine()
	r.composer.AskOpening()
	r.composer.opening.SetText("Once upon a time,")
}
