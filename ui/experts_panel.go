package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine"
)

// expertsState is what the panel of the experts shows.
type expertsState struct {
	colouring bool // replies are coloured by expert

	// Of the reply that is looked at.
	title   string // what it answers
	text    string // its own
	routes  app.Routes
	experts []app.Expert // of the model that wrote it
	hash    string       // of that model
	dense   bool         // the loaded model wrote it, which is no mixture

	// Of the loaded model.
	loaded engine.Info
	names  []app.Expert
	mix    engine.Mix // the conversation's experiment
}

// ExpertsPanel shows what the experts of a mixture did in a reply, and lets the
// reader try what they do otherwise. It announces what the reader wants.
type ExpertsPanel struct {
	widget.BaseWidget
	OnColour  func(bool)
	OnNames   func([]app.Expert) // of the reply's model
	OnMix     func(engine.Mix)
	OnSplit   func() // send one message to two settings
	OnMixture func() // make a mixture
	OnClose   func()

	now   expertsState
	token int // that is looked at
	save  *pause

	colour  *switchButton
	about   *paragraph
	bars    *shareBars
	heat    *heatMap
	cell    *paragraph
	note    *noteBox
	try     *trySection
	called  *nameSection
	reply   *fyne.Container // what is shown of a reply
	tokens  *fyne.Container
	own     *fyne.Container
	cross   *glyphButton
	content *fyne.Container
	scroll  *container.Scroll
	showing bool
}

// NewExpertsPanel returns a panel that shows nothing yet.
func NewExpertsPanel(post poster) *ExpertsPanel {
	p := &ExpertsPanel{save: &pause{post: post, wait: 400 * time.Millisecond}}
	p.ExtendBaseWidget(p)
	p.build()
	return p
}

func cellHint() string {
	return lang.L("Point at a cell, or walk with the arrow keys, to see its number.")
}

func (p *ExpertsPanel) build() {
	p.colour = newSwitch("", func(on bool) { p.OnColour(on) })
	p.about, p.cell = newParagraph("", captionStyle), newParagraph(cellHint(), captionStyle)
	p.bars, p.note = newShareBars(), newNoteBox()
	p.heat = newHeatMap(func(text string) {
		if text == "" {
			text = cellHint()
		}
		p.cell.SetText(text)
		relayout(p.reply)
	})
	back := newGlyph(assets.Icon("back"), 28, func() { p.step(-1) })
	next := newGlyph(assets.Icon("next"), 28, func() { p.step(1) })
	tips := newTipLayer()
	p.cross = newGlyph(assets.Icon("close"), 28, func() { p.OnClose() })
	back.tip, next.tip = lang.L("The word before"), lang.L("The next word")
	for _, b := range []*glyphButton{back, next, p.cross} {
		b.tips = tips
	}
	p.tokens = newColumn(8, newRow(4, 0, newFlexibleLine(lang.L("Word by word"), strongStyle), back, next), p.note)
	p.reply = newColumn(24,
		section(lang.L("Load of each expert"), p.about, p.bars),
		section(lang.L("Layer by layer"), p.heat, newHeatLegend(), p.cell),
		p.tokens)
	p.try, p.called = newTrySection(p), newNameSection(p)
	p.nameKeys(newKeymap(nil))
	p.own = section(lang.L("Your own mixture"), newParagraph(lang.L("Put several models of the same shape together, each an expert for something."), captionStyle),
		newButton(lang.L("Make a mixture…"), func() { p.OnMixture() }))
	sections := newColumn(24, p.colour, p.reply, p.try.object, p.called.object, p.own)
	p.scroll = container.NewVScroll(newPadded(4, 20, 24, 16, sections))
	title := newRow(8, 0, newFlexibleLine(lang.L("Experts"), titleStyle), p.cross)
	p.content = container.NewStack(container.NewBorder(grounded(newPadded(12, 12, 8, 16, title)), nil, nil, nil, wheeled(p.scroll)), tips)
}

// nameKeys says which keys do what is done here.
func (p *ExpertsPanel) nameKeys(k *keymap) {
	p.cross.tip = lang.L("Close") + k.hint("experts.panel")
	p.colour.name.SetText(lang.L("Colour replies by expert") + k.hint("experts.colours"))
}

// CreateRenderer implements fyne.Widget.
func (p *ExpertsPanel) CreateRenderer() fyne.WidgetRenderer {
	back := newSurface(theme.ColorNameHeaderBackground, "", 0)
	return widget.NewSimpleRenderer(container.NewStack(back, p.content))
}

// Set shows s.
func (p *ExpertsPanel) Set(s expertsState) {
	p.showing = true
	defer func() { p.showing = false }()
	if s.text != p.now.text {
		p.token = 0
	}
	p.now = s
	p.colour.Set(s.colouring)
	load, tokens := s.routes.Load()
	known := tokens > 0
	setVisible(p.reply.Objects[1], known)
	setVisible(p.tokens, known)
	setVisible(p.bars, known)
	setVisible(p.own, p.OnMixture != nil)
	p.about.SetText(s.about(tokens))
	if known {
		shares := make([]share, len(load))
		for e := range load {
			shares[e] = share{s.experts[e].Name, ExpertColor(s.experts[e].Colour), load[e]}
		}
		p.bars.set(shares)
		p.heat.set(shares, s.routes.Heat())
		p.step(0)
	}
	p.try.set(s)
	p.called.set(s)
	p.relayout()
}

// about says what the figures are of, or why there are none.
func (s expertsState) about(tokens int) string {
	switch {
	case tokens > 0 && s.title != "":
		return fmt.Sprintf(lang.L("In the reply to “%[1]s”, over %[2]s."), shortened(s.title, captionStyle, px(180)), counted(tokens, lang.L("1 token"), lang.L("%s tokens")))
	case tokens > 0:
		return fmt.Sprintf(lang.L("In the last reply, over %s."), counted(tokens, lang.L("1 token"), lang.L("%s tokens")))
	case s.text != "" && !s.dense:
		return lang.L("Nothing is known of the experts of this reply: it was not written by a mixture, or before they were kept.")
	case s.loaded.Experts == 0 && s.loaded.Name != "":
		return fmt.Sprintf(lang.L("%s is one model, not a mixture of experts."), s.loaded.Name)
	}
	return lang.L("Once a mixture of experts has answered, this shows which of them did the work.")
}

func (p *ExpertsPanel) relayout() {
	p.scroll.Content.Refresh()
	p.scroll.Refresh()
}

// step looks at the token that is so many further on, and has known experts.
func (p *ExpertsPanel) step(by int) {
	tokens, at, on := p.now.routes.Tokens, p.token, by
	if on == 0 {
		on = 1
	}
	for i := at + by; i >= 0 && i < len(tokens); i += on {
		if len(tokens[i].Experts) > 0 {
			at = i
			break
		}
	}
	p.token = at
	p.note.set(noteOf(&p.now.routes, p.now.experts, p.now.tokenText(at), at))
	relayout(p.tokens)
	p.relayout()
}

// tokenText is the text of a token.
func (s *expertsState) tokenText(token int) string {
	at := 0
	for i, t := range s.routes.Tokens {
		if i == token {
			return s.text[min(at, len(s.text)):min(at+t.Bytes, len(s.text))]
		}
		at += t.Bytes
	}
	return ""
}

// noteBox shows a note among other widgets.
type noteBox struct {
	widget.BaseWidget
	objects []fyne.CanvasObject
	size    fyne.Size
}

func newNoteBox() *noteBox {
	b := &noteBox{}
	b.ExtendBaseWidget(b)
	return b
}

func (b *noteBox) set(n *tokenNote) {
	b.objects, b.size = nil, fyne.Size{}
	if n != nil {
		b.objects, b.size = n.draw()
	}
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *noteBox) CreateRenderer() fyne.WidgetRenderer { return &noteBoxRenderer{b} }

type noteBoxRenderer struct{ box *noteBox }

func (r *noteBoxRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, r.box.size.Height) }
func (r *noteBoxRenderer) Layout(fyne.Size)             {}
func (r *noteBoxRenderer) Objects() []fyne.CanvasObject { return r.box.objects }
func (r *noteBoxRenderer) Destroy()                     {}
func (r *noteBoxRenderer) Refresh()                     { canvas.Refresh(r.box) }

// newHeatLegend says what the strength of a colour means.
func newHeatLegend() fyne.CanvasObject {
	steps := container.New(line{gap: 0, wide: -1})
	for i := range 5 {
		steps.Add(newHeatStep(uint8(i * 63)))
	}
	return newRow(6, 2, newLine("0 %", captionStyle), steps, newFlexibleLine(lang.L("100 % of the layer's work"), captionStyle))
}
