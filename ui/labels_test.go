package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"beyonder/app/apptest"
)

// Every button without words says what it does, on every page.
func TestEveryButtonIsLabelled(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(screens())) {
		t.Run(name, func(t *testing.T) {
			r := newRigWith(t, apptest.New(strings.Split(longAnswer, " "), 0), t.TempDir(), Options{})
			r.win.Resize(fyne.NewSize(1280, 800))
			screens()[name](r)
			r.seen()
			r.checkLabels()
		})
	}
}

// checkLabels fails for each button without words that does not say what it does,
// or has nowhere to say it.
func (r *rig) checkLabels() {
	r.t.Helper()
	pages := []fyne.CanvasObject{r.root}
	for _, o := range r.win.Canvas().Overlays().List() {
		pages = append(pages, o)
		if p, ok := o.(*widget.PopUp); ok {
			pages = append(pages, p.Content)
		}
	}
	for _, page := range pages {
		for _, o := range test.LaidOutObjects(page) {
			r.checkLabel(page, o)
		}
	}
}

func (r *rig) checkLabel(page, o fyne.CanvasObject) {
	r.t.Helper()
	switch b := o.(type) {
	case *glyphButton:
		switch {
		case b.tip == "":
			r.t.Errorf("the button with %s at %v has no label", b.icon.Name(), fyne.CurrentApp().Driver().AbsolutePositionForObject(b))
		case b.tips == nil && tipsIn(page) == nil:
			r.t.Errorf("the label “%s” cannot be shown: its page has no layer for it", b.tip)
		}
	case *actionButton:
		if b.tip == "" || b.stage.tip == nil {
			r.t.Errorf("the button with %s has no label", b.icon)
		}
	case *listRow: // shows its buttons when the pointer comes
		r.checkButtons(page, b.buttons)
	case *dragRow:
		r.checkButtons(page, b.buttons)
	case *focusRow:
		r.checkButtons(page, b.buttons)
	case *pushButton:
		if b.Text == "" {
			r.t.Error("a button has no words")
		}
	case *widget.Button:
		if b.Text == "" && b.Icon != nil {
			r.t.Errorf("the button with %s has no words", b.Icon.Name())
		}
	}
}

func (r *rig) checkButtons(page fyne.CanvasObject, buttons []*glyphButton) {
	r.t.Helper()
	for _, b := range buttons {
		r.checkLabel(page, b)
	}
}
