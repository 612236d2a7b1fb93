package ui

import (
	"bytes"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// realise gives objects to the rows between two heights of the page and measures
// them. It says whether that moved anything.
func (v *transcriptView) realise(top, bottom float32) (moved bool) {
	v.seen++
	before := v.live
	v.live = nil
	for i := v.bubbleAt(top); i < len(v.bubbles) && v.bubbles[i].top < bottom; i++ {
		b := v.bubbles[i]
		height := b.height
		if !b.ready {
			b.cut()
			v.arrangeRows(b)
		}
		for k := b.rowAt(top - b.top); k < len(b.rows) && b.top+b.rows[k].top < bottom; k++ {
			v.askTints(b)
			v.ensure(b, b.rows[k], k)
			v.live = append(v.live, b.rows[k])
		}
		v.arrangeRows(b)
		if moved = moved || b.height != height; moved && i+1 < len(v.bubbles) {
			v.bubbles[i+1].top = b.top + b.height
		}
	}
	for _, r := range v.live {
		r.seen = v.seen
	}
	for _, r := range before {
		if r.seen != v.seen {
			r.drop()
		}
	}
	return moved
}

// column is the left edge and the width of the text.
func (v *transcriptView) column() (left, width float32) {
	st := v.stage.style
	side := st.px(24)
	if v.width < st.px(560) {
		side = st.px(16)
	}
	width = min(st.px(columnWidth), v.width-2*side)
	return round((v.width - width) / 2), width
}

// ensure gives a row its objects and its height.
func (v *transcriptView) ensure(b *bubble, r *row, index int) {
	if r.box != nil && !r.stale && r.known {
		return
	}
	lead := float32(0)
	if index == 0 {
		lead = v.stage.style.px(bubbleGap)
	}
	old := r.block
	r.box, _ = newBox()
	switch r.kind {
	case chunkRow:
		v.setChunk(b, r, lead, old)
	case headRow:
		v.setHead(b, r, lead)
	case stateRow:
		v.setState(b, r)
	case footRow:
		v.setFoot(b, r)
	case noticeRow:
		v.setNotice(b, r)
	}
	r.known, r.stale = true, false
}

// setChunk sets a row of text; the user's lies on its part of the panel.
func (v *transcriptView) setChunk(b *bubble, r *row, lead float32, old *block) {
	st := v.stage.style
	left, width := v.column()
	first, last := b.isFirst(r), b.isLast(r)
	gap := st.px(gapBefore(r.chunk, first))
	if !b.user() {
		r.block = newBlock(v.stage, b.nodes(v.md, r), width, ColorPage, old)
		if r.block.height == 0 {
			gap = 0 // nothing of it can be seen yet
		}
		r.inset, r.left = lead+gap, 0
		r.height = r.inset + r.block.height
		r.box.Move(fyne.NewPos(left, 0))
		r.box.Objects = []fyne.CanvasObject{r.block.box}
		r.block.box.Move(fyne.NewPos(0, r.inset))
		v.mute(b, r, width)
		return
	}
	v.fitPanel(b, width)
	r.block = newBlock(v.stage, b.nodes(v.md, r), b.panel-2*st.px(panelPadX), ColorPanel, old)
	above, below := float32(0), float32(0)
	if first {
		above = st.px(panelPadY)
	}
	if last {
		below = st.px(panelPadY)
	}
	r.inset, r.left = lead+gap+above, st.px(panelPadX)
	r.height = r.inset + r.block.height + below
	r.box.Move(fyne.NewPos(left+width-b.panel, 0))
	r.box.Objects = []fyne.CanvasObject{v.panel(b, r, lead, first, last), r.block.box}
	r.block.box.Move(fyne.NewPos(r.left, r.inset))
	v.mute(b, r, b.panel)
}

// mute lays a thin veil of the page's colour over a message that the model does
// not see.
func (v *transcriptView) mute(b *bubble, r *row, width float32) {
	if !b.entry.Excluded {
		return
	}
	veil := canvas.NewRectangle(veiled(v.stage.style.ink(ColorPage)))
	putAt(veil, 0, 0, width, r.height)
	r.box.Objects = append(r.box.Objects, veil)
}

// veiled is a colour through which text can still be read (4.5 : 1).
func veiled(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	return color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0x60}
}

// panel is a row's part of the user's panel.
func (v *transcriptView) panel(b *bubble, r *row, lead float32, first, last bool) fyne.CanvasObject {
	st := v.stage.style
	p := canvas.NewRectangle(st.ink(ColorPanel))
	height := r.height - lead
	if first {
		p.TopLeftCornerRadius, p.TopRightCornerRadius = st.px(panelRadius), st.px(panelRadius)
	}
	if last {
		p.BottomLeftCornerRadius, p.BottomRightCornerRadius = st.px(panelRadius), st.px(panelRadius)
	} else {
		height++ // no seam between the parts at odd scales
	}
	putAt(p, 0, lead, b.panel, height)
	return p
}

// fitPanel finds the width of the user's panel: that of its text, at most the
// panel's part of the column. A long message is not measured for it.
func (v *transcriptView) fitPanel(b *bubble, column float32) {
	if b.fitted {
		return
	}
	st := v.stage.style
	most := round(column * panelPart)
	pad := 2 * st.px(panelPadX)
	b.panel, b.fitted = most, true
	if len(b.shown()) > measureBytes {
		return
	}
	widest := st.px(8)
	for _, r := range b.rows {
		if r.kind == chunkRow {
			block := newBlock(v.stage, b.nodes(v.md, r), most-pad, ColorPanel, nil)
			widest = max(widest, ceil(block.natural))
			r.known = r.known && r.box != nil
		}
	}
	b.panel = min(most, widest+pad)
}

func (b *bubble) isFirst(r *row) bool {
	first, _ := b.chunkSpan()
	return b.rows[first] == r
}

func (b *bubble) isLast(r *row) bool {
	_, end := b.chunkSpan()
	return b.rows[end-1] == r
}

// setHead shows who speaks.
func (v *transcriptView) setHead(b *bubble, r *row, lead float32) {
	st := v.stage.style
	left, width := v.column()
	r.box.Move(fyne.NewPos(left, 0))
	height := st.px(headHeight)
	sign, _ := newBox()
	if b.entry.Face != nil {
		sign.Objects = b.entry.Face.draw(0, 0, st.px(18))
		sign.Move(fyne.NewPos(-st.px(1), lead+round((height-st.px(18))/2)))
	} else {
		sign.Objects = mark(st)
		sign.Move(fyne.NewPos(0, lead+round((height-st.px(15.5))/2)))
	}
	name := &canvas.Text{Text: b.entry.Name, Color: st.ink(ColorMuted), TextSize: st.note.size, TextStyle: fyne.TextStyle{Bold: true}}
	size := name.MinSize()
	putAt(name, st.px(24), lead+round((height-size.Height)/2), min(size.Width, width), size.Height)
	r.box.Objects = append([]fyne.CanvasObject{sign, name}, b.drawLegend(st, st.px(24)+size.Width, lead, height, width)...)
	r.height = lead + height + st.px(headGap)
}

// setNotice shows a line across the page with words in its middle.
func (v *transcriptView) setNotice(b *bubble, r *row) {
	st := v.stage.style
	left, width := v.column()
	r.box.Move(fyne.NewPos(left, 0))
	text := newTextPiece([]run{{text: string(b.split.text), face: st.note, color: ColorMuted}}, round(st.note.size*1.5))
	height := text.layout(v.stage.metrics, width*0.7)
	text.draw(v.stage, 0, height)
	pad := st.px(16)
	x := round((width - text.flow.width) / 2)
	text.box.Move(fyne.NewPos(x, pad))
	middle := pad + round(text.pitch/2)
	r.box.Objects = []fyne.CanvasObject{text.box}
	if side := x - st.px(12); side > 0 {
		r.box.Objects = append(r.box.Objects, stroke(st.ink(ColorLine), 0, middle, side),
			stroke(st.ink(ColorLine), x+text.flow.width+st.px(12), middle, side))
	}
	r.height = height + 2*pad
}

// show collects what is to be drawn, in the order of painting.
func (v *transcriptView) show(offset, viewHeight float32) {
	v.shown = append(v.shown[:0], v.bars.objects()...) // first, for the order of Tab
	top, bottom := offset-margin, offset+viewHeight+margin
	for _, r := range v.live {
		y := r.owner.top + r.top
		r.box.Move(fyne.NewPos(r.box.Position().X, y))
		if r.block != nil {
			v.tint(r)
			v.selection.paint(v.stage, r)
			r.block.draw(v.stage, top-y-r.inset, bottom-y-r.inset)
		}
		v.shown = append(v.shown, r.box)
	}
	if v.placePulse() {
		v.shown = append(v.shown, v.pulse)
	}
}

// guessBubble is the height of a message that has not been cut into rows.
func (v *transcriptView) guessBubble(b *bubble) float32 {
	st := v.stage.style
	return v.guessText(b.shown()) + st.px(bubbleGap+headHeight+headGap+footHeight)
}

func (v *transcriptView) guessRow(b *bubble, r *row) float32 {
	st := v.stage.style
	if r.kind != chunkRow {
		return st.px(footHeight)
	}
	text := b.split.text[r.chunk.start:r.chunk.end]
	if r.chunk.kind == fenceChunk && b.brief != nil {
		return st.px(48 + 12)
	}
	if r.chunk.kind == fenceChunk {
		return float32(bytes.Count(text, []byte{'\n'}))*st.codeLeading() + st.px(codeHead+codeFoot+12)
	}
	return v.guessText(text) + st.px(12)
}

// guessText is about how high text will be: letters are half as wide as high.
func (v *transcriptView) guessText(text []byte) float32 {
	st := v.stage.style
	_, width := v.column()
	perLine := max(1, width/(st.body.size*0.5))
	lines := bytes.Count(text, []byte{'\n'}) + 1
	return round((float32(lines) + float32(len(text))/perLine) * st.leading)
}

// dropAll gives up all objects.
func (v *transcriptView) dropAll() {
	for _, r := range v.live {
		r.drop()
	}
	v.live = slices.Delete(v.live, 0, len(v.live))
}
