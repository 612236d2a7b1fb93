package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// assistantSampling chooses how an assistant's replies are written: as without an
// assistant, or from a preset, with single values changed.
type assistantSampling struct {
	editor  *assistantEditor
	presets []app.Preset
	now     *app.Sampling // nil: as without an assistant
	base    app.Preset
	known   bool

	choice  *keySelect
	mark    *lineText
	about   *paragraph
	unfold  *focusRow
	fields  *fyne.Container
	numbers []*numberRow
	object  fyne.CanvasObject
}

func newAssistantSampling(e *assistantEditor) *assistantSampling {
	s := &assistantSampling{editor: e, about: newParagraph("", captionStyle), fields: newColumn(16)}
	s.choice = newKeySelect(nil, s.choose)
	marked := captionStyle
	marked.color = "primary"
	s.mark = newLine("", marked)
	s.unfold = newFocusRow(lang.L("Change single values"), "", s.toggle)
	s.unfold.framed = true
	s.fields.Hide()
	fields := frontFields()
	for _, group := range advancedFields() {
		fields = append(fields, group.fields...)
	}
	for _, f := range fields {
		row := newNumberRow(f, func(v float64) { s.set(f, v) })
		row.back.tips = e.page.tips
		s.numbers = append(s.numbers, row)
		s.fields.Add(row.object)
	}
	s.object = newColumn(8, newRow(8, 0, newFlexibleLine(lang.L("How replies are written"), bodyStyle), s.mark), s.choice, s.about, s.unfold, s.fields)
	return s
}

// show shows the sampling of an assistant.
func (s *assistantSampling) show(now *app.Sampling) {
	s.now, s.known = nil, false
	if now != nil {
		c := now.Clone()
		s.now = &c
		s.base, s.known = s.editor.page.window.app.Preset(c.Preset)
	}
	s.list()
	if s.now != nil {
		shown := app.Settings{Sampling: s.now.Settings}
		for _, r := range s.numbers {
			r.Set(r.field.get(&shown))
		}
	}
	s.follow()
}

// list fills the choice: as without an assistant, then the presets.
func (s *assistantSampling) list() {
	w := s.editor.page.window
	s.presets, _ = w.app.Presets()
	info, _ := w.app.Model()
	names := []string{lang.L("As without an assistant")}
	for _, p := range s.presets {
		names = append(names, presetName(p, info.Name))
	}
	at := 0
	if s.now != nil {
		at = 1 + slices.IndexFunc(s.presets, func(p app.Preset) bool { return p.Key == s.now.Preset })
		if at == 0 {
			name := lang.L("Its own values")
			if s.known {
				name = presetName(s.base, info.Name)
			}
			names = append(names, name)
			at = len(names) - 1
		}
	}
	s.choice.Options = names
	s.choice.SetSelectedIndex(at)
	s.choice.Refresh()
}

// follow brings up to date what follows from the values.
func (s *assistantSampling) follow() {
	setVisible(s.unfold, s.now != nil)
	if s.now == nil {
		s.fields.Hide()
	}
	s.unfold.title.SetText(lang.L("Change single values"))
	if s.fields.Visible() {
		s.unfold.title.SetText(lang.L("Hide single values"))
	}
	s.mark.SetText("")
	base := app.Settings{}
	if s.now != nil && s.known {
		base.Sampling = s.base.Settings
		if !app.SameSampling(s.base.Settings, s.now.Settings) {
			s.mark.SetText(lang.L("• Changed"))
		}
	}
	for _, r := range s.numbers {
		value := 0.0
		if s.now != nil && s.known {
			value = r.field.get(&base)
			r.back.tip = fmt.Sprintf(lang.L("Back to %s, the preset's value"), r.field.text(value))
		}
		r.compare(value, s.now != nil && s.known)
	}
	s.about.SetText(s.text())
}

// text tells what the values are.
func (s *assistantSampling) text() string {
	if s.now == nil {
		return lang.L("A conversation begins with what you have chosen for the model, or what its file suggests.")
	}
	all := app.Settings{Sampling: s.now.Settings}
	var parts []string
	for _, f := range append(frontFields()[:4], cuttingFields()[0]) {
		if text := f.text(f.get(&all)); f.offText == "" || text != f.offText {
			parts = append(parts, f.name+" "+text)
		}
	}
	return strings.Join(parts, " · ")
}

func (s *assistantSampling) choose(i int) {
	if s.editor.showing || i > len(s.presets) {
		return
	}
	s.editor.showing = true
	if i == 0 {
		s.show(nil)
	} else {
		p := s.presets[i-1]
		s.show(&app.Sampling{Preset: p.Key, Settings: p.Settings})
	}
	s.editor.showing = false
	s.announce()
}

func (s *assistantSampling) set(f numberField, v float64) {
	if s.editor.showing || s.now == nil {
		return
	}
	all := app.Settings{Sampling: s.now.Settings}
	f.set(&all, v)
	s.now.Settings = all.Sampling
	s.follow()
	s.announce()
}

func (s *assistantSampling) announce() {
	var now *app.Sampling
	if s.now != nil {
		c := s.now.Clone()
		now = &c
	}
	s.editor.change(func(a *app.Assistant) { a.Sampling = now })
}

func (s *assistantSampling) toggle() {
	setVisible(s.fields, !s.fields.Visible())
	s.follow()
	s.editor.grown()
}
