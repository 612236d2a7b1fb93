package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"beyonder/app"
	"beyonder/ui/faces"
)

// applyLook puts the theme of the settings in force.
func (w *Window) applyLook() {
	mode := w.settings.Theme
	if w.settings.Contrast {
		mode += contrastMark
	}
	putInForce(w.fyneApp, mode, w.settings.Scale)
	if w.transcript != nil { // the first time, it is not built yet
		w.transcript.SetStill(w.settings.Still)
	}
}

// putInForce gives an application a theme.
func putInForce(a fyne.App, mode string, scale float32) {
	look := newLook(mode, scale)
	a.Settings().SetTheme(look)
	faces.Share(look.face)
}

// withoutContent does something while the window seems to be empty. To a new theme
// Fyne refreshes each object, and each container refreshes all that is in it: an
// object that is in ten containers is refreshed eleven times.
func (w *Window) withoutContent(f func()) {
	objects, layout := w.root.Objects, w.root.Layout
	w.root.Objects, w.root.Layout = nil, nil
	f()
	w.root.Objects, w.root.Layout = objects, layout
}

// lookChanged shows what a change of theme or size makes of the window.
func (w *Window) lookChanged() {
	shown := w.root.Objects[framePanel].Visible()
	w.withoutContent(w.applyLook)
	w.root.Refresh()
	for _, o := range w.root.Objects { // what keeps its size has parts that do not
		o.Resize(o.Size().SubtractWidthHeight(1, 1))
	}
	relayout(w.root)
	if shown { // where there is no room beside the text any more, over it
		if !w.root.Objects[framePanel].Visible() {
			w.cover("settings")
		}
	}
}

// zoom makes everything larger (step 1) or smaller (-1); 0: as the system has it.
func (w *Window) zoom(step int) {
	at := scaleIndex(1)
	if step != 0 {
		at = min(max(scaleIndex(w.settings.Scale)+step, 0), len(scales())-1)
	}
	if scales()[at] == w.settings.Scale {
		return
	}
	w.keep(func(s *app.Settings) { s.Scale = scales()[at] })
	w.panel.SetProgram(w.settings)
	w.lookChanged()
}

func zoomBy(step int) func(*Window) { return func(w *Window) { w.zoom(step) } }

// lookOf chooses a theme, one of lookNames.
func lookOf(mode string) func(*Window) {
	return func(w *Window) {
		w.keep(func(s *app.Settings) { s.Theme = mode })
		w.panel.SetProgram(w.settings)
		w.lookChanged()
	}
}

// switchContrast turns high contrast on or off.
func (w *Window) switchContrast() {
	w.keep(func(s *app.Settings) { s.Contrast = !s.Contrast })
	w.panel.SetProgram(w.settings)
	w.lookChanged()
}

func (w *Window) switchFullScreen() { w.win.SetFullScreen(!w.win.FullScreen()) }

// sizePause is how long after the last change the window's size is kept.
const sizePause = time.Second

// keepSize keeps the size that the window has by now: a program that is killed
// does not get to close it.
func (w *Window) keepSize() {
	size := w.win.Canvas().Size()
	now := app.WindowSize{Width: size.Width, Height: size.Height}
	if w.closing || w.win.FullScreen() || now == w.settings.Window || now.Width < 1 {
		return
	}
	w.resized.do(func() {
		if !w.closing {
			w.keep(func(s *app.Settings) { s.Window = now })
		}
	})
}

// widths of the side panels at 100 %: the first, the least and the most.
func sidebarWidths() [3]float32 { return [3]float32{sidebarWidth, 200, 480} }
func panelWidths() [3]float32   { return [3]float32{panelWidth, 280, 560} }

// widthOr is a width that was kept, or the first one.
func widthOr(kept float32, widths [3]float32) float32 {
	if !(kept >= widths[1] && kept <= widths[2]) {
		return widths[0]
	}
	return kept
}

// newGripOf is the edge of the sidebar (direction 1) or of the panel (-1).
func (w *Window) newGripOf(direction float32, width func() *float32, widths [3]float32) *grip {
	where := float32(0) // the pointer may be past the limits
	set := func(to float32) {
		*width() = min(max(to, widths[1]), widths[2])
		relayout(w.root)
	}
	keep := func() {
		where = 0
		w.keep(func(s *app.Settings) { s.SidebarWidth, s.PanelWidth = w.frame.sidebar, w.frame.panel })
	}
	return newGrip(func(by float32) {
		if where == 0 {
			where = *width()
		}
		where += direction * by / px(1)
		set(where)
	}, keep, func() {
		set(widths[0])
		keep()
	})
}

// putGrip puts the grip on the panel's edge.
func putGrip(g fyne.CanvasObject, right bool, size fyne.Size) {
	x := float32(0)
	if right {
		x = size.Width - px(gripWidth)
	}
	putAt(g, x, 0, px(gripWidth), size.Height)
}
