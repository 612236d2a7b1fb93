package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
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
	activity activity // what is going on instead
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
	firstSeconds    float64 // from sending to the first token
}

// activity is something that takes time.
type activity struct {
	text, short string  // short is for where there is little room
	fraction    float64 // how far it has come, 0 to 1; negative: that is not known
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

// Resize implements fyne.CanvasObject: another width has room for other words.
func (s *StatusLine) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	s.show()
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

// SetActivity says what is going on; the zero activity: nothing is.
func (s *StatusLine) SetActivity(a activity) {
	s.activity = a
	setVisible(s.meter, a.text != "" && a.fraction >= 0)
	s.meter.set(a.fraction)
	s.show()
}

// SetFigures shows f.
func (s *StatusLine) SetFigures(f figures) {
	s.figures = f
	s.show()
}

// show writes the figures as fully as what stands at the left leaves room for.
func (s *StatusLine) show() {
	texts := s.model
	if s.activity.text != "" {
		texts = []string{s.activity.text, s.activity.short}
	}
	least := float32(0)
	if len(texts) > 0 {
		least = captionStyle.width(texts[len(texts)-1]) + px(16)
	}
	if s.meter.Visible() {
		least += s.meter.MinSize().Width + px(16)
	}
	for _, text := range s.figures.texts() {
		s.right.SetText(text)
		if captionStyle.width(text) <= s.Size().Width-least {
			break
		}
	}
	s.left.SetTexts(texts...)
	relayout(s.content)
}

// String lists what is known.
func (f figures) String() string { return f.texts()[0] }

// texts are what is known, said shorter and shorter: what matters least is left
// out first.
func (f figures) texts() (texts []string) {
	var parts []string
	if f.size > 0 {
		parts = append(parts, fmt.Sprintf(lang.L("%[1]s of %[2]s tokens"), count(f.used), count(f.size)))
	}
	if f.tokensPerSecond > 0 {
		parts = append(parts, fmt.Sprintf(lang.L("%s tokens/s"), speedText(f.tokensPerSecond)))
	}
	if f.firstSeconds > 0 {
		parts = append(parts, fmt.Sprintf(lang.L("first after %s"), durationText(seconds(f.firstSeconds))))
	}
	for n := len(parts); n > 1; n-- {
		texts = append(texts, strings.Join(parts[:n], " · "))
	}
	return append(texts, strings.Join(parts[:min(1, len(parts))], ""))
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
		add(i.Name, i.Quantization, i.Device+": "+factText(i.DeviceReason))
	}
	add(i.Name, i.Quantization, i.Device)
	add(i.Name, i.Device)
	add(i.Device)
	return texts
}

// loadingActivity says how far loading a file has come.
func loadingActivity(name string, p engine.Progress, spent time.Duration) activity {
	a := activity{text: fmt.Sprintf(lang.L("Loading %s"), name), short: lang.L("Loading"), fraction: -1}
	if p.Stage != "" {
		a.text += ": " + factText(p.Stage)
	}
	if p.Total <= 0 {
		return a
	}
	return a.come(", "+fmt.Sprintf(lang.L("%[1]s of %[2]s"), bytesText(p.Done), bytesText(p.Total)), p.Done, p.Total, spent)
}

// readingActivity says how much of the prompt has been read.
func readingActivity(r readSoFar, now time.Time) activity {
	a := activity{text: lang.L("Reading the conversation"), short: lang.L("Reading"), fraction: -1}
	if r.Total <= 0 {
		return a
	}
	return a.far(": "+fmt.Sprintf(lang.L("%[1]s of %[2]s tokens"), count(r.Done), count(r.Total)), int64(r.Done), int64(r.Total), r.left(now))
}

// come adds how far a has come, and how long the rest will take.
func (a activity) come(amount string, done, total int64, spent time.Duration) activity {
	return a.far(amount, done, total, timeLeft(done, total, spent))
}

func (a activity) far(amount string, done, total int64, left string) activity {
	a.fraction = float64(done) / float64(total)
	part := fmt.Sprintf(", %d %%", int(a.fraction*100))
	if left != "" {
		left = ", " + left
	}
	a.text += amount + part + left
	a.short += part + left
	return a
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
