package ui

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// tokenDetail shows a reply token by token: the less likely a token was, the
// stronger its ground. Of the one that is chosen it lists what else could have
// stood there; the reply can be branched with any of it.
type tokenDetail struct {
	window  *Window
	page    *detail
	message app.Message
	spots   []tokenSpot // one for each piece of the flow
	at      int         // the piece that is chosen
	option  int         // of its alternatives
	flow    *wordFlow
	scroll  *container.Scroll
	options *fyne.Container
	branch  *pushButton
	note    *paragraph
}

// tokenSpot is a token and where it begins in the reply's text. One without
// alternatives was given, or none were kept.
type tokenSpot struct {
	begin, end int
	token      engine.Token
}

// showTokens opens a reply token by token.
func (w *Window) showTokens(m app.Message) {
	trail, err := w.app.Trail(w.current, m.ID)
	if err != nil {
		w.failed(err)
		return
	}
	t := &tokenDetail{window: w, message: m, at: -1}
	t.flow, t.scroll = newWordFlow(false)
	t.flow.set(t.pieces(&trail))
	t.flow.onTap, t.flow.onKey = t.choose, t.key
	t.options, t.note = newColumn(4), newParagraph("", captionStyle)
	t.branch = newPrimaryButton(lang.L("Branch from here"), t.branchOff)
	side := container.NewBorder(nil, newColumn(8, t.note, t.branch), nil, nil, wheeled(container.NewVScroll(t.options)))
	body := container.New(tokenLayout{}, t.scroll, newPadded(0, 16, 0, 0, side))
	text := lang.L("The stronger its ground, the less likely a token was. Left and Right go from one to the next, Up and Down choose what else could have stood there, Enter branches.")
	t.page = w.openDetail(lang.L("Token by token"), text, 960, body, t.flow)
	t.choose(t.first())
}

// pieces makes the flow's pieces of the tokens, broken at the ends of lines.
func (t *tokenDetail) pieces(trail *app.Trail) (pieces []flowPiece) {
	text := t.message.Text
	add := func(s tokenSpot) {
		for part := range strings.Lines(text[min(s.begin, len(text)):min(s.end, len(text))] + "\x00") {
			if part == "\x00" && s.end > s.begin {
				continue
			}
			p := s.piece(strings.TrimSuffix(part, "\x00"))
			t.spots, pieces = append(t.spots, s), append(pieces, p)
		}
	}
	end := 0
	for _, part := range trail.Parts {
		if part.At > end {
			for _, word := range wordList(text[min(end, len(text)):min(part.At, len(text))]) {
				for _, part := range shortParts(word) {
					add(tokenSpot{begin: end, end: end + len(part)})
					end += len(part)
				}
			}
		}
		for _, token := range part.Tokens {
			add(tokenSpot{begin: end, end: end + token.Bytes, token: token})
			end += token.Bytes
		}
	}
	return pieces
}

// piece shows the token, or the part of it that is on one line.
func (s tokenSpot) piece(text string) flowPiece {
	p := flowPiece{text: strings.ReplaceAll(text, "\n", "↵"), last: strings.HasSuffix(text, "\n")}
	if text == "" {
		p.text = "·" // the beginning of a character that the next token ends
	}
	if len(s.token.Top) == 0 {
		p.ink = ColorMuted
	} else {
		p.fill = doubt(s.token.Logprob)
	}
	return p
}

// doubt is the ground of a token with that logarithm of its probability.
func doubt(logprob float32) color.Color {
	p := math.Exp(float64(logprob))
	if p > 0.9 {
		return nil
	}
	return color.NRGBA{R: 0xE6, G: 0x9F, B: 0x00, A: uint8(30 + 110*(1-p))}
}

// first is the first token with alternatives, or the first of all.
func (t *tokenDetail) first() int {
	for i, s := range t.spots {
		if len(s.token.Top) > 0 {
			return i
		}
	}
	return 0
}

func (t *tokenDetail) choose(i int) {
	if i < 0 || i >= len(t.spots) {
		return
	}
	t.at, t.option = i, 0
	for k := range t.spots[i].token.Top { // the likeliest that the reply can be branched with
		t.option = k
		if _, reason := t.prefix(); reason == "" {
			break
		}
		t.option = 0
	}
	t.flow.choose(i)
	t.show()
}

// show lists the alternatives of the chosen token.
func (t *tokenDetail) show() {
	t.options.RemoveAll()
	s := t.spots[t.at]
	for k, a := range s.token.Top {
		t.options.Add(t.row(k, a, a.ID == s.token.ID))
	}
	if !t.amongTop() && len(s.token.Top) > 0 {
		t.options.Add(newParagraph(fmt.Sprintf(lang.L("%[1]s was chosen: %[2]s."), quoted(t.textOf(s)), percent(s.token.Logprob)), captionStyle))
	}
	text := ""
	switch {
	case len(t.spots) == 0 || s.token.Bytes == 0 && len(s.token.Top) == 0:
		text = lang.L("These words were given, not written by the model.")
	case len(s.token.Top) == 0:
		text = lang.L("What else could have stood here was not kept. The settings can have it kept for the next replies.")
	default:
		_, text = t.prefix()
	}
	t.note.SetText(text)
	if _, reason := t.prefix(); reason == "" && len(s.token.Top) > 0 {
		t.branch.Enable()
	} else {
		t.branch.Disable()
	}
	t.page.popup.Content.Refresh()
}

func (t *tokenDetail) amongTop() bool {
	for _, a := range t.spots[t.at].token.Top {
		if a.ID == t.spots[t.at].token.ID {
			return true
		}
	}
	return false
}

func (t *tokenDetail) textOf(s tokenSpot) string {
	return t.message.Text[min(s.begin, len(t.message.Text)):min(s.end, len(t.message.Text))]
}

// row is one alternative: its text, a bar and its probability.
func (t *tokenDetail) row(k int, a engine.Alternative, chosen bool) fyne.CanvasObject {
	caption := percent(a.Logprob)
	if chosen {
		caption += " · " + lang.L("was chosen")
	}
	row := newListRow()
	row.fill(quoted(a.Text), caption, func() { t.option = k; t.show() }, nil)
	row.selected = k == t.option
	bar := newMeter()
	bar.set(math.Exp(float64(a.Logprob)))
	return newColumn(2, row, newPadded(0, 12, 4, 12, bar))
}

// quoted shows a token with its blanks.
func quoted(text string) string {
	return "“" + strings.NewReplacer("\n", "↵", "\t", "⇥").Replace(text) + "”"
}

// percent writes a probability: "34 %", "0.2 %", "under 0.1 %".
func percent(logprob float32) string {
	p := 100 * math.Exp(float64(logprob))
	switch {
	case p >= 9.95:
		return fmt.Sprintf("%.0f %%", p)
	case p >= 0.1:
		return decimal(p, 1) + " %"
	}
	return lang.L("under 0.1 %")
}

// prefix is what the branched reply is to begin with, or why there is none.
func (t *tokenDetail) prefix() (text, reason string) {
	if t.at < 0 || t.option >= len(t.spots[t.at].token.Top) {
		return "", lang.L("Choose a token first.")
	}
	s := t.spots[t.at]
	a := s.token.Top[t.option]
	before := t.message.Text[:min(s.begin, len(t.message.Text))]
	next := a.Text
	if before == "" {
		next = strings.TrimPrefix(next, " ") // a reply begins without the space of its first word
	}
	switch {
	case a.Control:
		return "", lang.L("The reply would have ended here.")
	case a.ID == s.token.ID:
		return "", lang.L("This is what was chosen. Choose another one to branch.")
	case strings.ContainsRune(next, utf8.RuneError) || next == "":
		return "", lang.L("This is a part of a character: the reply cannot be branched with it.")
	}
	return before + next, ""
}

func (t *tokenDetail) branchOff() {
	text, reason := t.prefix()
	if reason != "" {
		return
	}
	t.page.close()
	t.window.beginAnew(t.message.ID, text)
}

// step goes to the token before or after, over the lines of one that has several.
func (t *tokenDetail) step(by int) {
	to := t.at + by
	for to > 0 && to < len(t.spots)-1 && t.spots[to].begin == t.spots[t.at].begin && t.spots[to].end > t.spots[to].begin {
		to += by
	}
	t.choose(to)
}

func (t *tokenDetail) key(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyLeft:
		t.step(-1)
	case fyne.KeyRight:
		t.step(1)
	case fyne.KeyUp, fyne.KeyDown:
		step := map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1}[event.Name]
		if to := t.option + step; to >= 0 && to < len(t.spots[t.at].token.Top) {
			t.option = to
			t.show()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		t.branchOff()
	case fyne.KeyHome:
		t.choose(0)
	case fyne.KeyEnd:
		t.choose(len(t.spots) - 1)
	default:
		return false
	}
	return true
}

// tokenLayout: the text, and beside it the alternatives.
type tokenLayout struct{}

// MinSize implements fyne.Layout.
func (tokenLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(px(400), px(160)) }

// Layout implements fyne.Layout.
func (tokenLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	side := max(min(px(260), size.Width*0.4), min(objects[1].MinSize().Width, size.Width*0.6))
	objects[0].Resize(fyne.NewSize(size.Width-side-px(24), size.Height))
	objects[0].Move(fyne.Position{})
	objects[1].Resize(fyne.NewSize(side, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-side, 0))
}
