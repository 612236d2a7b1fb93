package app_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
	"beyonder/store"
)

func TestSettingsAreKept(t *testing.T) {
	b := fast(t, 1)
	s := b.Settings()
	if s.Preset != "llama.cpp" || s.Theme != "system" || s.Scale != 1 || s.Policy != engine.StopWhenFull || s.Sampling.TopK != 40 {
		t.Errorf("the defaults are %+v", s)
	}
	s.Theme, s.Scale, s.Preset, s.Context, s.KV = "dark", 1.5, "", 4096, "f32"
	s.Sampling.LogitBias = map[int32]float64{7: -100}
	s.Sampling.Stop = []string{"###"}
	s.Window = app.WindowSize{Width: 800, Height: 600}
	check(t, b.SetSettings(s))
	check(t, b.Close())
	b = open(t, b.dir, b.engine)
	if got := b.Settings(); !reflect.DeepEqual(got, s) {
		t.Errorf("they came back as\n%+v, want\n%+v", got, s)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	b := fast(t, 1)
	before := b.Settings()
	for name, spoil := range map[string]func(s *app.Settings){
		"theme":       func(s *app.Settings) { s.Theme = "purple" },
		"scale":       func(s *app.Settings) { s.Scale = 0 },
		"scale NaN":   func(s *app.Settings) { s.Scale = float32(math.NaN()) },
		"context":     func(s *app.Settings) { s.Context = -1 },
		"cache":       func(s *app.Settings) { s.KV = "f8" },
		"policy":      func(s *app.Settings) { s.Policy = "" },
		"threads":     func(s *app.Settings) { s.Threads = -1 },
		"temperature": func(s *app.Settings) { s.Sampling.Temperature = -1 },
	} {
		s := before
		spoil(&s)
		if err := b.SetSettings(s); err == nil || !reflect.DeepEqual(b.Settings(), before) {
			t.Errorf("%s: SetSettings returned %v", name, err)
		}
	}
}

// stored puts settings into a database as another version may have left them.
func stored(t *testing.T, settings string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := store.Open(dir)
	check(t, err)
	check(t, s.SetSettings([]byte(settings)))
	check(t, s.Close())
	return dir
}

func TestNewFieldsHaveTheirDefaults(t *testing.T) {
	b := open(t, stored(t, `{"theme":"dark","sampling":{"temperature":0.1},"unknown":1}`), apptest.New(nil, 0))
	s := b.Settings()
	if s.Theme != "dark" || s.Scale != 1 || s.Sampling.Temperature != 0.1 || s.Sampling.TopP != 0.95 || len(b.Warnings()) != 0 {
		t.Errorf("they came as %+v, %q", s, b.Warnings())
	}
}

func TestUnusableSettingsAreToldOf(t *testing.T) {
	for _, settings := range []string{`{`, `{"theme":"purple"}`, `[]`} {
		b := open(t, stored(t, settings), apptest.New(nil, 0))
		if w := b.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0], "the settings cannot be read") {
			t.Errorf("%s: the warnings are %q", settings, w)
		}
		if !reflect.DeepEqual(b.Settings(), app.DefaultSettings()) {
			t.Errorf("%s: they are %+v", settings, b.Settings())
		}
	}
}

func TestDataDir(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("LocalAppData", "")
	expect := func(asked, want string) {
		t.Helper()
		if got, err := app.DataDir(asked); err != nil || got != want {
			t.Errorf("DataDir(%q) is %q (%v), want %q", asked, got, err, want)
		}
	}
	if runtime.GOOS == "linux" {
		expect("", filepath.Join(home, ".local/share/beyonder"))
		t.Setenv("XDG_DATA_HOME", "relative")
		expect("", filepath.Join(home, ".local/share/beyonder"))
	}
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	expect("", filepath.Join(data, "beyonder"))
	expect(home, home)
	here, err := os.Getwd()
	check(t, err)
	expect("x", filepath.Join(here, "x"))
}

// Of two settings that are stored at once, the same is the last in the program and on
// the disk.
func TestSettingsAtOnce(t *testing.T) {
	b := fast(t, 1)
	for range 50 {
		var both sync.WaitGroup
		for _, theme := range []string{"dark", "light"} {
			s := b.Settings()
			s.Theme = theme
			both.Go(func() {
				if err := b.SetSettings(s); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	want := b.Settings().Theme
	check(t, b.Close())
	if got := open(t, b.dir, b.engine).Settings().Theme; got != want {
		t.Errorf("stored is %s, in force was %s", got, want)
	}
}
