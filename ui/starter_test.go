package ui

import (
	"strings"
	"testing"
	"testing/fstest"

	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

func newStarterRig(t *testing.T) *rig {
	t.Helper()
	e := newTestEngine()
	e.Unload()
	inside := fstest.MapFS{"starter.gguf": {Data: []byte("GGUF")}}
	return newRigOf(t, app.Options{Dir: t.TempDir(), Engine: e, Starter: inside}, e, Options{})
}

// A first run has a model, says which and what it is for, and how to get another.
func TestAFirstRunHasTheStarter(t *testing.T) {
	r := newStarterRig(t)
	r.idle()
	if r.picker.name != "Starter" || !strings.HasPrefix(r.status.left.text, "Starter · ") {
		t.Errorf("the picker names %q, the status line says %q", r.picker.name, r.status.left.text)
	}
	said, rows := "", []string{}
	for _, o := range test.LaidOutObjects(r.page) {
		switch o := o.(type) {
		case *paragraph:
			said += o.text + " "
		case *focusRow:
			rows = append(rows, o.caption.text)
		}
	}
	if !strings.Contains(said, "very small model inside Beyonder") || !strings.Contains(said, ".gguf file, on the window") {
		t.Errorf("the empty page says %q", said)
	}
	if got := strings.Join(rows, " "); got != "Help Mathematics Code Story" {
		t.Errorf("it offers %q", got)
	}
	r.say("hello")
	if got := r.stored(); len(got) != 2 || got[1].Reply.Model != "Starter" {
		t.Errorf("stored %+v", got)
	}
}

// With another model the page is that model's, and the Starter stays in the list.
func TestTheStarterGivesWayToAnotherModel(t *testing.T) {
	r := newStarterRig(t)
	r.idle()
	r.choose(modelFile(t, "mistral-7b.gguf"))
	r.idle()
	models := r.knownModels()
	if len(models) != 2 || !models[1].Starter || r.onStarter() {
		t.Fatalf("known are %+v", models)
	}
	if got := modelCaption(models[1], models[1].Used); !strings.HasPrefix(got, "Inside Beyonder, ") {
		t.Errorf("its caption is %q", got)
	}
	r.choose(models[1].Path)
	r.idle()
	if !r.onStarter() || r.picker.name != "Starter" {
		t.Errorf("the picker names %q", r.picker.name)
	}
}
