package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"beyonder/app"
	"beyonder/app/apptest"
)

func (r *rig) shownPanels() (sidebar, panel, veil bool) {
	return r.root.Objects[frameSidebar].Visible(), r.root.Objects[framePanel].Visible(), r.root.Objects[frameVeil].Visible()
}

// What is done in the list of conversations shows it first, and the folder in it.
func TestTheHiddenSidebarIsShownForWhatIsDoneInIt(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	folder, err := r.app.NewFolder("A folder")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.app.Move(r.current, folder.ID); err != nil {
		t.Fatal(err)
	}
	r.listConversations()
	r.sidebar.unfolded = map[app.ID]bool{}
	r.sidebar.arrange()
	for _, width := range []float32{720, 1280} {
		r.win.Resize(fyne.NewSize(width, 600))
		if shown, _, _ := r.shownPanels(); shown {
			r.toggleSidebar()
		}
		r.run("conversation.rename")
		if shown, _, _ := r.shownPanels(); !shown || r.win.Canvas().Focused() != r.sidebar.renameField || r.sidebar.renaming != r.current {
			t.Errorf("%v wide: the title cannot be changed", width)
		}
		r.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		r.toggleSidebar()
		r.run("find.all")
		if shown, _, _ := r.shownPanels(); !shown || r.win.Canvas().Focused() != r.sidebar.filter {
			t.Errorf("%v wide: nothing can be looked for", width)
		}
	}
	r.win.Resize(fyne.NewSize(720, 600))
	r.find.close()
	r.openFind()
	for _, leave := range []func(){r.escape, r.goToComposer, r.askOpening} {
		if _, _, veil := r.shownPanels(); !veil {
			r.toggleSidebar()
		}
		if leave(); r.frame.over != "" || !r.find.open() {
			t.Errorf("over the text lies %q, which should go first", r.frame.over)
		}
	}
}

func (r *rig) middleWidth() float32 { return r.body.Size().Width }

func TestPanelsStandBesideTheTextWhereThereIsRoom(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(1280, 800))
	if sidebar, panel, veil := r.shownPanels(); !sidebar || panel || veil || r.middleWidth() != 1020 {
		t.Fatalf("at first: %v %v %v, %v wide", sidebar, panel, veil, r.middleWidth())
	}
	r.togglePanel()
	if _, panel, veil := r.shownPanels(); !panel || veil || r.middleWidth() != 700 {
		t.Fatalf("with settings: %v %v, %v wide", panel, veil, r.middleWidth())
	}
	r.toggleSidebar()
	if sidebar, _, _ := r.shownPanels(); sidebar || r.middleWidth() != 960 {
		t.Fatalf("without sidebar: %v, %v wide", sidebar, r.middleWidth())
	}
	kept := r.app.Settings()
	if !kept.SidebarHidden || kept.PanelOpen != "settings" {
		t.Errorf("kept: %+v", kept)
	}
}

func TestPanelsLieOverTheTextInANarrowWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	r.win.Resize(fyne.NewSize(720, 560))
	if sidebar, _, veil := r.shownPanels(); sidebar || veil || r.middleWidth() != 720 {
		t.Fatalf("at first: %v %v, %v wide", sidebar, veil, r.middleWidth())
	}
	r.toggleSidebar()
	if sidebar, _, veil := r.shownPanels(); !sidebar || !veil || r.middleWidth() != 720 {
		t.Fatalf("with sidebar: %v %v, %v wide", sidebar, veil, r.middleWidth())
	}
	r.togglePanel()
	if sidebar, panel, _ := r.shownPanels(); sidebar || !panel {
		t.Fatalf("both lie over the text: %v %v", sidebar, panel)
	}
	r.key(fyne.KeyEscape)
	if _, panel, veil := r.shownPanels(); panel || veil {
		t.Fatal("Esc did not close the settings")
	}
	r.toggleSidebar()
	r.root.Objects[frameVeil].(*veil).Tapped(nil)
	if sidebar, _, _ := r.shownPanels(); sidebar {
		t.Fatal("a click beside the sidebar did not close it")
	}
	if kept := r.app.Settings(); kept.SidebarHidden {
		t.Error("the wide window's sidebar was hidden with it")
	}
}

// Below 900 points the settings lie over the text, which keeps its width.
func TestSettingsDoNotSqueezeANarrowWindow(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, width := range []float32{890, 700, 500} {
		r.win.Resize(fyne.NewSize(width, 560))
		r.togglePanel()
		if _, panel, veil := r.shownPanels(); !panel || !veil || r.middleWidth() != width {
			t.Errorf("%v wide: %v %v, the text is %v wide", width, panel, veil, r.middleWidth())
		}
		r.key(fyne.KeyEscape)
	}
}

// What lies over the text in a narrow window lies over nothing once there is room,
// and takes no key from what is below.
func TestAWiderWindowHasNothingOverItsText(t *testing.T) {
	e := apptest.New([]string{"one", "two"}, 0)
	e.Hang, e.HangAt = true, 1
	r := newRigWith(t, e, t.TempDir(), Options{})
	for _, show := range []func(){r.togglePanel, r.toggleSidebar} {
		r.win.Resize(fyne.NewSize(720, 560))
		show()
		r.win.Resize(fyne.NewSize(1280, 800))
		if _, _, veil := r.shownPanels(); veil {
			t.Error("a veil lies over the text")
		}
		if r.frame.over != "" {
			t.Errorf("%q is taken for lying over the text", r.frame.over)
		}
	}
	if _, panel, _ := r.shownPanels(); !panel || r.middleWidth() != 700 {
		t.Errorf("the settings, which were open: %v, the text is %v wide", panel, r.middleWidth())
	}
	r.togglePanel()
	if _, panel, _ := r.shownPanels(); panel {
		t.Error("the settings do not close")
	}
	r.win.Resize(fyne.NewSize(720, 560))
	r.toggleSidebar()
	r.win.Resize(fyne.NewSize(1280, 800))
	r.write("Go on")
	r.key(fyne.KeyReturn)
	r.until("a reply is being written", func() bool { return r.job != nil && r.job.text.Len() > 0 })
	r.key(fyne.KeyEscape)
	if !r.job.stopping {
		t.Error("Esc did not stop the reply")
	}
	r.idle()
}

func TestOpeningAConversationUncoversIt(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("one")
	one := r.current
	r.newConversation()
	r.win.Resize(fyne.NewSize(720, 560))
	r.toggleSidebar()
	r.sidebar.OnOpen(one)
	if sidebar, _, _ := r.shownPanels(); sidebar || r.current != one {
		t.Error("the sidebar still lies over the conversation")
	}
}

// Sidebar titles, transcript, composer and status line keep to their edges at
// every width and scale; the column is centred and at most 760 wide.
func TestTextsShareTheirEdges(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("hello")
	for _, width := range []float32{720, 900, 1280, 2200} {
		for _, scale := range []float32{1, 1.5} {
			s := r.settings
			s.Scale = scale
			r.change(s)
			r.win.Resize(fyne.NewSize(width, 800))
			left := r.status.Position().X
			right := left + r.status.Size().Width
			if right-left > px(columnWidth)+1 || left < px(edge)-1 {
				t.Errorf("%v wide at %v: the column goes from %v to %v", width, scale, left, right)
			}
			if middle := (left + right) / 2; abs(middle-r.middleWidth()/2) > 1 {
				t.Errorf("%v wide at %v: the column is not centred", width, scale)
			}
			text := r.composer.Position().X + px(composerSide) + px(8) // 8 is the field's own padding
			if abs(text-left) > 1 {
				t.Errorf("%v wide at %v: the composer's text begins at %v, the column at %v", width, scale, text, left)
			}
		}
	}
}

func TestTheWindowIsTraced(t *testing.T) {
	r := newRigWith(t, newTestEngine(), t.TempDir(), Options{Rectangles: true})
	r.until("the window is shown", func() bool { return r.traced["window-shown"] != nil })
	r.until("the rectangles are told", func() bool { return r.traced["rectangles"] != nil })
	widgets := r.traced["rectangles"]["widgets"].(map[string][4]int)
	for _, name := range []string{"composer", "send", "model-button", "settings-button", "sidebar", "new-conversation", "status", "empty", "sidebar-button"} {
		if at, ok := widgets[name]; !ok || at[2] <= 0 || at[3] <= 0 {
			t.Errorf("%s is at %v", name, at)
		}
	}
	delete(r.traced, "rectangles")
	r.togglePanel()
	r.until("the rectangles are told again", func() bool { return r.traced["rectangles"] != nil })
	if _, ok := r.traced["rectangles"]["widgets"].(map[string][4]int)["settings"]; !ok {
		t.Error("the settings are not told")
	}
}

// Who makes everything larger goes on seeing the settings.
func TestTheSettingsStayWhenTheTextGrows(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	s := r.settings
	s.Scale = 2
	r.change(s)
	if _, panel, veil := r.shownPanels(); !panel || !veil {
		t.Errorf("at 200 %% the settings are shown: %v, over the text: %v", panel, veil)
	}
}
