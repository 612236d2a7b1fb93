package ui

import (
	"fmt"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// loadOptions is how one model is loaded. Each change is kept at once and the
// memory reckoned anew.
type loadOptions struct {
	page    *modelsPage
	model   app.LibraryModel
	now     app.LoadChoice
	setting bool // set is at work

	context *numberRow
	kv      *keySelect
	device  *keySelect
	layers  *numberRow
	experts *keySelect
	threads *numberRow
	which   *fyne.Container // the choice of experts, for mixtures
	reset   *pushButton
	stale   *paragraph
	object  *fyne.Container
}

// Places to compute on.
const (
	deviceAuto = iota
	deviceNone
	deviceSome
)

func kvNames() []string { return []string{"", "f16", "q8_0", "f32"} }

func newLoadOptions(p *modelsPage) *loadOptions {
	l := &loadOptions{page: p}
	l.kv = newKeySelect([]string{lang.L("As in the settings"), lang.L("16 bits"), lang.L("8 bits"), lang.L("32 bits")}, func(i int) {
		l.change(func(c *app.LoadChoice) { c.KV = kvNames()[i] })
	})
	l.device = newKeySelect([]string{lang.L("As many layers as fit"), lang.L("None: the processor alone"), lang.L("So many layers")}, l.chooseDevice)
	l.experts = newKeySelect([]string{lang.L("With their layers"), lang.L("On the processor")}, func(i int) {
		l.change(func(c *app.LoadChoice) { c.ExpertsOnCPU = i == 1 })
	})
	l.threads = newNumberRow(numberField{name: lang.L("Threads"), explain: lang.L("How many processor cores work at once."),
		whole: true, low: 1, high: 1024, slideTo: -1, offText: lang.L("Automatic")}, func(v float64) {
		l.change(func(c *app.LoadChoice) { c.Threads = int(v) })
	})
	l.reset = newButton(lang.L("Defaults"), func() {
		l.change(func(c *app.LoadChoice) { *c = app.LoadChoice{} })
		l.fill()
	})
	l.stale = newParagraph(lang.L("The loaded model still has the earlier values. Your next message loads it again."), captionStyle)
	l.which = newColumn(0, labelled(lang.L("Experts"), l.experts, newParagraph(lang.L("On the processor, attention alone takes graphics memory."), captionStyle)))
	l.object = newColumn(12)
	return l
}

// rows makes those whose range follows from the model.
func (l *loadOptions) rows() {
	trained := float64(max(1024, l.model.Outline.Config.Context))
	l.context = newNumberRow(numberField{name: lang.L("Context size"), explain: lang.L("How much of a conversation the model sees at once. More takes more memory."), unit: lang.L("tokens"),
		whole: true, low: 256, high: 1 << 21, slideTo: trained, step: 256, offText: lang.L("Automatic")}, func(v float64) {
		l.change(func(c *app.LoadChoice) { c.Context = int(v) })
	})
	l.context.slider.OnChanged = l.preview(l.context, func(c *app.LoadChoice, v float64) { c.Context = int(v) })
	layers := float64(max(1, l.model.Outline.Config.Layers))
	l.layers = newNumberRow(numberField{name: lang.L("Layers on it"), whole: true, low: 1, high: layers, step: 1}, func(v float64) {
		l.change(func(c *app.LoadChoice) { c.GPULayers = int(v) })
	})
	l.layers.slider.OnChanged = l.preview(l.layers, func(c *app.LoadChoice, v float64) { c.GPULayers = int(v) })
	l.object.Objects = []fyne.CanvasObject{
		newRow(8, 0, newFlexibleLine(lang.L("Load options"), strongStyle), l.reset), l.stale, l.context.object,
		labelled(lang.L("Key and value cache"), l.kv), labelled(lang.L("Graphics card"), l.device), l.layers.object, l.which, l.threads.object,
	}
}

// preview reckons while a slider is being drawn, without keeping anything.
func (l *loadOptions) preview(row *numberRow, put func(*app.LoadChoice, float64)) func(float64) {
	return func(v float64) {
		row.slid(v)
		if l.setting || row.setting {
			return
		}
		c := l.now
		put(&c, tidy(v, row.field.step))
		need, memory, err := l.page.window.app.Need(l.model.Outline, l.model.Path, c)
		if err == nil {
			text, ink := fitPill(need.Fit)
			v := verdict{text: text, color: ink, usable: true, need: need, memory: memory}
			a := l.page.about
			a.pill.set(v.text, v.color)
			a.verdict.SetText(a.verdictText(v))
			a.bar.set(v)
		}
	}
}

// set shows the options of a model; same: it was shown before.
func (l *loadOptions) set(m app.LibraryModel, same bool) {
	l.model = m
	if !same || l.context == nil {
		l.rows()
	}
	if c := l.page.window.app.LoadChoice(m.Path); !same || c != l.now {
		l.now = c
		l.fill()
	}
	l.follow()
}

func (l *loadOptions) fill() {
	l.setting = true
	defer func() { l.setting = false }()
	c := l.now
	l.context.Set(float64(c.Context))
	l.threads.Set(float64(c.Threads))
	l.kv.SetSelectedIndex(max(0, slices.Index(kvNames(), c.KV)))
	at, layers := deviceAuto, max(1, l.model.Outline.Config.Layers)
	switch {
	case c.GPULayers == app.NoLayers:
		at = deviceNone
	case c.GPULayers > 0:
		at, layers = deviceSome, min(layers, c.GPULayers)
	}
	l.device.SetSelectedIndex(at)
	l.layers.Set(float64(layers))
	l.experts.SetSelectedIndex(0)
	if c.ExpertsOnCPU {
		l.experts.SetSelectedIndex(1)
	}
}

func (l *loadOptions) chooseDevice(i int) {
	l.change(func(c *app.LoadChoice) {
		switch i {
		case deviceAuto:
			c.GPULayers = 0
		case deviceNone:
			c.GPULayers = app.NoLayers
		case deviceSome:
			c.GPULayers = int(l.layers.value)
		}
	})
}

// change keeps another choice.
func (l *loadOptions) change(f func(*app.LoadChoice)) {
	if l.setting {
		return
	}
	f(&l.now)
	p := l.page
	if err := p.window.app.SetLoadChoice(l.model.Path, l.now); err != nil {
		p.say(sentence(err), nil)
	}
	l.follow()
	p.about.reckon()
	p.list.Refresh()
	if info, ok := p.window.app.Model(); ok && info.Path == l.model.Path {
		p.window.panel.SetChoice(l.now)
		p.window.panel.refresh()
	}
}

// follow shows what follows from the choice.
func (l *loadOptions) follow() {
	setVisible(l.layers.object, l.now.GPULayers > 0)
	setVisible(l.which, l.model.Outline.Config.Experts > 0 && l.now.GPULayers != app.NoLayers)
	setVisible(l.reset, l.now != app.LoadChoice{})
	info, ok := l.page.window.app.Model()
	setVisible(l.stale, ok && info.Path == l.model.Path && l.page.window.app.Outdated())
	relayout(l.object)
}

// needBar shows what a model needs of the memory: weights, cache and the rest, and
// where what is free ends.
type needBar struct {
	graph  *needGraph
	legend *fyne.Container
	object *fyne.Container
}

func newNeedBar() *needBar {
	b := &needBar{graph: newNeedGraph(), legend: newColumn(2)}
	b.object = newColumn(6, b.graph, b.legend)
	return b
}

func (b *needBar) set(v verdict) {
	n := v.need
	setVisible(b.object, v.usable && n.Bytes > 0)
	b.graph.parts = [3]int64{n.Weights, n.Cache, n.Working}
	b.graph.free, b.graph.total = v.memory.Free, v.memory.Total
	b.graph.Refresh()
	b.legend.RemoveAll()
	for i, text := range []string{
		fmt.Sprintf(lang.L("Weights %s"), bytesText(n.Weights)),
		fmt.Sprintf(lang.L("Context of %[1]s tokens %[2]s"), count(n.Context), bytesText(n.Cache)),
		fmt.Sprintf(lang.L("Working memory %s"), bytesText(n.Working)),
	} {
		b.legend.Add(newRow(6, 1, newSwatch(i), newFlexibleLine(text, captionStyle)))
	}
	if v.memory.Free > 0 {
		mark := container.NewCenter(newSized(2, 12, newSurface(theme.ColorNameForeground, "", 0)))
		text := fmt.Sprintf(lang.L("Free now %s"), bytesText(v.memory.Free))
		b.legend.Add(newRow(6, 1, newSized(12, 12, mark), newFlexibleLine(text, captionStyle)))
	}
}

// needGraph is the bar itself: as long as the machine's memory, or as what is
// needed if that is more.
type needGraph struct {
	widget.BaseWidget
	parts       [3]int64
	free, total int64
}

func newNeedGraph() *needGraph {
	g := &needGraph{}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *needGraph) CreateRenderer() fyne.WidgetRenderer {
	r := &needRenderer{graph: g, back: canvas.NewRectangle(color.Transparent), free: canvas.NewRectangle(color.Transparent)}
	for i := range r.parts {
		r.parts[i] = canvas.NewRectangle(ExpertColor(i))
	}
	r.Refresh()
	return r
}

type needRenderer struct {
	graph      *needGraph
	back, free *canvas.Rectangle
	parts      [3]*canvas.Rectangle
}

func (r *needRenderer) MinSize() fyne.Size { return fyne.NewSize(px(80), px(16)) }

func (r *needRenderer) Layout(size fyne.Size) {
	g := r.graph
	need := g.parts[0] + g.parts[1] + g.parts[2]
	whole := max(need, g.total, g.free, 1)
	at := func(n int64) float32 { return size.Width * float32(float64(n)/float64(whole)) }
	y, height := px(4), px(8)
	r.back.Move(fyne.NewPos(0, y))
	r.back.Resize(fyne.NewSize(size.Width, height))
	x := float32(0)
	for i, part := range r.parts {
		width := at(g.parts[i])
		part.Move(fyne.NewPos(x, y))
		part.Resize(fyne.NewSize(width, height))
		x += width
	}
	setVisible(r.free, g.free > 0)
	r.free.Move(fyne.NewPos(min(at(g.free), size.Width-px(2)), 0))
	r.free.Resize(fyne.NewSize(px(2), px(16)))
}

func (r *needRenderer) Refresh() {
	r.back.FillColor, r.back.CornerRadius = theme.Color(colorTrack), px(2)
	r.free.FillColor = theme.Color(theme.ColorNameForeground)
	r.Layout(r.graph.Size())
	canvas.Refresh(r.graph)
}

func (r *needRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.parts[0], r.parts[1], r.parts[2], r.free}
}
func (r *needRenderer) Destroy() {}
