package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/engine"
)

// libraryRig is a window with the library page open, in a home of its own where
// LM Studio has one model, and with one of Beyonder's.
func libraryRig(t *testing.T) (r *rig, own, foreign string) {
	t.Helper()
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS", "LLAMA_CACHE", "HF_TOKEN"} {
		t.Setenv(name, "")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	foreign = copyModel(t, "chat", filepath.Join(home, ".lmstudio", "models", "org", "lm-chat.gguf"))
	r = newRig(t, "Yes.")
	own = copyModel(t, "base", filepath.Join(r.app.ModelsDir(), "org", "repo", "own-base.gguf"))
	if err := os.WriteFile(filepath.Join(r.app.ModelsDir(), "bad.gguf"), []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.openModels()
	r.looked()
	return r, own, foreign
}

func copyModel(t *testing.T, name, to string) string {
	t.Helper()
	text, err := os.ReadFile(tiny(t, name))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func (r *rig) looked() {
	r.t.Helper()
	r.until("everything has been looked at", func() bool { return r.library.cancel == nil })
}

func (p *modelsPage) titles() string {
	var all []string
	for _, m := range p.shown {
		all = append(all, m.Title)
	}
	return strings.Join(all, " ")
}

func TestLibraryPage(t *testing.T) {
	r, own, foreign := libraryRig(t)
	p := r.library
	if p.titles() != "bad lm-chat own-base" || !strings.Contains(p.foot.text, "3 models") {
		t.Fatalf("listed %q, %q", p.titles(), p.foot.text)
	}
	if p.current != filepath.Join(r.app.ModelsDir(), "bad.gguf") || !strings.Contains(p.about.verdict.text, "web page") || p.about.load.Visible() {
		t.Errorf("%s: %q", p.current, p.about.verdict.text)
	}
	r.key(fyne.KeyDown)
	if p.current != foreign || p.about.pill.text != "Fits" || p.about.away.Text != "Remove from the list" {
		t.Errorf("%s: %q, %q", p.current, p.about.pill.text, p.about.away.Text)
	}
	if text := wordsIn(p.about.content); !strings.Contains(text, "LM Studio") || !strings.Contains(text, "It needs") || !strings.Contains(text, "Not stated") {
		t.Errorf("%s", text)
	}
	r.key(fyne.KeyPageDown)
	if p.current != own || p.about.away.Text != "Delete…" {
		t.Errorf("%s: %q", p.current, p.about.away.Text)
	}
	p.filter.SetText("studio CHAT")
	if p.titles() != "lm-chat" {
		t.Errorf("filtered %q", p.titles())
	}
	p.filter.SetText("nothing like it")
	if !strings.Contains(p.empty.text, "No model matches") || !p.empty.Visible() {
		t.Errorf("%q", p.empty.text)
	}
	p.filter.SetText("")
	p.order.SetSelectedIndex(orderSize)
	if !strings.HasSuffix(p.titles(), "bad") {
		t.Errorf("by size %q", p.titles())
	}
	// Enter loads the model, and the page makes room.
	p.choose(foreign)
	r.key(fyne.KeyReturn)
	r.idle()
	if info, _ := r.app.Model(); info.Path != foreign || p.open() {
		t.Errorf("loaded %s", info.Path)
	}
	if loads := r.engine.Loads(); loads[len(loads)-1].Force {
		t.Error("what fits was forced")
	}
	r.openModels()
	r.looked()
	p.choose(foreign)
	if p.about.pill.text != "Loaded" || p.about.load.Text != "Load it again" {
		t.Errorf("%q, %q", p.about.pill.text, p.about.load.Text)
	}
}

func TestLoadOptionsOfAModel(t *testing.T) {
	r, _, foreign := libraryRig(t)
	p := r.library
	p.choose(foreign)
	o := p.about.options
	before := p.about.bar.graph.parts[1]
	o.context.typed("256")
	if c := r.app.LoadChoice(foreign); c.Context != 256 {
		t.Fatalf("%+v", c)
	}
	if after := p.about.bar.graph.parts[1]; after == before || !o.reset.Visible() {
		t.Errorf("the cache takes %d, before %d", after, before)
	}
	o.kv.SetSelectedIndex(3)
	o.device.SetSelectedIndex(deviceNone)
	if c := r.app.LoadChoice(foreign); c.KV != "f32" || c.GPULayers != app.NoLayers || o.layers.object.Visible() {
		t.Errorf("%+v", c)
	}
	o.device.SetSelectedIndex(deviceSome)
	if c := r.app.LoadChoice(foreign); c.GPULayers < 1 || !o.layers.object.Visible() {
		t.Errorf("%+v", c)
	}
	// Another model has its own; back at the first, they are still there.
	r.key(fyne.KeyUp)
	p.choose(foreign)
	if o.context.value != 256 || o.device.SelectedIndex() != deviceSome || o.kv.SelectedIndex() != 3 {
		t.Errorf("%v, %d, %d", o.context.value, o.device.SelectedIndex(), o.kv.SelectedIndex())
	}
	// A slider that is being drawn shows what would come of it, and keeps nothing.
	o.context.slider.OnChanged(512)
	if drawn := p.about.bar.graph.parts[1]; r.app.LoadChoice(foreign).Context != 256 || drawn == before {
		t.Errorf("drawn: %d", drawn)
	}
	p.load()
	r.idle()
	if loads := r.engine.Loads(); loads[len(loads)-1].Context != 256 || loads[len(loads)-1].KV != "f32" {
		t.Errorf("%+v", loads)
	}
	r.openModels()
	r.looked()
	p.choose(foreign)
	if o.stale.Visible() {
		t.Error("what was just loaded has other values")
	}
	test.Tap(o.reset)
	if c := r.app.LoadChoice(foreign); c != (app.LoadChoice{}) || o.reset.Visible() || !o.stale.Visible() {
		t.Errorf("%+v", c)
	}
}

func TestRemoveAndDelete(t *testing.T) {
	r, own, foreign := libraryRig(t)
	p := r.library
	p.choose(foreign)
	r.win.Canvas().Focus(p.list)
	r.key(fyne.KeyDelete)
	if p.titles() != "bad own-base" || !strings.Contains(p.note.text, "stay where they are") || p.current == foreign {
		t.Fatalf("%q, %q", p.titles(), p.note.text)
	}
	test.Tap(p.undo)
	r.looked()
	if p.titles() != "bad lm-chat own-base" {
		t.Errorf("undone: %q", p.titles())
	}
	p.choose(own)
	r.win.Canvas().Focus(p.list)
	r.key(fyne.KeyDelete)
	if _, err := os.Stat(own); err != nil || !r.modal.open() {
		t.Fatal("it was deleted without a question")
	}
	r.key(fyne.KeyEscape)
	if _, err := os.Stat(own); err != nil || r.modal.open() || !p.open() {
		t.Fatal("Esc deleted it, or closed too much")
	}
	p.away()
	r.modal.finish()
	r.until("it is deleted", func() bool { return !r.modal.open() })
	if _, err := os.Stat(own); err == nil || p.titles() != "bad lm-chat" {
		t.Errorf("%v, %q", err, p.titles())
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}

func TestDropOnTheLibrary(t *testing.T) {
	r, _, _ := libraryRig(t)
	p := r.library
	whole := copyModel(t, "code", filepath.Join(t.TempDir(), "dropped.gguf"))
	r.dropped(fyne.NewPos(0, 0), []fyne.URI{storage.NewFileURI(whole)})
	r.until("it is checked", func() bool { return strings.Contains(p.note.text, "is whole") })
	r.looked()
	if p.current != whole || !strings.Contains(p.titles(), "dropped") {
		t.Errorf("%s, %q", p.current, p.titles())
	}
	bad := filepath.Join(t.TempDir(), "cut.gguf")
	if err := os.WriteFile(bad, []byte("GGUF\x03"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.dropped(fyne.NewPos(0, 0), []fyne.URI{storage.NewFileURI(bad)})
	r.until("it is refused", func() bool {
		return strings.Contains(p.note.text, "cut.gguf") && !strings.Contains(p.note.text, "Checking")
	})
	folder := filepath.Dir(copyModel(t, "math", filepath.Join(t.TempDir(), "more", "sums.gguf")))
	r.dropped(fyne.NewPos(0, 0), []fyne.URI{storage.NewFileURI(folder)})
	if !strings.Contains(p.note.text, "Checking") {
		t.Errorf("the main goroutine has waited for the disk and says %q", p.note.text)
	}
	r.until("it is looked into", func() bool { return p.cancel == nil && strings.Contains(p.titles(), "sums") })
	if f := r.app.WatchedFolders(); len(f) != 1 || f[0] != folder {
		t.Errorf("%q", f)
	}
	test.Tap(p.undo)
	r.until("it is not looked into any more", func() bool { return p.cancel == nil && !strings.Contains(p.titles(), "sums") })
}

func TestDownloadInTheWindow(t *testing.T) {
	r, _, _ := libraryRig(t)
	p := r.library
	model, err := os.ReadFile(tiny(t, "story"))
	if err != nil {
		t.Fatal(err)
	}
	hold := make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Etag", `"1"`)
		from := 0
		if fmt.Sscanf(q.Header.Get("Range"), "bytes=%d-", &from); from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(model)-1, len(model)))
			w.Header().Set("Content-Length", fmt.Sprint(len(model)-from))
			w.WriteHeader(206)
			w.Write(model[from:])
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(model)))
		w.Write(model[:1000])
		w.(http.Flusher).Flush()
		select {
		case <-hold:
		case <-q.Context().Done():
		}
	}))
	defer s.Close()
	defer close(hold)
	r.askDownload("")
	r.modal.first.SetText("not an address")
	r.modal.finish()
	if !r.modal.open() || !strings.Contains(r.modal.note.text, "no address") {
		t.Fatalf("%q", r.modal.note.text)
	}
	r.modal.first.SetText(s.URL + "/story.gguf")
	r.modal.finish()
	r.until("a part is there", func() bool { return len(r.downloads) == 1 && r.downloads[0].here() == 1000 })
	d := r.downloads[0]
	if !r.sidebar.download.Visible() || !strings.Contains(r.sidebar.download.title.text, "story.gguf") || !p.downloads.Visible() {
		t.Errorf("the sidebar says %q", r.sidebar.download.title.text)
	}
	d.turned()
	r.until("it is paused", func() bool { return d.cancel == nil })
	if !strings.Contains(d.caption.text, "Paused") || !strings.Contains(r.sidebar.download.caption.text, "Paused") {
		t.Errorf("%q, %q", d.caption.text, r.sidebar.download.caption.text)
	}
	// Another window finds it, and goes on with it.
	r.Window.downloads = nil
	p.showDownloads()
	if len(r.downloads) != 1 || !strings.Contains(r.downloads[0].caption.text, "Paused") {
		t.Fatalf("%d downloads", len(r.downloads))
	}
	r.downloads[0].turned()
	r.until("it is there", func() bool { return len(r.downloads) == 0 })
	r.looked()
	if p.current != filepath.Join(r.app.ModelsDir(), "story.gguf") || !strings.Contains(p.note.text, "whole") {
		t.Errorf("%s, %q", p.current, p.note.text)
	}
}

// Downloads leave the models two thirds of the page, and one that ends leaves the model
// that the reader has chosen before them.
func TestManyDownloadsLeaveRoom(t *testing.T) {
	r, _, foreign := libraryRig(t)
	p := r.library
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for i := range 8 {
		r.startDownload(app.Download{Address: fmt.Sprintf("%s/%d.gguf", s.URL, i)})
	}
	r.until("all have failed", func() bool {
		return len(r.downloads) == 8 && !slices.ContainsFunc(r.downloads, func(d *downloading) bool { return d.failed == "" })
	})
	for _, size := range []fyne.Size{fyne.NewSize(1280, 800), fyne.NewSize(720, 480)} {
		r.win.Resize(size)
		p.relayout()
		page, list := p.content.Size().Height, p.columns.Size().Height
		if p.queue.Size().Height < p.downloads.Objects[0].MinSize().Height || list < page*0.3 {
			t.Errorf("in a window of %v the models have %.0f of %.0f, the downloads %.0f", size, list, page, p.queue.Size().Height)
		}
	}
	p.choose(foreign)
	d := r.downloads[0]
	d.step.Path = filepath.Join(r.app.ModelsDir(), "0.gguf")
	d.done()
	r.looked()
	if p.current != foreign || len(r.downloads) != 7 {
		t.Errorf("%s took the place of what was chosen", p.current)
	}
}

// Of a context that does not fit, the page does not say that the weights are read
// again and again: it is not loaded at all.
func TestAContextThatDoesNotFit(t *testing.T) {
	r, _, foreign := libraryRig(t)
	r.library.choose(foreign)
	v := verdict{need: engine.Need{Context: 400000, Weights: 4e9, Cache: 52e9, Working: 1e9, Bytes: 57e9, Fit: engine.FitNot}, memory: engine.Memory{Free: 22e9, Total: 25e9}}
	if text := r.library.about.fitSentence(v); !strings.Contains(text, "400,000 tokens needs 53.0 GB besides the weights, 22.0 GB are free") {
		t.Errorf("%q", text)
	}
	v.need.Cache, v.need.Weights = 4e9, 52e9
	if text := r.library.about.fitSentence(v); !strings.Contains(text, "Loaded anyway") {
		t.Errorf("%q", text)
	}
}

func TestDownloadThatFails(t *testing.T) {
	r, _, _ := libraryRig(t)
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	r.library.detail.close()
	r.startDownload(app.Download{Address: s.URL + "/none.gguf"})
	r.until("it has failed", func() bool { return r.downloads[0].failed != "" })
	c := r.cards.shown["download"]
	if c == nil || !strings.Contains(c.text.text, "There is no such file") {
		t.Fatalf("%+v", c)
	}
	r.openModels()
	r.looked()
	d := r.downloads[0]
	if !strings.Contains(wordsIn(d.object), "no such file") {
		t.Errorf("%s", wordsIn(d.object))
	}
	d.askThrow()
	r.modal.finish()
	if len(r.downloads) != 0 || r.library.downloads.Visible() {
		t.Error("it is still there")
	}
}

func TestNarrowLibrary(t *testing.T) {
	r, _, foreign := libraryRig(t)
	p := r.library
	p.detail.close()
	r.win.Resize(fyne.NewSize(720, 480))
	r.openModels()
	r.looked()
	if !p.layout.narrow || p.about.object.Visible() {
		t.Fatal("there is room for two columns")
	}
	row := newModelRow()
	p.fillRow(row, p.models[foreign])
	test.Tap(row)
	if !p.about.object.Visible() || !p.about.back.Visible() || p.current != foreign {
		t.Error("the model is not shown")
	}
	test.Tap(p.about.back)
	if p.about.object.Visible() {
		t.Error("there is no way back to the list")
	}
}

func TestLibraryIsReachedFromThePicker(t *testing.T) {
	r := newRig(t, "Yes.")
	r.picker.open()
	if !strings.Contains(wordsIn(r.picker.list.popup.Content), "Manage models…") {
		t.Error("the list does not lead to the library")
	}
	r.picker.list.popup.Hide()
	r.run("model.library")
	if !r.library.open() {
		t.Error("the key does not open it")
	}
	r.looked()
}

func TestChooseAFileOfARepository(t *testing.T) {
	r, _, _ := libraryRig(t)
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	r.chooseHub([]app.HubFile{{Address: s.URL + "/a.gguf", Name: "a.gguf", Bytes: 4e9, Parts: 1}, {Address: s.URL + "/b.gguf", Name: "b.gguf", Bytes: 1 << 50, Parts: 2},
		{Address: "a/b/*.safetensors", Name: "*.safetensors", Bytes: 3e9, Parts: 3}}, app.Download{})
	text := wordsIn(r.win.Canvas().Overlays().Top())
	if !strings.Contains(text, "4.0 GB") || !strings.Contains(text, "in 2 files") || !strings.Contains(text, "more than the memory") || !strings.Contains(text, "The original weights (safetensors)\n3.0 GB in 3 files") {
		t.Errorf("%s", text)
	}
	r.key(fyne.KeyReturn)
	if len(r.downloads) != 1 || r.downloads[0].what.Address != s.URL+"/a.gguf" || !r.library.open() {
		t.Error("Enter does not download the first")
	}
	r.until("it has failed", func() bool { return r.downloads[0].failed != "" })
}

// What an earlier run left is seen at the start.
func TestUnfinishedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	models := filepath.Join(dir, "models")
	if err := os.MkdirAll(models, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"x.gguf.part": "GGUF", "x.gguf.part.json": `{"address":"a/b/x.gguf","url":"https://huggingface.co/a/b/resolve/main/x.gguf","total":100,"synced":4}`} {
		if err := os.WriteFile(filepath.Join(models, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := newRigWith(t, newTestEngine(), dir, Options{})
	r.until("it is seen", func() bool { return r.sidebar.download.Visible() })
	if s := r.sidebar.download; s.title.text != "x.gguf" || !strings.Contains(s.caption.text, "Paused") {
		t.Errorf("%q, %q", s.title.text, s.caption.text)
	}
	if c := r.app.Network().Connections(); len(c) != 0 {
		t.Errorf("nobody asked for %+v", c)
	}
}

// What is above the list, its lines and what is beside it end at one edge, whatever
// the size.
func TestTheLibrarysEdges(t *testing.T) {
	r, _, _ := libraryRig(t)
	p := r.library
	for _, scale := range []float32{1, 2} {
		for _, width := range []float32{720, 1600} {
			s := r.settings
			s.Scale = scale
			r.change(s)
			p.detail.close()
			r.win.Resize(fyne.NewSize(width, 900))
			r.openModels()
			r.looked()
			right := func(o fyne.CanvasObject) float32 {
				return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width
			}
			bar := right(p.content.Objects[0])
			if p.layout.narrow {
				if got := right(p.list); got != bar {
					t.Errorf("%v at %v: the list ends at %v, what is above it at %v", scale, width, got, bar)
				}
				p.layout.inAbout = true
				relayout(p.columns)
			}
			if got := right(p.about.content); got != bar {
				t.Errorf("%v at %v: the model's page ends at %v, what is above it at %v", scale, width, got, bar)
			}
			p.layout.inAbout = false
		}
	}
}

// What a model's line looks like is checked by eye once: testdata/models-rows.xml.
func TestModelsLookAsBefore(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	p := &modelsPage{list: &modelList{}}
	lines := newColumn(4)
	var damaged, gone, unread app.LibraryModel
	damaged.Path, damaged.Title, damaged.Bytes, damaged.Place, damaged.Damage = "/m/a", "Starling 7B", 4_400_000_000, "/home/me/models", "it ends in the middle of a tensor"
	gone.Path, gone.Title, gone.Bytes, gone.Place, gone.Missing = "/m/b", "A model with a name that is much too long for one line of the list", 400_000, "LM Studio", true
	unread.Path, unread.Title, unread.Bytes, unread.Place = "/m/c", "Not read yet", 12, "Ollama"
	p.current = "/m/c"
	for _, m := range []app.LibraryModel{damaged, gone, unread} {
		row := newModelRow()
		p.fillRow(row, m)
		lines.Add(row)
	}
	w := test.NewTempWindow(t, lines)
	w.Resize(fyne.NewSize(420, 200))
	test.AssertRendersToMarkup(t, "models-rows.xml", w.Canvas())
}
