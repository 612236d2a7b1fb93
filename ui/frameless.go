package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// frameless draws a field without its ground and its frame, for fields on a panel
// of their own. A theme of its own would do too, but Fyne reads every font again
// for the texts under such a theme: 8 MB for each face.
type frameless struct{ fyne.WidgetRenderer }

// Objects implements fyne.WidgetRenderer.
func (f frameless) Objects() []fyne.CanvasObject {
	objects := f.WidgetRenderer.Objects()
	for len(objects) > 0 { // Fyne draws ground and frame before the text
		if _, ok := objects[0].(*canvas.Rectangle); !ok {
			break
		}
		objects = objects[1:]
	}
	return objects
}
