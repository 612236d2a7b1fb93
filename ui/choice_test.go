package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// A choice has the frame of a field, and where the keyboard is its colour.
func TestAChoiceIsFramed(t *testing.T) {
	app := test.NewTempApp(t)
	for mode, width := range map[string]float32{"light": 1, "dark+contrast": 2} {
		app.Settings().SetTheme(NewTheme(mode, 1))
		s := newKeySelect([]string{"one", "two"}, func(int) {})
		w := test.NewTempWindow(t, s)
		frame := func() *canvas.Rectangle { return test.WidgetRenderer(s).Objects()[0].(*canvas.Rectangle) }
		if f := frame(); f.StrokeWidth != width || f.StrokeColor != Color(theme.ColorNameInputBorder) {
			t.Errorf("%s: its frame is %v wide and %v", mode, f.StrokeWidth, f.StrokeColor)
		}
		w.Canvas().Focus(s)
		if f := frame(); f.StrokeColor != Color(theme.ColorNamePrimary) {
			t.Errorf("%s: with the keyboard its frame is %v", mode, f.StrokeColor)
		}
		w.Canvas().Unfocus()
		if f := frame(); f.StrokeColor != Color(theme.ColorNameInputBorder) {
			t.Errorf("%s: without the keyboard again its frame is %v", mode, f.StrokeColor)
		}
	}
}

// A list to choose from has the keyboard on what is chosen now, scrolls along with
// it, finds by letters, and closes without a choice by Esc.
func TestAListToChooseFromByKeyboard(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 2))
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("%c, the %d.", 'A'+i%20, i))
	}
	chosen := -1
	s := newKeySelect(names, func(i int) { chosen = i })
	s.SetSelectedIndex(20)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(400, 400))
	at := func() *focusRow { return w.Canvas().Focused().(*focusRow) }
	key := func(name fyne.KeyName) { w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) }
	seen := func() {
		t.Helper()
		top := at().Position().Y - s.list.scroll.Offset.Y
		if top < 0 || top+at().Size().Height > s.list.scroll.Size().Height {
			t.Errorf("%q is at %v of %v: not in view", at().title.text, top, s.list.scroll.Size().Height)
		}
	}
	test.Tap(s)
	if at().title.text != names[20] || !at().selected {
		t.Fatalf("the keyboard is at %q", at().title.text)
	}
	seen()
	key(fyne.KeyDown)
	if at().title.text != names[21] {
		t.Errorf("after Down it is at %q", at().title.text)
	}
	seen()
	at().TypedRune('c')
	if at().title.text != names[22] {
		t.Errorf("after c it is at %q", at().title.text)
	}
	at().TypedRune('C')
	if at().title.text != names[2] {
		t.Errorf("after another C it is at %q", at().title.text)
	}
	seen()
	key(fyne.KeyEnd)
	seen()
	chosen = -1
	key(fyne.KeyEscape)
	if chosen != -1 || w.Canvas().Overlays().Top() != nil || w.Canvas().Focused() != s {
		t.Errorf("after Esc %d is chosen, the keyboard is at %T", chosen, w.Canvas().Focused())
	}
	key(fyne.KeySpace)
	key(fyne.KeyHome)
	key(fyne.KeyReturn)
	if chosen != 0 || w.Canvas().Overlays().Top() != nil {
		t.Errorf("%d is chosen, want the first", chosen)
	}
}

// What can be chosen and what else can be done begin at one edge.
func TestTheRowsOfAListBeginAtOneEdge(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 2))
	l := &choiceList{width: 300, most: 300}
	l.add("One", "", func() {})
	l.addMore("Another thing", "", func() {})
	button := newButton("Open", nil)
	test.NewTempWindow(t, button).Resize(fyne.NewSize(900, 700))
	l.openUnder(button)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	if row, more := at(l.rows[0]), at(l.more[0]); row.X != more.X || l.rows[0].Size().Width != l.more[0].Size().Width {
		t.Errorf("they begin at %v and %v, and are %v and %v wide", row.X, more.X, l.rows[0].Size().Width, l.more[0].Size().Width)
	}
}
