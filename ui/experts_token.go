package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// tokenNote is what is known of the experts of one token.
type tokenNote struct {
	text   string  // the token's
	place  string  // "token 14 of 212"
	shares []share // of the experts that took part, the strongest first
	layers [][]share
}

// noteOf describes a token of a reply; nil if nothing is known of its experts.
func noteOf(r *app.Routes, experts []app.Expert, text string, token int) *tokenNote {
	if token < 0 || token >= len(r.Tokens) || len(r.Tokens[token].Experts) == 0 {
		return nil
	}
	n := &tokenNote{text: strings.TrimSpace(text), place: fmt.Sprintf(lang.L("token %[1]s of %[2]s"), count(token+1), count(len(r.Tokens)))}
	if n.text == "" {
		n.text = lang.L("(space)")
	}
	for e, part := range r.Shares(token) {
		if part > 0 {
			n.shares = append(n.shares, share{experts[e].Name, ExpertColor(experts[e].Colour), part})
		}
	}
	slices.SortStableFunc(n.shares, func(a, b share) int {
		if a.part > b.part {
			return -1
		}
		return 1
	})
	t := r.Tokens[token]
	used := t.Used(r.Layers)
	for i := 0; i < len(t.Experts); i += used {
		var layer []share
		for k := i; k < i+used; k++ {
			e := t.Experts[k]
			layer = append(layer, share{experts[e].Name, ExpertColor(experts[e].Colour), float64(t.Weights[k]) / 255})
		}
		n.layers = append(n.layers, layer)
	}
	return n
}

// Sizes of a note at 100 %.
const (
	notePad    = 12
	noteRow    = 18
	noteLayers = 16 // layers under one another; more stand side by side
	noteWidth  = 276
	noteMost   = 3 // experts named per layer
)

// noteSetter draws a note.
type noteSetter struct {
	objects []fyne.CanvasObject
	x, y    float32
	width   float32 // of the widest line
}

// draw sets a note from the top left corner on and returns its objects and size.
func (n *tokenNote) draw() ([]fyne.CanvasObject, fyne.Size) {
	s := &noteSetter{}
	end := s.word(shortened("“"+n.text+"”", strongStyle, px(220)), strongStyle, 0)
	s.word(n.place, captionStyle, end+px(8))
	s.y += px(noteRow + 4)
	x := float32(0)
	for _, part := range n.shares[:min(len(n.shares), 6)] {
		if x > 0 && x+px(12)+captionStyle.width(part.name+" "+part.percent()) > px(noteWidth) {
			x = 0
			s.y += px(noteRow)
		}
		x = s.share(part, x) + px(10)
	}
	s.y += px(noteRow + 6)
	s.layers(n.layers)
	return s.objects, fyne.NewSize(s.width, s.y)
}

// layers lists the choices of each layer, in columns.
func (s *noteSetter) layers(layers [][]share) {
	top, left, bottom := s.y, float32(0), s.y
	numbers := captionStyle.width("000")
	for i, layer := range layers {
		if i > 0 && i%noteLayers == 0 {
			left, s.y = s.width+px(16), top
		}
		s.word(fmt.Sprint(i+1), captionStyle, left)
		x := left + numbers + px(4)
		for k, part := range layer {
			if k == noteMost {
				x = s.word(fmt.Sprintf("+ %d", len(layer)-k), captionStyle, x)
				break
			}
			x = s.share(part, x) + px(8)
		}
		s.y += px(noteRow)
		bottom = max(bottom, s.y)
	}
	s.y = bottom
}

// share writes a colour, a name and per cents and returns where it ends.
func (s *noteSetter) share(part share, x float32) float32 {
	side := px(8)
	square := canvas.NewRectangle(part.color)
	square.CornerRadius = px(2)
	putAt(square, x, s.y+(px(noteRow)-side)/2, side, side)
	s.objects = append(s.objects, square)
	return s.word(shortened(part.name, captionStyle, px(80))+" "+part.percent(), captionStyle, x+side+px(4))
}

func (s *noteSetter) word(text string, style textStyle, x float32) (end float32) {
	t := canvas.NewText(text, nil)
	style.apply(t)
	size := t.MinSize()
	putAt(t, x, s.y+(px(noteRow)-size.Height)/2, size.Width, size.Height)
	s.objects = append(s.objects, t)
	s.width = max(s.width, x+size.Width)
	return x + size.Width
}

// noteLayer lies over the transcript and shows the note of the token under the
// pointer. It takes no events.
type noteLayer struct {
	widget.BaseWidget
	note *tokenNote
	at   fyne.Position // of the pointer
}

func newNoteLayer() *noteLayer {
	l := &noteLayer{}
	l.ExtendBaseWidget(l)
	return l
}

// show puts a note beside a point; nil takes it down.
func (l *noteLayer) show(n *tokenNote, at fyne.Position) {
	if n == nil && l.note == nil {
		return
	}
	l.note, l.at = n, at
	l.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (l *noteLayer) CreateRenderer() fyne.WidgetRenderer {
	return &noteRenderer{layer: l, ground: canvas.NewRectangle(nil)}
}

type noteRenderer struct {
	layer   *noteLayer
	ground  *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *noteRenderer) Refresh() {
	l := r.layer
	r.objects = nil
	if l.note != nil {
		inside, size := l.note.draw()
		pad := px(notePad)
		size = size.AddWidthHeight(2*pad, 2*pad)
		x := min(max(l.at.X-size.Width/2, px(8)), max(l.Size().Width-size.Width-px(8), px(8)))
		y := l.at.Y + px(24)
		if y+size.Height > l.Size().Height {
			y = max(l.at.Y-size.Height-px(16), 0)
		}
		r.ground.FillColor, r.ground.CornerRadius = named(theme.ColorNameOverlayBackground), px(8)
		r.ground.StrokeColor, r.ground.StrokeWidth = Color(ColorLine), 1
		putAt(r.ground, round(x), round(y), size.Width, size.Height)
		for _, o := range inside {
			o.Move(o.Position().AddXY(round(x)+pad, round(y)+pad))
		}
		r.objects = append([]fyne.CanvasObject{r.ground}, inside...)
	}
	canvas.Refresh(l)
}

func (r *noteRenderer) Layout(fyne.Size)             {}
func (r *noteRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r *noteRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *noteRenderer) Destroy()                     {}
