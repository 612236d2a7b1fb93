package ui

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine"
)

// modelAbout is what the page shows of one model: how it fits, how it is loaded,
// what its header says, and what can be done with it.
type modelAbout struct {
	page  *modelsPage
	model app.LibraryModel

	back    *focusRow
	title   *paragraph
	pill    *pill
	verdict *paragraph
	bar     *needBar
	actions *fyne.Container
	load    *pushButton
	away    *pushButton
	options *loadOptions
	facts   *fyne.Container
	content *fyne.Container
	scroll  *container.Scroll
	object  fyne.CanvasObject
}

func newModelAbout(p *modelsPage) *modelAbout {
	a := &modelAbout{page: p, title: newParagraph("", titleStyle), verdict: newParagraph("", captionStyle), pill: newPill(), bar: newNeedBar(), facts: newColumn(6)}
	a.back = newFocusRow(lang.L("All models"), "", func() {
		p.layout.inAbout = false
		relayout(p.columns)
	})
	a.back.icon = assets.Icon("back")
	a.load = newPrimaryButton("", p.load)
	a.away = newButton("", p.away)
	a.actions = newRow(8, -1, a.load, a.away)
	a.options = newLoadOptions(p)
	a.content = newColumn(16, a.back, newColumn(8, a.title, newRow(8, -1, a.pill), a.verdict, a.bar.object), a.actions, a.options.object, section(lang.L("About"), a.facts))
	a.scroll = container.NewVScroll(newPadded(0, rightOfModels, 16, 0, a.content))
	a.object = wheeled(a.scroll)
	a.object.Hide()
	return a
}

func (a *modelAbout) setBack(shown bool) { setVisible(a.back, shown) }

// show shows a model; one without a path is none.
func (a *modelAbout) show(m app.LibraryModel) {
	same := a.model.Path == m.Path
	a.model = m
	setVisible(a.content, m.Path != "")
	if m.Path == "" {
		return
	}
	a.title.SetText(m.Title)
	a.options.set(m, same)
	a.showFacts()
	a.reckon()
}

// reckon brings up to date what follows from the options.
func (a *modelAbout) reckon() {
	m := a.model
	v := a.page.verdict(m)
	a.pill.set(v.text, v.color)
	a.verdict.SetText(a.verdictText(v))
	a.bar.set(v)
	setVisible(a.options.object, v.usable)
	setVisible(a.load, v.usable)
	a.load.SetText(a.loadText(v))
	a.away.SetText(lang.L("Remove from the list"))
	if m.Own {
		a.away.SetText(lang.L("Delete…"))
	}
	setVisible(a.away, !m.Starter)
	relayout(a.actions)
	a.grown()
}

func (a *modelAbout) grown() {
	a.content.Refresh()
	a.scroll.Content.Refresh()
	a.scroll.Refresh()
}

func (a *modelAbout) loadText(v verdict) string {
	info, ok := a.page.window.app.Model()
	switch {
	case ok && info.Path == a.model.Path:
		return lang.L("Load it again")
	case v.need.Fit == engine.FitSlow, v.need.Fit == engine.FitNot:
		return lang.L("Load anyway")
	}
	return lang.L("Load")
}

// verdictText says in a sentence or two how the model fits, with both numbers.
func (a *modelAbout) verdictText(v verdict) string {
	m := a.model
	switch {
	case m.Missing:
		return fmt.Sprintf(lang.L("The file is not at %s any more."), m.Path)
	case m.Damage != "":
		return asSentence(errorText(m.Damage))
	case !m.Read:
		return lang.L("Its header is being read.")
	case m.Outline.Problem != "":
		return asSentence(errorText(m.Outline.Problem))
	case v.need.Bytes == 0:
		return lang.L("The options below are not possible for this model: choose others, or the defaults.")
	}
	text := a.fitSentence(v)
	if n := v.need; n.CardLayers > 0 {
		text += " " + fmt.Sprintf(lang.L("The graphics card takes %[1]s: %[2]d of %[3]d layers."), bytesText(n.Card), n.CardLayers, n.Layers)
	}
	return text
}

func (a *modelAbout) fitSentence(v verdict) string {
	need, free, total := bytesText(v.need.Bytes), bytesText(v.memory.Free), bytesText(v.memory.Total)
	switch {
	case v.memory.Free == 0 && v.memory.Total == 0:
		return fmt.Sprintf(lang.L("It needs %s of memory. This system does not tell how much there is."), need)
	case v.memory.Free == 0:
		return fmt.Sprintf(lang.L("It needs %[1]s of memory, this machine has %[2]s."), need, total)
	case v.need.Fit == engine.FitNot && v.need.Cache+v.need.Working > v.memory.Free:
		return fmt.Sprintf(lang.L("A context of %[1]s needs %[2]s besides the weights, %[3]s are free: choose a smaller one."), counted(v.need.Context, lang.L("1 token"), lang.L("%s tokens")), bytesText(v.need.Cache+v.need.Working), free)
	case v.need.Fit == engine.FitNot:
		return fmt.Sprintf(lang.L("It needs %[1]s, %[3]s are free and this machine has %[2]s. Loaded anyway, its weights are read from the disk again and again."), need, total, free)
	case v.need.Fit == engine.FitSlow:
		return fmt.Sprintf(lang.L("It needs %[1]s, %[2]s of %[3]s are free now. Close other programs, or choose a smaller context."), need, free, total)
	}
	return fmt.Sprintf(lang.L("It needs %[1]s of memory, %[2]s are free."), need, free)
}

// showFacts lists what the header says.
func (a *modelAbout) showFacts() {
	a.facts.RemoveAll()
	m, o := a.model, a.model.Outline
	for _, f := range [][2]string{
		{lang.L("Name in the file"), otherThan(o.Name, m.Title)},
		{lang.L("Kind"), kindText(o)},
		{lang.L("Parameters"), sizeText(o)},
		{lang.L("Quantization"), o.Quantization},
		{lang.L("Trained context"), contextText(o)},
		{lang.L("Chat template"), templateText(o)},
		{lang.L("Licence"), cmp.Or(o.License, notStated(o))},
		{lang.L("Author"), o.Author},
		{lang.L("Source"), o.Source},
		{lang.L("Size"), filesText(m)},
		{lang.L("Found in"), m.Place},
		{lang.L("Last used"), usedText(m)},
		{lang.L("Path"), m.Path},
	} {
		if f[1] != "" {
			a.facts.Add(container.New(modelFact{}, newFlexibleLine(f[0], captionStyle), newParagraph(f[1], bodyStyle)))
		}
	}
}

func otherThan(a, b string) string {
	if a == b {
		return ""
	}
	return a
}

func kindText(o engine.Outline) string {
	switch {
	case o.Architecture == "":
		return ""
	case o.Config.Experts > 0:
		return fmt.Sprintf(lang.L("%[1]s, a mixture of %[2]d experts, %[3]d at work for each token"), o.Architecture, o.Config.Experts, o.Config.Used)
	}
	return o.Architecture
}

func sizeText(o engine.Outline) string {
	switch {
	case o.Parameters == 0:
		return ""
	case o.Config.Experts > 0 && o.ActiveParameters > 0:
		return fmt.Sprintf(lang.L("%[1]s, %[2]s at work for each token"), shortParameters(o.Parameters), shortParameters(o.ActiveParameters))
	}
	return shortParameters(o.Parameters)
}

// shortParameters is a number of weights without the word.
func shortParameters(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf(lang.L("%s B"), decimal(float64(n)/1e9, 1))
	case n >= 1e6:
		return fmt.Sprintf(lang.L("%s M"), decimal(float64(n)/1e6, 1))
	}
	return count(int(n))
}

func contextText(o engine.Outline) string {
	if o.Config.Context == 0 {
		return ""
	}
	return fmt.Sprintf(lang.L("%s tokens"), count(o.Config.Context))
}

func templateText(o engine.Outline) string {
	switch {
	case o.Architecture == "" || o.Problem != "":
		return ""
	case o.Template:
		return lang.L("The file's own")
	}
	return lang.L("None: one that fits is guessed")
}

func notStated(o engine.Outline) string {
	if o.Architecture == "" {
		return ""
	}
	return lang.L("Not stated in the file")
}

func filesText(m app.LibraryModel) string {
	text := bytesText(m.Bytes)
	if len(m.Files) > 1 {
		text += " " + fmt.Sprintf(lang.L("in %d files"), len(m.Files))
	}
	if m.Folder {
		text += ", safetensors"
	}
	return text
}

func usedText(m app.LibraryModel) string {
	if m.Used.IsZero() {
		return ""
	}
	return momentText(m.Used)
}

// modelFact: a name, and at its right what it is.
type modelFact struct{}

const factName = 124 // width of the names, at 100 %

// MinSize implements fyne.Layout.
func (modelFact) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(factName), max(objects[0].MinSize().Height, objects[1].MinSize().Height))
}

// Layout implements fyne.Layout.
func (modelFact) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	name := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(px(factName-8), name))
	objects[0].Move(fyne.NewPos(0, (bodyStyle.lineHeight()-name)/2))
	objects[1].Move(fyne.NewPos(px(factName), 0))
	fit(objects[1], size.Width-px(factName))
}

// load loads the model at the right, as it is to be loaded.
func (p *modelsPage) load() {
	m := p.models[p.current]
	v := p.verdict(m)
	if m.Path == "" || !v.usable {
		return
	}
	p.detail.close()
	p.window.load(m.Path, v.need.Fit == engine.FitSlow || v.need.Fit == engine.FitNot, nil)
}

// away takes the model at the right off the list, or deletes it after asking where
// it is Beyonder's.
func (p *modelsPage) away() {
	m := p.models[p.current]
	switch {
	case m.Path == "" || m.Starter:
	case m.Own:
		p.askDelete(m)
	default:
		p.remove(m)
	}
}

func (p *modelsPage) remove(m app.LibraryModel) {
	if err := p.window.app.RemoveModel(m.Path); err != nil {
		p.say(sentence(err), nil)
		return
	}
	p.forgetRow(m)
	p.say(fmt.Sprintf(lang.L("%s is off the list. Its files stay where they are."), m.Title), func() {
		if err := p.window.app.RestoreModels(m.Path); err != nil {
			p.say(sentence(err), nil)
		}
		p.current = m.Path
		p.look()
	})
}

// forgetRow goes on to the next row when one is gone.
func (p *modelsPage) forgetRow(m app.LibraryModel) {
	for i, other := range p.shown {
		if other.Path == m.Path && len(p.shown) > 1 {
			p.current = p.shown[max(0, min(i+1, len(p.shown)-1))].Path
			if p.current == m.Path {
				p.current = p.shown[i-1].Path
			}
		}
	}
	delete(p.models, m.Path)
	delete(p.next, m.Path)
	p.arrange()
	p.window.showModel()
}

func (p *modelsPage) askDelete(m app.LibraryModel) {
	names := []string{}
	for _, f := range m.Files {
		names = append(names, filepath.Base(f))
	}
	if m.Folder {
		names = []string{m.Path}
	}
	if len(names) > 3 {
		names = append(names[:2], fmt.Sprintf(lang.L("%d more"), len(m.Files)-2))
	}
	text := fmt.Sprintf(lang.L("%[1]s are deleted from the disk: %[2]s. This cannot be undone."), bytesText(m.Bytes), strings.Join(names, ", "))
	var asked *modal
	asked = p.window.ask(fmt.Sprintf(lang.L("Delete %s?"), m.Title), text, lang.L("Delete"), nil, func() error {
		return asked.background(func() error { return p.window.app.DeleteModel(m) }, func(err error) {
			if err == nil {
				p.forgetRow(m)
				p.say(fmt.Sprintf(lang.L("%s is deleted."), m.Title), nil)
			}
		})
	})
	asked.left = p.window.backToModels
}
