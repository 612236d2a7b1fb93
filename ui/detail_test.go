package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/engine"
)

// words are all texts in an object, in the order of drawing.
func wordsIn(o fyne.CanvasObject) string {
	var text strings.Builder
	for _, found := range test.LaidOutObjects(o) {
		switch found := found.(type) {
		case *lineText:
			text.WriteString(found.text + "\n")
		case *paragraph:
			text.WriteString(found.text + "\n")
		case *widget.RichText:
			text.WriteString(found.String() + "\n")
		case *wordFlow:
			for _, p := range found.pieces {
				text.WriteString(p.text)
				if p.last {
					text.WriteString("\n")
				}
			}
			text.WriteString("\n")
		}
	}
	return text.String()
}

// overlay is the content of the page that lies over the window.
func (r *rig) overlay() fyne.CanvasObject {
	r.t.Helper()
	popup, ok := r.win.Canvas().Overlays().Top().(*widget.PopUp)
	if !ok {
		r.t.Fatal("no page is open")
	}
	return popup.Content
}

func TestWhatWasSentIsShown(t *testing.T) {
	r := newRig(t, "Yes.")
	if err := r.app.SetSystem(r.ensureConversation(), "Be brief."); err != nil {
		t.Fatal(err)
	}
	r.say("hello there")
	r.ctrl(fyne.KeyI)
	text := wordsIn(r.overlay())
	for _, want := range []string{"What was sent", "tokens: system prompt 2, messages 2, template 3", "System prompt · 2 tokens\nBe brief.\n", "You · 2 tokens\nhello there\n", "↵\nuser:"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	r.key(fyne.KeyEscape)
	if r.win.Canvas().Overlays().Top() != nil {
		t.Error("Esc does not close the page")
	}
}

func TestABranchFromAnotherToken(t *testing.T) {
	r := newRig(t, "one", "two", "three")
	r.say("count")
	r.ctrl(fyne.KeyT)
	flow := r.win.Canvas().Focused().(*wordFlow)
	if len(flow.pieces) != 3 || flow.pieces[1].text != " two" || flow.pieces[1].fill == nil || flow.selected != 0 {
		t.Fatalf("the tokens are %+v, chosen is %d", flow.pieces, flow.selected)
	}
	flow.Tapped(&fyne.PointEvent{Position: flow.spots[2].AddXY(1, 1)})
	r.key(fyne.KeyLeft)
	if flow.selected != 1 {
		t.Errorf("chosen is %d", flow.selected)
	}
	if text := wordsIn(r.overlay()); !strings.Contains(text, "61 % · was chosen") || !strings.Contains(text, "22 %") {
		t.Errorf("the alternatives are\n%s", text)
	}
	r.key(fyne.KeyDown) // from "three" to "one"
	r.key(fyne.KeyReturn)
	r.idle()
	branched := r.entries()[1]
	// The engine of tests writes its words behind whatever the reply begins with.
	if branched.Siblings != 2 || branched.Text != "oneone one two three" {
		t.Errorf("the branch is %+v", branched)
	}
	if sent := r.engine.Requests()[1]; !sent.Continue || sent.Messages[1].Content != "oneone" {
		t.Errorf("the engine was asked for %+v", sent)
	}
}

func TestTokensThatCannotBeBranchedWith(t *testing.T) {
	d := &tokenDetail{message: app.Message{Text: "ab"}, spots: []tokenSpot{{0, 2, engine.Token{ID: 1, Bytes: 2, Top: []engine.Alternative{
		{ID: 1, Text: " ab"}, {ID: 2, Text: "</s>", Control: true}, {ID: 3, Text: "\ufffd"}, {ID: 4, Text: " cd"},
	}}}}}
	for option, want := range []string{"was chosen", "ended here", "part of a character", ""} {
		d.option = option
		text, reason := d.prefix()
		if !strings.Contains(reason, want) || (want == "") != (reason == "") || want == "" && text != "cd" {
			t.Errorf("alternative %d: %q, because %q", option, text, reason)
		}
	}
}

func TestVersionsAreCompared(t *testing.T) {
	r := newRig(t, "the", "cat", "sat")
	r.say("hello")
	r.warm(1.5)
	r.engine.Words = []string{"the", "dog", "sat"}
	r.regenerate(r.entries()[1].ID)
	r.idle()
	r.say("more")
	r.ctrl(fyne.KeyD)
	var flows []*wordFlow
	for _, o := range test.LaidOutObjects(r.overlay()) {
		if f, ok := o.(*wordFlow); ok {
			flows = append(flows, f)
		}
	}
	if len(flows) != 2 {
		t.Fatalf("%d texts are shown", len(flows))
	}
	for i, want := range []string{"cat", "dog"} {
		for _, p := range flows[i].pieces {
			if p.text == want && p.fill == nil || i == 0 && (p.text == "the" || p.text == "sat") && p.fill != nil {
				t.Errorf("side %d: %+v", i, p)
			}
		}
	}
	text := wordsIn(r.overlay())
	for _, want := range []string{"Temperature", "→ 1.5", "Version 1 of 2", "Version 2 of 2", "You:\nmore"} {
		if !strings.Contains(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(want, " ", "")) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	r.key(fyne.KeyRight) // of the left side: both show the second version
	if text := wordsIn(r.overlay()); !strings.Contains(text, "same settings") || strings.Contains(text, "cat") {
		t.Errorf("after another version was chosen:\n%s", text)
	}
}

func TestAReplyIsReplayed(t *testing.T) {
	r := newRig(t, "the", "cat", "sat")
	r.say("hello")
	r.ctrl(fyne.KeyR)
	r.idle()
	if got := r.cardText("replay"); got != "Replayed: the text is the same, byte for byte." {
		t.Errorf("the card says %q", got)
	}
	r.engine.Words = []string{"the", "dog", "sat"}
	r.engine.Model.Device = "another card"
	r.ctrl(fyne.KeyR)
	r.idle()
	if got := r.cardText("replay"); got != "Replayed: the text differs from character 5 on. Device: it was CPU (portable), it is another card." {
		t.Errorf("the card says %q", got)
	}
	r.press("replay", "Compare")
	if text := wordsIn(r.overlay()); !strings.Contains(text, "the cat sat") || !strings.Contains(text, "the dog sat") {
		t.Errorf("the page says\n%s", text)
	}
	if got := r.texts(r.current); got != "hello|the cat sat" {
		t.Errorf("the conversation is %q", got)
	}
}

func TestAReplayThatFailsSaysWhy(t *testing.T) {
	r := newRig(t, "yes")
	r.say("hello")
	m := r.messages[1]
	r.engine.Model.Hash = "another"
	r.replay(m)
	r.idle()
	if got := r.cardText("error"); !strings.Contains(got, "another file of the name") {
		t.Errorf("of a file that has changed the card says %q", got)
	}
	r.engine.Model.Name = "Another"
	r.replay(m)
	r.idle()
	if got := r.cardText("error"); !strings.Contains(got, "load that model") {
		t.Errorf("the card says %q", got)
	}
	edited, err := r.app.EditReply(r.current, m.ID, "no")
	if err != nil {
		t.Fatal(err)
	}
	r.reloadMessages()
	r.showTokens(edited)
	if got := r.cardText("error"); !strings.Contains(got, "was not kept") {
		t.Errorf("of a text of one's own the card says %q", got)
	}
}

// Of a prompt nothing is lost but the difference of tabs and spaces, and a long
// one is there at once.
func TestALongPromptIsShownExactly(t *testing.T) {
	text := "  indented\n\n\tcode  with   blanks\n" + strings.Repeat("x", 200) + "\n" + strings.Repeat("many words of a long prompt, ", 3000)
	var got strings.Builder
	for _, p := range textPieces(text, ColorText) {
		if got.WriteString(p.text); p.last {
			got.WriteString("\n")
		}
	}
	if want := strings.ReplaceAll(text, "\t", "    ") + "\n"; got.String() != want {
		t.Errorf("shown is %.80q, want %.80q", got.String(), want)
	}
}

// A token's own blank parts it from the one before it: at the beginning of a line
// there is none to part it from.
func TestNoWrappedLineBeginsWithABlank(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	flow, scroll := newWordFlow(false)
	flow.set(slices.Concat([]flowPiece{{text: "  in"}}, slices.Repeat([]flowPiece{{text: " token"}, {text: "  "}}, 20), []flowPiece{{text: "end", last: true}, {text: "  in"}}))
	scroll.Resize(fyne.NewSize(150, 400))
	for i, text := range flow.texts {
		begins := i > 0 && flow.spots[i].Y > flow.spots[i-1].Y
		if begins && flow.spots[i].X != flow.spots[0].X || begins && !flow.pieces[i-1].last && strings.HasPrefix(text, " ") {
			t.Errorf("piece %d, %q, begins a line as %q at %v", i, flow.pieces[i].text, text, flow.spots[i])
		}
	}
	if first, last := flow.texts[0], flow.texts[len(flow.texts)-1]; first != "  in" || last != first || flow.height < 4*flow.pitch {
		t.Errorf("a line of the text begins with %q, %q; %v high", first, last, flow.height)
	}
}

// Tokens that are parts of a word stay on its line, unless no line has room for it.
func TestAWordOfSeveralTokensStaysTogether(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	flow, scroll := newWordFlow(false)
	word := []flowPiece{{text: " Jul"}, {text: "i"}, {text: "a"}}
	flow.set(slices.Concat(slices.Repeat(word, 30), []flowPiece{{text: " "}}, slices.Repeat([]flowPiece{{text: "endless"}}, 20)))
	scroll.Resize(fyne.NewSize(150, 400))
	lines := 0
	for i := range 90 {
		if i%3 != 0 && flow.spots[i].Y != flow.spots[i-1].Y {
			t.Errorf("%q, piece %d, is parted from its word", flow.pieces[i].text, i)
		}
		if i > 0 && flow.spots[i].Y != flow.spots[i-1].Y {
			lines++
		}
	}
	if last := len(flow.spots) - 1; lines < 5 || flow.spots[last].Y < flow.spots[91].Y+4*flow.pitch || flow.spots[last].X+flow.widths[last] > 150 {
		t.Errorf("%d lines of names; the long word is at %v to %v", lines, flow.spots[91], flow.spots[last])
	}
}

// A flow of ten thousand words has objects for those in view only.
func TestAFlowDrawsWhatIsInView(t *testing.T) {
	r := newRig(t, "yes")
	flow, _ := newWordFlow(false)
	flow.set(differencePieces(wordList(strings.Repeat("word ", 10000)), make([]bool, 10000), onlyHere[0]))
	r.openDetail("A long text", "", 700, flow.scroll, flow)
	if n := len(flow.shown); n < 100 || n > 4000 {
		t.Errorf("%d objects are drawn", n)
	}
	flow.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	if flow.scroll.Offset.Y == 0 {
		t.Error("Page Down does not turn the page")
	}
}

func TestAlternativesAreASetting(t *testing.T) {
	r := newRig(t, "yes")
	test.Tap(r.seen().alternatives)
	r.say("hello")
	if asked := r.engine.Requests()[0]; asked.Alternatives != 0 || r.app.Settings().Alternatives {
		t.Errorf("the engine was asked for %d alternatives", asked.Alternatives)
	}
	r.ctrl(fyne.KeyT)
	if text := wordsIn(r.overlay()); !strings.Contains(text, "was not kept") {
		t.Errorf("the page says\n%s", text)
	}
}

// What is marked, and how, is checked by eye once: testdata/detail-*.xml.
func TestDetailsLookAsBefore(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	left, leftScroll := newWordFlow(false)
	right, rightScroll := newWordFlow(false)
	w := test.NewTempWindow(t, container.New(twoColumns{}, leftScroll, rightScroll))
	w.Resize(fyne.NewSize(480, 160))
	showDifference(left, right, "The cat sat\n\n    on the mat.", "The dog sat\non the mat, long.")
	test.AssertRendersToMarkup(t, "detail-compare.xml", w.Canvas())

	d := &tokenDetail{message: app.Message{Text: "Well, one\ntwo"}}
	flow, scroll := newWordFlow(false)
	flow.set(d.pieces(&app.Trail{Parts: []app.TrailPart{{At: 6, Tokens: []engine.Token{
		{ID: 1, Bytes: 4, Logprob: -0.01, Top: []engine.Alternative{{ID: 1, Text: "one\n", Logprob: -0.01}}},
		{ID: 2, Bytes: 3, Logprob: -2, Top: []engine.Alternative{{ID: 3, Text: "three", Logprob: -0.2}}},
	}}}}))
	w.SetContent(scroll)
	w.Resize(fyne.NewSize(240, 120))
	flow.choose(len(flow.pieces) - 1)
	test.AssertRendersToMarkup(t, "detail-tokens.xml", w.Canvas())
}

func TestTheLineLooksAsBefore(t *testing.T) {
	c, _ := newComposerRig(t)
	c.SetQueue([]string{"Now as a poem", "And in French"}, true)
	c.AskOpening()
	c.opening.SetText("Once upon a time")
	c.Resize(fyne.NewSize(600, c.MinSize().Height))
	test.AssertObjectRendersToMarkup(t, "composer-in-line.xml", c)
}
