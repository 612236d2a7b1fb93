package ui

import (
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

func fourExperts() []app.Expert {
	return []app.Expert{{Name: "chat", Colour: 0}, {Name: "code", Colour: 1}, {Name: "story", Colour: 2}, {Name: "math", Colour: 3}}
}

// TestColouredMessageLooksAsBefore compares what a coloured message draws with
// testdata/messages; UPDATE_GOLDEN=1 writes it anew.
func TestColouredMessageLooksAsBefore(t *testing.T) {
	tr, _ := openTranscript(t, "dark", []Entry{{ID: 1, Role: "assistant", Name: "Model", Text: "An **answer**.\n\n- `1 + 1`", State: "complete"}})
	tr.SetTints(1, []Tint{{3, ExpertColor(0)}, {10, ExpertColor(1)}, {4, nil}, {7, ExpertColor(3)}},
		[]LegendItem{{"chat 40 %", ExpertColor(0)}, {"code 40 %", ExpertColor(1)}, {"math 20 %", ExpertColor(3)}})
	compareGolden(t, filepath.Join("testdata", "messages", "coloured.golden"), sketch(tr.view))
}

func TestExpertsLookAsBefore(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme("light", 1))
	shares := []share{{"chat", ExpertColor(0), 0.5}, {"code", ExpertColor(1), 0.3}, {"a long name of an expert", ExpertColor(2), 0.2}, {"math", ExpertColor(3), 0.001}}
	bars := newShareBars()
	bars.set(shares)
	bars.Resize(fyne.NewSize(280, 96))
	test.AssertObjectRendersToMarkup(t, "experts-bars.xml", bars)

	heat := newHeatMap(func(string) {})
	heat.set(shares, [][]float64{{0.5, 0.25, 0.25, 0}, {0, 0, 0, 1}})
	heat.Resize(fyne.NewSize(280, 60))
	test.AssertObjectRendersToMarkup(t, "experts-heat.xml", heat)
	if c := heat.picture().At(3, 1); c != ExpertColor(3) {
		t.Errorf("an expert that does all of a layer's work is drawn as %v", c)
	}

	r := app.Routes{Experts: 4, Layers: 2, Tokens: []app.RoutedToken{{Bytes: 4, Experts: []uint8{0, 1, 3, 1}, Weights: []uint8{200, 55, 128, 127}}}}
	note := newNoteBox()
	note.set(noteOf(&r, fourExperts(), " two", 0))
	note.Resize(note.MinSize().AddWidthHeight(280, 0))
	test.AssertObjectRendersToMarkup(t, "experts-note.xml", note)
	if noteOf(&r, fourExperts(), "", 1) != nil || noteOf(&r, fourExperts(), "", -1) != nil {
		t.Error("a token that is not there has a note")
	}
}
