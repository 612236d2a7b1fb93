package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
)

// actionBar is the row of icons in the foot of one message.
type actionBar struct {
	bubble  *bubble
	box     *fyne.Container
	width   float32
	buttons []*actionButton
}

// newActionBar lists what can be done with a message, always in this order: copy,
// edit, regenerate, continue, leave out, delete, more, the other versions.
func newActionBar(v *transcriptView, b *bubble) *actionBar {
	t, id := v.owner, b.entry.ID
	bar := &actionBar{bubble: b}
	bar.box, _ = newBox()
	if b.streaming() && len(b.split.text) == 0 {
		return bar
	}
	var copied *actionButton
	copied = bar.add(v.stage, "copy", lang.L("Copy"), func() {
		v.copied(string(b.split.text))
		copied.confirm()
	})
	if b.streaming() {
		return bar
	}
	if t.OnEdit != nil {
		bar.add(v.stage, "edit", lang.L("Edit"), func() { t.OnEdit(id) })
	}
	if !b.user() && t.OnRegenerate != nil {
		bar.add(v.stage, "refresh", lang.L("Regenerate"), func() { t.OnRegenerate(id) })
	}
	if b.unfinished() && v.isEnd(b) && t.OnContinue != nil {
		bar.add(v.stage, "resume", lang.L("Continue"), func() { t.OnContinue(id) })
	}
	if t.OnExclude != nil {
		icon, tip := "eye", lang.L("Leave out of what the model sees")
		if b.entry.Excluded {
			icon, tip = "eye-off", lang.L("Let the model see it again")
		}
		bar.add(v.stage, icon, tip, func() { t.OnExclude(id) })
	}
	if b.entry.Experts && t.OnExperts != nil {
		bar.add(v.stage, "model", lang.L("Experts"), func() { t.OnExperts(id) })
	}
	if t.OnDelete != nil {
		bar.add(v.stage, "delete", lang.L("Delete"), func() { t.OnDelete(id) })
	}
	if t.OnMore != nil && (!b.user() || b.entry.Siblings > 1) {
		var more *actionButton
		more = bar.add(v.stage, "more", lang.L("More"), func() { t.OnMore(id, below(more)) })
	}
	if b.entry.Siblings > 1 && t.OnSibling != nil {
		bar.pager(v, b)
	}
	return bar
}

// isEnd says whether a message is the last one: only that can be gone on with.
func (v *transcriptView) isEnd(b *bubble) bool {
	return len(v.bubbles) > 0 && v.bubbles[len(v.bubbles)-1] == b
}

// unfinished says whether a reply was broken off.
func (b *bubble) unfinished() bool {
	state := b.entry.State
	return !b.user() && (b.entry.Cut || state == "interrupted" || state == "stopped")
}

func (a *actionBar) add(s *stage, icon, tip string, tapped func()) *actionButton {
	button := newActionButton(s, icon, tip, tapped)
	size := button.MinSize()
	putAt(button, a.width, 0, size.Width, size.Height)
	a.width += size.Width
	a.box.Objects = append(a.box.Objects, button)
	a.buttons = append(a.buttons, button)
	return button
}

// pager adds ‹ 2/3 ›.
func (a *actionBar) pager(v *transcriptView, b *bubble) {
	st, t := v.stage.style, v.owner
	step := func(icon, tip string, by int) {
		if to := b.entry.Sibling + by; to < 0 || to >= b.entry.Siblings {
			a.add(v.stage, icon, tip, nil).ink = "disabled"
			return
		}
		a.add(v.stage, icon, tip, func() { t.OnSibling(b.entry.ID, by) })
	}
	step("back", lang.L("Previous version"), -1)
	count := &canvas.Text{Text: fmt.Sprintf("%d/%d", b.entry.Sibling+1, b.entry.Siblings), Color: st.ink(ColorMuted), TextSize: st.note.size}
	size := count.MinSize()
	putAt(count, a.width, round((st.px(actionSize)-size.Height)/2), size.Width, size.Height)
	a.box.Objects = append(a.box.Objects, count)
	a.width += size.Width
	step("next", lang.L("Next version"), 1)
}

// actionBars are the bar of the message under the pointer and that of the message
// that the keyboard is at.
type actionBars struct {
	view         *transcriptView
	hover, focus *actionBar
	sign         *canvas.Rectangle // beside the message that the keyboard is at
}

func (a *actionBars) clear() { a.hover, a.focus = nil, nil }

// heldBars is at which messages the pointer and the keyboard were, 0: at none, and
// at which action the keyboard.
type heldBars struct {
	hover, focus uint64
	icon         string // "": at none, but at the message
	nth          int
}

// hold remembers the bars before the messages are put anew.
func (a *actionBars) hold() (h heldBars) {
	if a.hover != nil && a.hover.box.Visible() {
		h.hover = a.hover.bubble.entry.ID
	}
	if a.focus == nil || !a.focus.box.Visible() {
		return h
	}
	h.focus = a.focus.bubble.entry.ID
	for i, b := range a.focus.buttons {
		if b.focused {
			h.icon, h.nth = b.icon, i
		}
	}
	return h
}

// turn is for a message that has turned into another one.
func (h *heldBars) turn(from, to uint64) {
	if h.hover == from {
		h.hover = to
	}
	if h.focus == from {
		h.focus = to
	}
}

// take shows the bars again and gives the keyboard back to the action that it was at.
func (a *actionBars) take(h heldBars) {
	if b := a.view.byID[h.hover]; b != nil && b.ready {
		a.point(b)
		a.view.update()
	}
	b := a.view.byID[h.focus]
	if b == nil || b.notice() {
		return
	}
	a.at(b)
	a.view.update()
	at := slices.IndexFunc(a.focus.buttons, func(x *actionButton) bool { return x.icon == h.icon })
	if at < 0 { // it does the opposite now, and has another sign
		at = min(h.nth, len(a.focus.buttons)-1)
	}
	if c := canvasOf(a.view); c != nil && h.icon != "" && at >= 0 {
		c.Focus(a.focus.buttons[at])
	}
}

// point shows the bar of the message under the pointer; nil hides it.
func (a *actionBars) point(b *bubble) (changed bool) {
	if b != nil && (b.notice() || !b.ready) {
		b = nil
	}
	switch {
	case b == nil && a.hover == nil, b != nil && a.hover != nil && a.hover.bubble == b:
		return false
	case b == nil:
		a.hover = nil
	default:
		a.hover = newActionBar(a.view, b)
	}
	return true
}

// at shows the bar of the message that the keyboard is at; nil hides it.
func (a *actionBars) at(b *bubble) {
	if b == nil || b.notice() {
		a.focus = nil
		return
	}
	a.focus = newActionBar(a.view, b)
	a.sign.Show()
	for _, button := range a.focus.buttons {
		button.onFocus = a.focused
	}
}

// focused keeps the keyboard's bar on screen while one of its buttons has the
// focus. It is hidden, not removed, when the focus leaves it: the focus may be on
// its way to the next button.
func (a *actionBars) focused(has bool) {
	if a.focus != nil {
		setShown(a.focus.box, has)
		setShown(a.sign, has)
	}
}

// refresh takes in a changed message.
func (a *actionBars) refresh(b *bubble) {
	if a.hover != nil && a.hover.bubble == b {
		a.hover = newActionBar(a.view, b)
	}
	if a.focus != nil && a.focus.bubble == b {
		a.at(b)
	}
}

// objects places the bars in the feet of their messages.
func (a *actionBars) objects() (shown []fyne.CanvasObject) {
	if a.focus != nil && a.place(a.focus) {
		a.placeSign()
		shown = append(shown, a.sign, a.focus.box)
	}
	if a.hover != nil && (a.focus == nil || a.focus.bubble != a.hover.bubble || !a.focus.box.Visible()) && a.place(a.hover) {
		shown = append(shown, a.hover.box)
	}
	return shown
}

// placeSign puts a bar beside the message that the keyboard is at.
func (a *actionBars) placeSign() {
	b, st := a.focus.bubble, a.view.stage.style
	left, _ := a.view.column()
	a.sign.FillColor = st.ink(ColorAccent)
	putAt(a.sign, left-st.px(12), b.top+st.px(bubbleGap), 2, b.height-st.px(bubbleGap+footHeight))
}

func (a *actionBars) place(bar *actionBar) bool {
	v, b := a.view, bar.bubble
	if len(b.rows) == 0 || b.rows[len(b.rows)-1].kind != footRow || b.rows[len(b.rows)-1].box == nil {
		return false
	}
	foot, st := b.rows[len(b.rows)-1], v.stage.style
	left, width := v.column()
	x := left - st.px((actionSize-actionIcon)/2) // the first icon stands on the text's edge
	if b.user() {
		x = left + width - bar.width + st.px((actionSize-actionIcon)/2)
		if foot.left > 0 {
			x -= foot.left + st.px(8)
		}
	} else if foot.left > 0 {
		x = left + foot.left + st.px(8)
	}
	putAt(bar.box, round(x), b.top+foot.top+st.px(2), bar.width, st.px(actionSize))
	return true
}

// caption is what the foot of a message says.
func (b *bubble) caption() string {
	text := b.entry.Detail
	join := func(part string) {
		if text != "" {
			text += " · "
		}
		text += part
	}
	if b.entry.State == "stopped" {
		join(lang.L("stopped"))
	}
	if b.entry.Excluded {
		join(lang.L("not seen by the model"))
	}
	if b.entry.Siblings > 1 {
		join(fmt.Sprintf(lang.L("version %[1]d of %[2]d"), b.entry.Sibling+1, b.entry.Siblings))
	}
	return text
}

// setFoot shows the caption; its room is there even when there is none, so that
// nothing moves when the actions appear.
func (v *transcriptView) setFoot(b *bubble, r *row) {
	st := v.stage.style
	left, width := v.column()
	r.box.Move(fyne.NewPos(left, 0))
	r.height, r.left = st.px(footHeight), 0
	text := b.caption()
	if text == "" {
		return
	}
	t := &canvas.Text{Text: text, Color: st.ink(ColorMuted), TextSize: st.note.size}
	size := t.MinSize()
	putAt(t, 0, st.px(2)+round((st.px(actionSize)-size.Height)/2), min(size.Width, width), size.Height)
	r.left = size.Width
	if b.user() {
		t.Move(fyne.NewPos(width-size.Width, t.Position().Y))
	}
	r.box.Objects = []fyne.CanvasObject{t}
}

// setState tells how a reply ended that did not end well, and what can be done.
func (v *transcriptView) setState(b *bubble, r *row) {
	st, t, id := v.stage.style, v.owner, b.entry.ID
	left, width := v.column()
	r.box.Move(fyne.NewPos(left, 0))
	reason := asSentence(errorText(b.entry.Error))
	words, ink := strings.TrimSpace(lang.L("Interrupted.")+" "+reason), ColorMuted
	if b.entry.State != "interrupted" {
		words = lang.L("The reply has no text.")
	}
	buttons := []*pushButton{newIconButton(lang.L("Regenerate"), "refresh", func() { call(t.OnRegenerate, id) })}
	if v.isEnd(b) && b.entry.State != "complete" {
		buttons = slices.Insert(buttons, 0, newIconButton(lang.L("Continue"), "resume", func() { call(t.OnContinue, id) }))
	}
	if b.entry.State == "failed" {
		words, ink = reason, ColorDanger
		buttons = []*pushButton{newIconButton(lang.L("Try again"), "refresh", func() { call(t.OnRegenerate, id) })}
		if words == "" {
			words = lang.L("The reply failed.")
		}
	}
	text := newTextPiece([]run{{text: words, face: st.body, color: ink}}, st.leading)
	y := st.px(12)
	height := text.layout(v.stage.metrics, width)
	text.draw(v.stage, 0, height)
	text.box.Move(fyne.NewPos(0, y))
	r.box.Objects = []fyne.CanvasObject{text.box}
	y += height + st.px(8)
	x := float32(0)
	for _, button := range buttons {
		size := button.MinSize()
		putAt(button, x, y, size.Width, size.Height)
		r.box.Objects = append(r.box.Objects, button)
		x += size.Width + st.px(8)
		height = size.Height
	}
	r.height = y + height + st.px(4)
}

func call(intention func(uint64), id uint64) {
	if intention != nil {
		intention(id)
	}
}
