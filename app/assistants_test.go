package app_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/engine"
)

func (b *bench) names() string {
	b.t.Helper()
	list, err := b.Assistants()
	check(b.t, err)
	var all []string
	for _, a := range list {
		all = append(all, a.Name)
	}
	return strings.Join(all, ", ")
}

const builtin = "Starter helper, Coder, Storyteller, Translator, Step-by-step maths"

// The built-in assistants are there once; those that were deleted do not come back
// by themselves.
func TestBuiltinAssistants(t *testing.T) {
	b := fast(t, 1)
	if got := b.names(); got != builtin {
		t.Fatalf("a new user finds %s", got)
	}
	list, err := b.Assistants()
	check(t, err)
	coder := list[1]
	if coder.Sampling == nil || coder.Sampling.Preset != "precise" || coder.System == "" || coder.Greeting == "" || coder.About == "" {
		t.Errorf("the second is %+v", coder)
	}
	check(t, b.DeleteAssistant(list[0].ID))
	check(t, b.EraseAssistant(list[2].ID))
	coder.Name, coder.System = "Programmer", "Write code."
	check(t, b.ChangeAssistant(coder))
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if got := b.names(); got != "Programmer, Translator, Step-by-step maths" {
		t.Errorf("after a restart there are %s", got)
	}
	if n, err := b.MissingBuiltins(); n != 2 || err != nil {
		t.Errorf("%d are missing (%v)", n, err)
	}
	check(t, b.ResetAssistant(coder.ID))
	check(t, b.RestoreBuiltins())
	if got := b.names(); got != "Starter helper, Coder, Translator, Step-by-step maths, Storyteller" {
		t.Errorf("restored, there are %s", got)
	}
	if trash, err := b.TrashedAssistants(); len(trash) != 0 || err != nil {
		t.Errorf("in the trash are %+v (%v)", trash, err)
	}
	mine := b.assistant(app.Assistant{Name: "Mine"})
	if err := b.ResetAssistant(mine); err == nil {
		t.Error("the user's own was reset to something")
	}
}

func TestAssistantsAreKept(t *testing.T) {
	b := fast(t, 1)
	s := warm("creative", 1.1)
	want := app.Assistant{Name: "Ada", Colour: 5, About: "Sums", System: "You are Ada.\nBe exact.", Greeting: "Yes?", Sampling: &s, Policy: engine.RollWhenFull, Model: "/models/ada.gguf", Picture: picture(t, 96, 96)}
	id := b.assistant(want)
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	got, err := b.Assistant(id)
	check(t, err)
	want.ID = id
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it came back as\n%+v, want\n%+v", got, want)
	}
	two, err := b.DuplicateAssistant(id)
	check(t, err)
	three, err := b.DuplicateAssistant(id)
	check(t, err)
	if two.Name != "Ada 2" || three.Name != "Ada 3" || !strings.HasSuffix(b.names(), "Ada, Ada 3, Ada 2") && !strings.HasSuffix(b.names(), "Ada, Ada 2, Ada 3") {
		t.Errorf("the copies are %q, %q in %s", two.Name, three.Name, b.names())
	}
	check(t, b.MoveAssistant(id, 0))
	if !strings.HasSuffix(b.names(), ", Ada") {
		t.Errorf("moved to the end: %s", b.names())
	}
	for name, spoil := range map[string]func(a *app.Assistant){
		"no name":     func(a *app.Assistant) { a.Name = " \n" },
		"long name":   func(a *app.Assistant) { a.Name = strings.Repeat("x", 201) },
		"colour":      func(a *app.Assistant) { a.Colour = app.AssistantColours },
		"temperature": func(a *app.Assistant) { bad := warm("", -1); a.Sampling = &bad },
		"policy":      func(a *app.Assistant) { a.Policy = "panic" },
		"long prompt": func(a *app.Assistant) { a.System = strings.Repeat("x", 1<<20+1) },
		"picture":     func(a *app.Assistant) { a.Picture = make([]byte, 1<<19) },
	} {
		bad := got
		spoil(&bad)
		if err := b.ChangeAssistant(bad); err == nil {
			t.Errorf("%s: taken", name)
		}
		if _, err := b.NewAssistant(bad); err == nil {
			t.Errorf("%s: added", name)
		}
	}
	if again, err := b.Assistant(id); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("after what was refused it is %+v", again)
	}
}

// A reply says who wrote it, as it was called then.
func TestWhoWroteIt(t *testing.T) {
	b := fast(t, 1)
	id := b.assistant(app.Assistant{Name: "Ada", Colour: 2})
	c, err := b.NewConversationWith(id, 0)
	check(t, err)
	b.send(c.ID, "x")
	a, err := b.Assistant(id)
	check(t, err)
	a.Name = "Grace"
	check(t, b.ChangeAssistant(a))
	b.send(c.ID, "y")
	check(t, b.SetAssistant(c.ID, 0))
	b.send(c.ID, "z")
	m := b.messages(c.ID)
	if by := m[1].Reply.By; by == nil || *by != (app.Speaker{ID: id, Name: "Ada", Colour: 2}) {
		t.Errorf("the first was written by %+v", by)
	}
	if by := m[3].Reply.By; by == nil || by.Name != "Grace" {
		t.Errorf("the second was written by %+v", by)
	}
	if by := m[5].Reply.By; by != nil {
		t.Errorf("the third was written by %+v", by)
	}
	if got, err := b.CompareReplies(c.ID, m[1].ID, m[5].ID); err != nil || !slices.Contains(got, app.Difference{Name: "Assistant", Was: "Ada", Is: "none"}) {
		t.Errorf("they differ in %+v (%v)", got, err)
	}
}

func TestAssistantFiles(t *testing.T) {
	b := fast(t, 1)
	s := warm("creative", 1.1)
	id := b.assistant(app.Assistant{Name: "Ada", Colour: 5, About: "Sums", System: "You are Ada.", Sampling: &s, Policy: engine.RollWhenFull, Model: "/models/ada.gguf", Picture: picture(t, 96, 96)})
	path := filepath.Join(t.TempDir(), "ada.json")
	check(t, b.ExportAssistant(id, path))
	got, err := b.ImportAssistant(path)
	check(t, err)
	want, err := b.Assistant(id)
	check(t, err)
	want.ID, want.Name, want.Model = got.ID, "Ada 2", ""
	if !bytes.Equal(got.Picture, want.Picture) {
		got.Picture = want.Picture // the same pixels, perhaps packed otherwise
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it came as\n%+v, want\n%+v", got, want)
	}
	if content, err := os.ReadFile(path); err != nil || bytes.Contains(content, []byte("/models/")) {
		t.Errorf("the file has a path of this machine (%v)", err)
	}
	before := b.names()
	for text, says := range map[string]string{
		"": "no JSON", "{": "no JSON", "[]": "no JSON", `{"format":"other"}`: "no assistant of Beyonder's",
		`{"format":"beyonder-assistant","version":2,"name":"x"}`:                                         "newer Beyonder",
		`{"format":"beyonder-assistant","version":1}`:                                                    "needs a name",
		`{"format":"beyonder-assistant","version":1,"name":"x","colour":99}`:                             "colour 99",
		`{"format":"beyonder-assistant","version":1,"name":"x","picture":"AAAA"}`:                        "picture is damaged",
		`{"format":"beyonder-assistant","version":1,"name":"x","sampling":{"settings":{"top_p":3}}}`:     "top-p",
		`{"format":"beyonder-assistant","version":1,"name":"x","policy":"panic"}`:                        "panic",
		`{"format":"beyonder-assistant","version":1,"name":"x","sampling":{"settings":{"top_p":"low"}}}`: "no JSON",
	} {
		check(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := b.ImportAssistant(path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "ada.json") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := b.ImportAssistant(filepath.Join(t.TempDir(), "gone.json")); err == nil {
		t.Error("a file that is not there was imported")
	}
	if b.names() != before {
		t.Errorf("what was refused has left %s", b.names())
	}
}

// A conversation that is exported takes what it had of its assistant along.
func TestExportTakesTheAssistantAlong(t *testing.T) {
	b := fast(t, 1)
	s := warm("creative", 1.1)
	as := b.assistant(app.Assistant{Name: "Ada", System: "You are Ada.", Sampling: &s, Policy: engine.RollWhenFull})
	c, err := b.NewConversationWith(as, 0)
	check(t, err)
	b.send(c.ID, "x")
	path := filepath.Join(t.TempDir(), "c.json")
	_, err = b.Export(app.Export{Conversation: c.ID}, path)
	check(t, err)
	other := fast(t, 1)
	ids, _, err := other.Import(path)
	check(t, err)
	f := other.inForce(ids[0])
	if f.System != "You are Ada." || f.Sampling.Settings.Temperature != 1.1 || f.Policy != engine.RollWhenFull || f.Assistant.ID != 0 {
		t.Errorf("it has %+v", f)
	}
}

func TestPresetsAreKept(t *testing.T) {
	b := fast(t, 1)
	p, err := b.NewPreset("  Short  answers ", warm("", 0.3).Settings)
	check(t, err)
	if p.Name != "Short answers" || !p.Own() || p.OfModel() {
		t.Errorf("it is %+v", p)
	}
	for _, name := range []string{"", " ", "short ANSWERS", "Precise", "llama.cpp"} {
		if _, err := b.NewPreset(name, warm("", 0.3).Settings); err == nil {
			t.Errorf("%q: taken", name)
		}
	}
	if _, err := b.NewPreset("bad", warm("", -3).Settings); err == nil {
		t.Error("values out of range: taken")
	}
	if err := b.SetPreset(0, "precise", warm("", 1).Settings); err == nil {
		t.Error("a built-in preset was changed")
	}
	check(t, b.SetPreset(p.ID, "Short answers", warm("", 0.4).Settings))
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if got, ok := b.Preset(p.Key); !ok || got.Settings.Temperature != 0.4 {
		t.Errorf("it came back as %+v", got)
	}
	check(t, b.DeletePreset(p.ID))
	all, err := b.Presets()
	check(t, err)
	if got, ok := b.Preset(p.Key); !ok || got.Name != "Short answers" || len(all) != 4 {
		t.Errorf("in the trash it is %+v, and there are %d", got, len(all))
	}
	if trash, err := b.TrashedPresets(); len(trash) != 1 || err != nil {
		t.Errorf("the trash has %+v (%v)", trash, err)
	}
	check(t, b.RestorePreset(p.ID))
	if all, err := b.Presets(); len(all) != 5 || err != nil {
		t.Errorf("restored, there are %d (%v)", len(all), err)
	}
	check(t, b.DeletePreset(p.ID))
	check(t, b.ErasePreset(p.ID))
	if _, ok := b.Preset(p.Key); ok {
		t.Error("deleted for good, it is still there")
	}
	for _, key := range []string{"", "#", "#x", "#99", "model:", "model:none", "nothing"} {
		if p, ok := b.Preset(key); ok {
			t.Errorf("%q is %+v", key, p)
		}
	}
}

// picture is a PNG of two halves, red and blue.
func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, png.Encode(&b, halves(width, height)))
	return b.Bytes()
}

func halves(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.NRGBA{R: 255, A: 255})
			if x >= width/2 {
				m.Set(x, y, color.NRGBA{B: 255, A: 255})
			}
		}
	}
	return m
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	var asJPEG, asGIF bytes.Buffer
	check(t, jpeg.Encode(&asJPEG, halves(640, 480), nil))
	check(t, gif.Encode(&asGIF, halves(50, 200), nil))
	for name, content := range map[string][]byte{"wide.png": picture(t, 300, 100), "small.png": picture(t, 3, 2), "photo.jpg": asJPEG.Bytes(), "tall.gif": asGIF.Bytes()} {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, content, 0o600))
		got, err := app.ReadPicture(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := png.Decode(bytes.NewReader(got))
		if err != nil || m.Bounds() != image.Rect(0, 0, 96, 96) || len(got) > 64<<10 {
			t.Errorf("%s became %v of %d bytes (%v)", name, m.Bounds(), len(got), err)
			continue
		}
		r, _, _, _ := m.At(10, 48).RGBA()
		_, _, blue, _ := m.At(86, 48).RGBA()
		if r < 0xF000 || blue < 0xF000 {
			t.Errorf("%s has red %x at the left, blue %x at the right", name, r, blue)
		}
	}
	for name, content := range map[string][]byte{"text.png": []byte("hello"), "cut.png": picture(t, 96, 96)[:60], "empty.png": nil} {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, content, 0o600))
		if _, err := app.ReadPicture(path); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := app.ReadPicture(dir); err == nil {
		t.Error("a folder was taken for a picture")
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(picture(f, 8, 8))
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := app.CutPicture(content)
		if err != nil {
			return
		}
		if size, err := png.DecodeConfig(bytes.NewReader(got)); err != nil || size.Width != 96 || size.Height != 96 {
			t.Errorf("it became %v, %v", size, err)
		}
	})
}

func FuzzAssistantFile(f *testing.F) {
	f.Add([]byte(`{"format":"beyonder-assistant","version":1,"name":"x","colour":1,"system":"s","sampling":{"preset":"precise","settings":{"temperature":0.5}}}`))
	f.Add([]byte(`{"format":"beyonder-assistant","version":1,"name":"x","picture":"iVBORw0KGgo="}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := app.ReadAssistant(content)
		if err != nil {
			return
		}
		if a.Name == "" || a.Colour < 0 || a.Colour >= app.AssistantColours {
			t.Errorf("it is %+v", a)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Error(err)
		}
	})
}
