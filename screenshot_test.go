package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine/gguf"
)

// TestScreenshot makes the README's picture of the real window. The
// conversation in it is written here, not by a model.
func TestScreenshot(t *testing.T) {
	if os.Getenv("BEYONDER_SCREENSHOTS") == "" {
		t.Skip("BEYONDER_SCREENSHOTS names no folder for pictures; make screenshot does")
	}
	path := needWindow(t)
	data := t.TempDir()
	for _, c := range pictured {
		converse(t, data, c.question, c.answer)
	}
	for _, theme := range []string{"light", "dark"} {
		settings(t, data, theme)
		p := newScreen(t).open(path, data, named(t, "Beyonder-4x7B-v2"))
		p.wait("model-loaded")
		p.xdotool("mousemove", "1279", "400")
		time.Sleep(2 * time.Second) // fonts are drawn a little later
		p.screenshot("screenshot-" + theme)
		p.kill()
	}
}

// named is the tiny model under another name.
func named(t *testing.T, name string) string {
	t.Helper()
	from, err := gguf.Open(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var kvs []gguf.KV
	for _, key := range from.Keys() {
		v, _ := from.Value(key)
		if key == "general.name" {
			v = name
		}
		kvs = append(kvs, gguf.KV{Key: key, Value: v})
	}
	kvs = append(kvs, gguf.KV{Key: "tokenizer.chat_template", Value: "{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"})
	var tensors []gguf.TensorSource
	for _, x := range from.Tensors() {
		tensors = append(tensors, gguf.TensorSource{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: x.Data})
	}
	path := filepath.Join(t.TempDir(), name+".gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := gguf.Write(f, kvs, tensors); err != nil {
		t.Fatal(err)
	}
	return path
}

var pictured = []struct{ question, answer string }{
	{"Plan a week of dinners for two", "Gladly. Monday: lentil soup."},
	{"Why does my Go test hang?", "Most likely a channel that nobody reads."},
	{"What is a mixture of experts?", `A **mixture of experts** replaces one large feed-forward network by several smaller ones, and a *router* that sends each token to the best two of them:

1. The router scores every expert for the token.
2. The two best are run, the others rest.
3. Their outputs are added, weighted by the scores.

` + "```go\n" + `// route returns the ids of the two experts with the largest scores.
func route(scores []float32) (first, second int) {
	for id, s := range scores {
		switch {
		case s > scores[first]:
			first, second = id, first
		case id != first && s > scores[second]:
			second = id
		}
	}
	return first, second
}
` + "```\n" + `
| | Mistral 7B | Beyonder 4x7B |
|---|---|---|
| parameters | 7.2 B | 24.2 B |
| at work for each token | 7.2 B | 12.9 B |

So it *knows* as much as a large model and *costs* as much as a small one → all of the memory, half of the work.`},
}

// converse stores a conversation by way of the application itself.
func converse(t *testing.T, data, question, answer string) {
	t.Helper()
	e := apptest.New(strings.Split(answer, " "), 30*time.Millisecond)
	e.Model.Name = "Beyonder-4x7B-v2"
	a, err := app.Open(app.Options{Dir: data, Engine: e})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, err := a.NewConversation()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range a.Send(context.Background(), c.ID, question) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func settings(t *testing.T, data, theme string) {
	t.Helper()
	a, err := app.Open(app.Options{Dir: data, Engine: apptest.New(nil, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	s := a.Settings()
	s.Theme = theme
	if err := a.SetSettings(s); err != nil {
		t.Fatal(err)
	}
}

// The picture in the README exists and is no stub.
func TestReadmePicture(t *testing.T) {
	info, err := os.Stat(filepath.Join("docs", "screenshot.png"))
	if err != nil || info.Size() < 20_000 {
		t.Errorf("docs/screenshot.png: %v", err)
	}
}
