package ui

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine"
)

// modelsPage is the library: every model on this machine, what each is and needs,
// and how to get more. What is on the disk is looked for each time it is opened,
// and not before.
type modelsPage struct {
	window *Window
	tips   *tipLayer
	detail *detail
	cancel context.CancelFunc // of the look that is under way; nil: none is
	again  bool               // and another one is wanted after it

	models  map[string]app.LibraryModel // by path
	next    map[string]app.LibraryModel // what the look that is under way has found
	shown   []app.LibraryModel          // those that the filter leaves, in order
	current string                      // path of the one at the right, "": none
	picked  bool                        // by the reader, since the page was opened
	reading string                      // how far the look is, "": it has ended

	filter    *filterEntry
	order     *keySelect
	list      *modelList
	empty     *paragraph
	downloads *fyne.Container
	queue     *container.Scroll // has the downloads
	queueArea fyne.CanvasObject
	note      *paragraph // what was done, or could not be
	undo      *pushButton
	foot      *lineText
	about     *modelAbout
	layout    *modelsLayout
	columns   *fyne.Container
	content   *fyne.Container
}

// Orders of the list.
const (
	orderName = iota
	orderSize
	orderUsed
	orderDate
)

func newModelsPage(w *Window) *modelsPage {
	p := &modelsPage{window: w, tips: newTipLayer(), downloads: newColumn(8), foot: newFlexibleLine("", captionStyle)}
	p.filter = newFilterEntry(lang.L("Filter"), func(string) { p.arrange() })
	p.filter.keys = p.key
	p.order = newKeySelect([]string{lang.L("By name"), lang.L("Largest first"), lang.L("Last used first"), lang.L("Newest first")}, func(int) { p.arrange() })
	p.list = newModelList(p)
	p.empty = newParagraph("", captionStyle.centred())
	p.note = newParagraph("", captionStyle)
	p.undo = newButton(lang.L("Undo"), nil)
	p.about = newModelAbout(p)
	wheel := newWheelArea(func(event *fyne.ScrollEvent) {
		p.list.ScrollToOffset(p.list.GetScrollOffset() - further(event).Scrolled.DY)
	})
	left := container.NewStack(p.list, wheel, newPadded(32, 24, 0, 24, p.empty))
	p.layout = &modelsLayout{page: p}
	p.columns = container.New(p.layout, left, newSurface(theme.ColorNameSeparator, "", 0), p.about.object)
	said := newRow(8, 0, p.note, p.undo)
	bar := newRow(8, 0, p.filter, newSized(170, 0, p.order),
		newButton(lang.L("Folders…"), p.folderMenu), newPrimaryButton(lang.L("Download…"), func() { w.askDownload("") }))
	p.queue = container.NewVScroll(p.downloads)
	p.queueArea = wheeled(p.queue)
	p.content = container.New(modelsFrame{p}, newColumn(8, bar, p.queueArea, said), p.columns, newPadded(6, 0, 0, 0, p.foot))
	p.order.SetSelectedIndex(orderName)
	p.say("", nil)
	return p
}

// openModels opens the page and looks for what is there.
func (w *Window) openModels() {
	if w.library == nil {
		w.library = newModelsPage(w)
	}
	p := w.library
	if p.open() {
		return
	}
	p.layout.inAbout, p.picked = false, false
	p.say("", nil)
	p.showDownloads()
	p.detail = w.openDetail(lang.L("Models"), "", 1080, container.NewStack(p.content, p.tips), p.filter)
	p.look()
}

func (p *modelsPage) open() bool { return p != nil && p.detail != nil && p.detail.popup.Visible() }

// look looks through everything. While one look is under way, the next waits.
func (p *modelsPage) look() {
	if p.cancel != nil {
		p.again = true
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.next = cancel, map[string]app.LibraryModel{}
	if len(p.models) == 0 { // what is found is shown at once
		p.models = p.next
	}
	p.reading = lang.L("Looking for models…")
	p.arrange()
	follow(p.window.post, p.window.app.Library(ctx), p.found, func(err error) {
		cancel()
		p.cancel, p.models, p.reading = nil, p.next, ""
		if text := sentence(err); text != "" {
			p.say(text, nil)
		}
		p.arrange()
		if p.again {
			p.again = false
			p.look()
		}
	})
}

// found takes in a batch of what was found.
func (p *modelsPage) found(steps []app.LibraryStep) {
	for _, s := range steps {
		if s.Model != nil {
			p.next[s.Model.Path] = *s.Model
		}
		if s.Notice != "" {
			p.say(asSentence(s.Notice), nil)
		}
		if s.Read < s.Found {
			p.reading = fmt.Sprintf(lang.L("Reading headers: %[1]s of %[2]s"), count(s.Read), count(s.Found))
		}
	}
	p.arrange()
}

// arrange brings the list up to date with what there is, the filter and the order.
func (p *modelsPage) arrange() {
	if p.content == nil {
		return
	}
	words := strings.Fields(strings.ToLower(p.filter.Text))
	p.shown = p.shown[:0]
	bytes := int64(0)
	for _, m := range p.models {
		bytes += m.Bytes
		if matches(m, words) {
			p.shown = append(p.shown, m)
		}
	}
	slices.SortFunc(p.shown, modelOrder(p.order.SelectedIndex()))
	if _, there := p.models[p.current]; !there && p.cancel == nil || p.current == "" {
		p.current = ""
		if len(p.shown) > 0 {
			p.current = p.shown[0].Path
		}
	}
	p.list.Refresh()
	p.showEmpty()
	p.showFoot(bytes)
	p.about.show(p.models[p.current])
}

// matches reports whether a model has all words in what is said of it.
func matches(m app.LibraryModel, words []string) bool {
	o := m.Outline
	text := strings.ToLower(strings.Join([]string{m.Title, o.Name, m.Path, m.Place, o.Quantization, o.Architecture, o.License, o.Author}, "\n"))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

func modelOrder(order int) func(a, b app.LibraryModel) int {
	return func(a, b app.LibraryModel) int {
		first := 0
		switch order {
		case orderSize:
			first = cmp.Compare(b.Bytes, a.Bytes)
		case orderUsed:
			first = b.Used.Compare(a.Used)
		case orderDate:
			first = b.Modified.Compare(a.Modified)
		}
		return cmp.Or(first, strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), strings.Compare(a.Path, b.Path))
	}
}

func (p *modelsPage) showEmpty() {
	text := ""
	switch {
	case len(p.shown) > 0:
	case len(p.models) > 0:
		text = lang.L("No model matches.")
	case p.cancel == nil:
		text = lang.L("There are no models yet. Drop a .gguf file or a folder here, choose a folder that holds some, or download one.")
	}
	p.empty.SetText(text)
	setVisible(p.empty, text != "")
}

func (p *modelsPage) showFoot(bytes int64) {
	text := p.reading
	if text == "" {
		text = fmt.Sprintf(lang.L("%[1]s, %[2]s"), counted(len(p.models), lang.L("1 model"), lang.L("%s models")), bytesText(bytes))
		if m := engine.MemoryNow(); m.Free > 0 && m.Total > 0 {
			text += " · " + fmt.Sprintf(lang.L("%[1]s of %[2]s memory are free"), bytesText(m.Free), bytesText(m.Total))
		}
	}
	p.foot.SetText(text)
}

// say shows a sentence at the top, "": nothing; undo may be nil.
func (p *modelsPage) say(text string, undo func()) {
	p.note.SetText(text)
	p.undo.OnTapped = func() {
		p.say("", nil)
		undo()
		p.window.win.Canvas().Focus(p.list) // the button is gone
	}
	setVisible(p.note, text != "")
	setVisible(p.undo, undo != nil)
	p.relayout()
}

func (p *modelsPage) relayout() {
	if p.content != nil {
		relayout(p.content)
	}
}

// key takes a key of the list or of the filter.
func (p *modelsPage) key(event *fyne.KeyEvent) bool {
	focused := p.window.win.Canvas().Focused() == p.list
	switch event.Name {
	case fyne.KeyDown:
		p.step(1)
	case fyne.KeyUp:
		p.step(-1)
	case fyne.KeyPageDown:
		p.step(10)
	case fyne.KeyPageUp:
		p.step(-10)
	case fyne.KeyReturn, fyne.KeyEnter:
		p.load()
	case fyne.KeyF5:
		p.look()
	case fyne.KeyRight, fyne.KeyLeft:
		if !focused || !p.layout.narrow {
			return false
		}
		p.layout.inAbout = event.Name == fyne.KeyRight
		relayout(p.columns)
	case fyne.KeyDelete:
		if !focused {
			return false
		}
		p.away()
	default:
		return false
	}
	return true
}

// step goes n rows on.
func (p *modelsPage) step(n int) {
	i := slices.IndexFunc(p.shown, func(m app.LibraryModel) bool { return m.Path == p.current })
	if len(p.shown) == 0 {
		return
	}
	i = min(max(i+n, 0), len(p.shown)-1)
	p.choose(p.shown[i].Path)
	p.list.ScrollTo(i)
}

// choose shows a model at the right.
func (p *modelsPage) choose(path string) {
	p.current, p.picked = path, true
	p.list.Refresh()
	p.about.show(p.models[path])
	p.about.scroll.ScrollToTop()
}

// fillRow shows a model in a row of the list.
func (p *modelsPage) fillRow(row *modelRow, m app.LibraryModel) {
	row.title.text, row.caption.text = m.Title, modelKind(m)
	v := p.verdict(m)
	row.pill.text, row.pill.color = v.text, v.color
	row.selected, row.focused = m.Path == p.current, p.list.focused
	row.title.style.color = theme.ColorNameForeground
	if !v.usable {
		row.title.style.color = theme.ColorNamePlaceHolder
	}
	row.onTapped = func() {
		p.choose(m.Path)
		p.layout.inAbout = true
		p.window.win.Canvas().Focus(p.list)
		relayout(p.columns)
	}
	row.Refresh()
}

// modelKind says on one line what a model is, and whose folder it lies in.
func modelKind(m app.LibraryModel) string {
	o := m.Outline
	parts := []string{bytesText(m.Bytes)}
	if o.Quantization != "" {
		parts = append(parts, o.Quantization)
	}
	if o.Parameters > 0 {
		parts = append(parts, shortParameters(o.Parameters))
	}
	if o.Config.Experts > 0 {
		parts = append(parts, counted(o.Config.Experts, lang.L("1 expert"), lang.L("%s experts")))
	}
	return strings.Join(append(parts, placeText(m.Place)), " · ")
}

// placeText is where a model lies: an application's name, or a folder's.
func placeText(place string) string {
	if filepath.IsAbs(place) {
		return filepath.Base(place)
	}
	return place
}

// verdict is how a model goes with this machine.
type verdict struct {
	text   string
	color  fyne.ThemeColorName
	usable bool // it can be loaded, or at least be tried
	need   engine.Need
	memory engine.Memory
}

func (p *modelsPage) verdict(m app.LibraryModel) verdict {
	switch {
	case m.Missing:
		return verdict{text: lang.L("Not there"), color: ColorWarning}
	case m.Damage != "":
		return verdict{text: lang.L("Damaged"), color: ColorDanger}
	case !m.Read:
		return verdict{text: lang.L("Reading…"), color: ColorMuted}
	case m.Outline.Problem != "":
		return verdict{text: lang.L("Not supported"), color: ColorWarning}
	}
	w := p.window
	need, memory, err := w.app.Need(m.Outline, m.Path, w.app.LoadChoice(m.Path))
	v := verdict{usable: true, need: need, memory: memory}
	switch info, ok := w.app.Model(); {
	case err != nil:
		v.text, v.color = lang.L("Options"), ColorDanger
	case ok && info.Path == m.Path:
		v.text, v.color = lang.L("Loaded"), ColorAccent
	default:
		v.text, v.color = fitPill(need.Fit)
	}
	return v
}

func fitPill(fit engine.Fit) (string, fyne.ThemeColorName) {
	switch fit {
	case engine.FitWhole:
		return lang.L("Fits"), ColorGood
	case engine.FitSlow:
		return lang.L("May be slow"), ColorWarning
	case engine.FitNot:
		return lang.L("Won't fit"), ColorDanger
	}
	return "", ColorMuted
}

// rightOfModels is left free at the right of everything on the page, for the bar
// of what scrolls there.
const rightOfModels = 16

// modelsFrame: what is above the columns and below them as high as it asks for.
// Where there is little room, the least needed is left out.
type modelsFrame struct{ page *modelsPage }

// MinSize implements fyne.Layout.
func (modelsFrame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(320), px(240)) }

// Layout implements fyne.Layout.
func (l modelsFrame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	setVisible(l.page.order, size.Width >= px(560))
	setVisible(objects[2], size.Height >= px(280))
	width := size.Width - px(rightOfModels)
	l.fitQueue(fyne.NewSize(width, size.Height))
	top, foot := fit(objects[0], width)+px(8), float32(0)
	objects[0].Move(fyne.Position{})
	if objects[2].Visible() {
		foot = fit(objects[2], width)
		objects[2].Move(fyne.NewPos(0, size.Height-foot))
	}
	objects[1].Move(fyne.NewPos(0, top))
	objects[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-top-foot)))
}

// fitQueue gives the downloads as much room as they need, but no more than a third of
// the page or one of them.
func (l modelsFrame) fitQueue(size fyne.Size) {
	all := l.page.downloads
	if len(all.Objects) == 0 {
		return
	}
	one := all.Objects[0].MinSize().Height
	l.page.queue.SetMinSize(fyne.NewSize(0, min(fit(all, size.Width), max(one, size.Height/3))))
}

// modelsLayout: the list and, beside it, the model; where there is no room for
// both, one of them.
type modelsLayout struct {
	page    *modelsPage
	inAbout bool // the model, if there is room for one alone
	narrow  bool
}

// MinSize implements fyne.Layout.
func (*modelsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(280), px(120)) }

// Layout implements fyne.Layout.
func (l *modelsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list, hair, about := objects[0], objects[1], objects[2]
	l.narrow = size.Width < px(700)
	setVisible(list, !l.narrow || !l.inAbout)
	setVisible(hair, !l.narrow)
	setVisible(about, !l.narrow || l.inAbout)
	l.page.about.setBack(l.narrow)
	if l.narrow {
		list.Move(fyne.Position{})
		list.Resize(size.SubtractWidthHeight(px(rightOfModels), 0))
		about.Move(fyne.Position{})
		about.Resize(size)
		return
	}
	left := max(px(300), size.Width-px(420)) - px(12)
	list.Move(fyne.Position{})
	list.Resize(fyne.NewSize(left, size.Height))
	hair.Move(fyne.NewPos(left+px(12), 0))
	hair.Resize(fyne.NewSize(1, size.Height))
	about.Move(fyne.NewPos(left+px(20), 0))
	about.Resize(fyne.NewSize(size.Width-left-px(20), size.Height))
}
