package ui

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image/color"
	"math"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// Face is how an assistant is recognised: its picture or, without one, the first
// letter of its name on its colour.
type Face struct {
	Name    string
	Colour  int // as of the experts
	Picture fyne.Resource
}

// faceOf is an assistant's face.
func faceOf(a app.Assistant) *Face {
	f := &Face{Name: assistantName(a), Colour: a.Colour}
	if len(a.Picture) > 0 {
		sum := fnv.New64a()
		sum.Write(a.Picture)
		f.Picture = fyne.NewStaticResource(fmt.Sprintf("face-%x.png", sum.Sum64()), bytes.Clone(a.Picture))
	}
	return f
}

// same says whether two faces look alike.
func (f *Face) same(g *Face) bool {
	if f == nil || g == nil {
		return f == g
	}
	alike := f.Picture == nil && g.Picture == nil || f.Picture != nil && g.Picture != nil && f.Picture.Name() == g.Picture.Name()
	return alike && f.Name == g.Name && f.Colour == g.Colour
}

// initial is the letter on the colour.
func (f *Face) initial() string {
	for _, r := range f.Name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return strings.ToUpper(string(r))
		}
	}
	return "?"
}

// draw is the face, so many pixels wide and high, with its upper left corner at x, y.
func (f *Face) draw(x, y, side float32) []fyne.CanvasObject {
	if f.Picture != nil {
		picture := canvas.NewImageFromResource(f.Picture)
		picture.FillMode, picture.CornerRadius = canvas.ImageFillContain, side/2
		putAt(picture, x, y, side, side)
		return []fyne.CanvasObject{picture}
	}
	ground := ExpertColor(f.Colour)
	disc := canvas.NewCircle(ground)
	putAt(disc, x, y, side, side)
	letter := &canvas.Text{Text: f.initial(), Color: inkOn(ground), TextSize: side * 0.58, TextStyle: fyne.TextStyle{Bold: true}, Alignment: fyne.TextAlignCenter}
	height := letter.MinSize().Height
	putAt(letter, x, y+(side-height)/2, side, height)
	return []fyne.CanvasObject{disc, letter}
}

// inkOn is black or white, whichever can be read better on a colour (WCAG's
// relative luminance).
func inkOn(ground color.Color) color.Color {
	if luminance(ground) > 0.179 {
		return color.NRGBA{A: 0xff}
	}
	return color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
}

// luminance is WCAG 2.1's relative luminance.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xFFFF
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// faceView shows a face in a row or on a page.
type faceView struct {
	widget.BaseWidget
	face *Face // nil: nothing
	size float32
}

func newFaceView(f *Face, size float32) *faceView {
	v := &faceView{face: f, size: size}
	v.ExtendBaseWidget(v)
	return v
}

func (v *faceView) set(f *Face) {
	if !v.face.same(f) {
		v.face = f
		v.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (v *faceView) CreateRenderer() fyne.WidgetRenderer {
	r := &faceRenderer{view: v}
	r.Refresh()
	return r
}

type faceRenderer struct {
	view    *faceView
	objects []fyne.CanvasObject
}

func (r *faceRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(px(r.view.size)) }
func (r *faceRenderer) Layout(fyne.Size)             {}
func (r *faceRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *faceRenderer) Destroy()                     {}

func (r *faceRenderer) Refresh() {
	r.objects = nil
	if r.view.face != nil {
		r.objects = r.view.face.draw(0, 0, px(r.view.size))
	}
	canvas.Refresh(r.view)
}

// assistantName is what an assistant is called: a built-in one that still has its
// own name in the reader's language.
func assistantName(a app.Assistant) string {
	original, ok := app.BuiltinAssistant(a.Builtin)
	if !ok || a.Name != original.Name {
		if a.Name == "" && a.ID != 0 {
			return lang.L("Assistant without a name")
		}
		return a.Name
	}
	names := map[string]string{
		"helper": lang.L("Starter helper"), "coder": lang.L("Coder"), "storyteller": lang.L("Storyteller"),
		"translator": lang.L("Translator"), "maths": lang.L("Step-by-step maths"),
	}
	if name := names[a.Builtin]; name != "" {
		return name
	}
	return a.Name
}

// assistantAbout is what an assistant is for, likewise.
func assistantAbout(a app.Assistant) string {
	if a.Error != "" {
		return asSentence(errorText(a.Error))
	}
	original, ok := app.BuiltinAssistant(a.Builtin)
	if !ok || a.About != original.About {
		if a.About == "" {
			return firstLines(strings.TrimSpace(a.System), 1)
		}
		return a.About
	}
	texts := map[string]string{
		"helper": lang.L("Explains Beyonder and answers in a few plain sentences"), "coder": lang.L("Writes and explains code"),
		"storyteller": lang.L("Tells stories and plays scenes with you"), "translator": lang.L("Translates what you write, and nothing else"),
		"maths": lang.L("Works sums and proofs out line by line"),
	}
	if text := texts[a.Builtin]; text != "" {
		return text
	}
	return a.About
}

// assistantGreeting is what stands above a new conversation with it, "": nothing of
// its own.
func assistantGreeting(a app.Assistant) string {
	original, ok := app.BuiltinAssistant(a.Builtin)
	if !ok || a.Greeting != original.Greeting {
		return strings.TrimSpace(a.Greeting)
	}
	texts := map[string]string{
		"helper": lang.L("Ask me how something works."), "coder": lang.L("What shall we build, or what does not work?"),
		"storyteller": lang.L("Whom shall the story be about?"), "translator": lang.L("Name a language, then paste a text."),
		"maths": lang.L("Which problem shall we work out?"),
	}
	return texts[a.Builtin]
}
