package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
)

// conversationView is what the panel shows of the open conversation.
type conversationView struct {
	force   app.InForce
	own     string       // its own system prompt
	presets []app.Preset // those to choose from
	base    app.Preset   // the one its sampling came from
	known   bool         // base is there
	begun   bool         // it has a reply: what it began with is its own
	model   string       // the loaded model's name, "": none is
	wanted  string       // that the assistant's model is not loaded, "": it is, or it has none
	chosen  bool         // the reader has chosen what conversations with the model begin with
}

// SetConversation shows what holds in the open conversation.
func (p *SettingsPanel) SetConversation(v conversationView) {
	p.view = v
	if !p.hidden {
		p.system.Set(v.own)
	}
	s := p.now
	s.Sampling, s.Preset, s.Policy = v.force.Sampling.Settings, v.force.Sampling.Preset, v.force.Policy
	p.Set(s)
}

// Update shows where it comes from now, and leaves the fields alone: the reader may
// be typing in one of them.
func (p *SettingsPanel) Update(v conversationView) {
	p.view = v
	p.refresh()
}

// sampling is what the fields show.
func (p *SettingsPanel) sampling() app.Sampling {
	return app.Sampling{Preset: p.now.Preset, Settings: p.now.Sampling}.Clone()
}

// setSampling replaces the values of all fields.
func (p *SettingsPanel) setSampling(s app.Sampling) {
	p.now.Sampling, p.now.Preset = s.Settings, s.Preset
	p.Set(p.now)
	p.OnSampling(p.sampling())
}

func (p *SettingsPanel) choosePolicy(i int) {
	if !p.showing {
		p.now.Policy = policies()[i]
		p.refresh()
		p.OnPolicy(p.now.Policy)
	}
}

// markChanged marks the fields whose values are not the preset's.
func (p *SettingsPanel) markChanged() {
	base := app.Settings{Sampling: p.view.base.Settings}
	for _, r := range p.numbers {
		has := p.view.known && samplingField(r.field.name)
		value := 0.0
		if has {
			value = r.field.get(&base)
			r.back.tip = fmt.Sprintf(lang.L("Back to %s, the preset's value"), r.field.text(value))
		}
		r.compare(value, has)
	}
}

// samplingField says whether a number is the conversation's and not the model's.
func samplingField(name string) bool {
	for _, f := range loadFields() {
		if f.name == name {
			return false
		}
	}
	return true
}

// promptLines is how much of another's system prompt is shown.
const promptLines = 6

// promptNote says which system prompt counts in the conversation, and shows it if
// it is not its own.
type promptNote struct {
	source *paragraph
	text   *paragraph
	box    *fyne.Container
	object *fyne.Container
	grown  func()
}

func newPromptNote(grown func()) *promptNote {
	n := &promptNote{source: newParagraph("", captionStyle), text: newParagraph("", captionStyle), grown: grown}
	n.box = container.NewStack(newSurface(theme.ColorNameInputBackground, theme.ColorNameSeparator, 8), newPadded(8, 10, 8, 10, n.text))
	n.object = newColumn(6, n.source, n.box)
	return n
}

// show follows what is typed as well as what is stored.
func (n *promptNote) show(v conversationView, own string) {
	source, text := promptSource(v.force, own)
	before := n.text.text
	n.source.SetText(source)
	n.text.SetText(firstLines(text, promptLines))
	setVisible(n.box, text != "")
	if n.text.text != before {
		n.grown()
	}
}

// promptSource says in a sentence which prompt counts; text is it, unless it is the
// conversation's own.
func promptSource(f app.InForce, own string) (source, text string) {
	assistant, folder := strings.TrimSpace(f.Assistant.System), strings.TrimSpace(f.Folder.System)
	name, in := assistantName(f.Assistant), folderTitle(&f.Folder, 0)
	switch {
	case strings.TrimSpace(own) != "" && assistant != "":
		return fmt.Sprintf(lang.L("This one counts. That of the assistant “%s” does not: empty the field to use it."), name), ""
	case strings.TrimSpace(own) != "" && folder != "":
		return fmt.Sprintf(lang.L("This one counts. That of the folder “%s” does not: empty the field to use it."), in), ""
	case strings.TrimSpace(own) != "":
		return lang.L("This one counts."), ""
	case assistant != "" && folder != "":
		return fmt.Sprintf(lang.L("The one of the assistant “%s” counts, before that of the folder “%s”:"), name, in), assistant
	case assistant != "":
		return fmt.Sprintf(lang.L("The one of the assistant “%s” counts:"), name), assistant
	case folder != "":
		return fmt.Sprintf(lang.L("The one of the folder “%s” counts:"), in), folder
	}
	return lang.L("The model is told nothing beforehand."), ""
}

// firstLines is the beginning of a text: so many lines, and not much more than fits
// into them.
func firstLines(text string, lines int) string {
	parts := strings.SplitN(text, "\n", lines+1)
	short := strings.Join(parts[:min(len(parts), lines)], "\n")
	if most := lines * 48; len([]rune(short)) > most {
		short = string([]rune(short)[:most])
	}
	if short != text {
		short = strings.TrimRight(short, " \n") + "…"
	}
	return short
}

// originText says where the sampling of the conversation comes from.
func originText(v conversationView) string {
	name := assistantName(v.force.Assistant)
	switch {
	case v.force.SamplingFrom == app.FromAssistant:
		return fmt.Sprintf(lang.L("These are the values of the assistant “%s”."), name)
	case v.force.SamplingFrom == app.FromConversation && v.force.Assistant.Sampling != nil:
		return fmt.Sprintf(lang.L("Set in this conversation. The assistant “%s” has its own."), name)
	case v.force.SamplingFrom == app.FromConversation:
		return lang.L("Set in this conversation alone.")
	case v.begun:
		return lang.L("This conversation began with these values.")
	case v.chosen && v.model != "":
		return fmt.Sprintf(lang.L("You begin conversations with %s like this."), v.model)
	}
	return lang.L("New conversations begin with these values.")
}
