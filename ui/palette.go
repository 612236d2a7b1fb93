package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// paletteItem is something that can be found and chosen in the palette.
type paletteItem struct {
	title, note string // note: what it is, or its keys
	icon        string
	name        string    // what it is found by, "": the title
	more        string    // words that it is found by, too, but not so well
	also        string    // and by the beginnings of these
	text, words fuzzyText // of the first two, made when something is looked for
	others      fuzzyText // of the third
	rank        int       // among those that fit equally, the smaller first
	do          func()
}

// palette finds commands, conversations and models by a few letters.
type palette struct {
	window *Window
	items  []paletteItem // all, in the order in which they are shown first
	shown  []int         // of them
	at     int           // the one that Enter chooses, in shown
	popup  *widget.PopUp
	field  *filterEntry
	list   *paletteList
	none   *lineText
}

const (
	paletteWidth = 560
	paletteRows  = 9 // shown at once at most
)

// openPalette opens the palette, or closes it.
func (w *Window) openPalette() {
	top := w.win.Canvas().Overlays().Top()
	if w.palette != nil && top == w.palette.popup {
		w.palette.close()
		return
	}
	if top != nil {
		return
	}
	p := &palette{window: w, none: newLine(lang.L("Nothing is found."), captionStyle)}
	p.items = w.paletteConversations(w.paletteCommands())
	p.items = append(append(p.items, w.paletteModels()...), w.paletteAssistants()...)
	p.field = newFilterEntry(lang.L("A command, a conversation, a model"), func(string) { p.search() })
	p.field.keys = p.key
	p.list = newPaletteList(p)
	body := container.NewStack(p.list, newPadded(12, 12, 12, 12, p.none))
	page := container.New(paletteLayout{}, newPadded(0, 4, 4, 4, body), newPadded(8, 8, 4, 8, p.field))
	p.popup = widget.NewPopUp(page, w.win.Canvas())
	w.palette = p
	room := w.win.Canvas().Size()
	p.search()
	size := p.size(paletteRows)
	p.popup.ShowAtPosition(fyne.NewPos((room.Width-size.Width)/2, max(px(16), min(px(72), (room.Height-size.Height)/2))))
	w.win.Canvas().Focus(p.field)
	w.trace.event("palette-opened", map[string]any{"items": len(p.items)})
}

// paletteLayout is a page's, the field for its head, that may be as low as one row.
type paletteLayout struct{ detailLayout }

// MinSize implements fyne.Layout.
func (paletteLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(320), 0) }

// size is that of the palette with so many rows.
func (p *palette) size(rows int) fyne.Size {
	room := p.window.win.Canvas().Size()
	row := newQuickRow().MinSize().Height + theme.Padding()
	height := p.field.MinSize().Height + px(16) + float32(rows)*row + 2*theme.InnerPadding()
	return fyne.NewSize(min(px(paletteWidth), room.Width-px(32)), min(height, room.Height-px(32)))
}

// paletteCommands are the commands that can be done now: those chosen last come
// first.
func (w *Window) paletteCommands() (items []paletteItem) {
	table, words, english := commands(), commandWords(), english(w.settings.Language)
	slices.SortStableFunc(table, func(a, b command) int { return cmp.Compare(w.recency(a.id), w.recency(b.id)) })
	for _, c := range table {
		if c.id == "program.palette" || !c.enabled(w) {
			continue
		}
		items = append(items, paletteItem{title: c.title, note: w.keys.of(c.id).label(), icon: c.icon, more: strings.Join([]string{c.title, c.section, english(c.title), english(c.section)}, " "),
			also: words[c.id] + " " + english(words[c.id]),
			rank: w.recency(c.id), do: func() {
				w.remember(c.id)
				w.run(c.id)
			}})
	}
	return items
}

// recency is 0 for the command that was chosen last; those that were not chosen
// lately are all equal.
func (w *Window) recency(id string) int {
	if i := slices.Index(w.settings.Recent, id); i >= 0 {
		return i
	}
	return len(w.settings.Recent)
}

// paletteConversations adds the conversations, as the sidebar has them: to read
// thousands anew for each opening would take as long as several letters may.
func (w *Window) paletteConversations(items []paletteItem) []paletteItem {
	list := w.sidebar.all
	if w.sidebar.inTrash {
		var err error
		if list, err = w.app.Conversations(); err != nil {
			return items // the list beside says so
		}
	}
	folders, kind := map[app.ID]string{}, lang.L("Conversation")
	for _, f := range w.listFolders(false) {
		folders[f.ID] = f.Name
	}
	const others = 64 // models and assistants, mostly
	items = slices.Grow(items, len(list)+others)
	for i := range list {
		note, id := cmp.Or(folders[list[i].Folder], kind), list[i].ID
		items = append(items, paletteItem{title: titleOf(list[i]), note: note, icon: "document", rank: 10 + i, do: func() { w.open(id) }})
	}
	return items
}

func (w *Window) paletteModels() (items []paletteItem) {
	for i, m := range w.listModels() {
		if !m.Missing {
			items = append(items, paletteItem{title: fmt.Sprintf(lang.L("Load %s"), modelName(m)), note: bytesText(m.Bytes), icon: "model",
				name: modelName(m), more: fmt.Sprintf(lang.L("Load %s"), modelName(m)) + " " + lang.L("Model"), rank: 10 + i, do: func() { w.choose(m.Path) }})
		}
	}
	return items
}

// search shows what fits the words in the field, the best first.
func (p *palette) search() {
	const most = 100
	words := fuzzyWords(p.field.Text)
	p.shown, p.at = p.shown[:0], 0
	scores := make([]int, len(p.items))
	for i := range p.items {
		if scores[i] = p.items[i].score(words); scores[i] > 0 || len(words) == 0 {
			p.shown = append(p.shown, i)
		}
	}
	if len(words) > 0 {
		slices.SortStableFunc(p.shown, func(a, b int) int {
			return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(p.items[a].rank, p.items[b].rank))
		})
	}
	p.shown = p.shown[:min(len(p.shown), most)]
	setVisible(p.none, len(p.shown) == 0)
	p.popup.Resize(p.size(min(max(len(p.shown), 1), paletteRows)))
	p.list.Refresh()
	p.list.ScrollToTop()
}

// score says how well all the words fit, 0: one does not.
func (i *paletteItem) score(words [][]rune) (total int) {
	if len(words) == 0 {
		return 0
	}
	if i.text.runes == nil {
		i.text, i.words, i.others = newFuzzyText(cmp.Or(i.name, i.title)), newFuzzyText(i.more), newFuzzyText(i.also)
	}
	named := true
	for _, word := range words {
		title, other := i.text.score(word), max(i.words.score(word), i.others.begins(word))/2
		if max(title, other) == 0 {
			return 0
		}
		named = named && title >= other
		total += max(title, other)
	}
	if named { // of two names the shorter is more of what was typed
		total -= min(len(i.text.runes)/8, 9)
	}
	return max(1, total)
}

func (p *palette) key(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyDown:
		p.move(p.at + 1)
	case fyne.KeyUp:
		p.move(p.at - 1)
	case fyne.KeyPageDown:
		p.move(min(p.at+paletteRows, len(p.shown)-1))
	case fyne.KeyPageUp:
		p.move(max(p.at-paletteRows, 0))
	case fyne.KeyReturn, fyne.KeyEnter:
		p.choose()
	case fyne.KeyEscape:
		p.close()
	case fyne.KeyTab:
	default:
		return false
	}
	return true
}

// move goes to another item; behind the last comes the first.
func (p *palette) move(to int) {
	if n := len(p.shown); n > 0 {
		p.at = (to + n) % n
		p.list.ScrollTo(p.at)
		p.list.Refresh()
	}
}

func (p *palette) choose() {
	if p.at < len(p.shown) {
		item := p.items[p.shown[p.at]]
		p.close()
		p.window.trace.event("palette-chosen", map[string]any{"title": item.title})
		item.do()
	}
}

// close also lets go of the items, which are as many as there are conversations.
func (p *palette) close() {
	p.popup.Hide()
	p.items, p.shown = nil, nil
	p.window.backToWriting()
}

// paletteList shows what was found; the keys stay with the field.
type paletteList struct {
	widget.List
	palette *palette
}

func newPaletteList(p *palette) *paletteList {
	l := &paletteList{palette: p}
	l.ExtendBaseWidget(l)
	l.HideSeparators = true
	l.Length = func() int { return len(p.shown) }
	l.CreateItem = func() fyne.CanvasObject { return newQuickRow() }
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(p.shown) {
			item := p.items[p.shown[i]]
			o.(*quickRow).set(item.icon, item.title, item.note, i == p.at, func() {
				p.at = i
				p.choose()
			})
		}
	}
	return l
}

// FocusGained, FocusLost and TypedKey implement fyne.Focusable: the keys are those
// of the field.
func (l *paletteList) FocusGained()                  {}
func (l *paletteList) FocusLost()                    {}
func (l *paletteList) TypedKey(event *fyne.KeyEvent) { l.palette.key(event) }
