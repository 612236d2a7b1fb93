package ui

import (
	"maps"
	"time"

	"fyne.io/fyne/v2"
)

// settlePause is how long nothing may have moved before the rectangles of the
// widgets are told.
const settlePause = 120 * time.Millisecond

// tracer tells what happens in the window to whoever tests it from outside.
type tracer struct {
	tell   func(event string, fields map[string]any) // nil: nobody listens
	places bool                                      // tell the rectangles of the named widgets too
	settle *pause
	last   map[string][4]int
}

func newTracer(o Options, post poster) *tracer {
	return &tracer{tell: o.Trace, places: o.Rectangles, settle: &pause{post: post, wait: settlePause}}
}

func (t *tracer) event(name string, fields map[string]any) {
	if t.tell != nil {
		t.tell(name, fields)
	}
}

// moved tells the rectangles of the widgets in pixels from the window's corner,
// once the layout has come to rest and only if one of them has changed.
func (t *tracer) moved(canvas fyne.Canvas, widgets func() map[string]fyne.CanvasObject) {
	if t.tell == nil || !t.places {
		return
	}
	t.settle.do(func() {
		now := rectangles(canvas, widgets())
		if !maps.Equal(now, t.last) {
			t.last = now
			t.event("rectangles", map[string]any{"widgets": now})
		}
	})
}

// rectangles are x, y, width and height of the visible ones.
func rectangles(canvas fyne.Canvas, widgets map[string]fyne.CanvasObject) map[string][4]int {
	found := map[string][4]int{}
	for name, o := range widgets {
		size := o.Size()
		if !o.Visible() || size.Width <= 0 || size.Height <= 0 {
			continue
		}
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		x, y := canvas.PixelCoordinateForPosition(at)
		right, bottom := canvas.PixelCoordinateForPosition(at.AddXY(size.Width, size.Height))
		found[name] = [4]int{x, y, right - x, bottom - y}
	}
	return found
}
