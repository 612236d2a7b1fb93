package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

const (
	sidebarWidth = 260
	panelWidth   = 320
	narrowWidth  = 900 // below it the side panels slide over the text
	leastMiddle  = 480 // the text gives up no more than this for a panel
	composerOut  = 16  // the composer reaches this far out of the column, so that texts align
	edge         = 24  // least air beside the column
)

// frame is the layout of the window: sidebar, middle, settings panel. Where
// there is no room beside the middle, one panel at a time lies over it, on a
// veil that closes it when clicked.
type frame struct {
	sidebarOpen bool // as the reader wants it where there is room
	panelOpen   bool
	sidebar     float32 // widths at 100 %
	panel       float32
	over        string // which panel lies over the middle: "", "sidebar", "settings"

	settled func() // called after each layout
	painted func() // before each picture; may be nil
}

// Indices of the objects that frame lays out, in drawing order.
const (
	frameMiddle = iota
	frameVeil
	frameSidebar
	framePanel
	frameTips
)

// MinSize implements fyne.Layout: the smallest window. Fyne asks before it paints,
// and not while it doesn't.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size {
	if f.painted != nil {
		f.painted()
	}
	return fyne.NewSize(720, 480)
}

func (f *frame) narrow(width float32) bool { return width < px(narrowWidth) }

// sidebarBeside and panelBeside say which panels stand beside the middle.
func (f *frame) sidebarBeside(width float32) bool { return f.sidebarOpen && !f.narrow(width) }

func (f *frame) panelBeside(width float32) bool {
	return f.panelOpen && f.panelFits(width)
}

func (f *frame) panelFits(width float32) bool {
	rest := width - px(f.panel)
	if f.sidebarBeside(width) {
		rest -= px(f.sidebar)
	}
	return !f.narrow(width) && rest >= px(leastMiddle)
}

// settle puts beside the middle what lay over it while there was no room: the
// panel stays, the sidebar is as it is wanted where there is room.
func (f *frame) settle(width float32) {
	switch {
	case f.over == "settings" && f.panelFits(width):
		f.over, f.panelOpen = "", true
	case f.over == "sidebar" && !f.narrow(width):
		f.over = ""
	}
}

// Layout implements fyne.Layout.
func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.settle(size.Width)
	left, right := float32(0), size.Width
	if f.sidebarBeside(size.Width) {
		left = px(f.sidebar)
	}
	if f.panelBeside(size.Width) {
		right -= px(f.panel)
	}
	overSidebar := f.over == "sidebar" && left == 0
	overPanel := f.over == "settings" && right == size.Width
	putAcross(objects[frameMiddle], left, right-left, size.Height, true)
	putAcross(objects[frameVeil], left, right-left, size.Height, overSidebar || overPanel)
	putAcross(objects[frameSidebar], 0, px(f.sidebar), size.Height, left > 0 || overSidebar)
	putAcross(objects[framePanel], size.Width-px(f.panel), px(f.panel), size.Height, right < size.Width || overPanel)
	putAcross(objects[frameTips], 0, size.Width, size.Height, true)
	f.settled()
}

func putAcross(o fyne.CanvasObject, x, width, height float32, visible bool) {
	setVisible(o, visible)
	if visible {
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, height))
	}
}

// middle is the layout of the middle: header, transcript, cards, composer,
// status line. The last three keep to the text's column, on a ground as wide as
// the middle.
type middle struct{}

// Indices of the objects that middle lays out. The header comes last, over what
// is scrolled away under it.
const (
	middleBody = iota
	middleFoot
	middleCards
	middleComposer
	middleStatus
	middleHeader
)

// MinSize implements fyne.Layout.
func (middle) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(240), px(240)) }

// Layout implements fyne.Layout.
func (middle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	header := objects[middleHeader].MinSize().Height
	objects[middleHeader].Resize(fyne.NewSize(size.Width, header))
	objects[middleHeader].Move(fyne.Position{})

	column := min(px(columnWidth), size.Width-2*px(edge))
	wide := column + 2*px(composerOut)
	y := size.Height
	y = stackUp(objects[middleStatus], (size.Width-column)/2, y, column)
	y = stackUp(objects[middleComposer], (size.Width-wide)/2, y, wide) - px(8)
	y = putCards(objects[middleCards].(*container.Scroll), (size.Width-wide)/2, y, wide, header)
	objects[middleBody].Move(fyne.NewPos(0, header))
	objects[middleBody].Resize(fyne.NewSize(size.Width, max(0, y-header)))
	objects[middleFoot].Move(fyne.NewPos(0, y))
	objects[middleFoot].Resize(fyne.NewSize(size.Width, size.Height-y))
}

// putCards puts the cards above the composer; those for which there is no room
// below the header are scrolled. It returns where the transcript ends.
func putCards(cards *container.Scroll, x, bottom, width, header float32) float32 {
	wanted := fit(cards.Content, width)
	setVisible(cards, wanted > 0)
	if wanted == 0 {
		return bottom
	}
	height := min(wanted, max(0, bottom-header))
	cards.Resize(fyne.NewSize(width, height))
	cards.Move(fyne.NewPos(x, bottom-height))
	cards.Refresh()
	return bottom - height - px(8)
}

// stackUp puts o with its lower edge at bottom and returns its upper edge.
func stackUp(o fyne.CanvasObject, x, bottom, width float32) float32 {
	height := fit(o, width)
	o.Move(fyne.NewPos(x, bottom-height))
	return bottom - height
}
