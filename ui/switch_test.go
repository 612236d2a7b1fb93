package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A switch is pressed by pointer and by Space, says what it is now, and is silent
// when it is set.
func TestASwitch(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	var said []bool
	s := newSwitch("High contrast", func(on bool) { said = append(said, on) })
	w := test.NewTempWindow(t, newColumn(8, s, newSwitch("A name that is so long that it takes two lines", nil)))
	w.Resize(fyne.NewSize(280, 120))
	test.Tap(s)
	w.Canvas().Focus(s)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	s.Set(true)
	if len(said) != 2 || !said[0] || said[1] || !s.on {
		t.Errorf("it said %v and is %v", said, s.on)
	}
	test.AssertRendersToMarkup(t, "switch.xml", w.Canvas())
}
