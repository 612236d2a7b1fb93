package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// trySection are the experiments with the loaded mixture.
type trySection struct {
	panel  *ExpertsPanel
	object *fyne.Container
	rows   *fyne.Container
	used   *keySelect
	each   []*keySelect
	hash   string // of the model that the rows are for
}

func newTrySection(p *ExpertsPanel) *trySection {
	t := &trySection{panel: p, rows: newColumn(12)}
	t.object = section(lang.L("Experiment"),
		newParagraph(lang.L("Makes this conversation answer with other experts than the router would choose. Replies tell that they are experiments; they are often worse."), captionStyle),
		t.rows)
	return t
}

// A favour is what can be done with one expert: added to the router's logit.
type favour struct {
	name string
	bias float32
	off  bool
}

func favours() []favour {
	return []favour{{lang.L("As the router chooses"), 0, false}, {lang.L("Favoured"), 1, false}, {lang.L("Strongly favoured"), 4, false}, {lang.L("Avoided"), -2, false}, {lang.L("Switched off"), 0, true}}
}

func favourIndex(m engine.Mix, e int) int {
	if e < len(m.Off) && m.Off[e] {
		return len(favours()) - 1
	}
	if e < len(m.Favour) {
		return max(0, slices.IndexFunc(favours(), func(f favour) bool { return !f.off && f.bias == m.Favour[e] }))
	}
	return 0
}

func (t *trySection) set(s expertsState) {
	setVisible(t.object, s.loaded.Experts > 0)
	if s.loaded.Experts == 0 {
		t.hash = ""
		return
	}
	key := s.loaded.Hash + fmt.Sprint(s.names)
	if key != t.hash {
		t.build(s)
		t.hash = key
	}
	used := s.mix.Used
	if used == 0 {
		used = s.loaded.ExpertsUsed
	}
	t.used.SetSelectedIndex(min(max(used, 1), s.loaded.Experts) - 1)
	for e, choice := range t.each {
		choice.SetSelectedIndex(favourIndex(s.mix, e))
	}
}

func (t *trySection) build(s expertsState) {
	var counts, names []string
	for n := range s.loaded.Experts {
		text := counted(n+1, lang.L("1 expert"), lang.L("%s experts"))
		if n+1 == s.loaded.ExpertsUsed {
			text += " " + lang.L("(the model's own)")
		}
		counts = append(counts, text)
	}
	for _, f := range favours() {
		names = append(names, f.name)
	}
	t.used = newKeySelect(counts, func(int) { t.changed() })
	t.each = nil
	t.rows.Objects = []fyne.CanvasObject{labelled(lang.L("At work for each token"), t.used)}
	for i, e := range s.names {
		choice := newKeySelect(names, func(int) { t.changed() })
		t.each = append(t.each, choice)
		row := newColumn(4, newFlexibleLine(e.Name, bodyStyle), choice)
		if i < len(s.loaded.ExpertPrompts) && s.loaded.ExpertPrompts[i] != "" {
			row.Add(newFlexibleLine(fmt.Sprintf(lang.L("Chosen for: %s"), unmarked(s.loaded.ExpertPrompts[i])), captionStyle))
		}
		t.rows.Add(row)
	}
	actions := newRow(8, -1, newButton(lang.L("Reset"), func() { t.panel.OnMix(engine.Mix{}) }))
	if t.panel.OnSplit != nil {
		actions.Add(newButton(lang.L("Compare…"), func() { t.panel.OnSplit() }))
	}
	t.rows.Add(actions)
}

// unmarked is a prompt without the marks of a chat format.
func unmarked(prompt string) string {
	var kept strings.Builder
	for {
		before, after, found := strings.Cut(prompt, "<|")
		kept.WriteString(before)
		_, rest, closed := strings.Cut(after, "|>")
		if !found || !closed {
			return strings.Join(strings.Fields(kept.String()), " ")
		}
		for _, role := range []string{"system", "user", "assistant"} {
			rest = strings.TrimPrefix(rest, role+"\n")
		}
		kept.WriteByte(' ')
		prompt = rest
	}
}

func (t *trySection) changed() {
	if !t.panel.showing {
		t.panel.OnMix(t.mix())
	}
}

// mix is what the controls say.
func (t *trySection) mix() engine.Mix {
	info := t.panel.now.loaded
	m := engine.Mix{Off: make([]bool, info.Experts), Favour: make([]float32, info.Experts)}
	if used := t.used.SelectedIndex() + 1; used != info.ExpertsUsed {
		m.Used = used
	}
	for e, choice := range t.each {
		f := favours()[max(0, choice.SelectedIndex())]
		m.Off[e], m.Favour[e] = f.off, f.bias
	}
	if m.IsZero() {
		return engine.Mix{}
	}
	return m
}

// nameSection are the names and colours of the experts.
type nameSection struct {
	panel   *ExpertsPanel
	object  *fyne.Container
	rows    *fyne.Container
	names   []*filterEntry
	colours []*keySelect
	shown   string
}

func colourNames() []string {
	return []string{lang.L("Blue"), lang.L("Orange"), lang.L("Green"), lang.L("Pink"), lang.L("Light blue"), lang.L("Red"), lang.L("Yellow"), lang.L("Grey")}
}

func newNameSection(p *ExpertsPanel) *nameSection {
	n := &nameSection{panel: p, rows: newColumn(8)}
	n.object = section(lang.L("Names and colours"), n.rows)
	return n
}

func (n *nameSection) set(s expertsState) {
	experts := s.experts
	setVisible(n.object, len(experts) > 0)
	key := s.hash + fmt.Sprint(len(experts))
	if key == n.shown && n.same(experts) {
		return
	}
	n.shown, n.names, n.colours, n.rows.Objects = key, nil, nil, nil
	for _, e := range experts {
		entry := newFilterEntry(lang.L("Its own name"), func(string) { n.changed() })
		entry.SetText(e.Name)
		colour := newKeySelect(colourNames(), func(int) { n.changed() })
		colour.SetSelectedIndex(e.Colour)
		n.names, n.colours = append(n.names, entry), append(n.colours, colour)
		n.rows.Add(newRow(8, 0, entry, newSized(124, 0, colour)))
	}
}

// same says whether the controls show these experts.
func (n *nameSection) same(experts []app.Expert) bool {
	for i, e := range experts {
		if i >= len(n.names) || n.names[i].Text != "" && n.names[i].Text != e.Name || n.colours[i].SelectedIndex() != e.Colour {
			return false
		}
	}
	return true
}

func (n *nameSection) changed() {
	if n.panel.showing {
		return
	}
	n.panel.save.do(func() {
		var all []app.Expert
		for i, entry := range n.names {
			all = append(all, app.Expert{Name: entry.Text, Colour: max(0, n.colours[i].SelectedIndex())})
		}
		n.panel.OnNames(all)
	})
}
