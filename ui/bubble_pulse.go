package ui

import (
	"image/color"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"
)

// pulse is the quiet sign at the end of a reply that is being written: a dot that
// grows pale and comes back. It changes eight times a second, not sixty: every
// change draws the whole window again.
type pulse struct {
	widget.BaseWidget
	stage     *stage
	dot       *canvas.Circle
	animation *fyne.Animation
	running   bool
	still     bool // nothing is to move
}

func newPulse(s *stage) *pulse {
	p := &pulse{stage: s, dot: canvas.NewCircle(s.style.ink(ColorAccent))}
	p.animation = &fyne.Animation{Duration: 1200 * time.Millisecond, RepeatCount: fyne.AnimationRepeatForever, Curve: fyne.AnimationLinear, Tick: p.tick}
	p.ExtendBaseWidget(p)
	return p
}

// pulseSteps are the shades in one beat.
const pulseSteps = 10

func (p *pulse) tick(done float32) {
	step := math.Floor(float64(done) * pulseSteps)
	strength := 0.65 + 0.35*math.Cos(2*math.Pi*step/pulseSteps)
	r, g, b, _ := p.stage.style.ink(ColorAccent).RGBA()
	shade := color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: uint8(255 * strength)}
	if p.dot.FillColor != shade {
		p.dot.FillColor = shade
		p.dot.Refresh()
	}
}

// run starts or stops the beat; it stands still where animations are off.
func (p *pulse) run(running bool) {
	if running == p.running {
		return
	}
	p.running = running
	if running && !p.still && animated() {
		p.animation.Start()
	} else {
		p.animation.Stop()
	}
}

// SetStill says whether nothing is to move but what the reader moves.
func (t *Transcript) SetStill(still bool) {
	p := t.view.pulse
	if p.still != still {
		running := p.running
		p.run(false)
		p.still = still
		p.run(running)
	}
}

// CreateRenderer implements fyne.Widget.
func (p *pulse) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.dot) }

// placePulse puts the dot behind the last word of the reply that streams in, if
// that is in view.
func (v *transcriptView) placePulse() bool {
	at, ok := v.writingPoint()
	v.pulse.run(ok)
	side := v.stage.style.px(9)
	if ok {
		putAt(v.pulse, round(at.X), round(at.Y-side/2), side, side)
	}
	return ok
}

// writingPoint is the place of the next word.
func (v *transcriptView) writingPoint() (fyne.Position, bool) {
	if len(v.bubbles) == 0 {
		return fyne.Position{}, false
	}
	b := v.bubbles[len(v.bubbles)-1]
	if !b.streaming() || !b.ready || b.rows[len(b.rows)-1].box == nil {
		return fyne.Position{}, false
	}
	st := v.stage.style
	foot := b.rows[len(b.rows)-1]
	below := foot.box.Position().AddXY(foot.left, st.px(8))
	if len(b.rows) < 2 || b.rows[len(b.rows)-2].block == nil {
		return below, true
	}
	last := b.rows[len(b.rows)-2]
	origin := last.box.Position().AddXY(last.left, last.inset)
	if n := len(last.block.pieces); n > 0 {
		p := last.block.pieces[n-1]
		if text, ok := p.piece.(*textPiece); ok {
			return origin.AddXY(p.x, p.y).Add(text.writingPoint()).AddXY(st.px(6), 0), true
		}
	}
	return below, true
}

// writingPoint is the middle of the end of the last line.
func (t *textPiece) writingPoint() fyne.Position {
	line := t.flow.lines[len(t.flow.lines)-1]
	return fyne.NewPos(t.x(line, line.end), line.y+t.pitch/2)
}

// jumpButton floats over the page when its end is out of sight.
type jumpButton struct {
	actionButton
}

func newJumpButton(s *stage, tapped func()) *jumpButton {
	j := &jumpButton{actionButton{stage: s, icon: "down", tip: lang.L("Jump to the latest"), onTapped: tapped, ink: ColorText}}
	j.ExtendBaseWidget(j)
	return j
}

// CreateRenderer implements fyne.Widget.
func (j *jumpButton) CreateRenderer() fyne.WidgetRenderer {
	disc := canvas.NewCircle(color.Transparent)
	return &jumpRenderer{actionRenderer{button: &j.actionButton, ground: canvas.NewRectangle(color.Transparent), icon: newIcon("down", ColorText)}, disc}
}

type jumpRenderer struct {
	actionRenderer
	disc *canvas.Circle
}

func (r *jumpRenderer) MinSize() fyne.Size {
	side := r.button.stage.style.px(36)
	return fyne.NewSize(side, side)
}

func (r *jumpRenderer) Layout(size fyne.Size) {
	r.disc.Resize(size)
	r.actionRenderer.Layout(size)
	r.Refresh()
}

func (r *jumpRenderer) Refresh() {
	st := r.button.stage.style
	r.disc.FillColor, r.disc.StrokeColor, r.disc.StrokeWidth = st.ink("menuBackground"), st.ink(ColorLine), 1
	r.actionRenderer.Refresh()
	r.ground.CornerRadius = st.px(18)
	r.disc.Refresh()
}

func (r *jumpRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.disc, r.ground, r.icon}
}

var _ desktop.Hoverable = (*jumpButton)(nil)
