package ui

import (
	"image/color"
	"slices"
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// transcriptView is the page inside the transcript's scroll: as high as the whole
// conversation, with objects for the rows in view only.
type transcriptView struct {
	widget.BaseWidget
	owner *Transcript
	stage *stage
	md    *markdown

	bubbles   []*bubble
	byID      map[uint64]*bubble
	height    float32
	width     float32 // that the rows are set for
	following bool    // the end stays in view
	busy      bool    // inside update
	dirty     bool    // the theme or the width changed: nothing is measured

	live  []*row // rows that have objects, from top to bottom
	seen  int    // counts the passes over rows in view
	shown []fyne.CanvasObject
	bars  actionBars
	pulse *pulse

	selection selection
	finding   finding
	pointer   pointer
}

var (
	_ fyne.Focusable     = (*transcriptView)(nil)
	_ fyne.Tappable      = (*transcriptView)(nil)
	_ fyne.Scrollable    = (*transcriptView)(nil)
	_ fyne.Draggable     = (*transcriptView)(nil)
	_ fyne.Shortcutable  = (*transcriptView)(nil)
	_ desktop.Mouseable  = (*transcriptView)(nil)
	_ desktop.Hoverable  = (*transcriptView)(nil)
	_ desktop.Cursorable = (*transcriptView)(nil)
)

// margin is how far beyond the view rows have objects, so that a turn of the
// wheel finds them ready.
const margin = 300

func newTranscriptView(owner *Transcript) *transcriptView {
	v := &transcriptView{owner: owner, md: newMarkdown(), byID: map[uint64]*bubble{}, following: true}
	v.stage = &stage{style: newStyle(), metrics: newMetrics(), painter: newPainter(), tip: owner.tip}
	v.stage.copied = v.copied
	v.stage.scrolled = v.Scrolled
	v.stage.opened = v.openFile
	v.stage.hover, v.stage.typed = v.hovered, v.TypedKey
	v.pulse = newPulse(v.stage)
	v.bars.view, v.bars.sign = v, canvas.NewRectangle(color.Transparent)
	v.ExtendBaseWidget(v)
	return v
}

// openFile announces that a text which goes with a message is to be shown.
func (v *transcriptView) openFile(f app.Attachment) {
	if v.owner.OnFile != nil {
		v.owner.OnFile(f)
	}
}

// setEntries shows other entries. If they are the same conversation, changed
// somewhere, the reader stays where they are; another one is shown from its end.
func (v *transcriptView) setEntries(entries []Entry) {
	held := v.bars.hold()
	v.put(entries)
	v.bars.take(held)
}

func (v *transcriptView) put(entries []Entry) {
	known := v.byID
	same := len(entries) > 0 && len(v.bubbles) > 0 && entries[0].ID == v.bubbles[0].entry.ID
	v.bubbles, v.byID = nil, make(map[uint64]*bubble, len(entries))
	v.selection, v.following = selection{}, v.following || !same
	v.bars.clear()
	for _, e := range entries {
		if b := known[e.ID]; same && b != nil && b.entry.Role == e.Role {
			v.keep(b, e)
		} else {
			v.push(e)
		}
	}
	v.update()
}

// turn shows entries in which a message is another version of one that was shown.
// What was done under that is done under this: its foot stays where it was, or
// comes into view.
func (v *transcriptView) turn(entries []Entry, from, to uint64) {
	foot, height := float32(-1), v.owner.scroll.Size().Height
	if b := v.byID[from]; b != nil {
		foot = b.top + b.height - v.owner.scroll.Offset.Y
	}
	held := v.bars.hold()
	held.turn(from, to)
	v.put(entries)
	b := v.byID[to]
	if b == nil {
		return
	}
	if gap := v.stage.style.px(bubbleGap); foot <= 0 || foot > height+gap {
		foot = height - gap
	}
	for range 3 { // heights are guesses until they are seen
		v.scrollTo(b.top + b.height - foot)
	}
	v.bars.take(held)
}

// keep goes on with the bubble of an entry that may have changed.
func (v *transcriptView) keep(b *bubble, e Entry) {
	v.bubbles = append(v.bubbles, b)
	v.byID[e.ID] = b
	if b.replace(e) {
		b.fitted = false
		b.height = v.guessBubble(b)
	}
	if b.ready {
		b.cut()
	}
}

func (v *transcriptView) push(e Entry) {
	if n := len(v.bubbles); n > 0 {
		v.bubbles[n-1].touch(stateRow) // it is no longer the end
	}
	b := newBubble(e)
	v.bubbles = append(v.bubbles, b)
	v.byID[e.ID] = b
	b.height = v.guessBubble(b)
}

func (v *transcriptView) add(e Entry) {
	if _, known := v.byID[e.ID]; known {
		v.replace(e)
		return
	}
	v.push(e)
	v.update()
}

func (v *transcriptView) append(id uint64, text string) {
	b := v.byID[id]
	if b == nil || text == "" {
		return
	}
	closed := len(b.split.closed)
	b.split.add(text)
	b.grow(closed)
	b.fitted = b.fitted && !b.user()
	if !b.ready {
		b.height = v.guessBubble(b)
	}
	v.update()
}

func (v *transcriptView) replace(e Entry) {
	b := v.byID[e.ID]
	if b == nil {
		return
	}
	if b.replace(e) {
		b.fitted = false
		v.selection.drop(b)
	}
	if b.ready {
		b.cut()
	}
	v.bars.refresh(b)
	v.update()
}

// toBottom shows the end and stays there.
func (v *transcriptView) toBottom() {
	v.following = true
	v.update()
}

// scrolled takes in that the reader moved the page.
func (v *transcriptView) scrolled() {
	if v.busy {
		return
	}
	v.owner.note.show(nil, fyne.Position{})
	v.following = v.owner.scroll.Offset.Y >= v.height-v.owner.scroll.Size().Height-v.stage.style.px(8)
	v.update()
}

// resized takes in a changed size of the window.
func (v *transcriptView) resized() { v.update() }

// restyle takes in a changed theme.
func (v *transcriptView) restyle() {
	if v.stage.style.current() {
		return
	}
	v.stage.style, v.stage.metrics = newStyle(), newMetrics()
	v.pulse = newPulse(v.stage)
	v.bars.clear()
	v.dirty = true
}

// anchor is a row, or a bubble without rows, and where its top is in the view.
type anchor struct {
	bubble *bubble
	row    *row
	y      float32
}

// update brings the page up to date: it places every row, gives objects to those
// in view, and keeps in place what the reader looks at.
func (v *transcriptView) update() {
	size := v.owner.scroll.Size()
	if v.busy || size.Width < 1 || size.Height < 1 {
		return
	}
	v.busy = true
	defer func() { v.busy = false }()
	anchor := v.anchor()
	if v.dirty || size.Width != v.width {
		v.forget(size.Width)
	}
	offset := float32(0)
	for range 8 { // heights above the view are guesses until they are seen
		v.arrange()
		offset = v.offsetFor(anchor, size.Height)
		if !v.realise(offset-margin, offset+size.Height+margin) {
			break
		}
	}
	v.settle(offset, size)
}

// settle hands the result to Fyne.
func (v *transcriptView) settle(offset float32, size fyne.Size) {
	scroll := v.owner.scroll
	v.show(offset, size.Height)
	v.BaseWidget.Resize(fyne.NewSize(size.Width, max(v.height, size.Height)))
	if scroll.Offset.Y == offset {
		scroll.Base.Refresh()
	} else {
		v.owner.note.show(nil, fyne.Position{}) // other text is under the pointer
	}
	scroll.ScrollToOffset(fyne.NewPos(0, offset))
	if away := v.height-offset-size.Height > v.stage.style.px(48); away != v.owner.jump.Visible() {
		setShown(v.owner.jump, away)
	}
	canvas.Refresh(v) // Fyne draws again only when something says so
}

func setShown(o fyne.CanvasObject, shown bool) {
	if shown {
		o.Show()
	} else {
		o.Hide()
	}
}

// forget drops what was measured for another width or theme.
func (v *transcriptView) forget(width float32) {
	v.width, v.dirty = width, false
	v.dropAll()
	for _, b := range v.bubbles {
		b.fitted = false
		b.height = v.guessBubble(b)
		for _, r := range b.rows {
			r.known, r.guess = false, false
		}
	}
}

// anchor remembers what the reader looks at: the first row that is wholly or
// partly in view.
func (v *transcriptView) anchor() anchor {
	offset := v.owner.scroll.Offset.Y
	for _, r := range v.live {
		if b := r.owner; b.top+r.top+r.height > offset {
			return anchor{b, r, b.top + r.top - offset}
		}
	}
	if i := v.bubbleAt(offset); i < len(v.bubbles) {
		return anchor{bubble: v.bubbles[i], y: v.bubbles[i].top - offset}
	}
	return anchor{}
}

// offsetFor is the scroll offset that keeps the anchor in place, or the end when
// that is followed.
func (v *transcriptView) offsetFor(a anchor, viewHeight float32) float32 {
	end := max(0, v.height-viewHeight)
	switch {
	case v.following || a.bubble == nil:
		return end
	case a.row != nil && slices.Contains(a.bubble.rows, a.row):
		return min(max(0, a.bubble.top+a.row.top-a.y), end)
	}
	return min(max(0, a.bubble.top-a.y), end)
}

// arrange places bubbles and rows under each other, by heights known or guessed.
func (v *transcriptView) arrange() {
	y := float32(0)
	for _, b := range v.bubbles {
		b.top = y
		if b.ready {
			v.arrangeRows(b)
		}
		y += b.height
	}
	v.height = y + v.stage.style.px(bubbleGap)
}

func (v *transcriptView) arrangeRows(b *bubble) {
	y := float32(0)
	for _, r := range b.rows {
		r.top = y
		if !r.known && !r.guess {
			r.height, r.guess = v.guessRow(b, r), true
		}
		y += r.height
	}
	b.height = y
}

// bubbleAt is the index of the bubble at a height of the page.
func (v *transcriptView) bubbleAt(y float32) int {
	return sort.Search(len(v.bubbles), func(i int) bool { return v.bubbles[i].top+v.bubbles[i].height > y })
}

// rowAt is the index of the row at a height of the bubble.
func (b *bubble) rowAt(y float32) int {
	return sort.Search(len(b.rows), func(i int) bool { return b.rows[i].top+b.rows[i].height > y })
}
