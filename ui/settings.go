package ui

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// SettingsPanel is the panel at the right. It shows the settings it is given and
// announces each change at once; what a setting does is not its business.
type SettingsPanel struct {
	widget.BaseWidget
	OnChange   func(app.Settings) // of the application: what it has of a conversation's means nothing
	OnSystem   func(text string)  // the system prompt of the open conversation
	OnSampling func(app.Sampling)
	OnPolicy   func(engine.ContextPolicy)
	OnModel    func()           // the assistant's model is to be loaded
	OnOwn      func(own bool)   // false: what was changed in the conversation is taken back
	OnPreset   func(presetDeed) // something is done with a preset
	OnReload   func()           // load the model again, with the new settings
	OnClose    func()

	now    app.Settings // with the sampling and the policy of the open conversation
	view   conversationView
	loaded engine.Info
	isOpen bool           // a model is loaded
	choice app.LoadChoice // of its own
	chosen *paragraph     // says that it has one
	save   *pause

	presets *presetBar
	tips    *tipLayer
	numbers []*numberRow
	lists   []*listRowOf
	order   *orderList
	format  *formatBox
	policy  *keySelect
	atStart *keySelect

	alternatives *switchButton
	policyText   *paragraph
	kv           *keySelect
	template     *keySelect
	reload       *fyne.Container
	system       *textRow
	prompt       *promptNote // which system prompt counts
	wants        *paragraph  // that the assistant's model is not loaded
	wanted       *fyne.Container
	look         *keySelect
	language     *keySelect
	scale        *keySelect
	cross        *glyphButton
	contrast     *switchButton
	notify       *keySelect
	tray         *switchButton
	aloud        *switchButton
	voice        *paragraph // what aloud does, or that nothing can be spoken
	still        *switchButton
	advanced     *fyne.Container
	unfold       *focusRow
	content      *fyne.Container // nil: it was not seen yet
	holder       *fyne.Container // of the content while it is seen
	drawn        fyne.Theme      // that the content was seen in last
	scroll       *container.Scroll
	showing      bool // Set is at work
	hidden       bool // nobody sees it
	due          due  // what the widgets have not been told meanwhile
}

// due is what a hidden panel puts off until it is seen.
type due int

const (
	nothingDue due = iota
	refreshDue     // what follows from several settings
	fieldsDue      // the fields, too
)

type listRowOf struct {
	field listField
	row   *textRow
}

// NewSettingsPanel returns a panel that nobody sees yet (Attend).
func NewSettingsPanel(post poster) *SettingsPanel {
	p := &SettingsPanel{tips: newTipLayer(), save: &pause{post: post, wait: 400 * time.Millisecond}, holder: container.NewStack(), hidden: true}
	p.ExtendBaseWidget(p)
	p.cross = newGlyph(assets.Icon("close"), 28, func() { p.OnClose() })
	p.nameKeys(newKeymap(nil))
	p.voice = newParagraph("", captionStyle)
	p.SetVoice(true)
	return p
}

func (p *SettingsPanel) build() {
	p.advanced = newColumn(16)
	p.advanced.Hide()
	p.unfold = newFocusRow(lang.L("Advanced"), "", p.toggleAdvanced)
	p.unfold.framed = true
	sections := newColumn(24,
		p.conversationSection(),
		p.replySection(),
		p.modelSection(),
		p.lookSection())
	p.buildAdvanced()
	p.scroll = container.NewVScroll(newPadded(4, 20, 24, 16, sections))
	p.system.entry.onGrown = p.grown
	for _, l := range p.lists {
		l.row.entry.onGrown = p.grown
	}
	title := newRow(8, 0, newFlexibleLine(lang.L("Settings"), titleStyle), p.cross)
	p.content = container.NewBorder(grounded(newPadded(12, 12, 8, 16, title)), nil, nil, nil, wheeled(p.scroll))
}

// nameKeys says which keys close it.
func (p *SettingsPanel) nameKeys(k *keymap) { p.cross.tip = lang.L("Close") + k.hint("view.settings") }

// CreateRenderer implements fyne.Widget.
func (p *SettingsPanel) CreateRenderer() fyne.WidgetRenderer {
	back := newSurface(theme.ColorNameHeaderBackground, "", 0)
	return widget.NewSimpleRenderer(container.NewStack(back, p.holder, p.tips))
}

// Attend says whether the panel can be seen. While it cannot it takes what it is
// given and leaves its two hundred widgets alone: they cost 40 ms on the main
// goroutine, with every model and every conversation, and 20 ms with every step of
// the zoom. They are made when it is seen for the first time.
func (p *SettingsPanel) Attend(seen bool) {
	if p.hidden = !seen; p.hidden {
		p.holder.Objects = nil
		return
	}
	if p.content == nil {
		p.build()
		p.due = fieldsDue
	}
	p.attach()
	switch p.due {
	case fieldsDue:
		p.system.Set(p.view.own)
		p.Set(p.now)
	case refreshDue:
		p.refresh()
	}
}

// attach puts the content where it is seen, in the theme that there is now.
func (p *SettingsPanel) attach() {
	if len(p.holder.Objects) > 0 {
		return
	}
	p.holder.Objects = []fyne.CanvasObject{p.content}
	if now := fyne.CurrentApp().Settings().Theme(); p.drawn != now {
		p.drawn = now
		p.content.Refresh()
		p.content.Resize(p.content.Size().SubtractWidthHeight(1, 1)) // what keeps its size has parts that do not
	}
	relayout(p.holder)
}

// SetProgram shows other settings of the program; those of the open conversation
// stay.
func (p *SettingsPanel) SetProgram(s app.Settings) {
	s.Sampling, s.Preset, s.Policy = p.now.Sampling, p.now.Preset, p.now.Policy
	p.Set(s)
}

// Set shows s.
func (p *SettingsPanel) Set(s app.Settings) {
	p.now = s
	if p.hidden {
		p.due = fieldsDue
		return
	}
	p.showing = true
	defer func() { p.showing = false }()
	for _, r := range p.numbers {
		r.Set(r.field.get(&s))
	}
	for _, l := range p.lists {
		l.row.Set(l.field.get(&s))
	}
	p.format.Set(s.Sampling)
	p.policy.SetSelectedIndex(policyIndex(s.Policy))
	p.atStart.SetSelectedIndex(startIndex(s.LoadAtStart))
	p.alternatives.Set(s.Alternatives)
	p.kv.SetSelectedIndex(kvIndex(s.KV))
	p.template.SetSelectedIndex(max(0, slices.Index(prompt.Presets(), s.Template)+1))
	p.look.SetSelectedIndex(max(0, slices.Index(lookNames(), s.Theme)))
	p.scale.SetSelectedIndex(scaleIndex(s.Scale))
	p.notify.SetSelectedIndex(max(0, slices.Index(notifyChoices(), s.NotifyAfter)))
	p.tray.Set(s.Tray)
	p.aloud.Set(s.Aloud)
	p.contrast.Set(s.Contrast)
	p.still.Set(s.Still)
	p.language.SetSelectedIndex(languageIndex(s.Language))
	p.refresh()
}

// SetVoice says whether there is a voice to read replies aloud.
func (p *SettingsPanel) SetVoice(has bool) {
	text := noVoice()
	if has {
		text = lang.L("Each sentence as soon as it is written. Esc ends it.")
	}
	p.voice.SetText(text)
}

// SetChoice says how the loaded model is loaded whatever the settings are.
func (p *SettingsPanel) SetChoice(c app.LoadChoice) { p.choice = c }

// SetLoaded says which model is loaded, to tell what the next loading changes.
func (p *SettingsPanel) SetLoaded(info engine.Info, loaded bool) {
	p.loaded, p.isOpen = info, loaded
	if p.hidden {
		p.due = max(p.due, refreshDue)
		return
	}
	p.showReload()
}

// Flush announces what was typed a moment ago and is still waiting.
func (p *SettingsPanel) Flush() { p.save.flush() }

// change applies f to the settings and announces them.
func (p *SettingsPanel) change(f func(*app.Settings)) {
	if p.showing {
		return
	}
	f(&p.now)
	p.refresh()
	p.OnChange(p.now)
}

// sampled is change for a sampling setting, which is the conversation's.
func (p *SettingsPanel) sampled(f func(*app.Settings)) {
	if p.showing {
		return
	}
	f(&p.now)
	p.refresh()
	p.OnSampling(p.sampling())
}

// refresh brings up to date what follows from several settings.
func (p *SettingsPanel) refresh() {
	if p.hidden {
		p.due = max(p.due, refreshDue)
		return
	}
	p.due = nothingDue
	before := p.showing
	p.showing = true
	p.presets.show()
	p.showing = before
	p.markChanged()
	p.prompt.show(p.view, p.system.entry.Text)
	p.wants.SetText(p.view.wanted)
	setVisible(p.wanted, p.view.wanted != "")
	p.policyText.SetText(policyText(p.now.Policy))
	p.order.Set(p.now.Sampling)
	p.showReload()
	p.scroll.Content.Refresh()
}

// showReload says what the loaded model was loaded with that is not in the fields.
func (p *SettingsPanel) showReload() {
	stale, chosen := p.isOpen && p.stale(), p.isOpen && p.choice != app.LoadChoice{}
	if p.reload.Visible() == stale && p.chosen.Visible() == chosen {
		return
	}
	setVisible(p.reload, stale)
	setVisible(p.chosen, chosen)
	p.scroll.Content.Refresh()
}

// stale says whether the loaded model was loaded with other settings.
func (p *SettingsPanel) stale() bool {
	template := p.now.Template != "" && p.now.Template != p.loaded.Template
	size := p.now.Context != 0 && p.now.Context != p.loaded.Context && p.choice.Context == 0
	return template || size
}

func (p *SettingsPanel) replySection() fyne.CanvasObject {
	p.presets = newPresetBar(p)
	replies := section(lang.L("How replies are written"), p.presets.object)
	fields := newColumn(16)
	for _, f := range frontFields() {
		fields.Add(p.number(f, p.sampled))
	}
	p.policy = newKeySelect([]string{lang.L("Stop"), lang.L("Forget the oldest messages")}, p.choosePolicy)
	p.policyText = newParagraph("", captionStyle)
	fields.Add(labelled(lang.L("When the context is full"), p.policy, p.policyText))
	fields.Add(p.formatSection())
	fields.Add(p.presets.whence)
	replies.Add(fields)
	replies.Add(p.unfold)
	replies.Add(p.advanced)
	return replies
}

func (p *SettingsPanel) number(f numberField, change func(func(*app.Settings))) fyne.CanvasObject {
	row := newNumberRow(f, func(v float64) { change(func(s *app.Settings) { f.set(s, v) }) })
	row.back.tips = p.tips
	p.numbers = append(p.numbers, row)
	return row.object
}

func (p *SettingsPanel) conversationSection() fyne.CanvasObject {
	p.system = newTextRow(lang.L("System prompt"), lang.L("What the model is told before this conversation, from its next reply on."),
		lang.L("You are a helpful assistant."), 3, p.save, func(text string) error { p.OnSystem(text); return nil })
	p.prompt = newPromptNote(p.grown)
	p.wants = newParagraph("", captionStyle)
	p.wanted = newColumn(8, p.wants, newRow(0, -1, newButton(lang.L("Load it"), func() { p.OnModel() })))
	return section(lang.L("This conversation"), newColumn(8, p.system.object, p.prompt.object, p.wanted))
}

func (p *SettingsPanel) modelSection() fyne.CanvasObject {
	p.kv = newKeySelect([]string{lang.L("16 bits"), lang.L("32 bits"), lang.L("8 bits")}, func(i int) {
		p.change(func(s *app.Settings) { s.KV = []string{"f16", "f32", "q8_0"}[i] })
	})
	p.template = newKeySelect(append([]string{lang.L("The file's own")}, prompt.Presets()...), func(i int) {
		p.change(func(s *app.Settings) { s.Template = append([]string{""}, prompt.Presets()...)[i] })
	})
	again := newButton(lang.L("Load the model again"), func() { p.OnReload() })
	p.chosen = newParagraph(lang.L("The loaded model has load options of its own, which go before these: see Manage models."), captionStyle)
	p.reload = newColumn(8, newParagraph(lang.L("The loaded model still has the earlier values."), captionStyle), again)
	p.atStart = newKeySelect([]string{lang.L("At the start"), lang.L("With the first message")}, func(i int) {
		p.change(func(s *app.Settings) { s.LoadAtStart = i == startIndex(true) })
	})
	box := section(lang.L("Context and model"),
		labelled(lang.L("Load the last model"), p.atStart, newParagraph(lang.L("The model you used last. One that does not fit into memory waits for you."), captionStyle)),
		newParagraph(lang.L("After a change below, your next message loads the model again."), captionStyle))
	for _, f := range loadFields() {
		box.Add(p.number(f, p.change))
	}
	box.Add(labelled(lang.L("Key and value cache"), p.kv, newParagraph(lang.L("What the model remembers of the conversation: 16 bits take half the memory."), captionStyle)))
	box.Add(labelled(lang.L("Prompt template"), p.template, newParagraph(lang.L("How the turns of a conversation are written out for the model."), captionStyle)))
	box.Add(p.chosen)
	box.Add(p.reload)
	box.Add(p.alternativesChoice())
	return box
}

func (p *SettingsPanel) lookSection() fyne.CanvasObject {
	p.look = newKeySelect([]string{lang.L("As the system"), lang.L("Light"), lang.L("Dark")}, func(i int) {
		p.change(func(s *app.Settings) { s.Theme = lookNames()[i] })
	})
	var sizes []string
	for _, s := range scales() {
		sizes = append(sizes, fmt.Sprintf("%.0f %%", s*100))
	}
	p.scale = newKeySelect(sizes, func(i int) {
		p.change(func(s *app.Settings) { s.Scale = scales()[i] })
	})
	p.contrast = newSwitch(lang.L("High contrast"), func(on bool) { p.change(func(s *app.Settings) { s.Contrast = on }) })
	p.still = newSwitch(lang.L("Less motion"), func(on bool) { p.change(func(s *app.Settings) { s.Still = on }) })
	var after []string
	for _, n := range notifyChoices() {
		text := lang.L("Off")
		if n > 0 {
			text = fmt.Sprintf(lang.L("After %s"), durationText(time.Duration(n)*time.Second))
		}
		after = append(after, text)
	}
	p.notify = newKeySelect(after, func(i int) { p.change(func(s *app.Settings) { s.NotifyAfter = notifyChoices()[i] }) })
	p.aloud = newSwitch(lang.L("Read replies aloud"), func(on bool) { p.change(func(s *app.Settings) { s.Aloud = on }) })
	p.tray = newSwitch(lang.L("Sign in the tray"), func(on bool) { p.change(func(s *app.Settings) { s.Tray = on }) })
	var names []string
	for _, l := range languages() {
		names = append(names, l.name)
	}
	p.language = newKeySelect(names, func(i int) {
		p.change(func(s *app.Settings) { s.Language = languages()[i].code })
	})
	return section(lang.L("Appearance"), labelled(lang.L("Theme"), p.look), labelled(lang.L("Size"), p.scale),
		p.contrast, p.still,
		labelled(lang.L("Tell me of replies"), p.notify, newParagraph(lang.L("While another window is in front, when a reply that took that long has ended. Nothing of the conversation stands in it."), captionStyle)),
		newColumn(4, p.aloud, p.voice),
		newColumn(4, p.tray, newParagraph(lang.L("From the next start on, where the desktop has a place for it."), captionStyle)),
		labelled(lang.L("Language"), p.language, newParagraph(lang.L("Of the window; a model answers in the language it is written to in."), captionStyle)))
}

func (p *SettingsPanel) buildAdvanced() {
	for _, group := range advancedFields() {
		box := section(group.title)
		for _, f := range group.fields {
			box.Add(p.number(f, p.sampled))
		}
		p.advanced.Add(box)
	}
	p.order = newOrderList(func(order []string) {
		p.sampled(func(s *app.Settings) { s.Sampling.Order = order })
	})
	p.advanced.Add(section(lang.L("Order"), newParagraph(lang.L("The samplers act from top to bottom."), captionStyle), p.order.box))
	texts := section(lang.L("Texts and tokens"))
	for _, f := range listFields() {
		texts.Add(p.list(f))
	}
	p.advanced.Add(texts)
}

func (p *SettingsPanel) list(f listField) fyne.CanvasObject {
	row := newTextRow(f.name, f.explain, f.example, 2, p.save, func(text string) (err error) {
		p.sampled(func(s *app.Settings) { err = f.set(s, text) })
		return err
	})
	p.lists = append(p.lists, &listRowOf{f, row})
	return row.object
}

func (p *SettingsPanel) toggleAdvanced() {
	setVisible(p.advanced, !p.advanced.Visible())
	p.unfold.title.SetText(lang.L("Advanced"))
	if p.advanced.Visible() {
		p.unfold.title.SetText(lang.L("Hide advanced"))
	}
	p.grown()
}

// grown makes room after a part of the panel has become higher or lower.
func (p *SettingsPanel) grown() {
	p.scroll.Content.Refresh()
	p.scroll.Refresh()
}
