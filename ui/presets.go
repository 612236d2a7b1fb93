package ui

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// presetDeed is something the reader wants done with a preset.
type presetDeed struct {
	what   presetVerb
	preset app.Preset
	now    app.Sampling // what the fields show
}

type presetVerb int

const (
	presetSave   presetVerb = iota // the values into the preset
	presetSaveAs                   // into a new one
	presetRename
	presetDelete
	presetTrash       // those that were deleted are to be shown
	presetBegin       // new conversations with the loaded model begin with the values
	presetBeginAll    // all new conversations
	presetBeginForget // the first of these is taken back
	presetReplaced    // another preset has taken the place of values that are in none; now: those
)

// presetBar chooses a preset, says whether the values are still its, and offers
// what can be done about that.
type presetBar struct {
	panel  *SettingsPanel
	choice *keySelect
	mark   *lineText
	about  *paragraph
	origin *paragraph
	save   *pushButton
	saveAs *pushButton
	revert *pushButton
	more   *glyphButton
	back   *pushButton // to what holds without the conversation's changes
	differ *diffList
	keys   []string // of the presets of choice
	object *fyne.Container
	whence *fyne.Container // where the values come from; under them, so that nothing moves while one is typed
}

func newPresetBar(p *SettingsPanel) *presetBar {
	b := &presetBar{panel: p, about: newParagraph("", captionStyle), origin: newParagraph("", captionStyle)}
	b.choice = newKeySelect(nil, b.choose)
	marked := captionStyle
	marked.color = theme.ColorNamePrimary
	b.mark = newLine("", marked)
	b.save = newButton(lang.L("Save"), func() { b.announce(presetSave) })
	b.saveAs = newButton(lang.L("Save as…"), func() { b.announce(presetSaveAs) })
	b.revert = newButton(lang.L("Revert"), b.goBack)
	b.more = newGlyph(assets.Icon("more"), 32, b.menu)
	b.more.tip, b.more.tips = lang.L("More to do with presets"), p.tips
	b.back = newButton("", func() { p.OnOwn(false) })
	b.differ = newDiffList(p)
	buttons := container.New(layout.NewRowWrapLayoutWithCustomPadding(px(8), px(8)), b.save, b.saveAs, b.revert)
	b.object = newColumn(8,
		newRow(8, 0, newFlexibleLine(lang.L("Preset"), bodyStyle), b.mark),
		newRow(4, 0, b.choice, b.more),
		b.about, buttons, b.differ.object)
	b.whence = newColumn(8, b.origin, newRow(0, -1, b.back))
	return b
}

// changed says whether the values are not the preset's any more.
func (b *presetBar) changed() bool {
	v := b.panel.view
	return !v.known || !app.SameSampling(v.base.Settings, b.panel.now.Sampling)
}

// show brings the bar up to date.
func (b *presetBar) show() {
	v := b.panel.view
	b.list()
	changed := b.changed()
	b.mark.SetText("")
	if changed && v.known {
		b.mark.SetText(lang.L("• Unsaved changes"))
	}
	b.about.SetText(presetText(v))
	b.origin.SetText(originText(v))
	own := v.force.SamplingFrom == app.FromConversation
	setEnabled(b.save, changed && v.known && v.base.Own())
	setEnabled(b.revert, changed && v.known)
	b.back.SetText(lang.L("Back to what it began with"))
	if v.force.Assistant.Sampling != nil {
		b.back.SetText(lang.L("Use the assistant's values"))
	}
	setVisible(b.back, own && !app.SameSampling(without(v.force).Settings, b.panel.now.Sampling))
	b.differ.show()
}

// without is the sampling that holds if nothing is changed in the conversation.
func without(f app.InForce) app.Sampling {
	if f.Assistant.Sampling != nil {
		return *f.Assistant.Sampling
	}
	return f.Start.Sampling
}

// list fills the choice.
func (b *presetBar) list() {
	v := b.panel.view
	var names []string
	b.keys = b.keys[:0]
	for _, p := range v.presets {
		names, b.keys = append(names, presetName(p, v.model)), append(b.keys, p.Key)
	}
	at := slices.Index(b.keys, b.panel.now.Preset)
	if at < 0 {
		name := lang.L("Your own values")
		if v.known {
			name = presetName(v.base, v.model)
		}
		names, b.keys = append(names, name), append(b.keys, b.panel.now.Preset)
		at = len(names) - 1
	}
	if !slices.Equal(names, b.choice.Options) || b.choice.SelectedIndex() != at {
		b.choice.Options = names
		b.choice.SetSelectedIndex(at)
		b.choice.Refresh()
	}
}

// presetName is how a preset is called in the window.
func presetName(p app.Preset, loaded string) string {
	switch {
	case p.OfModel() && p.Name == loaded:
		return lang.L("From the model")
	case p.OfModel():
		return fmt.Sprintf(lang.L("From %s"), p.Name)
	case p.Own():
		return p.Name
	}
	return factText(p.Name)
}

// presetText tells what the preset of a conversation is.
func presetText(v conversationView) string {
	switch {
	case !v.known:
		return lang.L("These values belong to no preset. Save them under a name to keep them together.")
	case v.base.OfModel():
		return lang.L("What the makers of the model suggest, as its file says.")
	case v.base.Own():
		return lang.L("One of your own presets.")
	}
	return factText(v.base.Description)
}

// choose takes another preset's values. What was in none can be brought back.
func (b *presetBar) choose(i int) {
	p := b.panel
	if p.showing || i < 0 || i >= len(b.keys) {
		return
	}
	at := slices.IndexFunc(p.view.presets, func(x app.Preset) bool { return x.Key == b.keys[i] })
	if at < 0 {
		return
	}
	lost, was := b.changed(), p.sampling()
	chosen := p.view.presets[at]
	p.view.base, p.view.known = chosen, true
	next := app.Sampling{Preset: chosen.Key, Settings: chosen.Settings}.Clone()
	if !chosen.Own() { // it says nothing about the format
		next.Settings = next.Settings.WithFormatOf(p.now.Sampling)
	}
	p.setSampling(next)
	if lost {
		p.OnPreset(presetDeed{presetReplaced, chosen, was})
	}
}

// goBack takes the preset's values again.
func (b *presetBar) goBack() {
	p := b.panel
	was := p.sampling()
	p.setSampling(app.Sampling{Preset: p.now.Preset, Settings: p.view.base.Settings}.Clone())
	p.OnPreset(presetDeed{presetReplaced, p.view.base, was})
}

func (b *presetBar) announce(what presetVerb) {
	b.panel.OnPreset(presetDeed{what, b.panel.view.base, b.panel.sampling()})
}

// menu shows what else can be done.
func (b *presetBar) menu() {
	v := b.panel.view
	item := func(text string, what presetVerb, enabled bool) *fyne.MenuItem {
		i := fyne.NewMenuItem(text, func() { b.announce(what) })
		i.Disabled = !enabled
		return i
	}
	items := []*fyne.MenuItem{
		item(lang.L("Rename…"), presetRename, v.known && v.base.Own()),
		item(lang.L("Move to the trash"), presetDelete, v.known && v.base.Own()),
		item(lang.L("Deleted presets…"), presetTrash, true),
		fyne.NewMenuItemSeparator(),
	}
	if v.model != "" {
		items = append(items, item(fmt.Sprintf(lang.L("Begin conversations with %s like this"), v.model), presetBegin, true))
	}
	items = append(items, item(lang.L("Begin all conversations like this"), presetBeginAll, true))
	if v.chosen {
		items = append(items, item(fmt.Sprintf(lang.L("Forget how conversations with %s begin"), v.model), presetBeginForget, true))
	}
	if c := canvasOf(b.more); c != nil {
		menu := fyne.NewMenu("", items...)
		at := below(b.more)
		at.X += b.more.Size().Width - widget.NewPopUpMenu(menu, c).MinSize().Width
		widget.ShowPopUpMenuAtPosition(menu, c, at)
	}
}

func setEnabled(b fyne.Disableable, enabled bool) {
	switch {
	case enabled && b.Disabled():
		b.Enable()
	case !enabled && !b.Disabled():
		b.Disable()
	}
}
