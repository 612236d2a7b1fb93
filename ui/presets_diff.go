package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine/sample"
)

// difference is a setting whose value is not the preset's.
type difference struct {
	name, preset, yours string
	undo                func(s *sample.Settings, preset sample.Settings)
}

// differences lists what in a conversation is not as in its preset, in the order of
// the panel.
func differences(preset, yours sample.Settings) (all []difference) {
	was, is := app.Settings{Sampling: preset}, app.Settings{Sampling: yours}
	rest := app.Sampling{Settings: yours}.Clone().Settings // with the preset's values wherever they are told
	fields := frontFields()
	for _, group := range advancedFields() {
		fields = append(fields, group.fields...)
	}
	for _, f := range fields {
		undo := func(s *sample.Settings, preset sample.Settings) {
			from, to := app.Settings{Sampling: preset}, app.Settings{Sampling: *s}
			f.set(&to, f.get(&from))
			*s = to.Sampling
		}
		undo(&rest, preset)
		if a, b := f.get(&was), f.get(&is); a != b {
			all = append(all, difference{f.name, f.text(a), f.text(b), undo})
		}
	}
	if a, b := orderText(preset), orderText(yours); a != b {
		all = append(all, difference{lang.L("Order"), a, b, func(s *sample.Settings, preset sample.Settings) { s.Order = preset.Order }})
	}
	rest.Order = preset.Order
	for _, l := range listFields() {
		undo := func(s *sample.Settings, preset sample.Settings) {
			from, to := app.Settings{Sampling: preset}, app.Settings{Sampling: *s}
			_ = l.set(&to, l.get(&from)) // it was read before
			*s = to.Sampling
		}
		undo(&rest, preset)
		if a, b := l.get(&was), l.get(&is); a != b {
			all = append(all, difference{l.name, oneLine(a), oneLine(b), undo})
		}
	}
	if d, ok := formatDifference(preset, yours); ok {
		all = append(all, d)
	}
	if rest = rest.WithFormatOf(preset); !app.SameSampling(rest, preset) {
		all = append(all, difference{lang.L("Other settings"), lang.L("as saved"), lang.L("changed"), nil})
	}
	return all
}

func orderText(s sample.Settings) string {
	var names []string
	for _, name := range completeOrder(s) {
		names = append(names, samplerTitle(name))
	}
	return strings.Join(names, ", ")
}

func oneLine(text string) string {
	if text == "" {
		return lang.L("None")
	}
	return strings.ReplaceAll(text, "\n", ", ")
}

// diffList is the list of differences, folded until it is asked for.
type diffList struct {
	panel  *SettingsPanel
	fold   *focusRow
	rows   *fyne.Container
	shown  []difference
	object *fyne.Container
}

func newDiffList(p *SettingsPanel) *diffList {
	d := &diffList{panel: p, rows: newColumn(4)}
	d.fold = newFocusRow("", "", d.toggle)
	d.fold.framed = true
	d.rows.Hide()
	d.object = newColumn(8, d.fold, d.rows)
	return d
}

func (d *diffList) toggle() {
	if len(d.shown) > 0 || d.rows.Visible() {
		setVisible(d.rows, !d.rows.Visible())
		d.show()
		d.panel.grown()
	}
}

// show brings the list up to date.
func (d *diffList) show() {
	p := d.panel
	d.shown = nil
	if p.view.known {
		d.shown = differences(p.view.base.Settings, p.now.Sampling)
	}
	text := lang.L("Nothing differs from the preset")
	switch n := len(d.shown); {
	case !p.view.known:
		text = lang.L("There is no preset to compare with")
	case n > 0 && d.rows.Visible():
		text = lang.L("Hide what differs")
	case n == 1:
		text = lang.L("What differs: 1 setting")
	case n > 1:
		text = fmt.Sprintf(lang.L("What differs: %s settings"), count(n))
	}
	d.fold.title.SetText(text)
	style := bodyStyle
	if len(d.shown) == 0 {
		style = captionStyle
	}
	d.fold.title.setStyle(style)
	d.fill()
}

func (d *diffList) fill() {
	d.rows.RemoveAll()
	if !d.rows.Visible() {
		return
	}
	if len(d.shown) > 0 {
		d.rows.Add(diffRow(captionStyle, lang.L("Setting"), lang.L("Preset"), lang.L("Yours"), newSized(24, 0, newLine("", captionStyle))))
	}
	for _, x := range d.shown {
		back := newGlyph(assets.Icon("undo"), 24, func() { d.undo(x) })
		back.tip, back.tips = fmt.Sprintf(lang.L("Back to %s, the preset's value"), x.preset), d.panel.tips
		d.rows.Add(diffRow(bodyStyle, x.name, x.preset, x.yours, back))
	}
}

func diffRow(style textStyle, name, preset, yours string, end fyne.CanvasObject) fyne.CanvasObject {
	small := captionStyle
	return newRow(8, 0, newFlexibleLine(name, style), newSized(64, 0, newFlexibleLine(preset, small)), newSized(64, 0, newFlexibleLine(yours, small)), end)
}

// undo gives one setting the preset's value again.
func (d *diffList) undo(x difference) {
	p := d.panel
	s := p.sampling()
	if x.undo == nil {
		s.Settings = app.Sampling{Settings: p.view.base.Settings}.Clone().Settings
	} else {
		x.undo(&s.Settings, p.view.base.Settings)
	}
	p.setSampling(s.Clone())
}
