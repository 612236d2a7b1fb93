package ui

import (
	"runtime"

	"fyne.io/fyne/v2"
)

// calmApp is an application whose fields have a caret that stands still. Fyne's
// fades in and out, and each step paints the whole window: without a graphics card
// that is a tenth of a core for as long as a field has the focus.
type calmApp struct{ fyne.App }

// Settings implements fyne.App.
func (a calmApp) Settings() fyne.Settings { return calmSettings{a.App.Settings()} }

type calmSettings struct{ fyne.Settings }

// ShowAnimations implements fyne.Settings. Widgets ask it; what we move ourselves
// asks animated.
func (calmSettings) ShowAnimations() bool { return false }

// calm makes an application calm. On macOS Fyne takes the current application's
// settings for its own type.
func calm(a fyne.App) {
	if runtime.GOOS != "darwin" {
		fyne.SetCurrentApp(calmApp{a})
	}
}

// Run runs an application until it quits, and calls started when it has started.
// Fyne follows the system's change of theme only if the current application is the
// one that it made itself: it is until then.
func Run(a fyne.App, started func()) {
	fyne.SetCurrentApp(a)
	a.Lifecycle().SetOnStarted(func() {
		calm(a)
		started()
	})
	a.Run()
}

// animated says whether the user's Fyne settings let anything move.
func animated() bool {
	s := fyne.CurrentApp().Settings()
	if c, ok := s.(calmSettings); ok {
		s = c.Settings
	}
	return s.ShowAnimations()
}
