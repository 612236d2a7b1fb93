package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// share is one expert's part of something.
type share struct {
	name  string
	color color.Color
	part  float64 // 0 to 1
}

func (s share) percent() string { return partText(s.part) }

// partText is a part as it is read: whole per cents, and "< 1 %" for what is not nothing.
func partText(part float64) string {
	if part > 0 && part < 0.005 {
		return "< 1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*part)
}

// shareBars shows parts of a whole as bars, each with its name and per cents.
type shareBars struct {
	widget.BaseWidget
	shares []share
}

func newShareBars() *shareBars {
	b := &shareBars{}
	b.ExtendBaseWidget(b)
	return b
}

func (b *shareBars) set(shares []share) {
	b.shares = shares
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *shareBars) CreateRenderer() fyne.WidgetRenderer {
	r := &shareBarsRenderer{bars: b}
	r.Refresh()
	return r
}

type shareBarsRenderer struct {
	bars    *shareBars
	objects []fyne.CanvasObject
}

const barPitch = 24 // from bar to bar, at 100 %

func (r *shareBarsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(px(160), px(barPitch)*float32(len(r.bars.shares)))
}

func (r *shareBarsRenderer) Refresh() {
	r.Layout(r.bars.Size())
	canvas.Refresh(r.bars)
}

// Layout implements fyne.WidgetRenderer: names at the left, per cents at the right.
func (r *shareBarsRenderer) Layout(size fyne.Size) {
	r.objects = r.objects[:0]
	names, numbers := px(40), captionStyle.width("100 %")
	for _, s := range r.bars.shares {
		names = max(names, bodyStyle.width(s.name))
	}
	names = min(names, size.Width*0.4)
	from, to := names+px(12), size.Width-numbers-px(8)
	for i, s := range r.bars.shares {
		y, height := px(barPitch)*float32(i), px(barPitch)
		r.text(s.name, bodyStyle, 0, y, names, height, fyne.TextAlignLeading)
		r.text(s.percent(), captionStyle, size.Width-numbers, y, numbers, height, fyne.TextAlignTrailing)
		r.bar(theme.Color(colorTrack), from, y+px(7), to-from)
		r.bar(s.color, from, y+px(7), (to-from)*float32(s.part))
	}
}

func (r *shareBarsRenderer) text(text string, style textStyle, x, y, width, height float32, align fyne.TextAlign) {
	t := canvas.NewText(shortened(text, style, width), nil)
	style.apply(t)
	t.Alignment = align
	least := t.MinSize().Height
	putAt(t, x, y+(height-least)/2, width, least)
	r.objects = append(r.objects, t)
}

func (r *shareBarsRenderer) bar(c color.Color, x, y, width float32) {
	if width <= 0 {
		return
	}
	bar := canvas.NewRectangle(c)
	bar.CornerRadius = min(px(3), width/2)
	putAt(bar, x, y, width, px(10))
	r.objects = append(r.objects, bar)
}

func (r *shareBarsRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *shareBarsRenderer) Destroy()                     {}

// shortened cuts text that is wider than there is room.
func shortened(text string, style textStyle, width float32) string {
	if style.width(text) <= width {
		return text
	}
	letters := []rune(text)
	for n := len(letters) - 1; n > 0; n-- {
		if cut := string(letters[:n]) + "…"; style.width(cut) <= width {
			return cut
		}
	}
	return "…"
}
