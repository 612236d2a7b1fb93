package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"beyonder/engine"
)

// StatusLine is the one line at the window's foot: what is going on at its
// left, the figures at its right. It shows only what it was told; a figure
// that is not known is not shown.
type StatusLine struct {
	widget.BaseWidget
	OnContext func(at fyne.Position) // the figures were clicked

	model    []string // model, device and why; said shorter and shorter
	activity string   // what is going on instead, "": nothing
	figures  figures

	left    *choiceLine
	right   *tappableLine
	meter   *meter
	content *fyne.Container
}

// figures are the numbers of the last or the present reply; 0: not known.
type figures struct {
	used, size      int     // tokens in the context window, and how many it holds
	tokensPerSecond float64 // while writing
	firstSeconds    float64 // from the request to the first token
}

// NewStatusLine returns an empty status line.
func NewStatusLine() *StatusLine {
	s := &StatusLine{meter: newMeter(), left: newChoiceLine(captionStyle)}
	s.ExtendBaseWidget(s)
	s.right = newTappableLine(captionStyle, func() { s.OnContext(below(s.right)) })
	s.meter.Hide()
	s.content = newRow(16, 0, s.left, s.meter, s.right)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *StatusLine) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(newPadded(4, 0, 8, 0, s.content))
}

// SetModel says which model is loaded and where it runs; of several texts, the
// first that has room beside the figures is shown.
func (s *StatusLine) SetModel(texts ...string) {
	s.model = texts
	s.show()
}

// SetActivity says what is going on, and how far it has come (0 to 1; negative:
// that is not known). An empty text: nothing is.
func (s *StatusLine) SetActivity(text string, fraction float64) {
	s.activity = text
	setVisible(s.meter, text != "" && fraction >= 0)
	s.meter.set(fraction)
	s.show()
}

// SetFigures shows f.
func (s *StatusLine) SetFigures(f figures) {
	s.figures = f
	s.show()
}

func (s *StatusLine) show() {
	texts := s.model
	if s.activity != "" {
		texts = []string{s.activity}
	}
	s.left.SetTexts(texts...)
	s.right.SetText(s.figures.String())
	relayout(s.content)
}

// String lists what is known.
func (f figures) String() string {
	var parts []string
	if f.size > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s tokens", count(f.used), count(f.size)))
	}
	if f.tokensPerSecond > 0 {
		parts = append(parts, speedText(f.tokensPerSecond)+" tokens/s")
	}
	if f.firstSeconds > 0 {
		parts = append(parts, "first after "+durationText(seconds(f.firstSeconds)))
	}
	return strings.Join(parts, " · ")
}

// modelTexts name a model, its device and why that one: "Beyonder-4x7B-v2 ·
// Q4_K_M · CPU (AVX-512): no OpenGL 4.3". Where that is too long, the reason is
// left out first and the model's name last.
func modelTexts(i engine.Info) []string {
	var texts []string
	add := func(parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if text := strings.Join(parts, " · "); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if i.DeviceReason != "" {
		add(i.Name, i.Quantization, i.Device+": "+i.DeviceReason)
	}
	add(i.Name, i.Quantization, i.Device)
	add(i.Name, i.Device)
	add(i.Device)
	return texts
}

// loadingText says how far loading a file has come.
func loadingText(name string, p engine.Progress, spent time.Duration) (text string, fraction float64) {
	text = "Loading " + name
	if p.Stage != "" {
		text += ": " + p.Stage
	}
	if p.Total <= 0 {
		return text, -1
	}
	fraction = float64(p.Done) / float64(p.Total)
	text += fmt.Sprintf(", %s of %s, %d %%", bytesText(p.Done), bytesText(p.Total), int(fraction*100))
	if left := timeLeft(p.Done, p.Total, spent); left != "" {
		text += ", " + left
	}
	return text, fraction
}

// readingText says how much of the prompt has been read.
func readingText(r engine.Reading, spent time.Duration) (text string, fraction float64) {
	if r.Total <= 0 {
		return "Reading the conversation", -1
	}
	text = fmt.Sprintf("Reading the conversation: %s of %s tokens", count(r.Done), count(r.Total))
	if left := timeLeft(int64(r.Done), int64(r.Total), spent); left != "" {
		text += ", " + left
	}
	return text, float64(r.Done) / float64(r.Total)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
