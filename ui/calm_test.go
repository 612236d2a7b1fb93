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

// starting is an application that looks, when it is run, whether Fyne would follow
// the system's theme: it does so for the settings of the current application.
type starting struct {
	fyne.App
	life    startingLife
	follows bool
}

type startingLife struct {
	fyne.Lifecycle
	started func()
}

func (l *startingLife) SetOnStarted(f func()) { l.started = f }

func (s *starting) Lifecycle() fyne.Lifecycle { return &s.life }
func (s *starting) Run() {
	s.follows = fyne.CurrentApp().Settings() == s.Settings()
	s.life.started()
}

func TestTheSystemsThemeIsFollowed(t *testing.T) {
	a := test.NewTempApp(t)
	t.Cleanup(func() { fyne.SetCurrentApp(a) })
	s := &starting{App: moving{a}}
	calm(s)
	told := false
	Run(s, func() { told = true })
	if !s.follows {
		t.Error("a change of the system's theme is not followed")
	}
	if !told || fyne.CurrentApp().Settings().ShowAnimations() {
		t.Errorf("once it has started: told %v, carets move %v", told, fyne.CurrentApp().Settings().ShowAnimations())
	}
}
