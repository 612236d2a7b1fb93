package ui

import (
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// small is the smallest window with everything at twice its size: there is room
// for 360 by 240 pixels of it.
func small(t *testing.T) *rig {
	e := newTestEngine()
	e.Model.Name = "A model with a name that is longer than most, Q4_K_M"
	r := newRigWith(t, e, t.TempDir(), Options{Rectangles: true})
	s := r.settings
	s.Scale = 2
	r.change(s)
	r.win.Resize(fyne.NewSize(720, 480))
	return r
}

// inside fails the test unless o lies in the window as a whole.
func (r *rig) inside(what string, o fyne.CanvasObject) {
	r.t.Helper()
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	inset, _ := r.win.Canvas().InteractiveArea()
	at = at.Add(inset)
	size, window := o.Size(), r.win.Canvas().Size()
	if at.X < 0 || at.Y < 0 || at.X+size.Width > window.Width+1 || at.Y+size.Height > window.Height+1 {
		r.t.Errorf("%s is %v large at %v, outside of the window of %v", what, size, at, window)
	}
}

func TestALongNameLeavesRoomForTheOtherButtons(t *testing.T) {
	r := small(t)
	r.inside("the button of the settings", r.gear)
	r.inside("the model's name", r.picker)
	if r.picker.Position().X+r.picker.Size().Width > r.gear.Position().X {
		t.Error("the model's name reaches into the button of the settings")
	}
}

func TestTheListOfModelsStaysInTheWindow(t *testing.T) {
	r := small(t)
	r.picker.open()
	popup, ok := r.win.Canvas().Overlays().Top().(*widget.PopUp)
	if !ok {
		t.Fatal("no list is open")
	}
	r.inside("the list of models", popup.Content)
	popup.Hide()
	r.win.Resize(fyne.NewSize(1900, 1400))
	r.picker.open()
	popup = r.win.Canvas().Overlays().Top().(*widget.PopUp)
	driver := fyne.CurrentApp().Driver()
	top, bottom := driver.AbsolutePositionForObject(popup.Content).Y, driver.AbsolutePositionForObject(r.picker).Y+r.picker.Size().Height
	if top < bottom {
		t.Errorf("where there is room the list begins at %v, over its button, which ends at %v", top, bottom)
	}
}

// A caption can be read on the ground of a selected row too.
func TestCaptionsOfSelectedRowsHaveContrast(t *testing.T) {
	for _, mode := range []string{"light", "dark"} {
		l := NewTheme(mode, 1)
		ground, over := l.Color(theme.ColorNameMenuBackground, 0), l.Color(theme.ColorNamePressed, 0).(color.NRGBA)
		r, g, b, _ := ground.RGBA()
		mix := func(under uint32, over, alpha uint8) uint8 {
			return uint8((float64(under>>8)*(255-float64(alpha)) + float64(over)*float64(alpha)) / 255)
		}
		on := color.NRGBA{mix(r, over.R, over.A), mix(g, over.G, over.A), mix(b, over.B, over.A), 255}
		if ratio := contrast(l.Color(captionOn(true, theme.ColorNamePlaceHolder), 0), on); ratio < 4.5 {
			t.Errorf("%s: a caption on a selected row is %.2f : 1, want 4.5", mode, ratio)
		}
	}
}

// What a card says begins in view, however little room there is for it.
func TestACardInALowWindowIsReadFromItsBeginning(t *testing.T) {
	r := small(t)
	memory(r)
	card := r.cards.shown["error"]
	if card == nil {
		t.Fatal("nothing is said about the memory")
	}
	driver, header := fyne.CurrentApp().Driver(), r.body.Objects[middleHeader]
	top := driver.AbsolutePositionForObject(card).Y - driver.AbsolutePositionForObject(header).Y
	if top < header.Size().Height-1 {
		t.Errorf("the card begins at %v, under the header, which is %v high", top, header.Size().Height)
	}
	if bottom := r.cards.scroll.Position().Y + r.cards.scroll.Size().Height; bottom > r.composer.Position().Y {
		t.Errorf("the cards reach down to %v, the message field begins at %v", bottom, r.composer.Position().Y)
	}
	r.win.Resize(fyne.NewSize(1280, 900))
	if room, height := r.cards.scroll.Size().Height, card.Size().Height; room != height {
		t.Errorf("in a high window the card of %v is shown in %v", height, room)
	}
}

// Without a model a low window still shows what to do, and a high one the sign.
func TestTheDropTargetFitsALowWindow(t *testing.T) {
	r := small(t)
	r.engine.Unload()
	r.showModel()
	find := func() (button *pushButton, sign bool) {
		for _, o := range test.LaidOutObjects(r.page.content) {
			if b, ok := o.(*pushButton); ok {
				button = b
			}
		}
		return button, len(r.page.spare) == 4 && r.page.spare[2].Visible()
	}
	button, sign := find()
	if button == nil || sign {
		t.Fatalf("button %v, sign shown: %v", button, sign)
	}
	driver := fyne.CurrentApp().Driver()
	if end := driver.AbsolutePositionForObject(button).Y + button.Size().Height; end > r.composer.Position().Y {
		t.Errorf("the button ends at %v, behind the message field at %v", end, r.composer.Position().Y)
	}
	r.win.Resize(fyne.NewSize(1280, 1400))
	if _, sign := find(); !sign {
		t.Error("a high window shows no sign")
	}
}

func TestTheStatusLineNeverSaysOnlyDots(t *testing.T) {
	r := small(t)
	r.status.SetFigures(figures{62, 8192, 339, 0.009})
	if got := r.status.left.text; strings.Contains(got, "…") || got == "" {
		t.Errorf("beside the figures %q it says %q", r.status.right.text, got)
	}
	if got := r.status.right.text; got != "62 of 8,192 tokens · 339 tokens/s" {
		t.Errorf("the figures are %q", got)
	}
	r.win.Resize(fyne.NewSize(1900, 800))
	if got := r.status.right.text; got != "62 of 8,192 tokens · 339 tokens/s · first after 9 ms" {
		t.Errorf("in a wide window the figures are %q", got)
	}
}

func TestTheModelThatIsGoneIsNamed(t *testing.T) {
	r := newRig(t, "Yes.")
	r.engine.Unload()
	r.load("/nowhere/gone.gguf", false, nil)
	r.idle()
	r.engine.Unload()
	r.showModel()
	if got := r.goneModel(); !strings.HasPrefix(got, "gone, the model you used last, is not at /nowhere/gone.gguf") {
		t.Errorf("it says %q", got)
	}
}

// The list of keys is scrolled where it is too long; its head and its foot stay.
func TestTheListOfKeysFits(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, size := range []fyne.Size{{Width: 1280, Height: 900}, {Width: 720, Height: 480}} {
		r.win.Resize(size)
		r.showShortcuts()
		popup := r.win.Canvas().Overlays().Top().(*widget.PopUp)
		driver := fyne.CurrentApp().Driver()
		end := driver.AbsolutePositionForObject(popup.Content).Y + popup.Content.Size().Height
		if foot := driver.AbsolutePositionForObject(r.sheet.foot).Y + r.sheet.foot.Size().Height; foot > end || end > size.Height {
			t.Errorf("in %v the foot ends at %v, the list at %v", size, foot, end)
		}
		r.key(fyne.KeyEscape)
	}
}

// While a first message is being stored nothing is offered any more that it could
// be replaced by.
func TestWhatWasSentTakesTheExamplesAway(t *testing.T) {
	r := newRig(t, "Yes.")
	r.write("hello")
	r.key(fyne.KeyReturn)
	if len(r.messages) > 0 || r.job == nil {
		t.Fatal("the message is shown before it is stored")
	}
	for _, o := range test.LaidOutObjects(r.page.content) {
		if row, ok := o.(*focusRow); ok {
			t.Errorf("%q is still offered", row.title.text)
		}
	}
	r.idle()
}

// A list that has no height yet does not scroll past its first rows.
func TestTheSidebarBeginsAtItsTop(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("one")
	r.win.Resize(fyne.NewSize(720, 480))
	r.newConversation()
	r.open(1)
	r.toggleSidebar()
	if got := r.sidebar.list.GetScrollOffset(); got != 0 {
		t.Errorf("the list begins %v further down", got)
	}
}

// What asks for something has its buttons in the window, however low that is; what is
// above them scrolls, to the field that has the keyboard.
func TestWhatIsAskedFitsALowWindow(t *testing.T) {
	r := small(t)
	for name, open := range map[string]func(){
		"the download": func() { r.askDownload("") }, "the passphrase": r.askPassphrase, "the export": func() { r.askExport(0, 0) },
	} {
		open()
		r.inside(name, r.modal.popup.Content)
		r.inside("its button", r.modal.button)
		fields := 0
		for _, o := range test.LaidOutObjects(r.modal.popup) {
			if e, ok := o.(*filterEntry); ok {
				fields++
				r.win.Canvas().Focus(e)
				r.reveal(e)
				r.inside("a field of "+name, e)
			}
		}
		if fields == 0 && name != "the export" {
			t.Errorf("%s has no fields", name)
		}
		r.modal.close()
	}
}
