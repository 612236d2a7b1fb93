package ui

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"beyonder/assets"
)

// In high contrast all text keeps 7 : 1 on every ground it stands on, outlines
// 4.5 : 1 (WCAG 2.1: AAA asks for 7 : 1 and for 3 : 1).
func TestHighContrast(t *testing.T) {
	text := []fyne.ThemeColorName{ColorText, ColorMuted, ColorAccent, ColorDanger, ColorWarning, ColorGood,
		colorCodeKeyword, colorCodeString, colorCodeComment, colorCodeNumber, colorCodeName, colorCodeType,
		theme.ColorNameForeground, theme.ColorNamePlaceHolder, theme.ColorNameHyperlink, theme.ColorNameError, theme.ColorNameWarning, theme.ColorNameSuccess}
	for _, mode := range []string{"light", "dark"} {
		l := NewTheme(mode+contrastMark, 1)
		ratio := func(name, ground fyne.ThemeColorName, least float64) {
			if got := contrast(l.Color(name, 0), l.Color(ground, 0)); got < least {
				t.Errorf("%s: %s on %s is %.2f : 1, want %v", mode, name, ground, got, least)
			}
		}
		for _, ground := range []fyne.ThemeColorName{ColorPage, ColorPanel, theme.ColorNameInputBackground, theme.ColorNameMenuBackground} {
			for _, name := range text {
				ratio(name, ground, 7)
			}
			ratio(ColorBorder, ground, 4.5)
			ratio(ColorLine, ground, 3)
			ratio(theme.ColorNameDisabled, ground, 4.5)
		}
		ratio(ColorText, theme.ColorNameButton, 7)
		for on, solid := range map[fyne.ThemeColorName]fyne.ThemeColorName{theme.ColorNameForegroundOnPrimary: theme.ColorNamePrimary,
			theme.ColorNameForegroundOnError: theme.ColorNameError, theme.ColorNameForegroundOnWarning: theme.ColorNameWarning, theme.ColorNameForegroundOnSuccess: theme.ColorNameSuccess} {
			ratio(on, solid, 7)
		}
	}
	r := newRig(t, "Yes.")
	r.run("view.contrast")
	if !r.app.Settings().Contrast || !r.seen().contrast.on || Color(ColorLine) == rgb(0xE2DED7) {
		t.Error("the switch does nothing")
	}
}

func TestThemeByCommand(t *testing.T) {
	r := newRig(t, "Yes.")
	for mode, page := range map[string]int64{"light": 0xFBFAF8, "dark": 0x191816, "system": -1} {
		r.run("view." + mode)
		if page >= 0 && Color(ColorPage) != rgb(uint32(page)) {
			t.Errorf("%s: the page is %v", mode, Color(ColorPage))
		}
		if got := r.app.Settings().Theme; got != mode || lookNames()[r.seen().look.SelectedIndex()] != mode {
			t.Errorf("%s: kept is %q, the settings show the choice %d", mode, got, r.seen().look.SelectedIndex())
		}
	}
}

func TestZoomByKeysIsKept(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, keys := range []string{"Ctrl++", "Ctrl+=", "Ctrl+Shift+="} {
		r.pressChord(keys)
	}
	if got := r.app.Settings().Scale; got != 1.5 || themeScale() != 1.5 {
		t.Errorf("three times larger is %v, shown %v", got, themeScale())
	}
	for range 20 {
		r.pressChord("Ctrl+-")
	}
	if got := r.app.Settings().Scale; got != 0.8 || scales()[r.seen().scale.SelectedIndex()] != 0.8 {
		t.Errorf("as small as it gets is %v", got)
	}
	r.pressChord("Ctrl+0")
	if got := r.app.Settings().Scale; got != 1 {
		t.Errorf("as usual is %v", got)
	}
}

// The side panels are as wide as they were dragged, within limits, also after a
// new start.
func TestPanelsAreDraggedWider(t *testing.T) {
	dir := t.TempDir()
	r := newRigWith(t, newTestEngine(), dir, Options{})
	r.win.Resize(fyne.NewSize(1600, 900))
	r.togglePanel()
	grips := map[bool]*grip{}
	for _, o := range test.LaidOutObjects(r.root) {
		if g, ok := o.(*grip); ok {
			grips[fyne.CurrentApp().Driver().AbsolutePositionForObject(g).X < 800] = g
		}
	}
	drag := func(g *grip, by float32) {
		g.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(by/2, 0)})
		g.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(by/2, 0)})
		g.DragEnd()
	}
	drag(grips[true], 60)
	drag(grips[false], -40)
	if s := r.app.Settings(); r.root.Objects[frameSidebar].Size().Width != 320 || r.root.Objects[framePanel].Size().Width != 360 || s.SidebarWidth != 320 || s.PanelWidth != 360 {
		t.Fatalf("widths %v and %v, kept %v and %v", r.frame.sidebar, r.frame.panel, s.SidebarWidth, s.PanelWidth)
	}
	drag(grips[true], 4000)
	if r.frame.sidebar != 480 {
		t.Errorf("the sidebar can be %v wide", r.frame.sidebar)
	}
	grips[true].Tapped(nil)
	grips[true].Tapped(nil)
	if r.frame.sidebar != sidebarWidth || r.app.Settings().SidebarWidth != sidebarWidth {
		t.Error("a double click does not give the first width back")
	}
	if widthOr(1e9, panelWidths()) != panelWidth || widthOr(0, panelWidths()) != panelWidth {
		t.Error("odd widths are taken")
	}
}

// The window's size is kept while it is open, not only when it is closed.
func TestTheSizeIsKept(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(1111, 777))
	r.until("it is kept", func() bool { return r.app.Settings().Window.Width == 1111 })
}

func TestNothingMovesWhereThatIsNotWanted(t *testing.T) {
	r := newRig(t, "Yes.")
	p := r.transcript.view.pulse
	r.transcript.SetStill(true)
	p.run(true)
	p.tick(0)
	before := p.dot.FillColor
	r.pass(400e6)
	if p.dot.FillColor != before {
		t.Error("the pulse beats")
	}
	p.run(false)
}

// Drawing an icon takes a while: it is done again when the icon or its colour has
// changed, and not with every refresh.
func TestIconsAreDrawnOnce(t *testing.T) {
	r := newRig(t, "Yes.")
	g := test.TempWidgetRenderer(t, r.gear).(*glyphRenderer)
	before := g.icon.Image
	r.gear.Refresh()
	if before == nil || g.icon.Image != before {
		t.Error("it was drawn again")
	}
	r.gear.setIcon(assets.Icon("close"))
	if g.icon.Image == before {
		t.Error("another icon was not drawn")
	}
	before = g.icon.Image
	r.gear.MouseIn(nil)
	if g.icon.Image == before {
		t.Error("another colour was not drawn")
	}
}

// Another size is shown as if the window had been opened with it, whatever is open.
func TestZoomLeavesNothingAsItWas(t *testing.T) {
	r := newRig(t, "Some **bold** words:\n\n```go\nfunc main() {}\n```\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
	r.win.Resize(fyne.NewSize(1500, 900))
	r.say("How do I begin?")
	states := []func(){
		func() { r.togglePanel(); r.seen().toggleAdvanced() },
		r.toggleExperts,
		func() { r.newConversation(); r.toggleSidebar() },
	}
	for i, open := range states {
		open()
		r.zoom(1)
		got := r.win.Canvas().Capture()
		r.fyneApp.Settings().SetTheme(NewTheme(r.settings.Theme, r.settings.Scale)) // Fyne's own way
		relayout(r.root)
		if !reflect.DeepEqual(got, r.win.Canvas().Capture()) {
			t.Errorf("at %v, state %d is not shown as it would be at the start", r.settings.Scale, i)
		}
	}
}

// What is changed of the program from elsewhere leaves the conversation's own
// settings in the panel: shown wrongly, they would be kept with the next change.
func TestTheConversationsSettingsStayInThePanel(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	r.togglePanel()
	s := r.inForce().Sampling
	s.Settings.Temperature, s.Settings.TopK = 0.35, 12
	r.setSampling(s)
	r.showConversationSettings()
	for _, command := range []string{"view.contrast", "view.larger", "view.usual", "reply.aloud"} {
		r.run(command)
		if now := r.seen().now.Sampling; now.Temperature != 0.35 || now.TopK != 12 {
			t.Errorf("after %s the panel has temperature %v and top-k %v", command, now.Temperature, now.TopK)
		}
	}
}
