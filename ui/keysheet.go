package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/assets"
)

// keySheet lists the keys of all commands. A click on one, or Enter, asks for
// other keys.
type keySheet struct {
	window *Window
	popup  *widget.PopUp
	rows   []*keyRow
	asked  *keyRow // which waits for keys, nil: none does
	note   *paragraph
	take   *pushButton // the keys that another command has
	reset  *pushButton
	foot   *fyne.Container
	tips   *tipLayer
}

// showShortcuts opens the list of keys, in two columns where the window is wide.
func (w *Window) showShortcuts() {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	s := &keySheet{window: w, note: newParagraph("", captionStyle), tips: newTipLayer()}
	s.take = newButton(lang.L("Use them here"), nil)
	s.take.Hide()
	s.reset = newButton(lang.L("Reset all keys"), func() {
		s.change(newKeymap(nil))
		s.say(lang.L("All keys are as they were at first."))
	})
	w.sheet = s
	groups := s.groups()
	size := w.win.Canvas().Size()
	columns := min(max(1, int((size.Width-px(48))/px(390))), 3)
	list := inColumns(groups, columns)
	width := min(px(40+400*float32(columns)), size.Width-px(48))
	cross := newGlyph(assets.Icon("close"), 28, s.close)
	cross.tip, cross.tips = lang.L("Close (Esc)"), s.tips
	head := newRow(8, 0, newFlexibleLine(lang.L("Keyboard shortcuts"), titleStyle), cross)
	s.foot = newRow(8, 0, s.note, s.take, s.reset)
	s.say("")
	scroll := container.NewVScroll(newPadded(0, 12, 8, 12, list))
	page := container.New(sheetLayout{}, newPadded(16, 16, 12, 24, head), wheeled(scroll), newPadded(8, 16, 12, 24, s.foot))
	s.popup = widget.NewPopUp(container.NewStack(page, s.tips), w.win.Canvas())
	height := min(list.MinSize().Height+px(150), size.Height-px(32))
	s.popup.Resize(fyne.NewSize(width, height))
	s.popup.ShowAtPosition(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
	w.trace.event("page-opened", map[string]any{"title": "Keyboard shortcuts"})
}

// groups are the sections of the table, each under its name, and the keys that
// belong to single parts of the window, which stay as they are.
func (s *keySheet) groups() (groups []fyne.CanvasObject) {
	var lines *fyne.Container
	section := ""
	for _, c := range commands() {
		if c.section != section {
			section = c.section
			lines = newColumn(0)
			groups = append(groups, newColumn(4, newLine(section, strongStyle), lines))
		}
		row := newKeyRow(s, c)
		s.rows = append(s.rows, row)
		lines.Add(row)
	}
	fixed := newColumn(0)
	for _, l := range [][2]string{
		{lang.L("Send the message"), lang.L("Enter")}, {lang.L("Break the line"), lang.L("Shift+Enter")}, {lang.L("Stop, or leave"), lang.L("Esc")},
		{lang.L("Turn the page"), lang.L("Page Up, Page Down")}, {lang.L("Beginning or end"), lang.L("Home, End, in an empty field")},
		{lang.L("Change your last message"), lang.L("Up, in an empty field")},
		{lang.L("Other versions"), lang.L("Left, Right, in an empty field")}, {lang.L("Move it to the trash"), lang.L("Delete, in the list")},
		{lang.L("All that can be done with it"), lang.L("Menu key, in the list")},
	} {
		fixed.Add(newPadded(4, 0, 4, 0, newRow(16, 0, newFlexibleLine(l[0], bodyStyle), newLine(l[1], captionStyle))))
	}
	return append(groups, newColumn(4, newLine(lang.L("Always"), strongStyle), fixed))
}

// inColumns deals groups into columns of about the same height, in their order.
func inColumns(groups []fyne.CanvasObject, columns int) *fyne.Container {
	total, sum := float32(0), float32(0)
	for _, g := range groups {
		total += g.MinSize().Height
	}
	dealt := make([]fyne.CanvasObject, columns)
	for i := range dealt {
		dealt[i] = newColumn(20)
	}
	for _, g := range groups {
		height := g.MinSize().Height
		i := min(int((sum+height/2)/total*float32(columns)), columns-1)
		dealt[i].(*fyne.Container).Add(g)
		sum += height
	}
	for i := range dealt {
		dealt[i] = newPadded(0, 12, 0, 12, dealt[i])
	}
	return container.NewGridWithColumns(columns, dealt...)
}

// say writes the line at the foot; "": how keys are changed.
func (s *keySheet) say(text string) {
	s.take.Hide()
	if text == "" {
		text = lang.L("Click a line, or press Enter on it, to give it other keys.")
	}
	s.note.SetText(text)
	setVisible(s.reset, len(s.window.keys.own) > 0)
	relayout(s.foot)
}

// ask waits for keys for a command.
func (s *keySheet) ask(r *keyRow) {
	if s.asked != nil {
		s.asked.Refresh()
	}
	s.asked = r
	s.window.win.Canvas().Focus(r)
	s.say(fmt.Sprintf(lang.L("Press the keys for “%s”. Backspace leaves it without, Esc as it is."), r.command.title))
	r.Refresh()
}

// pressed takes the keys that were pressed.
func (s *keySheet) pressed(r *keyRow, c chord) {
	k := s.window.keys
	other := k.conflict(r.command.id, c)
	switch {
	case !c.usable():
		s.say(fmt.Sprintf(lang.L("%s is for writing and moving in text. Press others, with Ctrl or Alt, or a function key."), c.label()))
	case other != "":
		s.done()
		s.say(fmt.Sprintf(lang.L("%s does “%s” already."), c.label(), commandOf(other).title))
		s.take.OnTapped = func() {
			s.change(s.window.keys.with(r.command.id, c))
			s.say(fmt.Sprintf(lang.L("“%s” has no keys now."), commandOf(other).title))
			s.window.win.Canvas().Focus(r)
		}
		s.take.Show()
		relayout(s.foot)
		s.window.win.Canvas().Focus(s.take)
	default:
		s.done()
		s.change(k.with(r.command.id, c))
		s.say("")
	}
}

// done ends the waiting for keys.
func (s *keySheet) done() {
	if r := s.asked; r != nil {
		s.asked = nil
		r.Refresh()
	}
	s.say("")
}

func (s *keySheet) change(k *keymap) {
	s.window.changeKeys(k)
	for _, r := range s.rows {
		r.Refresh()
	}
}

func (s *keySheet) close() {
	s.popup.Hide()
	s.window.backToWriting()
}

// keyRow is a command and its keys.
type keyRow struct {
	widget.BaseWidget
	sheet         *keySheet
	command       command
	title, keys   *lineText
	reset         *glyphButton
	over, focused bool
}

var (
	_ fyne.Tappable      = (*keyRow)(nil)
	_ fyne.Focusable     = (*keyRow)(nil)
	_ fyne.Shortcutable  = (*keyRow)(nil)
	_ desktop.Hoverable  = (*keyRow)(nil)
	_ desktop.Cursorable = (*keyRow)(nil)
)

func newKeyRow(s *keySheet, c command) *keyRow {
	r := &keyRow{sheet: s, command: c, title: newFlexibleLine(c.title, bodyStyle), keys: newLine("", captionStyle)}
	r.ExtendBaseWidget(r)
	r.reset = newGlyph(assets.Icon("undo"), 24, func() {
		s.change(s.window.keys.without(c.id))
		s.say("")
	})
	r.reset.tip, r.reset.tips = lang.L("As it was at first"), s.tips
	r.reset.onHover = func(on bool) { r.over = on; r.Refresh() }
	return r
}

// Tapped implements fyne.Tappable.
func (r *keyRow) Tapped(*fyne.PointEvent) { r.sheet.ask(r) }

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (r *keyRow) MouseIn(*desktop.MouseEvent)    { r.over = true; r.Refresh() }
func (r *keyRow) MouseMoved(*desktop.MouseEvent) {}
func (r *keyRow) MouseOut()                      { r.over = false; r.Refresh() }

// Cursor implements desktop.Cursorable.
func (r *keyRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (r *keyRow) FocusGained() { r.focused = true; r.Refresh() }

func (r *keyRow) FocusLost() {
	r.focused = false
	if r.sheet.asked == r {
		r.sheet.done()
	}
	r.Refresh()
}

func (r *keyRow) TypedRune(rune) {}

func (r *keyRow) TypedKey(event *fyne.KeyEvent) {
	s := r.sheet
	switch {
	case s.asked == r && event.Name == fyne.KeyEscape:
		s.done()
	case s.asked == r && event.Name == fyne.KeyBackspace:
		s.done()
		s.change(s.window.keys.with(r.command.id, chord{}))
		s.say("")
	case s.asked == r:
		s.pressed(r, chord{key: event.Name})
	case event.Name == fyne.KeyReturn, event.Name == fyne.KeyEnter, event.Name == fyne.KeySpace:
		s.ask(r)
	case event.Name == fyne.KeyDown:
		moveFocus(r, fyne.Canvas.FocusNext)
	case event.Name == fyne.KeyUp:
		moveFocus(r, fyne.Canvas.FocusPrevious)
	default:
		passKey(r, event)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (r *keyRow) TypedShortcut(shortcut fyne.Shortcut) {
	if r.sheet.asked != r {
		passShortcut(r, shortcut)
		return
	}
	if c, ok := shortcut.(*desktop.CustomShortcut); ok {
		r.sheet.pressed(r, chord{c.KeyName, c.Modifier})
		return
	}
	r.sheet.say(fmt.Sprintf(lang.L("%s is for writing and moving in text. Press others, with Ctrl or Alt, or a function key."), shortcut.ShortcutName()))
}

// CreateRenderer implements fyne.Widget.
func (r *keyRow) CreateRenderer() fyne.WidgetRenderer {
	renderer := &keyRowRenderer{row: r, back: canvas.NewRectangle(color.Transparent), key: canvas.NewRectangle(color.Transparent)}
	renderer.Refresh()
	return renderer
}

type keyRowRenderer struct {
	row       *keyRow
	back, key *canvas.Rectangle
}

func (r *keyRowRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(160), r.row.title.MinSize().Height+px(8))
}

func (r *keyRowRenderer) Layout(size fyne.Size) {
	row := r.row
	r.back.Resize(size.AddWidthHeight(px(16), 0))
	r.back.Move(fyne.NewPos(-px(8), 0))
	right := size.Width
	width, height := row.keys.style.width(row.keys.text), row.keys.MinSize().Height
	if row.keys.text != "" {
		right -= width + px(7)
		putAt(row.keys, right, (size.Height-height)/2, width, height)
		putAt(r.key, right-px(7), (size.Height-height)/2-px(1), width+px(14), height+px(2))
		right -= px(7)
	}
	side := row.reset.MinSize().Width
	if row.reset.Visible() {
		right -= side
		putAt(row.reset, right, (size.Height-side)/2, side, side)
	}
	height = row.title.MinSize().Height
	putAt(row.title, 0, (size.Height-height)/2, max(0, right-px(8)), height)
}

func (r *keyRowRenderer) Refresh() {
	row := r.row
	asked := row.sheet.asked == row
	k := row.sheet.window.keys
	row.keys.text, row.keys.style = k.of(row.command.id).label(), captionStyle
	row.keys.style.color = theme.ColorNameForeground
	fill, key := fyne.ThemeColorName(""), theme.ColorNameButton
	if asked {
		row.keys.text, row.keys.style.color, key = lang.L("Press keys"), theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary
	}
	if row.keys.text == "" {
		key = ""
	}
	if row.over || row.focused {
		fill = theme.ColorNameHover
	}
	setVisible(row.reset, k.changed(row.command.id) && !asked)
	r.back.FillColor, r.back.CornerRadius = named(fill), px(6)
	r.back.StrokeWidth, r.back.StrokeColor = 0, color.Transparent
	if row.focused {
		r.back.StrokeWidth, r.back.StrokeColor = 1.5, theme.Color(theme.ColorNamePrimary)
	}
	r.key.FillColor, r.key.CornerRadius = named(key), px(5)
	r.Layout(row.Size())
	row.title.Refresh()
	row.keys.Refresh()
	r.back.Refresh()
	r.key.Refresh()
}

func (r *keyRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.row.title, r.key, r.row.keys, r.row.reset}
}
func (r *keyRowRenderer) Destroy() {}

// sheetLayout: head and foot as high as they are, the body between them.
type sheetLayout struct{}

// MinSize implements fyne.Layout.
func (sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(320), px(240)) }

// Layout implements fyne.Layout.
func (sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head, foot := fit(objects[0], size.Width), fit(objects[2], size.Width)
	objects[0].Move(fyne.Position{})
	objects[2].Move(fyne.NewPos(0, size.Height-foot))
	objects[1].Move(fyne.NewPos(0, head))
	objects[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-head-foot)))
}
