package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// numberRow is one number of the settings: its name, a field, a slider and a
// line that explains it, or what is wrong with what was typed.
type numberRow struct {
	field    numberField
	onChange func(float64)

	value   float64
	was     float64 // before anything was typed into the field
	entry   *filterEntry
	slider  *keySlider // nil: the field alone
	unit    *lineText
	name    *lineText
	back    *glyphButton // to the preset's value, while it is another one
	base    float64      // that value
	head    *fyne.Container
	explain *paragraph
	object  *fyne.Container
	setting bool // Set is at work: what changes was not the reader's doing
}

func newNumberRow(f numberField, onChange func(float64)) *numberRow {
	r := &numberRow{field: f, onChange: onChange}
	r.entry = newFilterEntry("", r.typed)
	r.entry.OnSubmitted = func(string) { r.left() }
	r.entry.keys, r.entry.left = r.key, r.left
	r.explain = newParagraph(f.explain, captionStyle)
	r.name = newFlexibleLine(f.name, bodyStyle)
	r.back = newGlyph(assets.Icon("undo"), 24, r.goBack)
	r.back.tip = lang.L("As it was at first")
	r.back.Hide()
	r.unit = newLine(f.unit, captionStyle)
	r.head = container.New(numberHead{line{gap: 8}, r}, r.name, r.back, r.unit, newSized(numberWidth(), 0, r.entry))
	r.object = newColumn(4, r.head)
	if f.slideTo >= 0 {
		r.slider = newKeySlider(f, r.slid, r.released)
		r.object.Add(container.New(outdent{}, container.NewThemeOverride(r.slider, tracked{})))
	}
	r.object.Add(r.explain)
	return r
}

// numberWidth is that of all fields for numbers, at 100 %: the longest word that
// stands in one fits.
func numberWidth() float32 {
	width := float32(92)
	for _, word := range []string{lang.L("Off"), lang.L("Random"), lang.L("Automatic"), lang.L("No limit")} {
		width = max(width, (bodyStyle.width(word)+4*theme.InnerPadding())/px(1))
	}
	return width
}

// Set shows v.
func (r *numberRow) Set(v float64) {
	r.setting = true
	defer func() { r.setting = false }()
	r.value, r.was = v, v
	r.entry.SetText(r.field.text(v))
	r.measured()
	r.complain(nil)
	if r.slider != nil {
		r.slider.SetValue(min(max(v, r.slider.Min), r.slider.Max))
	}
}

func (r *numberRow) typed(text string) {
	if r.setting {
		return
	}
	v, err := r.field.parse(text)
	r.complain(err)
	if err != nil {
		v = r.was // not the beginning of what was typed, which could be used
	}
	if v == r.value {
		return
	}
	r.value = v
	r.measured()
	if r.slider != nil {
		r.setting = true
		r.slider.SetValue(min(max(v, r.slider.Min), r.slider.Max))
		r.setting = false
	}
	r.onChange(v)
}

// key lets Esc take back what cannot be used; in a field with nothing to take back
// it is the window's.
func (r *numberRow) key(event *fyne.KeyEvent) bool {
	if event.Name != fyne.KeyEscape {
		return false
	}
	if r.entry.Text == r.field.text(r.value) {
		passKey(r.entry, event)
	} else {
		r.Set(r.value)
	}
	return true
}

// left writes what was typed as it is understood: "0,5" as 0.5, a seed of -1 as
// Random. What cannot be used stays, beside what is wrong with it.
func (r *numberRow) left() {
	if _, err := r.field.parse(r.entry.Text); err == nil {
		r.Set(r.value)
	}
}

// slid follows the slider with the field; released keeps the value: one write
// to disk for a drag, not hundreds.
func (r *numberRow) slid(v float64) {
	if r.setting {
		return
	}
	r.setting = true
	r.entry.SetText(r.field.text(tidy(v, r.field.step)))
	r.setting = false
	r.complain(nil)
}

func (r *numberRow) released(v float64) {
	v = tidy(v, r.field.step)
	if !r.setting && v != r.value {
		r.value, r.was = v, v
		r.measured()
		r.onChange(v)
	}
}

// measured lays the head out for another value.
func (r *numberRow) measured() { relayout(r.head) }

// numberHead is the line of a number's name, its way back, its unit and its field.
// The unit stands beside a number, not beside a word such as Off, and only where
// all of the name has room: the explanation tells what is counted, too.
type numberHead struct {
	line
	row *numberRow
}

// Layout implements fyne.Layout.
func (h numberHead) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	r := h.row
	setVisible(r.unit, false)
	room := size.Width - h.line.MinSize(objects).Width + r.name.MinSize().Width - r.unit.MinSize().Width - px(h.gap)
	setVisible(r.unit, r.field.unit != "" && r.field.text(r.value) != r.field.offText && r.name.style.width(r.name.text) <= room)
	h.line.Layout(objects, size)
}

// compare marks the row if the preset has another value; has: there is a preset.
func (r *numberRow) compare(base float64, has bool) {
	r.base = base
	changed := has && base != r.value
	style := bodyStyle
	if changed {
		style.color = theme.ColorNamePrimary
	}
	r.name.setStyle(style)
	if changed == r.back.Visible() {
		return
	}
	setVisible(r.back, changed)
	relayout(r.head)
}

func (r *numberRow) goBack() {
	r.Set(r.base)
	r.onChange(r.base)
}

func (r *numberRow) complain(err error) {
	if err == nil {
		r.explain.setStyle(captionStyle)
		r.explain.SetText(r.field.explain)
	} else {
		r.explain.setStyle(dangerStyle)
		r.explain.SetText(asSentence(err.Error()))
	}
}

// tidy takes 0.30000000000000004 back to 0.3.
func tidy(v, step float64) float64 {
	for scale := 1.0; scale <= 1e6; scale *= 10 {
		if whole := step * scale; whole == float64(int64(whole)) {
			return float64(wholeNumber(v*scale)) / scale
		}
	}
	return v
}

func wholeNumber(v float64) int64 {
	if v < 0 {
		return int64(v - 0.5)
	}
	return int64(v + 0.5)
}

// keySlider is a slider that passes on the keys it has no use for.
type keySlider struct{ widget.Slider }

func newKeySlider(f numberField, changed, released func(float64)) *keySlider {
	s := &keySlider{}
	s.ExtendBaseWidget(s)
	s.Min, s.Max, s.Step = f.low, f.high, f.step
	if f.slideTo > 0 {
		s.Max = f.slideTo
	}
	if f.offText != "" {
		s.Min = min(s.Min, f.off)
	}
	s.OnChanged, s.OnChangeEnded = changed, released
	return s
}

// TypedKey implements fyne.Focusable.
func (s *keySlider) TypedKey(event *fyne.KeyEvent) {
	s.Slider.TypedKey(event)
	passKey(s, event)
}

// outdent lets a slider begin and end where the text around it does: Fyne keeps
// room for half its knob on either side.
type outdent struct{}

// MinSize implements fyne.Layout.
func (outdent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, px(24))
}

// Layout implements fyne.Layout.
func (outdent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width+px(8), size.Height))
	objects[0].Move(fyne.NewPos(-px(4), 0))
}
