package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// listRow is an entry of a list one can choose from: a title, perhaps a caption
// under it, perhaps small buttons at its right end while the pointer is on it.
// It announces what was done to it and changes nothing. It takes no focus: its
// list does; focusRow is for rows that stand alone.
type listRow struct {
	widget.BaseWidget
	icon           fyne.Resource // before the title, nil: none
	face           *Face         // before the title, nil: none
	title, caption *lineText
	buttons        []*glyphButton
	edit           fyne.CanvasObject // instead of the title, while it is being renamed

	selected bool
	marked   bool // a dot: something is going on here
	heading  bool // of the rows under it: nothing can be done with it
	indent   float32
	framed   bool // a thin border, for rows that stand alone

	onTapped    func()
	onSecondary func(at fyne.Position) // absolute

	hovered, focused bool
	inside           bool // the keyboard is at one of its buttons
}

var (
	_ desktop.Hoverable      = (*listRow)(nil)
	_ fyne.Tappable          = (*listRow)(nil)
	_ fyne.SecondaryTappable = (*listRow)(nil)
)

func newListRow(buttons ...*glyphButton) *listRow {
	r := &listRow{}
	r.ExtendBaseWidget(r)
	r.fill("", "", nil, buttons)
	return r
}

func (r *listRow) fill(title, caption string, tapped func(), buttons []*glyphButton) {
	r.title, r.caption = newFlexibleLine(title, bodyStyle), newFlexibleLine(caption, captionStyle)
	r.onTapped, r.buttons = tapped, buttons
	for _, button := range buttons { // the pointer on a button is still on its row
		button.onHover, button.onFocus = r.hover, r.enter
	}
}

func (r *listRow) hover(on bool) {
	r.hovered = on
	r.Refresh()
}

func (r *listRow) enter(on bool) {
	r.inside = on
	r.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *listRow) Tapped(*fyne.PointEvent) {
	if r.onTapped != nil {
		r.onTapped()
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (r *listRow) TappedSecondary(event *fyne.PointEvent) {
	if r.onSecondary != nil {
		r.onSecondary(event.AbsolutePosition)
	}
}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (r *listRow) MouseIn(*desktop.MouseEvent)    { r.hover(true) }
func (r *listRow) MouseMoved(*desktop.MouseEvent) {}
func (r *listRow) MouseOut()                      { r.hover(false) }

// CreateRenderer implements fyne.Widget.
func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	renderer := &listRowRenderer{row: r, back: canvas.NewRectangle(color.Transparent), dot: canvas.NewCircle(color.Transparent),
		icon: canvas.NewImageFromResource(nil), face: newFaceView(nil, 24)}
	renderer.icon.FillMode = canvas.ImageFillContain
	renderer.Refresh()
	return renderer
}

type listRowRenderer struct {
	row  *listRow
	back *canvas.Rectangle
	dot  *canvas.Circle
	icon *canvas.Image
	face *faceView
}

func (r *listRowRenderer) MinSize() fyne.Size {
	height := r.row.title.MinSize().Height
	if r.row.caption.text != "" {
		height += r.row.caption.MinSize().Height
	}
	return fyne.NewSize(px(80), height+px(12))
}

func (r *listRowRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	left, right := px(12+r.row.indent), size.Width-px(8)
	if r.row.icon != nil {
		r.icon.Resize(fyne.NewSquareSize(px(18)))
		r.icon.Move(fyne.NewPos(px(10), (size.Height-px(18))/2))
		left += px(24)
	}
	if r.row.face != nil {
		side := px(24)
		r.face.Resize(fyne.NewSquareSize(side))
		r.face.Move(fyne.NewPos(px(8+r.row.indent), (size.Height-side)/2))
		left += px(28)
	}
	for i := len(r.row.buttons) - 1; i >= 0; i-- {
		button := r.row.buttons[i]
		least := button.MinSize()
		if button.Visible() {
			right -= least.Width
		}
		button.Resize(least)
		button.Move(fyne.NewPos(right, (size.Height-least.Height)/2))
	}
	if r.row.marked {
		right -= px(12)
		r.dot.Resize(fyne.NewSquareSize(px(8)))
		r.dot.Move(fyne.NewPos(right, (size.Height-px(8))/2))
		right -= px(4)
	}
	r.layoutText(left, max(right-left, 0), size.Height)
}

func (r *listRowRenderer) layoutText(left, width, height float32) {
	title, caption := r.row.title.MinSize().Height, float32(0)
	if r.row.caption.text != "" {
		caption = r.row.caption.MinSize().Height
	}
	top := (height - title - caption) / 2
	if r.row.heading {
		top = height - title - px(4) // nearer to what it is about
	}
	r.row.title.Resize(fyne.NewSize(width, title))
	r.row.title.Move(fyne.NewPos(left, top))
	r.row.caption.Resize(fyne.NewSize(width, caption))
	r.row.caption.Move(fyne.NewPos(left, top+title))
	if r.row.edit != nil {
		r.row.edit.Resize(fyne.NewSize(width+px(8), height))
		r.row.edit.Move(fyne.NewPos(left-px(8), 0))
	}
}

func (r *listRowRenderer) Refresh() {
	row := r.row
	active := (row.hovered || row.focused || row.inside) && !row.heading
	fill := fyne.ThemeColorName("")
	switch {
	case row.selected:
		fill = theme.ColorNamePressed
	case active:
		fill = theme.ColorNameHover
	}
	r.back.FillColor, r.back.CornerRadius = named(fill), px(8)
	r.back.StrokeWidth, r.back.StrokeColor = 0, color.Transparent
	switch {
	case row.focused:
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	case row.framed:
		r.back.StrokeWidth, r.back.StrokeColor = theme.Size(theme.SizeNameInputBorder), theme.Color(theme.ColorNameInputBorder)
	}
	row.caption.style.color = captionOn(row.selected, row.caption.style.color)
	r.dot.FillColor = theme.Color(theme.ColorNamePrimary)
	setVisible(r.dot, row.marked)
	setVisible(r.icon, row.icon != nil)
	if row.icon != nil {
		r.icon.Resource = theme.NewColoredResource(row.icon, theme.ColorNamePlaceHolder)
		r.icon.Refresh()
	}
	r.face.set(row.face)
	setVisible(row.title, row.edit == nil)
	for _, button := range row.buttons {
		setVisible(button, active && row.edit == nil)
	}
	r.Layout(row.Size())
	row.title.Refresh()
	row.caption.Refresh()
	r.back.Refresh()
	r.dot.Refresh()
}

// captionOn is the colour of a caption: what is muted elsewhere could not be read
// on the ground of a selected row.
func captionOn(selected bool, color fyne.ThemeColorName) fyne.ThemeColorName {
	switch {
	case selected && color == theme.ColorNamePlaceHolder:
		return theme.ColorNameForeground
	case !selected && color == theme.ColorNameForeground:
		return theme.ColorNamePlaceHolder
	}
	return color
}

func (r *listRowRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.back, r.icon, r.face, r.row.title, r.row.caption, r.dot}
	for _, button := range r.row.buttons {
		objects = append(objects, button)
	}
	if r.row.edit != nil {
		objects = append(objects, r.row.edit)
	}
	return objects
}

func (r *listRowRenderer) Destroy() {}

func setVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case visible && !o.Visible():
		o.Show()
	case !visible && o.Visible():
		o.Hide()
	}
}

// focusRow is a listRow that can be reached and pressed with the keyboard.
type focusRow struct {
	listRow
	onFocus func()                    // it has got the keyboard; may be nil
	onRune  func(rune)                // a letter is typed on it; may be nil
	keys    func(*fyne.KeyEvent) bool // does something of its own at a key; may be nil
}

var _ fyne.Focusable = (*focusRow)(nil)

func newFocusRow(title, caption string, tapped func(), buttons ...*glyphButton) *focusRow {
	r := &focusRow{}
	r.ExtendBaseWidget(r)
	r.fill(title, caption, tapped, buttons)
	return r
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (r *focusRow) FocusGained() {
	r.focused = true
	r.Refresh()
	if r.onFocus != nil {
		r.onFocus()
	}
}

func (r *focusRow) FocusLost() { r.focused = false; r.Refresh() }

func (r *focusRow) TypedRune(letter rune) {
	if r.onRune != nil {
		r.onRune(letter)
	}
}

func (r *focusRow) TypedKey(event *fyne.KeyEvent) {
	if r.keys != nil && r.keys(event) {
		return
	}
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		r.Tapped(nil)
	case fyne.KeyDown:
		moveFocus(r, fyne.Canvas.FocusNext)
	case fyne.KeyUp:
		moveFocus(r, fyne.Canvas.FocusPrevious)
	default:
		passKey(r, event)
	}
}

func moveFocus(from fyne.CanvasObject, move func(fyne.Canvas)) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil {
		move(c)
	}
}
