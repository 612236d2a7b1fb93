package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/engine"
)

func policies() []engine.ContextPolicy {
	return []engine.ContextPolicy{engine.StopWhenFull, engine.RollWhenFull}
}

func policyIndex(p engine.ContextPolicy) int {
	return max(0, slices.Index(policies(), p))
}

// policyText says what becomes of a conversation that outgrows the context.
func policyText(p engine.ContextPolicy) string {
	if p == engine.RollWhenFull {
		return lang.L("The model no longer sees the oldest messages, but always the system prompt. A line shows where its memory begins. You keep every word.")
	}
	return lang.L("The reply ends and says so. Nothing is left out of what the model sees.")
}

// startIndex is the place of "at the start" and of "with the first message".
func startIndex(atStart bool) int {
	if atStart {
		return 0
	}
	return 1
}

func kvIndex(kv string) int {
	return max(0, slices.Index([]string{"f16", "f32", "q8_0"}, kv))
}

func lookNames() []string { return []string{"system", "light", "dark"} }

func scales() []float32 { return []float32{0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2} }

func scaleIndex(scale float32) int {
	best := slices.Index(scales(), 1)
	for i, s := range scales() {
		if scale > 0 && abs(s-scale) < abs(scales()[best]-scale) {
			best = i
		}
	}
	return best
}

func abs(x float32) float32 { return max(x, -x) }

// section is a heading with what belongs to it.
func section(title string, objects ...fyne.CanvasObject) *fyne.Container {
	return newColumn(12, append([]fyne.CanvasObject{newFlexibleLine(title, strongStyle)}, objects...)...)
}

// labelled puts a name above a control and explanations under it.
func labelled(name string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	return newColumn(4, append([]fyne.CanvasObject{newFlexibleLine(name, bodyStyle)}, objects...)...)
}

// keySelect is a choice among names that tells which one by its index, and
// passes on the keys it has no use for. Its list is ours: Fyne's begins with
// nothing chosen and does not scroll to what the keyboard is at.
type keySelect struct {
	widget.Select
	list    *choiceList
	focused bool
}

func newKeySelect(names []string, chosen func(int)) *keySelect {
	s := &keySelect{}
	s.ExtendBaseWidget(s)
	s.Options = names
	s.OnChanged = func(string) { chosen(s.SelectedIndex()) }
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *keySelect) CreateRenderer() fyne.WidgetRenderer {
	r := &keySelectRenderer{s.Select.CreateRenderer(), s}
	r.frame()
	return r
}

// FocusGained and FocusLost implement fyne.Focusable.
func (s *keySelect) FocusGained() {
	s.focused = true
	s.Select.FocusGained()
}

func (s *keySelect) FocusLost() {
	s.focused = false
	s.Select.FocusLost()
}

// keySelectRenderer gives a choice the frame of a field, as wide and in the same
// colours: Fyne's has none, and cannot be seen on a page of its own colour.
type keySelectRenderer struct {
	fyne.WidgetRenderer
	choice *keySelect
}

// Refresh implements fyne.WidgetRenderer.
func (r *keySelectRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.frame()
}

func (r *keySelectRenderer) frame() {
	back, ok := r.Objects()[0].(*canvas.Rectangle)
	if !ok {
		return
	}
	stroke := theme.ColorNameInputBorder
	switch {
	case r.choice.Disabled():
		stroke = theme.ColorNameDisabled
	case r.choice.focused:
		stroke = theme.ColorNamePrimary
		back.FillColor = Color(theme.ColorNameInputBackground)
	}
	back.StrokeColor, back.StrokeWidth = Color(stroke), theme.Size(theme.SizeNameInputBorder)
	back.Refresh()
}

// Tapped implements fyne.Tappable: the list opens.
func (s *keySelect) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !s.Disabled() {
		c.Focus(s)
		s.open()
	}
}

func (s *keySelect) open() {
	s.list = &choiceList{most: 400}
	for i, name := range s.Options {
		s.list.add(name, "", func() { s.SetSelectedIndex(i) }).selected = i == s.SelectedIndex()
	}
	s.list.openUnder(s)
}

// TypedKey implements fyne.Focusable.
func (s *keySelect) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown:
		s.open()
	case fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(event)
	default:
		passKey(s, event)
	}
}
