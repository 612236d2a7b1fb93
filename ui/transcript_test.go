package ui

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// seen calls f with every visible object and its place in the transcript.
func seen(o fyne.CanvasObject, at fyne.Position, f func(fyne.CanvasObject, fyne.Position)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	f(o, at)
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, child := range children {
		seen(child, at, f)
	}
}

// textPlace finds a drawn text and returns its place in the transcript.
func textPlace(t *Transcript, text string) (place fyne.Position, found bool) {
	seen(t, fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		if drawn, ok := o.(*canvas.Text); ok && strings.Contains(drawn.Text, text) && !found {
			place, found = at, true
		}
	})
	return place, found
}

// onPage turns a place in the transcript into one of its page, where the mouse is.
func onPage(t *Transcript, p fyne.Position) fyne.Position { return p.Add(t.scroll.Offset) }

// visibleButton finds an action by its tip.
func visibleButton(t *Transcript, tip string) *actionButton {
	var found *actionButton
	seen(t, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if b, ok := o.(*actionButton); ok && b.tip == tip && found == nil {
			found = b
		}
	})
	return found
}

// measureAll brings every row into view once, so that no height is a guess.
func measureAll(t *Transcript) {
	for y := t.view.height; y > 0; y -= t.scroll.Size().Height {
		t.view.scrollTo(y)
	}
	t.view.scrollTo(0)
	t.ScrollToBottom()
}

func hoverText(t *testing.T, tr *Transcript, text string) {
	t.Helper()
	at, ok := textPlace(tr, text)
	if !ok {
		t.Fatalf("%q is not on screen", text)
	}
	tr.view.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: onPage(tr, at.AddXY(4, 4))}})
}

func TestOnlyWhatIsInViewHasObjects(t *testing.T) {
	tr, _ := openTranscript(t, "light", conversation(1000))
	check := func(when string) {
		t.Helper()
		if n := walk(tr); n > 900 || len(tr.view.live) > 80 {
			t.Errorf("%s: %d objects for %d rows", when, n, len(tr.view.live))
		}
		boxes := 0
		for _, b := range tr.view.bubbles {
			for _, r := range b.rows {
				if r.box != nil {
					boxes++
				}
			}
		}
		if boxes != len(tr.view.live) {
			t.Errorf("%s: %d rows hold objects, %d are live", when, boxes, len(tr.view.live))
		}
	}
	check("at the end")
	for y := tr.view.height; y > 0; y -= 5000 {
		tr.view.scrollTo(y)
	}
	check("after scrolling through")
	tr.view.scrollTo(tr.view.height / 2)
	check("in the middle")
}

func TestLongMessagesHaveFewObjects(t *testing.T) {
	for name, tokens := range map[string][]string{"prose": proseTokens(10000), "code": codeTokens(10000), "one paragraph": paragraphTokens(10000)} {
		tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", Text: strings.Join(tokens, ""), State: "complete"}})
		for _, at := range []float32{0, 0.5, 1} {
			tr.view.scrollTo(at * tr.view.height)
			if n := walk(tr); n > 1200 {
				t.Errorf("%s at %v: %d objects", name, at, n)
			}
		}
	}
}

func TestFollowsOnlyAtTheEnd(t *testing.T) {
	tr, _ := openTranscript(t, "light", conversation(20))
	for range 50 {
		tr.Append(1<<40, "more words\n\n")
	}
	end := tr.view.height - tr.scroll.Size().Height
	if !tr.AtBottom() || math.Abs(float64(tr.scroll.Offset.Y-end)) > 1 || tr.jump.Visible() {
		t.Errorf("streaming at the end: at bottom %v, offset %v of %v, jump button %v", tr.AtBottom(), tr.scroll.Offset.Y, end, tr.jump.Visible())
	}
	tr.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 300)})
	before := tr.scroll.Offset.Y
	for range 20 {
		tr.Append(1<<40, "more words\n\n")
	}
	if tr.AtBottom() || tr.scroll.Offset.Y != before || !tr.jump.Visible() {
		t.Errorf("streaming while reading above: at bottom %v, offset %v was %v, jump button %v", tr.AtBottom(), tr.scroll.Offset.Y, before, tr.jump.Visible())
	}
	test.Tap(tr.jump)
	if !tr.AtBottom() || tr.jump.Visible() {
		t.Error("the jump button did not lead to the end")
	}
}

// TestScrollingUpDoesNotJump goes up through messages that have never been
// measured: what stays in view moves by exactly what was scrolled.
func TestScrollingUpDoesNotJump(t *testing.T) {
	tr, _ := openTranscript(t, "light", conversation(200))
	for range 150 {
		before := map[*row]float32{}
		for _, r := range tr.view.live {
			if y := r.owner.top + r.top - tr.scroll.Offset.Y; y+r.height > 0 && y < tr.scroll.Size().Height {
				before[r] = y
			}
		}
		tr.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 90)})
		for r, y := range before {
			if now := r.owner.top + r.top - tr.scroll.Offset.Y; r.box != nil && math.Abs(float64(now-y-90)) > 1 {
				t.Fatalf("a row at %v went to %v after scrolling by 90", y, now)
			}
		}
	}
}

func TestResizingKeepsTheReadersPlace(t *testing.T) {
	tr, window := openTranscript(t, "light", conversation(100))
	tr.view.scrollTo(tr.view.height / 3)
	a := tr.view.anchor()
	window.Resize(fyne.NewSize(640, 500))
	if now := a.bubble.top + a.row.top - tr.scroll.Offset.Y; math.Abs(float64(now-a.y)) > 1 {
		t.Errorf("the first row in view was at %v, after the change of width at %v", a.y, now)
	}
	tr.ScrollToBottom()
	window.Resize(fyne.NewSize(900, 700))
	if end := tr.view.height - tr.scroll.Size().Height; math.Abs(float64(tr.scroll.Offset.Y-end)) > 1 {
		t.Errorf("the end was in view; after the change of width the offset is %v of %v", tr.scroll.Offset.Y, end)
	}
}

// TestStreamedReadsLikeWhole compares a reply that streamed in with the same one
// shown at once, object by object.
func TestStreamedReadsLikeWhole(t *testing.T) {
	for i, text := range append(splitSamples(), strings.Join(proseTokens(120), "")) {
		entry := Entry{ID: 1 << 40, Role: "assistant", Name: "Beyonder", State: "streaming"}
		streamed, _ := openTranscript(t, "light", []Entry{entry})
		for _, r := range strings.SplitAfter(text, " ") {
			streamed.Append(entry.ID, r)
		}
		entry.Text, entry.State = text, "complete"
		streamed.Update(entry)
		whole, _ := openTranscript(t, "light", []Entry{entry})
		if got, want := sketch(streamed.view), sketch(whole.view); got != want {
			t.Errorf("sample %d %q streamed:\n%s\nat once:\n%s", i, text, got, want)
		}
	}
}

// sketch writes what an object draws, with places and sizes, one line each.
func sketch(o fyne.CanvasObject) string {
	var b strings.Builder
	seen(o, fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		size := o.Size()
		where := fmt.Sprintf("%4.0f %4.0f %4.0f×%-3.0f", at.X, at.Y, size.Width, size.Height)
		switch o := o.(type) {
		case *canvas.Text:
			fmt.Fprintf(&b, "%s text %s %.1f%s %q\n", where, paint(o.Color), o.TextSize, textLook(o.TextStyle), o.Text)
		case *canvas.Rectangle:
			if o.FillColor != color.Transparent || o.StrokeWidth > 0 {
				fmt.Fprintf(&b, "%s rect %s\n", where, paint(o.FillColor))
			}
		case *canvas.Image:
			fmt.Fprintf(&b, "%s icon %s\n", where, o.Resource.Name())
		case *pushButton:
			fmt.Fprintf(&b, "%s button %q\n", where, o.Text)
		}
	})
	return b.String()
}

func paint(c color.Color) string {
	if c == nil {
		return "none"
	}
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	if n.A != 0xFF {
		return fmt.Sprintf("#%02X%02X%02X/%02X", n.R, n.G, n.B, n.A)
	}
	return fmt.Sprintf("#%02X%02X%02X", n.R, n.G, n.B)
}

func textLook(s fyne.TextStyle) (look string) {
	for _, l := range []struct {
		on   bool
		name string
	}{{s.Bold, " bold"}, {s.Italic, " italic"}, {s.Monospace, " mono"}} {
		if l.on {
			look += l.name
		}
	}
	return look
}

func TestActionsSayWhatTheReaderWants(t *testing.T) {
	var wanted []string
	want := func(name string) func(uint64) {
		return func(id uint64) { wanted = append(wanted, fmt.Sprint(name, " ", id)) }
	}
	tr, _ := openTranscript(t, "light", nil)
	tr.OnCopy = func(text string) { wanted = append(wanted, "copy "+text) }
	tr.OnEdit, tr.OnRegenerate, tr.OnContinue, tr.OnDelete = want("edit"), want("regenerate"), want("continue"), want("delete")
	tr.OnSibling = func(id uint64, step int) { wanted = append(wanted, fmt.Sprint("sibling ", id, " ", step)) }
	tr.SetEntries([]Entry{
		{ID: 1, Role: "user", Text: "a question", State: "complete", Siblings: 3, Sibling: 1},
		{ID: 2, Role: "assistant", Text: "an **answer**", State: "stopped", Detail: "12 tokens"},
	})
	if visibleButton(tr, "Copy") != nil {
		t.Error("actions are shown although the pointer is nowhere")
	}
	height := tr.view.height
	hoverText(t, tr, "question")
	tapAll(t, tr, "Copy", "Edit", "Delete", "Previous version", "Next version")
	hoverText(t, tr, "answer")
	tapAll(t, tr, "Copy", "Edit", "Regenerate", "Continue", "Delete")
	if tr.view.height != height {
		t.Error("showing the actions changed the layout")
	}
	got, expected := strings.Join(wanted, ", "), "copy a question, edit 1, delete 1, sibling 1 -1, sibling 1 1, "+
		"copy an **answer**, edit 2, regenerate 2, continue 2, delete 2"
	if got != expected {
		t.Errorf("the transcript announced\n%s\nwant\n%s", got, expected)
	}
	tr.view.MouseOut()
	if visibleButton(tr, "Copy") != nil {
		t.Error("the actions stay when the pointer has left")
	}
}

// tapAll taps the actions that are shown, which must be these in this order.
func tapAll(t *testing.T, tr *Transcript, tips ...string) {
	t.Helper()
	var shown []string
	for _, b := range tr.view.bars.hover.buttons {
		shown = append(shown, b.tip)
	}
	if !slices.Equal(shown, tips) {
		t.Errorf("actions %q, want %q", shown, tips)
	}
	for _, tip := range tips {
		if b := visibleButton(tr, tip); b != nil {
			test.Tap(b)
		}
	}
}

func TestEndings(t *testing.T) {
	tr, _ := openTranscript(t, "light", nil)
	var again uint64
	tr.OnRegenerate = func(id uint64) { again = id }
	tr.SetEntries([]Entry{
		{ID: 2, Role: "assistant", State: "failed", Error: "The engine stopped."},
		{ID: 3, Role: "assistant", Text: " \n", State: "complete"},
		{ID: 1, Role: "assistant", Text: "half a", State: "interrupted", Error: "The engine was lost."},
	})
	text := sketch(tr)
	for _, part := range []string{`"Interrupted. The engine was lost."`, `button "Continue"`, `button "Regenerate"`, paint(Color(ColorDanger)) + ` 15.0 "The engine stopped."`, `button "Try again"`, `"The reply has no text."`} {
		if !strings.Contains(text, part) {
			t.Errorf("nothing on screen says %s:\n%s", part, text)
		}
	}
	seen(tr, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if b, ok := o.(*pushButton); ok && b.Text == "Try again" {
			test.Tap(b)
		}
	})
	if again != 2 {
		t.Errorf("Try again asked for message %d", again)
	}
}

func TestPulseOnlyWhileAReplyStreams(t *testing.T) {
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", State: "streaming"}})
	pulsing := func() bool { return slices.Contains(tr.view.shown, fyne.CanvasObject(tr.view.pulse)) }
	if !pulsing() || !tr.view.pulse.running {
		t.Error("no pulse before the first word")
	}
	tr.Append(1, "word")
	if at, _ := textPlace(tr, "word"); !pulsing() || onPage(tr, at).X > tr.view.pulse.Position().X {
		t.Errorf("the pulse is at %v, the word at %v", tr.view.pulse.Position(), at)
	}
	tr.Update(Entry{ID: 1, Role: "assistant", Text: "word", State: "complete"})
	if pulsing() || tr.view.pulse.running {
		t.Error("the pulse goes on after the end")
	}
}

func TestUpdateWithTheSameTextKeepsTheBlocks(t *testing.T) {
	entry := Entry{ID: 1, Role: "assistant", Text: "one\n\ntwo\n\n```go\nthree\n```\n", State: "complete"}
	tr, _ := openTranscript(t, "light", []Entry{entry})
	var before []*block
	for _, r := range tr.view.live {
		before = append(before, r.block)
	}
	entry.Detail = "9.9 tokens/s"
	tr.Update(entry)
	var after []*block
	for _, r := range tr.view.live {
		after = append(after, r.block)
	}
	if !slices.Equal(before, after) {
		t.Error("a changed caption set the text anew")
	}
	if _, ok := textPlace(tr, "9.9 tokens/s"); !ok {
		t.Error("the new caption is not shown")
	}
}

func TestUnknownMessagesAreIgnored(t *testing.T) {
	tr, _ := openTranscript(t, "light", conversation(2))
	before := sketch(tr)
	tr.Append(77, "text of another conversation")
	tr.Update(Entry{ID: 77, Text: "x"})
	if sketch(tr) != before {
		t.Error("text for an unknown message changed the transcript")
	}
}

// selecting is a transcript with text to select: press puts the mouse down on a
// text, take copies what is selected.
func selecting(t *testing.T) (tr *Transcript, press func(text string, dx float32), take func() string) {
	copied := ""
	tr, _ = openTranscript(t, "light", nil)
	tr.OnCopy = func(text string) { copied = text }
	tr.SetEntries([]Entry{
		{ID: 1, Role: "user", Text: "the question", State: "complete"},
		{ID: 2, Role: "assistant", Text: "First **bold** words.\n\n1. one\n2. two\n\n```go\nx := 1\n```\n\nLast words.", State: "complete"},
	})
	press = func(text string, dx float32) {
		at, ok := textPlace(tr, text)
		if !ok {
			t.Fatalf("%q is not on screen", text)
		}
		p := onPage(tr, at.AddXY(dx, 8))
		tr.view.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: p}})
	}
	take = func() string {
		copied = ""
		tr.view.TypedShortcut(&fyne.ShortcutCopy{})
		return copied
	}
	return tr, press, take
}

func TestSelectingAndCopying(t *testing.T) {
	tr, press, take := selecting(t)
	press("First", 0)
	to, _ := textPlace(tr, "Last")
	tr.view.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: onPage(tr, to.AddXY(30, 8))}})
	if want := "First bold words.\n\n1. one\n2. two\n\nx := 1\n\nLast"; take() != want {
		t.Errorf("dragging copied\n%q, want\n%q", take(), want)
	}
	if !strings.Contains(sketch(tr.view), "rect "+paint(tr.view.stage.style.theme.Color("selection", 0))) {
		t.Error("the selection is not shown")
	}
	press("bold", 8)
	press("bold", 8)
	if take() != "bold" {
		t.Errorf("a double click selected %q", take())
	}
	press("bold", 8)
	if take() != "First bold words." {
		t.Errorf("a triple click selected %q", take())
	}
	tr.view.TypedShortcut(&fyne.ShortcutSelectAll{})
	if want := "the question\n\nFirst bold words.\n\n1. one\n2. two\n\nx := 1\n\nLast words."; take() != want {
		t.Errorf("select all copied\n%q, want\n%q", take(), want)
	}
	press("Last", 0)
	if take() != "" {
		t.Errorf("after a click %q is selected", take())
	}
}

func TestLinks(t *testing.T) {
	followed := ""
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", Text: "see [here](https://a.b/c), not [there](file:///etc)", State: "complete"}})
	tr.OnLink = func(url string) { followed = url }
	for text, want := range map[string]string{"here": "https://a.b/c", "see": "", "there": ""} {
		followed = ""
		at, _ := textPlace(tr, text)
		event := &fyne.PointEvent{Position: onPage(tr, at.AddXY(5, 5))}
		if text == "there" { // it is part of a longer run of plain text
			event.Position.X += 40
		}
		tr.view.Tapped(event)
		if followed != want {
			t.Errorf("a tap on %q led to %q, want %q", text, followed, want)
		}
	}
	at, _ := textPlace(tr, "here")
	tr.view.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: onPage(tr, at.AddXY(5, 5))}})
	if tr.view.Cursor() != desktop.PointerCursor {
		t.Error("no hand over a link")
	}
}

func TestKeyboard(t *testing.T) {
	tr, window := openTranscript(t, "light", conversation(60))
	measureAll(tr)
	window.Canvas().Focus(tr.view)
	if tr.view.bars.focus == nil {
		t.Fatal("the focus shows no actions")
	}
	press := func(name fyne.KeyName) float32 {
		tr.view.TypedKey(&fyne.KeyEvent{Name: name})
		return tr.scroll.Offset.Y
	}
	end, page := tr.scroll.Offset.Y, tr.scroll.Size().Height
	if y := press(fyne.KeyPageUp); math.Abs(float64(end-y-page*0.9)) > 2 {
		t.Errorf("page up went from %v to %v", end, y)
	}
	if y := press(fyne.KeyHome); y != 0 || tr.AtBottom() {
		t.Errorf("home went to %v", y)
	}
	if y := press(fyne.KeyPageDown); y < page/2 {
		t.Errorf("page down went to %v", y)
	}
	if y, up := press(fyne.KeyDown), press(fyne.KeyUp); y-up != 48 {
		t.Errorf("down and up moved by %v", y-up)
	}
	if press(fyne.KeyEnd); !tr.AtBottom() {
		t.Error("end did not lead to the end")
	}
	current := tr.view.bars.focus.bubble
	tr.view.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyUp, Modifier: fyne.KeyModifierAlt})
	if b := tr.view.bars.focus.bubble; b == current || b.top >= current.top {
		t.Error("Alt+Up did not go to the message before")
	}
}

// Only the last message can be gone on with.
func TestContinueIsOfferedAtTheEnd(t *testing.T) {
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", Text: "half a", State: "interrupted"}})
	if !strings.Contains(sketch(tr), `button "Continue"`) {
		t.Error("the interrupted reply cannot be gone on with")
	}
	tr.Add(Entry{ID: 2, Role: "user", Text: "And then?"})
	if text := sketch(tr); strings.Contains(text, `button "Continue"`) || !strings.Contains(text, `button "Regenerate"`) {
		t.Errorf("a reply in the middle is offered to be gone on with:\n%s", text)
	}
}

func TestWheelOverCodeScrollsThePage(t *testing.T) {
	code := "```go\nx := \"" + strings.Repeat("long ", 100) + "\"\n```\n\n"
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", Text: strings.Repeat(code+"text\n\n", 20), State: "complete"}})
	var side *sideScroll
	seen(tr, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if s, ok := o.(*sideScroll); ok {
			side = s
		}
	})
	measureAll(tr)
	before := tr.scroll.Offset.Y
	side.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, wheelNotch)})
	side.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 7.5)}) // of a touchpad
	if tr.scroll.Offset.Y != before-wheelNotch*wheelLines-7.5 || side.offset != 0 {
		t.Errorf("the wheel over code moved the page from %v to %v, the code to %v", before, tr.scroll.Offset.Y, side.offset)
	}
	side.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(-50, 0)})
	if side.offset != 50 {
		t.Errorf("scrolling sideways moved the code to %v", side.offset)
	}
}

func TestCodeKeepsItsPlaceWhileItStreams(t *testing.T) {
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", State: "streaming"}})
	tr.Append(1, "```go\nx := \""+strings.Repeat("long ", 100)+"\"\n")
	find := func() (side *sideScroll) {
		seen(tr, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
			if s, ok := o.(*sideScroll); ok {
				side = s
			}
		})
		return side
	}
	first := find()
	first.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(-70, 0)})
	tr.Append(1, "y := 2\n```\nafter")
	if now := find(); now != first || now.offset != 70 {
		t.Errorf("the code went to %v while it grew", now.offset)
	}
}

func TestThemeChangeRedraws(t *testing.T) {
	tr, _ := openTranscript(t, "light", conversation(4))
	fyne.CurrentApp().Settings().SetTheme(NewTheme("dark", 1.25))
	tr.Refresh()
	dark, _ := openTranscript(t, "dark", nil)
	fyne.CurrentApp().Settings().SetTheme(NewTheme("dark", 1.25))
	dark.Refresh()
	dark.SetEntries(conversation(4))
	if got, want := sketch(tr.view), sketch(dark.view); got != want {
		t.Errorf("after the change:\n%s\nwant\n%s", got, want)
	}
}

func TestUsersPanel(t *testing.T) {
	long := strings.Repeat("a long message ", 40)
	tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "user", Text: "short", State: "complete"}, {ID: 2, Role: "user", Text: long, State: "complete"}})
	left, width := tr.view.column()
	for i, most := range []float32{width * 0.2, width * 0.8} {
		b := tr.view.bubbles[i]
		box := b.rows[0].box
		if b.panel > most+1 || box.Position().X+b.panel != left+width {
			t.Errorf("panel %d is %v wide at %v, the column ends at %v", i, b.panel, box.Position().X, left+width)
		}
	}
}

func TestSameConversationKeepsThePlace(t *testing.T) {
	entries := conversation(100)
	tr, _ := openTranscript(t, "light", entries)
	tr.view.scrollTo(tr.view.height / 2)
	before := tr.scroll.Offset.Y
	changed := slices.Clone(entries)
	changed[99].Text, changed[99].Sibling, changed[99].Siblings = "another version", 1, 2
	tr.SetEntries(changed)
	if tr.scroll.Offset.Y != before {
		t.Errorf("another version of the last message moved the page from %v to %v", before, tr.scroll.Offset.Y)
	}
	other := conversation(50)
	other[0].ID = 9999
	tr.SetEntries(other)
	if !tr.AtBottom() {
		t.Error("another conversation is not shown from its end")
	}
}
