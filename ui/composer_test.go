package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
)

func newComposerRig(t *testing.T) (*Composer, *[]string) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	c := NewComposer()
	c.entry.modifiers = func() fyne.KeyModifier { return 0 }
	sent := &[]string{}
	c.OnSend = func(text string) { *sent = append(*sent, text) }
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(600, 400))
	c.Resize(fyne.NewSize(600, c.MinSize().Height))
	return c, sent
}

func TestTheComposerGrowsFromOneToEightLines(t *testing.T) {
	c, _ := newComposerRig(t)
	grown := 0
	c.OnResized = func() { grown++ }
	one := c.MinSize().Height
	for _, test := range []struct {
		text string
		rows int
	}{
		{"", 1}, {"short", 1}, {"one\ntwo", 2}, {"one\ntwo\n", 3},
		{strings.Repeat("several words that wrap ", 8), 3},
		{strings.Repeat("line\n", 30), 8}, {strings.Repeat("long text ", 500), 8}, {"short again", 1},
	} {
		c.SetText(test.text)
		if c.rows != test.rows {
			t.Errorf("%.20q takes %d lines, not %d", test.text, c.rows, test.rows)
		}
		least := c.entry.MinSize().Height
		if c.MinSize().Height < least {
			t.Errorf("%.20q: the composer is %v high, its field %v", test.text, c.MinSize().Height, least)
		}
	}
	if c.MinSize().Height != one {
		t.Errorf("it did not shrink back: %v, %v", c.MinSize().Height, one)
	}
	if grown == 0 {
		t.Error("growing was not announced")
	}
}

func TestNothingEmptyIsSent(t *testing.T) {
	c, sent := newComposerRig(t)
	for _, text := range []string{"", "  ", "\n\n"} {
		c.SetText(text)
		c.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		test.Tap(c.button)
	}
	if len(*sent) != 0 {
		t.Errorf("sent: %q", *sent)
	}
	c.SetText("  hello ")
	test.Tap(c.button)
	if len(*sent) != 1 || (*sent)[0] != "  hello " {
		t.Errorf("sent: %q", *sent)
	}
}

func TestAReasonStopsSendingButNotTyping(t *testing.T) {
	c, sent := newComposerRig(t)
	c.SetReason("There is no model.")
	test.Type(c.entry, "hello")
	c.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(*sent) != 0 || c.Text() != "hello" || !c.hint.Visible() || c.hint.text != "There is no model." {
		t.Errorf("sent %q, holds %q, says %q", *sent, c.Text(), c.hint.text)
	}
	c.SetReason("")
	if c.hint.Visible() || c.button.Disabled() {
		t.Error("it still refuses")
	}
}

func TestTheButtonStopsWhileAReplyIsWritten(t *testing.T) {
	c, sent := newComposerRig(t)
	stopped := 0
	c.OnStop = func() { stopped++ }
	c.SetState(composerBusy)
	c.SetText("the next message")
	test.Tap(c.button)
	c.SetState(composerStopping)
	test.Tap(c.button)
	if stopped != 1 || len(*sent) != 0 {
		t.Errorf("stopped %d times, sent %q", stopped, *sent)
	}
	c.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // puts it in line
	if len(*sent) != 1 {
		t.Errorf("Enter announced %q", *sent)
	}
}

// A long text goes beside the field: that would take seconds to wrap it, and a
// tenth of a second for every key after that.
// A clipboard without text (a picture, nothing) takes nothing away.
func TestNothingPastedChangesNothing(t *testing.T) {
	c, _ := newComposerRig(t)
	c.SetText("stays selected")
	c.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	c.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: test.NewClipboard()})
	if c.entry.SelectedText() != "stays selected" || c.entry.CursorColumn != len("stays selected") {
		t.Errorf("%q is selected, the cursor is at %d", c.entry.SelectedText(), c.entry.CursorColumn)
	}
}

func TestALongPasteGoesBesideTheField(t *testing.T) {
	c, sent := newComposerRig(t)
	clipboard := test.NewClipboard()
	paste := func(text string) {
		clipboard.SetContent(text)
		c.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	}
	long := strings.Repeat("no line break ", 20_000)
	begun := time.Now()
	paste(long)
	paste("a question about it")
	if took := time.Since(begun); took > 500*time.Millisecond {
		t.Errorf("pasting took %v", took)
	}
	file := app.Attachment{Name: "Pasted text", Text: long}
	if c.entry.Text != "a question about it" || c.Text() != "a question about it\n\n"+file.String() {
		t.Fatalf("the field holds %.40q, the message has %d characters", c.entry.Text, len(c.Text()))
	}
	row := c.pieces.Objects[0].(*focusRow)
	if row.title.text != "Pasted text" || row.caption.text != "280 kB, 1 line, about 70,000 tokens" {
		t.Errorf("it is shown as %q, %q", row.title.text, row.caption.text)
	}
	test.Tap(c.button)
	if len(*sent) != 1 || (*sent)[0] != c.Text() {
		t.Error("not all of it was sent")
	}
	test.Tap(row.buttons[0])
	if c.Text() != "a question about it" || c.shelf.Visible() {
		t.Errorf("thrown away, %d characters are left", len(c.Text()))
	}
	c.SetText(long) // a draft that comes back
	if c.Text() != long || c.entry.Text != "" {
		t.Error("the draft came back changed")
	}
	c.SetText(app.Attach("what is this?", file)) // likewise
	if c.entry.Text != "what is this?" || len(c.aside) != 1 || c.Text() != app.Attach("what is this?", app.Attachment{Name: "Pasted text", Text: long + "\n"}) {
		t.Error("the draft with a file came back changed")
	}
	c.SetText("")
	if c.Text() != "" || c.shelf.Visible() {
		t.Error("it cannot be emptied")
	}
	paste(strings.Repeat("a line\n", 300))
	test.Tap(c.pieces.Objects[0].(*focusRow).buttons[0]) // into the field
	if !strings.HasPrefix(c.entry.Text, "a line\na line") || c.shelf.Visible() {
		t.Error("it does not go into the field")
	}
}

func TestComposerAsMarkup(t *testing.T) {
	c, _ := newComposerRig(t)
	c.SetReason("Choose a model first.")
	c.SetText("One line\nand another")
	c.Resize(fyne.NewSize(600, c.MinSize().Height))
	test.AssertObjectRendersToMarkup(t, "composer.xml", c)
}

// The field that has the keyboard is the one in the colour of it.
func TestTheFirstWordsShowThatTheyHaveTheKeyboard(t *testing.T) {
	r := newRig(t, "Yes.")
	r.composer.AskOpening()
	if r.win.Canvas().Focused() != r.composer.opening || r.composer.opening.frame.stroke != theme.ColorNamePrimary || r.composer.panel.stroke != theme.ColorNameInputBorder {
		t.Error("it cannot be seen where the keyboard is")
	}
	r.composer.Focus()
	if r.composer.opening.frame.stroke != theme.ColorNameInputBorder || r.composer.panel.stroke != theme.ColorNamePrimary {
		t.Error("it cannot be seen that the keyboard is in the message again")
	}
}

// A click on the frame around the field leads into it.
func TestAClickBesideTheFieldGoesIntoIt(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Canvas().Unfocus()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.composer)
	test.TapCanvas(r.win.Canvas(), at.AddXY(4, r.composer.Size().Height-4))
	if r.win.Canvas().Focused() != r.composer.entry {
		t.Errorf("the keyboard is at %v", r.win.Canvas().Focused())
	}
}
