package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
)

// report is a page of facts that can be read and copied whole.
type report []reportPart

// reportPart is a heading with what is said under it.
type reportPart struct {
	title string
	facts [][2]string // a name and what is said of it; without a name: a line by itself
}

// add says something, unless there is nothing to say.
func (p *reportPart) add(name, value string) {
	if value != "" {
		p.facts = append(p.facts, [2]string{name, value})
	}
}

// String is the report as it is copied.
func (r report) String() string {
	var b strings.Builder
	for i, p := range r {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(p.title + "\n")
		for _, f := range p.facts {
			b.WriteString("  ")
			if f[0] != "" {
				b.WriteString(f[0] + ": ")
			}
			b.WriteString(f[1] + "\n")
		}
	}
	return b.String()
}

// showReport opens a page with a report, from which it can be copied.
func (w *Window) showReport(title, text string, r report) {
	list := newColumn(20)
	for _, p := range r {
		part := newColumn(6, newLine(p.title, strongStyle))
		for _, f := range p.facts {
			value := newParagraph(f[1], reportStyle)
			if f[0] == "" {
				part.Add(value)
			} else {
				part.Add(container.New(reportLayout{}, newFlexibleLine(f[0], captionStyle), value))
			}
		}
		list.Add(part)
	}
	button := newPrimaryButton(lang.L("Copy all"), nil)
	button.OnTapped = func() {
		w.copy(title + "\n\n" + r.String())
		button.SetText(lang.L("Copied"))
	}
	foot := container.NewHBox(spacer(), button)
	low := w.win.Canvas().Size().Height < px(reportHeight)
	if low { // the facts have all of it
		list.Objects = append([]fyne.CanvasObject{newParagraph(text, captionStyle)}, append(list.Objects, foot)...)
		text = ""
	}
	scroll := wheeled(container.NewVScroll(newPadded(0, 16, 0, 0, list)))
	body := fyne.CanvasObject(scroll)
	if !low {
		body = container.NewBorder(nil, newPadded(12, 16, 0, 0, foot), nil, nil, scroll)
	}
	page := w.openDetail(title, text, 680, body, button)
	page.shrink(scroll.Size().Height - list.MinSize().Height - px(16))
}

// reportHeight is the least height of a window, at 100 %, in which what a report is
// for and its button stay in sight.
const reportHeight = 400

// reportStyle is that of what is said: in the ink of text, as small as its name.
var reportStyle = textStyle{color: bodyStyle.color, size: captionStyle.size}

// reportLayout: a name, and beside it what is said, wrapped to the room there is;
// under it where there is little.
type reportLayout struct{}

// reportNarrow is the width, at 100 %, below which a name has a line of its own.
const reportNarrow = 360

// MinSize implements fyne.Layout.
func (reportLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	name, value := objects[0].MinSize().Height, objects[1].MinSize().Height
	if objects[1].Position().X == 0 && objects[1].Position().Y > 0 { // as it was laid out
		return fyne.NewSize(px(200), name+value)
	}
	return fyne.NewSize(px(200), max(name, value))
}

// Layout implements fyne.Layout.
func (reportLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size.Width < px(reportNarrow) {
		height := fit(objects[0], size.Width)
		objects[0].Move(fyne.Position{})
		fit(objects[1], size.Width)
		objects[1].Move(fyne.NewPos(0, height))
		return
	}
	name := px(150)
	objects[0].Resize(fyne.NewSize(name-px(12), objects[0].MinSize().Height))
	objects[0].Move(fyne.Position{})
	fit(objects[1], size.Width-name)
	objects[1].Move(fyne.NewPos(name, 0))
}
