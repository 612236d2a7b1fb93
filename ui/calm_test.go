package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// moving is an application whose user has nothing against movement.
type moving struct{ fyne.App }

type movingSettings struct{ fyne.Settings }

func (m moving) Settings() fyne.Settings    { return movingSettings{m.App.Settings()} }
func (movingSettings) ShowAnimations() bool { return true }

// Carets stand still, the pulse of a reply does not.
func TestCaretsStandStill(t *testing.T) {
	a := test.NewTempApp(t)
	t.Cleanup(func() { fyne.SetCurrentApp(a) })
	calm(moving{a})
	if fyne.CurrentApp().Settings().ShowAnimations() {
		t.Error("widgets are told to move")
	}
	if !animated() {
		t.Error("nothing of ours is to move")
	}
	if fyne.CurrentApp().Settings().Theme() != a.Settings().Theme() {
		t.Error("the theme is another one")
	}
}
