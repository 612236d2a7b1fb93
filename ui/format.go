package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/sample"
)

// formatBox is the part of the settings that says what form replies must have:
// a row that unfolds to a choice and, for a schema or a grammar, an editor that
// says at once what is wrong with it. What does not work yet is kept too; each
// kind keeps its own text.
type formatBox struct {
	OnChange func(func(*sample.Settings))
	OnGrown  func()

	now     sample.Settings // what is shown of it: Format, Schema and Grammar
	save    *pause
	check   *pause
	showing bool // Set is at work

	head     *focusRow
	body     *fyne.Container
	kind     *keySelect
	about    *paragraph
	editing  *fyne.Container // what only a schema or a grammar needs
	examples *keySelect
	editor   *linesEntry
	verdict  *paragraph
	object   *fyne.Container
}

func newFormatBox(save *pause) *formatBox {
	b := &formatBox{save: save, check: &pause{post: save.post, wait: 150 * time.Millisecond}}
	b.head = newFocusRow(lang.L("Reply format"), "", b.toggle)
	b.head.framed = true
	b.kind = newKeySelect(formatNames(), b.choose)
	b.about = newParagraph("", captionStyle)
	b.examples = newKeySelect(nil, b.useExample)
	b.examples.PlaceHolder = lang.L("Begin with an example")
	b.editor = newLinesEntry("", 6, b.left)
	b.editor.TextStyle.Monospace = true
	b.editor.OnChanged = b.typed
	b.verdict = newParagraph("", captionStyle)
	b.editing = newColumn(8, b.examples, b.editor, b.verdict)
	b.body = newColumn(8, newColumn(4, b.kind, b.about), b.editing)
	b.body.Hide()
	b.object = newColumn(12, b.head, b.body)
	return b
}

// formatSection is the box in the panel.
func (p *SettingsPanel) formatSection() fyne.CanvasObject {
	p.format = newFormatBox(p.save)
	p.format.OnChange = func(f func(*sample.Settings)) { p.sampled(func(s *app.Settings) { f(&s.Sampling) }) }
	p.format.OnGrown = p.grown
	p.format.editor.onGrown = p.grown
	return p.format.object
}

func formats() []sample.Format {
	return []sample.Format{sample.FreeText, sample.JSON, sample.JSONSchema, sample.GBNF}
}

func formatNames() []string {
	return []string{lang.L("Free text"), lang.L("JSON"), lang.L("JSON schema"), lang.L("Grammar")}
}

func formatName(f sample.Format) string {
	return formatNames()[max(0, slices.Index(formats(), f))]
}

// formatFact is what the caption of a reply says of its format.
func formatFact(f sample.Format) string {
	if f == sample.FreeText {
		return ""
	}
	return formatName(f)
}

func formatText(f sample.Format) string {
	switch f {
	case sample.JSON:
		return lang.L("Replies are a JSON object or array. Tell the model what to put into it.")
	case sample.JSONSchema:
		return lang.L("Replies are JSON that fits the schema. The model does not see the schema: tell it what you want.")
	case sample.GBNF:
		return lang.L("Replies fit the grammar, in the notation of llama.cpp (GBNF). The model does not see it: tell it what you want.")
	}
	return lang.L("Replies are any text.")
}

// Set shows the format of s.
func (b *formatBox) Set(s sample.Settings) {
	b.showing = true
	defer func() { b.showing = false }()
	other := b.now.Format != s.Format
	b.now = sample.Settings{}.WithFormatOf(s)
	b.kind.SetSelectedIndex(max(0, slices.Index(formats(), s.Format)))
	if text := *b.text(); other || b.editor.Text != text {
		b.editor.SetText(text)
	}
	b.refresh()
}

// text is what the editor shows: of a kind without one, nothing.
func (b *formatBox) text() *string {
	switch b.now.Format {
	case sample.JSONSchema:
		return &b.now.Schema
	case sample.GBNF:
		return &b.now.Grammar
	}
	return new(string)
}

// refresh brings up to date what follows from the format.
func (b *formatBox) refresh() {
	b.head.caption.SetText(formatName(b.now.Format))
	b.about.SetText(formatText(b.now.Format))
	edits := b.now.Format == sample.JSONSchema || b.now.Format == sample.GBNF
	setVisible(b.editing, edits)
	if edits {
		b.editor.SetPlaceHolder(shortest(formatExamples(b.now.Format)))
		b.offer()
		b.judge()
	}
	b.head.Refresh()
}

// offer shows the examples while the editor has nothing of the reader's own.
func (b *formatBox) offer() {
	var names []string
	own := strings.TrimSpace(b.editor.Text) != ""
	for _, e := range formatExamples(b.now.Format) {
		names = append(names, e.name)
		own = own && e.text != b.editor.Text
	}
	b.examples.Options = names
	setVisible(b.examples, !own)
}

// judge says what is wrong with the text.
func (b *formatBox) judge() {
	err := engine.CheckFormat(b.now)
	style, text, mark := captionStyle, lang.L("Replies from the next one on will fit it."), formatName(b.now.Format)
	switch {
	case strings.TrimSpace(*b.text()) == "":
		text = lang.L("Nothing is written here yet.")
	case err != nil:
		if inner := errors.Unwrap(err); inner != nil {
			err = inner
		}
		style, text = dangerStyle, asSentence(err.Error())
		mark = lang.L("Has a mistake")
	}
	b.head.caption.SetText(mark)
	b.verdict.setStyle(style)
	b.verdict.SetText(text)
}

func (b *formatBox) toggle() {
	setVisible(b.body, !b.body.Visible())
	b.OnGrown()
}

func (b *formatBox) choose(i int) {
	if b.showing || i < 0 {
		return
	}
	b.save.flush() // what was typed belongs to the kind that was chosen before
	f := formats()[i]
	b.OnChange(func(s *sample.Settings) { s.Format = f })
	b.now.Format = f
	b.Set(b.now)
	b.editor.SetText(*b.text())
	b.OnGrown()
}

func (b *formatBox) useExample(i int) {
	if b.showing || i < 0 {
		return
	}
	b.editor.SetText(formatExamples(b.now.Format)[i].text)
	b.examples.ClearSelected()
	b.left()
}

func (b *formatBox) typed(text string) {
	b.editor.grow()
	if b.showing || *b.text() == text {
		return
	}
	*b.text() = text
	now := b.now
	b.save.do(func() { b.OnChange(func(s *sample.Settings) { *s = s.WithFormatOf(now) }) })
	b.check.do(func() {
		b.offer()
		b.judge()
		b.OnGrown()
	})
}

// left keeps what was typed and judges it.
func (b *formatBox) left() {
	b.check.flush()
	b.save.flush()
}

// formatExample is a schema or grammar to begin with.
type formatExample struct{ name, text string }

func formatExamples(f sample.Format) []formatExample {
	if f == sample.GBNF {
		return []formatExample{
			{lang.L("Yes or no"), "root ::= \"yes\" | \"no\""},
			{lang.L("A list"), "root ::= item+\nitem ::= \"- \" [^\\n]+ \"\\n\""},
			{lang.L("A word and its reason"), "root ::= verdict \"\\n\\n\" reason\nverdict ::= \"good\" | \"bad\"\nreason ::= [^\\n]{1,300}"},
		}
	}
	return []formatExample{
		{lang.L("A person"), `{
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "age": {"type": "integer", "minimum": 0, "maximum": 130}
  },
  "required": ["name", "age"]
}`},
		{lang.L("A list of texts"), `{
  "type": "array",
  "items": {"type": "string"},
  "minItems": 1,
  "maxItems": 10
}`},
		{lang.L("One of several words"), `{"enum": ["good", "bad", "mixed"]}`},
	}
}

func shortest(examples []formatExample) string {
	return slices.MinFunc(examples, func(a, b formatExample) int { return len(a.text) - len(b.text) }).text
}

// formatDifference is the format as one setting; false: it is the preset's.
func formatDifference(preset, yours sample.Settings) (difference, bool) {
	if app.SameSampling(preset, preset.WithFormatOf(yours)) {
		return difference{}, false
	}
	was, is := formatName(preset.Format), formatName(yours.Format)
	if was == is {
		is = lang.L("changed")
	}
	return difference{lang.L("Reply format"), was, is, func(s *sample.Settings, preset sample.Settings) { *s = s.WithFormatOf(preset) }}, true
}

// codeOf is the language that a reply is shown in as code; "": it is text.
func codeOf(r *app.Reply) string {
	switch r.Done.Sampling.Format {
	case sample.JSON, sample.JSONSchema:
		return "json"
	}
	return ""
}

// widestJSON is how many bytes of JSON stand well on one line.
const widestJSON = 72

// laidOut puts JSON that is long, or has lines of the model's own, on lines that
// are indented evenly. Only blanks between its parts change.
func laidOut(source string) string {
	var b bytes.Buffer
	if len(source) <= widestJSON && !strings.Contains(source, "\n") || json.Indent(&b, []byte(source), "", "  ") != nil {
		return source
	}
	return b.String()
}
