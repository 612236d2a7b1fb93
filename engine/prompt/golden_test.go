package prompt

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// golden is what Python's Jinja2 made of a template; see testdata/golden.py.
type golden struct {
	Template string
	BOS, EOS string
	Now      string
	Cases    []struct {
		Name     string
		Messages []Message
		Generate bool
		Output   *string
		Refused  string // the words of raise_exception
		Error    string
	}
}

func readGolden(t *testing.T, file string) (g golden) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func goldenFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in testdata/%s (%v)", folder, err)
	}
	return files
}

// sharedTemplates is the folder of real models' templates, which is kept beside
// the repository and not in it.
func sharedTemplates(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs(".")
	for err == nil && !exists(filepath.Join(root, "go.mod")) {
		if filepath.Dir(root) == root {
			t.Fatal("no go.mod above this package")
		}
		root = filepath.Dir(root)
	}
	folder := filepath.Join(root, "..", "shared", "data", "templates")
	if !exists(folder) {
		t.Skipf("SKIPPED: the real models' templates are not there: %s", folder)
	}
	return folder
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// compare executes a template on every conversation of its golden file.
func (g golden) compare(t *testing.T, template *Template) {
	now, err := time.Parse("2006-01-02T15:04:05", g.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range g.Cases {
		got, err := template.execute(c.Messages, Input{BOS: g.BOS, EOS: g.EOS, AddGenerationPrompt: c.Generate, Now: now})
		var refused *RefusedError
		switch {
		case c.Refused != "":
			if !errors.As(err, &refused) || refused.Reason != c.Refused {
				t.Errorf("%s: got %q, %v; want the refusal %q", c.Name, got, err, c.Refused)
			}
		case c.Output == nil:
			t.Errorf("%s: the golden file has no output: %s", c.Name, c.Error)
		case err != nil:
			t.Errorf("%s: %v", c.Name, err)
		case got != *c.Output:
			t.Errorf("%s:\n got %q\nwant %q", c.Name, got, *c.Output)
		}
	}
}

// TestModels compares the commonest models' own templates with Python.
func TestModels(t *testing.T) {
	folder := sharedTemplates(t)
	for _, file := range goldenFiles(t, "models") {
		g := readGolden(t, file)
		t.Run(g.Template, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join(folder, g.Template))
			if err != nil {
				t.Fatal(err)
			}
			template, err := Parse(g.Template, string(source))
			if err != nil {
				t.Fatal(err)
			}
			g.compare(t, template)
		})
	}
}

// TestPresetGoldens compares the presets with Python.
func TestPresetGoldens(t *testing.T) {
	files := goldenFiles(t, "presets")
	if len(files) != len(Presets()) {
		t.Errorf("%d golden files for %d presets", len(files), len(Presets()))
	}
	for _, file := range files {
		g := readGolden(t, file)
		t.Run(g.Template, func(t *testing.T) {
			template, ok := Preset(strings.TrimSuffix(g.Template, presetSuffix))
			if !ok {
				t.Fatal("there is no such preset")
			}
			g.compare(t, template)
		})
	}
}

// TestEveryTemplate renders three turns, with and without a system prompt, and
// looks for every word of them, whatever the template.
func TestEveryTemplate(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedTemplates(t), "*.jinja"))
	if err != nil || len(files) < 55 {
		t.Fatalf("%d templates, %v", len(files), err)
	}
	three := []Message{{User, "What is a quark?"}, {Assistant, "A particle."}, {User, "How many are there?"}}
	withSystem := append([]Message{{System, "Answer briefly."}}, three...)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		template, err := Parse(filepath.Base(file), string(source))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, messages := range [][]Message{three, withSystem} {
			text, err := template.Render(Input{Messages: messages, BOS: "<s>", EOS: "</s>", AddGenerationPrompt: true})
			if err != nil {
				t.Error(err)
			}
			for _, m := range messages {
				if !strings.Contains(text, m.Content) {
					t.Errorf("%s loses %q: %q", template.Name(), m.Content, text)
				}
			}
		}
		if len(template.Stops()) == 0 {
			t.Logf("%s has no stop strings", template.Name())
		}
	}
}
