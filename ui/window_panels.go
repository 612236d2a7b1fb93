package ui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// toggleSidebar shows or hides the conversations: beside the text, or over it
// in a narrow window.
func (w *Window) toggleSidebar() {
	if w.frame.narrow(w.root.Size().Width) {
		w.cover("sidebar")
		return
	}
	w.frame.sidebarOpen = !w.frame.sidebarOpen
	w.keep(func(s *app.Settings) { s.SidebarHidden = !w.frame.sidebarOpen })
	relayout(w.root)
}

// showSidebar shows the conversations if they are hidden.
func (w *Window) showSidebar() {
	if !w.root.Objects[frameSidebar].Visible() {
		w.toggleSidebar()
	}
}

// togglePanel shows or hides the settings likewise.
func (w *Window) togglePanel() { w.toggleSide("settings") }

// toggleSide shows or hides a panel at the right; another one that is there makes
// room.
func (w *Window) toggleSide(which string) {
	if w.side != which {
		w.showSide(which)
		if w.root.Objects[framePanel].Visible() {
			w.keep(func(s *app.Settings) { s.PanelOpen = which })
			w.settled()
			return
		}
	}
	if !w.frame.panelFits(w.root.Size().Width) {
		w.cover("settings")
		return
	}
	w.frame.panelOpen = !w.frame.panelOpen
	w.keep(func(s *app.Settings) {
		s.PanelOpen = ""
		if w.frame.panelOpen {
			s.PanelOpen = which
		}
	})
	relayout(w.root)
}

// showSettings opens the settings if they are not open.
func (w *Window) showSettings() {
	if !w.root.Objects[framePanel].Visible() || w.side != "settings" {
		w.togglePanel()
	}
}

// cover lays a panel over the text, or takes it away if it is there.
func (w *Window) cover(panel string) {
	if w.frame.over == panel {
		panel = ""
	}
	w.frame.over = panel
	relayout(w.root)
}

func (w *Window) uncover() { w.cover(w.frame.over) }

// change takes over settings that were changed in the panel.
func (w *Window) change(s app.Settings) {
	before := w.settings
	w.keep(func(now *app.Settings) {
		// What the panel does not show may have changed since it was filled.
		s.SidebarHidden, s.PanelOpen, s.Window = now.SidebarHidden, now.PanelOpen, now.Window
		s.Keys, s.Recent = now.Keys, now.Recent
		s.SidebarWidth, s.PanelWidth = now.SidebarWidth, now.PanelWidth
		s.Sampling, s.Preset, s.Policy, s.Assistant = now.Sampling, now.Preset, now.Policy, now.Assistant
		*now = s
	})
	if s.Language != before.Language {
		w.changeLanguage(before.Language)
	}
	if s.Theme != before.Theme || s.Scale != before.Scale || s.Contrast != before.Contrast || s.Still != before.Still {
		w.lookChanged()
	}
}

// keep changes the settings and stores them.
func (w *Window) keep(f func(*app.Settings)) {
	if w.app.Locked() {
		return // those that count come with the passphrase
	}
	f(&w.settings)
	if err := w.app.SetSettings(w.settings); err != nil {
		w.failed(err)
	}
}

// explainContext says what the figures of the context mean.
func (w *Window) explainContext(at fyne.Position) {
	text := lang.L("The context is what the model sees of a conversation at once, counted in tokens: short words and parts of words.") + " " +
		lang.L("When it is full:") + " " + policyText(w.inForce().Policy) + " " + lang.L("Settings can change that.")
	popup := widget.NewPopUp(newPadded(12, 16, 12, 16, newParagraph(text, bodyStyle)), w.win.Canvas())
	width := px(340)
	popup.Resize(fyne.NewSize(width, 1))
	popup.Resize(fyne.NewSize(width, popup.MinSize().Height))
	size := w.win.Canvas().Size()
	height := popup.Content.MinSize().Height
	popup.ShowAtPosition(fyne.NewPos(min(at.X, size.Width-width-px(16)), size.Height-height-px(48)))
}

func (w *Window) copy(text string) { w.fyneApp.Clipboard().SetContent(text) }

// openLink opens web pages only: a model must not be able to start programs.
func (w *Window) openLink(link string) {
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		w.say("link", fmt.Sprintf(lang.L("Only links to web pages are opened. This one is not: %s"), link))
		return
	}
	if err := w.fyneApp.OpenURL(u); err != nil {
		w.failed(err)
	}
}

// failed shows an error that belongs to no message, and what can be done.
func (w *Window) failed(err error, actions ...action) {
	if text := sentence(err); text != "" {
		w.cards.set("error", newCard(text, theme.ColorNameError, func() { w.cards.set("error", nil) }, actions...))
	}
}

// unstored shows why something could not be stored; that the disk is full only as
// long as it is so.
func (w *Window) unstored(err error) {
	w.failed(err)
	if errors.Is(err, app.ErrFull) {
		w.untilStored(w.cards.shown["error"])
	}
}

// untilStored takes a card about a full disk away when all is stored that could not be:
// the application tries again by itself.
func (w *Window) untilStored(c *card) {
	w.post.after(time.Second, func() {
		switch {
		case w.cards.shown["error"] != c: // it is gone, or another one is there
		case w.app.Unstored() == nil:
			w.cards.set("error", nil)
		default:
			w.untilStored(c)
		}
	})
}

// say shows a sentence until it is sent away.
func (w *Window) say(key, text string, actions ...action) {
	w.cards.set(key, newCard(text, theme.ColorNameSeparator, func() { w.cards.set(key, nil) }, actions...))
}

// slug makes a button's words into a name: "Load anyway" is "load-anyway".
func slug(text string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Trim(text, "… ")), " ", "-")
}

// veil darkens the middle while a panel lies over it; a click on it closes that.
type veil struct {
	ground
	onTapped func()
}

func newVeil(tapped func()) *veil {
	v := &veil{ground: ground{fill: theme.ColorNameShadow}, onTapped: tapped}
	v.ExtendBaseWidget(v)
	return v
}

// Tapped implements fyne.Tappable.
func (v *veil) Tapped(*fyne.PointEvent) { v.onTapped() }

// hairlineLayout: a panel with a line of one pixel at the side of the middle, and
// a grip over it.
type hairlineLayout struct{ right bool }

// MinSize implements fyne.Layout.
func (hairlineLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Layout implements fyne.Layout.
func (h hairlineLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[1].Resize(fyne.NewSize(1, size.Height))
	x := float32(0)
	if h.right {
		x = size.Width - 1
	}
	objects[1].Move(fyne.NewPos(x, 0))
	putGrip(objects[2], h.right, size)
}
