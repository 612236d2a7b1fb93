package ui

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine/prompt"
)

// compareDetail shows two versions of a message, with what follows each, side by
// side. Words that are not in both are marked, and what the two were not written
// with alike is listed.
type compareDetail struct {
	window *Window
	ids    []app.ID // of the versions
	sides  [2]*compareSide
	facts  *fyne.Container
}

// compareSide is one of the two.
type compareSide struct {
	which  int // of the versions
	branch []app.Message
	title  *lineText
	flow   *wordFlow
}

// compare opens the versions of a message: the one that is shown beside the one
// before it, or after it if it is the first.
func (w *Window) compare(m app.Message) {
	ids, err := w.app.Variants(w.current, m.ID)
	if err != nil {
		w.failed(err)
		return
	}
	if len(ids) < 2 {
		w.say("compare", lang.L("There is only one version of this message. Regenerate or edit it to have two to compare."))
		return
	}
	at := slices.Index(ids, m.ID)
	c := &compareDetail{window: w, ids: ids, facts: newColumn(2)}
	left, right := c.side(max(at-1, 0)), c.side(max(at, 1))
	c.sides = [2]*compareSide{left, right}
	tips := newTipLayer()
	body := container.New(twoColumns{}, c.column(0, tips), c.column(1, tips))
	page := container.NewStack(container.NewBorder(c.facts, nil, nil, nil, body), tips)
	c.show()
	w.openDetail(lang.L("Compare versions"), lang.L("Words that only one of the two has are marked."), 1120, page, left.flow)
	right.flow.onKey, left.flow.onKey = c.key(1), c.key(0)
}

func (c *compareDetail) side(which int) *compareSide {
	s := &compareSide{which: which, title: newFlexibleLine("", strongStyle)}
	s.flow, _ = newWordFlow(false)
	return s
}

// column is a side with what turns its versions.
func (c *compareDetail) column(i int, tips *tipLayer) fyne.CanvasObject {
	s := c.sides[i]
	back := newGlyph(assets.Icon("back"), 24, func() { c.turn(i, -1) })
	next := newGlyph(assets.Icon("next"), 24, func() { c.turn(i, 1) })
	back.tip, next.tip = lang.L("The version before (Left)"), lang.L("The next version (Right)")
	back.tips, next.tips = tips, tips
	head := newRow(4, 0, s.title, back, next)
	return container.NewBorder(newPadded(8, 0, 8, 0, head), nil, nil, nil, s.flow.scroll)
}

func (c *compareDetail) turn(i, step int) {
	to := c.sides[i].which + step
	if to >= 0 && to < len(c.ids) {
		c.sides[i].which = to
		c.show()
	}
}

// key turns the versions of the side that has the keyboard.
func (c *compareDetail) key(i int) func(*fyne.KeyEvent) bool {
	return func(event *fyne.KeyEvent) bool {
		switch event.Name {
		case fyne.KeyLeft:
			c.turn(i, -1)
		case fyne.KeyRight:
			c.turn(i, 1)
		default:
			return false
		}
		return true
	}
}

// show reads the two versions and marks what differs.
func (c *compareDetail) show() {
	w := c.window
	for _, s := range c.sides {
		branch, err := w.app.Branch(w.current, c.ids[s.which])
		if err != nil || len(branch) == 0 {
			w.failed(err)
			return
		}
		s.branch = branch
		title := fmt.Sprintf(lang.L("Version %[1]d of %[2]d"), s.which+1, len(c.ids))
		if branch[0].Reply != nil && branch[0].Reply.Model != "" {
			title += " · " + branch[0].Reply.Model
		}
		s.title.SetText(title)
	}
	left, right := branchText(c.sides[0].branch), branchText(c.sides[1].branch)
	c.sides[0].flow.set(nil)
	showDifference(c.sides[0].flow, c.sides[1].flow, left, right)
	differences, err := w.app.CompareReplies(w.current, c.ids[c.sides[0].which], c.ids[c.sides[1].which])
	if err != nil {
		w.failed(err)
	}
	showFacts(c.facts, differences)
	if left == right {
		c.facts.Add(newParagraph(lang.L("The two texts are the same."), captionStyle))
	}
}

// branchText is a message and what follows it as one text.
func branchText(branch []app.Message) string {
	var text strings.Builder
	for i, m := range branch {
		if i > 0 {
			who := lang.L("You")
			if m.Role == prompt.Assistant {
				who = lang.L("Reply")
			}
			text.WriteString("\n\n" + who + ":\n")
		}
		text.WriteString(m.Text)
	}
	return text.String()
}

// The grounds of words that only the left or only the right text has: two colours
// that colour-blind readers can tell, and a line under the word besides.
var onlyHere = [2]color.NRGBA{{R: 0xE6, G: 0x9F, B: 0x00, A: 0x40}, {R: 0x56, G: 0xB4, B: 0xE9, A: 0x40}}

// showDifference shows two texts and marks the words that only one has.
func showDifference(left, right *wordFlow, a, b string) {
	wordsA, wordsB := wordList(a), wordList(b)
	inA, inB := diffWords(wordsA, wordsB)
	left.set(differencePieces(wordsA, inA, onlyHere[0]))
	right.set(differencePieces(wordsB, inB, onlyHere[1]))
}

func differencePieces(words []string, common []bool, fill color.NRGBA) (pieces []flowPiece) {
	for i, word := range words {
		text := strings.TrimRight(word, "\n\r\t ")
		blank := word[len(text):]
		lines := strings.Count(blank, "\n")
		for _, part := range shortParts(text) {
			p := flowPiece{text: part}
			if !common[i] && text != "" {
				p.fill, p.mark = fill, color.NRGBA{R: fill.R, G: fill.G, B: fill.B, A: 0xFF}
			}
			pieces = append(pieces, p)
		}
		pieces[len(pieces)-1].last = lines > 0
		for range min(lines, 2) - 1 {
			pieces = append(pieces, flowPiece{last: true})
		}
		if indent := strings.ReplaceAll(blank[strings.LastIndex(blank, "\n")+1:], "\t", "    "); lines > 0 && indent != "" {
			pieces = append(pieces, flowPiece{text: indent})
		} else if lines == 0 && blank != "" {
			pieces = append(pieces, flowPiece{text: " "})
		}
	}
	return pieces
}

// showFacts lists what two replies were not written with alike.
func showFacts(list *fyne.Container, differences []app.Difference) {
	list.RemoveAll()
	if len(differences) == 0 {
		list.Add(newParagraph(lang.L("Both were written with the same settings."), captionStyle))
	}
	for _, d := range differences {
		list.Add(container.New(factLayout{}, newFlexibleLine(factText(d.Name), captionStyle), newFlexibleLine(factText(d.Was)+" → "+factText(d.Is), captionStyle)))
	}
	list.Refresh()
}

// factLayout: a name and what is said of it, both at the same places in each row.
type factLayout struct{}

// MinSize implements fyne.Layout.
func (factLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(200), objects[1].MinSize().Height)
}

// Layout implements fyne.Layout.
func (factLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	name := px(160)
	objects[0].Resize(fyne.NewSize(name-px(8), size.Height))
	objects[0].Move(fyne.Position{})
	objects[1].Resize(fyne.NewSize(size.Width-name, size.Height))
	objects[1].Move(fyne.NewPos(name, 0))
}

// twoColumns: two objects side by side, of the same width.
type twoColumns struct{}

// MinSize implements fyne.Layout.
func (twoColumns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(320), px(120)) }

// Layout implements fyne.Layout.
func (twoColumns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - px(24)) / 2
	for i, o := range objects {
		o.Resize(fyne.NewSize(width, size.Height))
		o.Move(fyne.NewPos(float32(i)*(width+px(24)), 0))
	}
}
