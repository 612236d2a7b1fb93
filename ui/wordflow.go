package ui

import (
	"image/color"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// flowPiece is a word or token of a wordFlow. One that ends a line has last set.
type flowPiece struct {
	text string
	ink  fyne.ThemeColorName // "": text
	fill color.Color         // behind it; nil: none
	mark color.Color         // a line under it, for who cannot tell the fill; nil: none
	bold bool
	last bool // a new line begins after it
}

// wordFlow shows pieces of text one behind the other, broken into lines between
// them, with objects for what is in view only. Pieces can be pointed at.
type wordFlow struct {
	widget.BaseWidget
	onTap    func(piece int) // may be nil
	onKey    func(*fyne.KeyEvent) bool
	selected int // -1: none

	face    face
	pitch   float32
	pieces  []flowPiece
	texts   []string        // of the pieces, as they are drawn
	spots   []fyne.Position // of the pieces
	widths  []float32
	height  float32
	width   float32 // that spots are for
	metrics *metrics
	scroll  *container.Scroll
	shown   []fyne.CanvasObject
	focused bool
}

var (
	_ fyne.Focusable = (*wordFlow)(nil)
	_ fyne.Tappable  = (*wordFlow)(nil)
)

// textPieces are the words of a text as they stand, blanks and all, the ends of
// its lines included.
func textPieces(text string, ink fyne.ThemeColorName) (pieces []flowPiece) {
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\n")
		for _, word := range wordList(strings.ReplaceAll(line, "\t", "    ")) {
			for _, part := range shortParts(word) {
				pieces = append(pieces, flowPiece{text: part, ink: ink})
			}
		}
		if n := len(pieces); line == "" {
			pieces = append(pieces, flowPiece{last: true})
		} else {
			pieces[n-1].last = ended
		}
	}
	if n := len(pieces); n > 0 {
		pieces[n-1].last = true
	}
	return pieces
}

// shortParts cuts a word that may be longer than a line; the empty one stays.
func shortParts(word string) (parts []string) {
	const most = 40 // characters
	runes := []rune(word)
	for len(runes) > most {
		parts, runes = append(parts, string(runes[:most])), runes[most:]
	}
	return append(parts, string(runes))
}

// newWordFlow returns a flow and the scroll it stands in.
func newWordFlow(mono bool) (*wordFlow, *container.Scroll) {
	st := newStyle()
	f := &wordFlow{face: st.body, pitch: st.leading, metrics: newMetrics(), selected: -1}
	if mono {
		f.face, f.pitch = st.mono, round(st.mono.size*1.6)
	}
	f.ExtendBaseWidget(f)
	f.scroll = container.NewVScroll(f)
	f.scroll.OnScrolled = func(fyne.Position) { f.show() }
	return f, f.scroll
}

// set shows other pieces.
func (f *wordFlow) set(pieces []flowPiece) {
	f.pieces, f.width = pieces, 0
	f.Resize(f.Size())
	f.scroll.Refresh()
}

// Resize implements fyne.CanvasObject: another width breaks the lines anew.
func (f *wordFlow) Resize(size fyne.Size) {
	if width := f.scroll.Size().Width; width > 0 && width != f.width {
		f.breakLines(width)
	}
	f.BaseWidget.Resize(fyne.NewSize(size.Width, max(size.Height, f.height)))
	f.show()
}

func (f *wordFlow) breakLines(width float32) {
	f.width = width
	f.spots, f.widths, f.texts = make([]fyne.Position, len(f.pieces)), make([]float32, len(f.pieces)), make([]string, len(f.pieces))
	left := px(2) // room for the frame of the first piece
	x, y := left, float32(0)
	word := float32(0) // of what is left of the word that a piece begins, if it has several
	for i, p := range f.pieces {
		face := f.face
		face.style.Bold = p.bold
		text := p.text
		w := f.metrics.width(text, face)
		if word -= w; f.parted(i) {
			if word = f.wordWidth(i) - w; word+w > width-px(12)-left {
				word = 0 // no line is long enough: broken anywhere
			}
		}
		switch word, rest := strings.TrimLeft(text, " "), max(0, word); {
		case x == left || x+w+rest <= width-px(12):
		case word == "" && text != "": // blanks stay behind the line that they end
			w = min(w, width-x)
		default: // the blank that parts a word from the one before needs no room at a line's beginning
			x, y, text = left, y+f.pitch, word
			w = f.metrics.width(text, face)
		}
		f.spots[i], f.widths[i], f.texts[i] = fyne.NewPos(x, y), w, text
		if x += w; p.last {
			x, y = left, y+f.pitch
		}
	}
	f.height = y + f.pitch
}

// parted says whether a line may be broken before a piece: tokens are often less
// than a word.
func (f *wordFlow) parted(i int) bool {
	if i == 0 || f.pieces[i-1].last {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(f.pieces[i-1].text)
	after, _ := utf8.DecodeRuneInString(f.pieces[i].text)
	return unicode.IsSpace(before) || unicode.IsSpace(after) || wide(before) || wide(after)
}

// wide says whether a character is of a script that has no blanks between words.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// wordWidth is how wide the word is that a piece begins.
func (f *wordFlow) wordWidth(i int) float32 {
	width := float32(0)
	for n := i; n < len(f.pieces) && (n == i || !f.parted(n)); n++ {
		face := f.face
		face.style.Bold = f.pieces[n].bold
		width += f.metrics.width(strings.TrimRight(f.pieces[n].text, " "), face)
	}
	return width
}

// MinSize implements fyne.CanvasObject.
func (f *wordFlow) MinSize() fyne.Size { return fyne.NewSize(px(40), f.height) }

// show makes the objects in view.
func (f *wordFlow) show() {
	if len(f.spots) != len(f.pieces) {
		return
	}
	top := f.scroll.Offset.Y - f.pitch
	bottom := f.scroll.Offset.Y + f.scroll.Size().Height
	f.shown = f.shown[:0]
	for i := sort.Search(len(f.spots), func(i int) bool { return f.spots[i].Y >= top }); i < len(f.spots) && f.spots[i].Y < bottom; i++ {
		f.shown = append(f.shown, f.draw(i)...)
	}
	f.Refresh()
}

// draw makes the objects of a piece: ground, mark, text, frame.
func (f *wordFlow) draw(i int) (objects []fyne.CanvasObject) {
	p, at, w := f.pieces[i], f.spots[i], f.widths[i]
	if p.fill != nil {
		ground := canvas.NewRectangle(p.fill)
		ground.CornerRadius = px(2)
		putAt(ground, at.X, at.Y+px(1), w, f.pitch-px(2))
		objects = append(objects, ground)
	}
	if p.mark != nil {
		line := canvas.NewRectangle(p.mark)
		putAt(line, at.X, at.Y+f.pitch-px(3), w, px(1.5))
		objects = append(objects, line)
	}
	ink := p.ink
	if ink == "" {
		ink = ColorText
	}
	style := f.face.style
	style.Bold = p.bold
	text := &canvas.Text{Text: f.texts[i], Color: Color(ink), TextSize: f.face.size, TextStyle: style}
	size := text.MinSize()
	putAt(text, at.X, at.Y+round((f.pitch-size.Height)/2), size.Width, size.Height)
	objects = append(objects, text)
	if i == f.selected {
		frame := canvas.NewRectangle(color.Transparent)
		frame.StrokeColor, frame.StrokeWidth, frame.CornerRadius = Color(ColorAccent), 1.5, px(3)
		putAt(frame, at.X-px(1), at.Y, w+px(2), f.pitch)
		objects = append(objects, frame)
	}
	return objects
}

// choose selects a piece and brings it into view.
func (f *wordFlow) choose(i int) {
	f.selected = i
	if i >= 0 && i < len(f.spots) {
		y, height := f.spots[i].Y, f.scroll.Size().Height
		if y < f.scroll.Offset.Y {
			f.scroll.ScrollToOffset(fyne.NewPos(0, y))
		} else if y+f.pitch > f.scroll.Offset.Y+height {
			f.scroll.ScrollToOffset(fyne.NewPos(0, y+f.pitch-height))
		}
	}
	f.show()
}

// pieceAt is the piece at a place of the flow, -1 if there is none.
func (f *wordFlow) pieceAt(at fyne.Position) int {
	for i, spot := range f.spots {
		if at.Y >= spot.Y && at.Y < spot.Y+f.pitch && at.X >= spot.X && at.X < spot.X+f.widths[i] {
			return i
		}
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (f *wordFlow) Tapped(event *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil && f.onKey != nil {
		c.Focus(f)
	}
	if i := f.pieceAt(event.Position); i >= 0 && f.onTap != nil {
		f.onTap(i)
	}
}

// FocusGained, FocusLost, TypedRune and TypedKey implement fyne.Focusable.
func (f *wordFlow) FocusGained()   { f.focused = true }
func (f *wordFlow) FocusLost()     { f.focused = false }
func (f *wordFlow) TypedRune(rune) {}

func (f *wordFlow) TypedKey(event *fyne.KeyEvent) {
	page := f.scroll.Size().Height * 0.9
	if f.onKey != nil && f.onKey(event) {
		return
	}
	switch event.Name {
	case fyne.KeyPageUp:
		f.scrollBy(-page)
	case fyne.KeyPageDown:
		f.scrollBy(page)
	case fyne.KeyUp:
		f.scrollBy(-f.pitch)
	case fyne.KeyDown:
		f.scrollBy(f.pitch)
	default:
		passKey(f, event)
	}
}

func (f *wordFlow) scrollBy(dy float32) {
	most := max(0, f.height-f.scroll.Size().Height)
	f.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, f.scroll.Offset.Y+dy), most)))
	f.show()
}

// CreateRenderer implements fyne.Widget.
func (f *wordFlow) CreateRenderer() fyne.WidgetRenderer { return &wordFlowRenderer{f} }

type wordFlowRenderer struct{ f *wordFlow }

func (r *wordFlowRenderer) Layout(fyne.Size)             {}
func (r *wordFlowRenderer) MinSize() fyne.Size           { return r.f.MinSize() }
func (r *wordFlowRenderer) Refresh()                     { canvas.Refresh(r.f) }
func (r *wordFlowRenderer) Objects() []fyne.CanvasObject { return r.f.shown }
func (r *wordFlowRenderer) Destroy()                     {}
