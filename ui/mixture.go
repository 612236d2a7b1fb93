package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// mixturePage makes a mixture of experts: a base, experts with what they are
// for, where sample sentences would go, and the file. What was filled in stays
// until the program ends.
type mixturePage struct {
	window *Window
	tips   *tipLayer
	detail *detail
	cancel context.CancelFunc // of what is under way, nil: nothing is
	making bool               // the mixture, not a preview

	base      *pathField
	rows      []*expertRow
	experts   *fyne.Container
	used      *keySelect
	sentences *linesEntry
	ask       *pushButton
	found     *fyne.Container
	name      *filterEntry
	make      *pushButton
	stop      *pushButton
	chat      *pushButton
	stage     *paragraph
	meter     *meter
	note      *paragraph // what is wrong
	content   *fyne.Container
	scroll    *container.Scroll
	made      string // the file that was written last
	there     string // the file that was in the way of the last attempt
}

func mixtureText() string {
	return lang.L("Several models of the same shape become one: attention and embeddings are the base's, each expert brings its own feed-forward layers, and a router chooses for each token. The router is made from your prompts.")
}

func newMixturePage(w *Window) *mixturePage {
	m := &mixturePage{window: w, tips: newTipLayer(), experts: newColumn(12), found: newColumn(12), meter: newMeter()}
	m.base = newPathField(w, m.tips, lang.L("Path of a GGUF file or a model folder"), m.changed)
	m.used = newKeySelect(nil, func(int) {})
	m.sentences = newLinesEntry(lang.L("One sentence a line"), 3, func() {})
	m.sentences.OnChanged = func(string) { m.sentences.grow() }
	m.sentences.onGrown, m.sentences.post = m.grown, m.window.post
	m.sentences.SetText(lang.L("What is 12 times 30?\nWrite a function that sorts a list\nTell me a story about a fox"))
	m.ask = newButton(lang.L("Where would they go?"), m.preview)
	m.name = newFilterEntry(lang.L("my-mixture"), func(string) { m.named() })
	m.make, m.stop, m.chat = newPrimaryButton(lang.L("Make the mixture"), m.build), newButton(lang.L("Cancel"), m.end), newPrimaryButton(lang.L("Chat with it"), m.talk)
	m.stage, m.note = newParagraph("", captionStyle), newParagraph("", dangerStyle)
	add := newButton(lang.L("Add an expert"), func() { m.addExpert(); m.show() })
	m.content = newColumn(20,
		section(lang.L("Base model"), m.base.object),
		section(lang.L("Experts"), m.experts, newRow(8, -1, add)),
		labelled(lang.L("Experts at work for each token"), newRow(8, -1, newSized(160, 0, m.used))),
		section(lang.L("Try the router"), newParagraph(lang.L("The base model reads each sentence, and the router that would be made says which experts get its last word."), captionStyle), m.sentences, newRow(8, -1, m.ask), m.found),
		section(lang.L("Write it"), newRow(8, 0, m.name, newLine(lang.L(".gguf, in the models folder"), captionStyle))),
		m.note, m.stage, m.meter, newRow(8, -1, m.make, m.stop, m.chat))
	m.scroll = container.NewVScroll(newPadded(4, 16, 8, 0, m.content))
	m.addExpert()
	m.addExpert()
	m.show()
	return m
}

// openMixture opens the page.
func (w *Window) openMixture() {
	if w.mixture == nil {
		w.mixture = newMixturePage(w)
	}
	m := w.mixture
	if m.detail != nil && m.detail.popup.Visible() {
		return
	}
	m.detail = w.openDetail(lang.L("Make a mixture"), mixtureText(), 720, container.NewStack(wheeled(m.scroll), m.tips), m.base.entry)
	m.grown()
}

func (m *mixturePage) addExpert() {
	r := newExpertRow(m, len(m.rows))
	m.rows = append(m.rows, r)
	m.experts.Add(r.object)
}

func (m *mixturePage) removeExpert(r *expertRow) {
	if len(m.rows) <= 2 {
		m.complain(lang.L("A mixture needs at least two experts."))
		return
	}
	m.rows = slices.DeleteFunc(m.rows, func(x *expertRow) bool { return x == r })
	m.experts.Remove(r.object)
	for i, row := range m.rows { // as their bars below are coloured
		row.square.expert = i
		row.square.Refresh()
	}
	m.changed()
	m.show()
}

// changed takes in that something was filled in: what was found is out of date.
func (m *mixturePage) changed() {
	if len(m.found.Objects) > 0 || m.note.text != "" { // not with every key: it lays the page out anew
		m.found.RemoveAll()
		m.complain("")
	}
}

// named takes in another name: what was in the way is so no longer.
func (m *mixturePage) named() {
	if m.there != "" {
		m.there = ""
		m.complain("")
	}
}

func (m *mixturePage) complain(text string) {
	m.note.SetText(text)
	m.show()
}

func (m *mixturePage) grown() {
	if m.scroll != nil {
		m.scroll.Content.Refresh()
		relayout(m.content)
		m.scroll.Refresh()
	}
}

// show brings up to date what can be done now.
func (m *mixturePage) show() {
	if m.content == nil {
		return
	}
	at := m.used.SelectedIndex()
	m.used.Options = nil
	for n := range len(m.rows) {
		m.used.Options = append(m.used.Options, counted(n+1, lang.L("1 expert"), lang.L("%s experts")))
	}
	m.used.SetSelectedIndex(min(max(at, 1), len(m.rows)-1))
	if at == 0 {
		m.used.SetSelectedIndex(0)
	}
	m.make.SetText(lang.L("Make the mixture"))
	if m.there != "" {
		m.make.SetText(lang.L("Replace it"))
	}
	busy := m.cancel != nil
	setVisible(m.note, m.note.text != "")
	setVisible(m.stage, busy || m.made != "")
	setVisible(m.meter, busy)
	setVisible(m.stop, busy)
	setVisible(m.make, !busy)
	setVisible(m.chat, !busy && m.made != "")
	if busy {
		m.ask.Disable()
	} else {
		m.ask.Enable()
	}
	m.grown()
}

// mixture is what is filled in.
func (m *mixturePage) mixture() app.Mixture {
	name := strings.TrimSuffix(strings.TrimSpace(m.name.Text), ".gguf")
	x := app.Mixture{Base: m.base.path(), Used: m.used.SelectedIndex() + 1}
	if name != "" {
		x.Out = filepath.Join(m.window.app.ModelsDir(), filepath.Base(name)+".gguf")
	}
	for _, r := range m.rows {
		x.Experts = append(x.Experts, r.expert())
	}
	return x
}

// begin starts something that takes time.
func (m *mixturePage) begin(stage string) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.note.SetText("")
	m.stage.SetText(stage)
	m.meter.set(0)
	m.show()
	return ctx
}

// end stops what is under way.
func (m *mixturePage) end() {
	if m.cancel != nil {
		m.cancel()
	}
}

// finish takes in how it ended.
func (m *mixturePage) finish(err error) (whole bool) {
	stopped := err != nil && sentence(err) == ""
	m.end()
	m.cancel = nil
	m.stage.SetText("")
	switch {
	case stopped:
		m.stage.SetText(lang.L("Cancelled. Nothing was written."))
	case err != nil:
		m.note.SetText(sentence(err))
	}
	var there *app.ThereError
	if m.there = ""; errors.As(err, &there) {
		m.there = there.Path
	}
	m.show()
	return err == nil
}

// step shows how far it has come.
func (m *mixturePage) step(s app.MixtureStep) {
	if s.Notice != "" {
		m.note.SetText(asSentence(s.Notice))
		m.show()
		return
	}
	text := asSentence(factText(s.Stage))
	if s.Total > 0 {
		m.meter.set(float64(s.Done) / float64(s.Total))
		text = fmt.Sprintf("%s: %d %%", strings.TrimSuffix(text, "."), 100*s.Done/s.Total)
	}
	if s.Left.Seconds() >= 3 {
		text += " · " + fmt.Sprintf(lang.L("about %s left"), counted(int(s.Left.Seconds()), lang.L("1 second"), lang.L("%s seconds")))
	}
	if text != m.stage.text {
		m.stage.SetText(text)
		m.grown()
	}
	if s.Sentences != nil {
		m.showSentences(s.Sentences)
	}
}

func (m *mixturePage) steps(all []app.MixtureStep) {
	for _, s := range all {
		m.step(s)
	}
}

// preview asks where the sentences would go.
func (m *mixturePage) preview() {
	var sentences []string
	for line := range strings.SplitSeq(m.sentences.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			sentences = append(sentences, line)
		}
	}
	if len(sentences) == 0 {
		m.complain(lang.L("Write a sentence to try the router with."))
		return
	}
	m.found.RemoveAll()
	ctx := m.begin(lang.L("Reading the base model"))
	follow(m.window.post, m.window.app.PreviewMixture(ctx, m.mixture(), sentences), m.steps, func(err error) { m.finish(err) })
}

// build writes the mixture.
func (m *mixturePage) build() {
	x := m.mixture()
	x.Replace = m.there != "" && m.there == x.Out
	m.made = ""
	ctx := m.begin(lang.L("Reading the prompts"))
	follow(m.window.post, m.window.app.MakeMixture(ctx, x), m.steps, func(err error) {
		if m.finish(err) {
			m.made = x.Out
			m.stage.SetText(fmt.Sprintf(lang.L("%s is made."), filepath.Base(x.Out)))
			m.show()
		}
	})
}

// talk loads the mixture and opens an empty conversation.
func (m *mixturePage) talk() {
	m.detail.close()
	m.window.newConversation()
	m.window.choose(m.made)
}

// showSentences lists where each sentence would go.
func (m *mixturePage) showSentences(all []app.MixtureSentence) {
	m.found.RemoveAll()
	for _, s := range all {
		shares := make([]share, 0, len(s.Shares))
		for e, part := range s.Shares {
			shares = append(shares, share{m.rows[min(e, len(m.rows)-1)].shown(), ExpertColor(e), part})
		}
		bars := newShareBars()
		bars.set(shares)
		m.found.Add(newColumn(4, newParagraph("“"+s.Text+"”", bodyStyle), bars))
	}
	m.grown()
}

// swatch is an expert's colour.
type swatch struct {
	widget.BaseWidget
	expert int
}

func newSwatch(expert int) *swatch {
	s := &swatch{expert: expert}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *swatch) CreateRenderer() fyne.WidgetRenderer {
	r := &swatchRenderer{swatch: s, square: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type swatchRenderer struct {
	swatch *swatch
	square *canvas.Rectangle
}

func (r *swatchRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(px(12)) }
func (r *swatchRenderer) Layout(size fyne.Size)        { r.square.Resize(size) }
func (r *swatchRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.square} }
func (r *swatchRenderer) Destroy()                     {}

func (r *swatchRenderer) Refresh() {
	r.square.FillColor, r.square.CornerRadius = ExpertColor(r.swatch.expert), px(3)
	r.square.Refresh()
}
