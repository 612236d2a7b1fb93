package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/engine/sample"
)

func (p *panelRig) write(text string) {
	p.format.editor.SetText(text)
	p.format.left()
}

// Each kind of format keeps its own text, finished or not, and a mistake is told
// with its place.
func TestReplyFormat(t *testing.T) {
	p := newPanelRig(t)
	b := p.format
	if b.body.Visible() || b.head.caption.text != "Free text" {
		t.Errorf("folded it says %q, unfolded: %v", b.head.caption.text, b.body.Visible())
	}
	b.toggle()
	if !b.body.Visible() || b.editing.Visible() {
		t.Error("free text needs no editor")
	}
	b.kind.SetSelectedIndex(2)
	if got := p.last(t).Sampling.Format; got != sample.JSONSchema || !b.editing.Visible() || !b.examples.Visible() {
		t.Fatalf("the format is %q", got)
	}
	p.write("{\n  \"type\": \"strin\"\n}")
	if want := "Line 2, column 11: there is no type \"strin\""; !strings.HasPrefix(b.verdict.text, want) || b.head.caption.text != "Has a mistake" {
		t.Errorf("it says %q, %q", b.verdict.text, b.head.caption.text)
	}
	if got := p.last(t).Sampling.Schema; !strings.Contains(got, "strin") || b.examples.Visible() {
		t.Errorf("an unfinished schema is kept as %q", got)
	}
	b.kind.SetSelectedIndex(3)
	if b.editor.Text != "" || !b.examples.Visible() {
		t.Errorf("the grammar is %q", b.editor.Text)
	}
	b.examples.SetSelectedIndex(0)
	if got := p.last(t).Sampling; got.Grammar != `root ::= "yes" | "no"` || !strings.Contains(got.Schema, "strin") {
		t.Errorf("%+v", got)
	}
	if !strings.HasPrefix(b.verdict.text, "Replies") || !b.examples.Visible() {
		t.Errorf("it says %q of an example", b.verdict.text)
	}
	b.kind.SetSelectedIndex(2)
	if !strings.Contains(b.editor.Text, "strin") {
		t.Errorf("the schema has become %q", b.editor.Text)
	}
	p.presets.choose(2) // which says nothing about the format
	if got := p.last(t); got.Preset == "" || got.Sampling.Format != sample.JSONSchema || got.Sampling.Grammar == "" {
		t.Errorf("with another preset: %+v", got.Sampling)
	}
}

// The examples work.
func TestFormatExamples(t *testing.T) {
	p := newPanelRig(t)
	for i, f := range formats() {
		for k := range formatExamples(f) {
			if i < 2 {
				continue
			}
			p.format.kind.SetSelectedIndex(i)
			p.write("")
			p.format.examples.SetSelectedIndex(k)
			if strings.HasPrefix(p.format.verdict.text, "Line") || p.format.editor.Text == "" {
				t.Errorf("%s example %d: %s", f, k, p.format.verdict.text)
			}
		}
	}
}

// A reply that had to be JSON is one block of code, laid out when it is whole.
func TestJSONIsCode(t *testing.T) {
	reply := &app.Reply{}
	reply.Done.Sampling.Format = sample.JSONSchema
	text := `{"name": "A *fox*", "list": ["- one", "# two"], "more": "words and words and words"}`
	e := entryOf(app.Message{ID: 1, Role: "assistant", Text: text[:30], State: app.Streaming, Reply: reply})
	b := newBubble(e)
	b.cut()
	b.split.add(text[30:])
	b.grow(0)
	row := func() *row { first, _ := b.chunkSpan(); return b.rows[first] }
	if n := b.nodes(nil, row()); len(n) != 1 || n[0].kind != codeNode || n[0].language != "json" || n[0].code != text {
		t.Errorf("%+v", n)
	}
	e.Text, e.State = text, "complete"
	b.replace(e)
	b.cut()
	if n := b.nodes(nil, row()); !strings.HasPrefix(n[0].code, "{\n  \"name\": \"A *fox*\",\n") {
		t.Errorf("whole it is %s", n[0].code)
	}
	if got := laidOut("{\"a\":\n            [1]   }"); got != "{\n  \"a\": [\n    1\n  ]\n}" {
		t.Errorf("laid out it is %s", got)
	}
	if e := entryOf(app.Message{ID: 1, Role: "assistant", Text: text, Reply: &app.Reply{}}); e.Code != "" {
		t.Error("other replies are no code")
	}
}

// The form of replies, with a mistake in it, is checked by eye once:
// testdata/format.xml.
func TestTheFormatLooksAsBefore(t *testing.T) {
	p := newPanelRig(t)
	b := p.format
	b.toggle()
	b.kind.SetSelectedIndex(2)
	p.write("{\n  \"type\": \"strin\"\n}")
	w := test.NewTempWindow(t, b.object)
	w.Resize(fyne.NewSize(300, b.object.MinSize().Height))
	test.AssertRendersToMarkup(t, "format.xml", w.Canvas())
}
