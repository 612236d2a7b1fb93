package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// FocusGained implements fyne.Focusable: the keyboard is at a message, whose
// actions follow in the order of Tab.
func (v *transcriptView) FocusGained() {
	if v.pointer.pressing {
		return
	}
	if v.bars.focus == nil {
		v.moveTo(v.lastInView())
		return
	}
	v.bars.focused(true)
	v.update()
}

// FocusLost implements fyne.Focusable.
func (v *transcriptView) FocusLost() { v.bars.focused(false) }

// lastInView is the last message that the reader sees.
func (v *transcriptView) lastInView() *bubble {
	for i := len(v.live) - 1; i >= 0; i-- {
		b := v.live[i].owner
		if !b.notice() && b.top < v.owner.scroll.Offset.Y+v.owner.scroll.Size().Height {
			return b
		}
	}
	return nil
}

// moveTo puts the keyboard at a message and its actions in view.
func (v *transcriptView) moveTo(b *bubble) {
	v.bars.at(b)
	v.update()
}

// step moves the keyboard to the message before or after.
func (v *transcriptView) step(by int) {
	at := len(v.bubbles)
	if v.bars.focus != nil {
		for i, b := range v.bubbles {
			if b == v.bars.focus.bubble {
				at = i
			}
		}
	}
	for at += by; at >= 0 && at < len(v.bubbles); at += by {
		if b := v.bubbles[at]; !b.notice() {
			v.scrollTo(min(b.top, b.top+b.height-v.owner.scroll.Size().Height))
			v.moveTo(b)
			return
		}
	}
}

// TypedRune implements fyne.Focusable.
func (v *transcriptView) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (v *transcriptView) TypedKey(event *fyne.KeyEvent) {
	page := v.owner.scroll.Size().Height * 0.9
	switch event.Name {
	case fyne.KeyUp:
		v.scrollBy(-v.stage.style.px(48))
	case fyne.KeyDown:
		v.scrollBy(v.stage.style.px(48))
	case fyne.KeyPageUp:
		v.scrollBy(-page)
	case fyne.KeyPageDown, fyne.KeySpace:
		v.scrollBy(page)
	case fyne.KeyHome:
		v.scrollTo(0)
	case fyne.KeyEnd:
		v.toBottom()
	default:
		passKey(v, event)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (v *transcriptView) TypedShortcut(shortcut fyne.Shortcut) {
	switch s := shortcut.(type) {
	case *fyne.ShortcutCopy:
		if text := v.selected(); text != "" {
			v.copied(text)
		}
		return
	case *fyne.ShortcutSelectAll:
		v.selectAll()
		return
	case *desktop.CustomShortcut:
		if s.Modifier == fyne.KeyModifierAlt && (s.KeyName == fyne.KeyUp || s.KeyName == fyne.KeyDown) {
			by := 1
			if s.KeyName == fyne.KeyUp {
				by = -1
			}
			v.step(by)
			return
		}
	}
	passShortcut(v, shortcut)
}

func (v *transcriptView) selectAll() {
	if len(v.bubbles) == 0 {
		return
	}
	first, last := v.bubbles[0], v.bubbles[len(v.bubbles)-1]
	for _, b := range []*bubble{first, last} {
		if !b.ready {
			b.cut()
			v.arrangeRows(b)
		}
	}
	v.selection = selection{spot{first.rows[0], 0}, spot{last.rows[len(last.rows)-1], 1 << 30}}
	v.update()
}

// Scrolled implements fyne.Scrollable.
func (v *transcriptView) Scrolled(event *fyne.ScrollEvent) {
	v.owner.scroll.Scrolled(further(event))
}

// Page moves the page by a screen, up or down, or to one of its ends.
func (t *Transcript) Page(key fyne.KeyName) { t.view.TypedKey(&fyne.KeyEvent{Name: key}) }

// scrollBy moves the page.
func (v *transcriptView) scrollBy(dy float32) { v.scrollTo(v.owner.scroll.Offset.Y + dy) }

func (v *transcriptView) scrollTo(y float32) {
	scroll := v.owner.scroll
	end := max(0, v.height-scroll.Size().Height)
	y = min(max(0, y), end)
	v.following = y >= end
	scroll.ScrollToOffset(fyne.NewPos(0, y))
	v.update()
}

// copied hands text to whoever puts it on the clipboard.
func (v *transcriptView) copied(text string) {
	if v.owner.OnCopy != nil {
		v.owner.OnCopy(text)
	}
}

// Resize implements fyne.CanvasObject. The scroll resizes its content when the
// window changes; the page's own size is set by update.
func (v *transcriptView) Resize(size fyne.Size) {
	v.BaseWidget.Resize(size)
	if v.owner.scroll.Size().Width != v.width {
		v.update()
	}
}

// MinSize implements fyne.CanvasObject: as high as the conversation.
func (v *transcriptView) MinSize() fyne.Size { return fyne.NewSize(200, v.height) }

// CreateRenderer implements fyne.Widget.
func (v *transcriptView) CreateRenderer() fyne.WidgetRenderer { return &viewRenderer{v} }

// viewRenderer shows the rows in view. Everything is placed by update already.
type viewRenderer struct{ v *transcriptView }

func (r *viewRenderer) Layout(fyne.Size)             {}
func (r *viewRenderer) MinSize() fyne.Size           { return r.v.MinSize() }
func (r *viewRenderer) Objects() []fyne.CanvasObject { return r.v.shown }
func (r *viewRenderer) Destroy()                     {}

func (r *viewRenderer) Refresh() {
	r.v.restyle()
	r.v.update()
}
