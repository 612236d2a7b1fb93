package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// The fields of the composer have no frame, and still the window's theme: for
// another one Fyne would read every font again.
func TestTheComposersFieldsHaveNoFrameAndNoThemeOfTheirOwn(t *testing.T) {
	c, _ := newComposerRig(t)
	c.AskOpening()
	for _, field := range []fyne.Widget{c.entry, c.opening} {
		if got := theme.CurrentForWidget(field); got != fyne.CurrentApp().Settings().Theme() {
			t.Errorf("%T is drawn with the theme %T", field, got)
		}
		objects := test.TempWidgetRenderer(t, field).Objects()
		if len(objects) == 0 {
			t.Errorf("%T draws nothing", field)
		}
		for _, o := range objects {
			if _, ok := o.(*canvas.Rectangle); ok {
				t.Errorf("%T draws a ground or a frame", field)
			}
		}
	}
}

// The face of code is not read before there is code.
func TestTheFaceOfCodeIsReadWhenThereIsCode(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	s := newStyle()
	if s.codePitch != 0 {
		t.Error("it is read with the theme")
	}
	if s.codeLeading() < s.mono.size || s.codePitch != s.codeLeading() {
		t.Errorf("lines of code are %v apart", s.codeLeading())
	}
}
