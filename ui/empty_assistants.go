package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// mostChips is how many assistants an empty page offers; the others are in the list
// above.
const mostChips = 5

// SetAssistants says which assistants a new conversation may be with, and which one
// it is with now.
func (e *emptyPage) SetAssistants(all []app.Assistant, now app.Assistant) {
	e.assistants, e.with = all, now
	if e.again != nil {
		e.again()
	}
}

// question is what an empty page asks.
func (e *emptyPage) question() string {
	if text := assistantGreeting(e.with); e.with.ID != 0 && text != "" {
		return text
	}
	return lang.L("What shall we talk about?")
}

// chips offers the assistants; nil: there are none.
func (e *emptyPage) chips() fyne.CanvasObject {
	shown := e.assistants
	if len(shown) > mostChips {
		at := slices.IndexFunc(shown, func(a app.Assistant) bool { return a.ID == e.with.ID })
		shown = slices.Clone(shown[:mostChips])
		if at >= mostChips {
			shown[mostChips-1] = e.assistants[at]
		}
	}
	if len(shown) == 0 {
		return nil
	}
	row := container.New(centredWrap{8}, newChip(lang.L("No assistant"), nil, e.with.ID == 0, func() { e.OnAssistant(0) }))
	for _, a := range shown {
		row.Add(newChip(assistantName(a), faceOf(a), a.ID == e.with.ID, func() { e.OnAssistant(a.ID) }))
	}
	return newPadded(0, 0, 12, 0, row)
}

// centredWrap lays objects side by side, in as many lines as they take, each line in
// the middle. Its height follows from its width: a layout sets the width first.
type centredWrap struct{ gap float32 }

// MinSize implements fyne.Layout.
func (l centredWrap) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := px(200)
	if len(objects) > 0 {
		if set := wrapWidth(objects); set > 0 {
			width = set
		}
	}
	return fyne.NewSize(px(80), l.place(objects, width, nil))
}

// wrapWidth is the width that objects were laid out in last: their right edge and
// the same room again at the left.
func wrapWidth(objects []fyne.CanvasObject) float32 {
	left, right := float32(1e9), float32(0)
	for _, o := range objects {
		left = min(left, o.Position().X)
		right = max(right, o.Position().X+o.Size().Width)
	}
	if right <= 0 {
		return 0
	}
	return left + right
}

// Layout implements fyne.Layout.
func (l centredWrap) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.place(objects, size.Width, func(o fyne.CanvasObject, x, y float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(o.MinSize())
	})
}

// place tells where each object goes and returns the height of all.
func (l centredWrap) place(objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y float32)) float32 {
	y, gap := float32(0), px(l.gap)
	for len(objects) > 0 {
		used, height, n := float32(0), float32(0), 0
		for _, o := range objects {
			least := o.MinSize()
			if n > 0 && used+gap+least.Width > width {
				break
			}
			if n > 0 {
				used += gap
			}
			used, height, n = used+least.Width, max(height, least.Height), n+1
		}
		x := max(0, (width-used)/2)
		for _, o := range objects[:n] {
			if put != nil {
				put(o, x, y)
			}
			x += o.MinSize().Width + gap
		}
		objects = objects[n:]
		y += height + gap
	}
	return max(0, y-gap)
}
