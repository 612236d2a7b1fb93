package app_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/engine"
)

// alone gives a test a home of its own, so that the models of whoever runs it do
// not count.
func alone(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS", "LLAMA_CACHE", "HF_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	return home
}

// realModel copies a whole little model.
func realModel(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile("../engine/merge/testdata/base.gguf")
	check(t, err)
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.WriteFile(path, text, 0o600))
	return path
}

// shelved is everything that the library page would list, by path.
func (b *bench) shelved() map[string]app.LibraryModel {
	b.t.Helper()
	found := map[string]app.LibraryModel{}
	for s, err := range b.Library(context.Background()) {
		check(b.t, err)
		if s.Model != nil {
			found[s.Model.Path] = *s.Model
		}
	}
	return found
}

func TestLibrary(t *testing.T) {
	home := alone(t)
	b := fast(t, 3)
	own := realModel(t, filepath.Join(b.ModelsDir(), "org", "repo", "own.gguf"))
	studio := realModel(t, filepath.Join(home, ".lmstudio", "models", "org", "lm.gguf"))
	extra := realModel(t, filepath.Join(t.TempDir(), "deep", "extra.gguf"))
	opened := touch(t, filepath.Join(t.TempDir(), "opened.gguf"))
	gone := touch(t, filepath.Join(t.TempDir(), "gone.gguf"))
	for _, path := range []string{opened, gone} {
		_, err := b.load(path)
		check(t, err)
	}
	check(t, os.Remove(gone))
	check(t, b.Watch(filepath.Dir(filepath.Dir(extra))))
	found := b.shelved()
	if len(found) != 5 {
		t.Fatalf("%d: %+v", len(found), found)
	}
	if m := found[own]; !m.Own || m.Place != "Beyonder" || m.Outline.Parameters == 0 {
		t.Errorf("%+v", m)
	}
	if m := found[studio]; m.Own || m.Place != "LM Studio" {
		t.Errorf("%+v", m)
	}
	if m := found[extra]; m.Own || m.Place != filepath.Dir(filepath.Dir(extra)) {
		t.Errorf("%+v", m)
	}
	if m := found[opened]; m.Used.IsZero() || m.Damage == "" {
		t.Errorf("%+v", m)
	}
	if m := found[gone]; !m.Missing {
		t.Errorf("%+v", m)
	}
	if known, _ := b.KnownModels(); len(known) != 3 {
		t.Errorf("the picker knows %+v", known)
	}
	// All of it is there after another start, and what is removed stays removed.
	check(t, b.RemoveModel(studio))
	check(t, b.RemoveModel(gone))
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if found = b.shelved(); len(found) != 3 || b.RemovedModels() != 2 || len(b.WatchedFolders()) != 1 {
		t.Errorf("%d, %d removed: %+v", len(found), b.RemovedModels(), found)
	}
	_, err := b.load(studio) // what is used is listed again
	check(t, err)
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if found = b.shelved(); b.RemovedModels() != 1 || found[studio].Path == "" {
		t.Errorf("%d removed: %+v", b.RemovedModels(), found)
	}
	check(t, b.RestoreModels(""))
	check(t, b.Unwatch(b.WatchedFolders()[0]))
	if found = b.shelved(); len(found) != 3 || found[studio].Path == "" {
		t.Errorf("%+v", found)
	}
	if err := b.Watch("/nowhere/at all"); err == nil || !strings.Contains(err.Error(), "/nowhere/at all") {
		t.Errorf("%v", err)
	}
}

func TestImportModel(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	bad := touch(t, filepath.Join(t.TempDir(), "bad.gguf"))
	if _, err := b.ImportModel(bad); err == nil || !strings.Contains(err.Error(), "bad.gguf") {
		t.Errorf("%v", err)
	}
	good := realModel(t, filepath.Join(t.TempDir(), "good.gguf"))
	i, err := b.ImportModel(good)
	if err != nil || i.Title != "good" || b.shelved()[good].Path == "" {
		t.Errorf("%+v, %v", i, err)
	}
	if len(b.shelved()) != 1 {
		t.Error("what is damaged was imported")
	}
}

func TestDeleteModel(t *testing.T) {
	home := alone(t)
	b := fast(t, 3)
	own := realModel(t, filepath.Join(b.ModelsDir(), "org", "repo", "own.gguf"))
	other := realModel(t, filepath.Join(b.ModelsDir(), "org", "other.gguf"))
	foreign := realModel(t, filepath.Join(home, ".lmstudio", "models", "lm.gguf"))
	found := b.shelved()
	if err := b.DeleteModel(found[foreign]); err == nil || !strings.Contains(err.Error(), "not in Beyonder's own folder") {
		t.Errorf("%v", err)
	}
	_, err := b.load(own)
	check(t, err)
	check(t, b.SetLoadChoice(own, app.LoadChoice{Context: 100}))
	check(t, b.DeleteModel(found[own]))
	if _, loaded := b.Model(); loaded {
		t.Error("it is still loaded")
	}
	if _, err := os.Stat(filepath.Dir(own)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder: %v", err)
	}
	if _, err := os.Stat(other); err != nil || b.LoadChoice(own) != (app.LoadChoice{}) {
		t.Errorf("%v", err)
	}
	check(t, b.DeleteModel(found[other]))
	if _, err := os.Stat(b.ModelsDir()); err != nil || len(b.shelved()) != 1 {
		t.Errorf("%v, %+v", err, b.shelved())
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}

// What a link in Beyonder's folder leads to is not Beyonder's: of a file the link
// goes, of a folder nothing. The folder itself may be a link.
func TestDeleteModelBehindALink(t *testing.T) {
	home := alone(t)
	b := fast(t, 3)
	disk := filepath.Join(home, "disk")
	check(t, os.Mkdir(disk, 0o700))
	check(t, os.RemoveAll(b.ModelsDir()))
	if err := os.Symlink(disk, b.ModelsDir()); err != nil {
		t.Skip(err)
	}
	own := realModel(t, filepath.Join(b.ModelsDir(), "org", "own.gguf"))
	foreign := realModel(t, filepath.Join(home, "elsewhere", "foreign.gguf"))
	single := realModel(t, filepath.Join(home, "single.gguf"))
	check(t, os.Symlink(filepath.Dir(foreign), filepath.Join(b.ModelsDir(), "linked")))
	check(t, os.Symlink(single, filepath.Join(b.ModelsDir(), "link.gguf")))
	found := b.shelved()
	if err := b.DeleteModel(found[filepath.Join(b.ModelsDir(), "linked", "foreign.gguf")]); err == nil || !strings.Contains(err.Error(), "not in Beyonder's own folder") {
		t.Errorf("%v", err)
	}
	check(t, b.DeleteModel(found[filepath.Join(b.ModelsDir(), "link.gguf")]))
	check(t, b.DeleteModel(found[own]))
	for _, path := range []string{foreign, single} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(own); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its own: %v", err)
	}
}

// What was chosen for one model goes before the settings, for it alone.
func TestLoadChoice(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	one, two := touch(t, filepath.Join(t.TempDir(), "one.gguf")), touch(t, filepath.Join(t.TempDir(), "two.gguf"))
	s := b.Settings()
	s.Context, s.Threads = 4096, 3
	check(t, b.SetSettings(s))
	choice := app.LoadChoice{Context: 512, KV: "q8_0", GPULayers: 7, ExpertsOnCPU: true}
	check(t, b.SetLoadChoice(one, choice))
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if b.LoadChoice(one) != choice || b.LoadChoice(two) != (app.LoadChoice{}) {
		t.Errorf("%+v", b.LoadChoice(one))
	}
	_, err := b.load(one)
	check(t, err)
	_, err = b.load(two)
	check(t, err)
	check(t, b.SetLoadChoice(two, app.LoadChoice{GPULayers: app.NoLayers}))
	_, err = b.load(two)
	check(t, err)
	loads := b.engine.Loads()
	if o := loads[0]; o.Context != 512 || o.KV != "q8_0" || o.GPULayers != 7 || !o.ExpertsOnCPU || o.Threads != 3 {
		t.Errorf("%+v", o)
	}
	if o := loads[1]; o.Context != 4096 || o.KV != "" || o.GPULayers != 0 || o.Device != "" {
		t.Errorf("%+v", o)
	}
	if o := loads[2]; o.Device != "cpu" || o.GPULayers != 0 {
		t.Errorf("%+v", o)
	}
	// Another choice for the loaded model: the next message loads it anew.
	check(t, b.SetLoadChoice(two, app.LoadChoice{}))
	if err := b.SetLoadChoice(two, app.LoadChoice{Context: -1}); err == nil {
		t.Error("a negative context is kept")
	}
}

func TestNeed(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	path := realModel(t, filepath.Join(t.TempDir(), "m.gguf"))
	o, err := engine.Look(path)
	check(t, err)
	n, m, err := b.Need(o, path, app.LoadChoice{Context: 100})
	if err != nil || n.Context != 100 || n.Fit != engine.FitWhole || m.Total == 0 {
		t.Errorf("%+v, %+v, %v", n, m, err)
	}
}

func TestDamagedShelf(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	check(t, b.Watch(t.TempDir()))
	check(t, b.Close())
	check(t, os.WriteFile(filepath.Join(b.dir, "library.json"), []byte("{\x00"), 0o600))
	b = open(t, b.dir, b.engine)
	if w := strings.Join(b.Warnings(), ""); !strings.Contains(w, "library.json.damaged") || len(b.WatchedFolders()) != 0 {
		t.Errorf("%q", w)
	}
	check(t, b.Watch(t.TempDir()))
}

func TestDownload(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	model, err := os.ReadFile("../engine/merge/testdata/base.gguf")
	check(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(model) }))
	defer s.Close()
	var last app.DownloadStep
	for step, err := range b.Download(context.Background(), app.Download{Address: s.URL + "/tiny.gguf"}) {
		check(t, err)
		last = step
	}
	if m := b.shelved()[last.Path]; !m.Own || m.Damage != "" || m.Title != "tiny" {
		t.Errorf("%+v", m)
	}
	if c := b.Network().Connections(); len(c) != 1 || !strings.Contains(c[0].Why, "tiny.gguf") || c[0].Received < int64(len(model)) {
		t.Errorf("on record: %+v", c)
	}
}

// Closing pauses a download, with all that came on the disk.
func TestCloseWhileDownloading(t *testing.T) {
	alone(t)
	b := fast(t, 3)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Header().Set("Etag", `"1"`)
		w.Write(append([]byte("GGUF"), make([]byte, 996)...))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	ended := make(chan error, 1)
	came := make(chan bool)
	go func() {
		var last error
		told := false
		for step, err := range b.Download(context.Background(), app.Download{Address: s.URL + "/x.gguf"}) {
			if last = err; step.Done == 1000 && !told {
				told = true
				close(came)
			}
		}
		ended <- last
	}()
	<-came
	dir := b.ModelsDir()
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	left := b.Unfinished()
	if len(left) != 1 || left[0].Record.Synced != 1000 || filepath.Dir(left[0].Path) != dir {
		t.Errorf("%+v", left)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	check(t, b.DiscardDownload(left[0]))
	if len(b.Unfinished()) != 0 {
		t.Error("it is still there")
	}
}
