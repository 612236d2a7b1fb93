package ui

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// announceSetup connects what the settings say of the open conversation.
func (w *Window) announceSetup() {
	p := w.panel
	p.OnSampling, p.OnPolicy, p.OnOwn, p.OnPreset = w.setSampling, w.setPolicy, w.setOwn, w.doPreset
}

// inForce is what holds in the open conversation.
func (w *Window) inForce() app.InForce {
	if w.current == 0 {
		return w.app.InForceNew(w.newWith, w.newIn)
	}
	f, err := w.app.InForce(w.current)
	if err != nil {
		w.failed(err)
	}
	return f
}

// setupView is what the settings show of the open conversation.
func (w *Window) setupView() conversationView {
	v := conversationView{force: w.inForce()}
	if w.current != 0 {
		if c, err := w.app.Conversation(w.current); err == nil {
			v.own = c.System
		}
	}
	presets, err := w.app.Presets()
	if err != nil {
		w.failed(err)
	}
	v.presets = presets
	v.base, v.known = w.app.Preset(v.force.Sampling.Preset)
	for _, m := range w.messages {
		v.begun = v.begun || m.Reply != nil
	}
	info, ok := w.app.Model()
	if ok {
		v.model, v.chosen = info.Name, w.app.StartChosen()
	}
	if a := v.force.Assistant; a.Model != "" && a.Model != info.Path {
		v.wanted = fmt.Sprintf(lang.L("“%s” is set to answer with %s, which is not loaded."), assistantName(a), modelFileName(a.Model))
	}
	return v
}

// showConversationSettings shows what holds in the open conversation.
func (w *Window) showConversationSettings() {
	if w.app.Locked() {
		return
	}
	v := w.setupView()
	w.panel.SetConversation(v)
	if v.force.Trouble != "" {
		w.say("warning", asSentence(v.force.Trouble))
	}
	w.showAssistant()
}

// updateSetup does it without touching the fields that may be typed in.
func (w *Window) updateSetup() { w.panel.Update(w.setupView()) }

// showStart follows another model: what new conversations begin with may be the
// model's.
func (w *Window) showStart() {
	if w.app.Locked() {
		return
	}
	if v := w.setupView(); v.begun {
		w.panel.Update(v)
	} else {
		w.showConversationSettings()
	}
}

// setSampling changes how replies are written in the open conversation.
func (w *Window) setSampling(s app.Sampling) {
	id := w.ensureConversation()
	if id == 0 {
		return
	}
	if err := w.app.SetSampling(id, s); err != nil {
		w.failed(err)
	}
	w.updateSetup()
}

func (w *Window) setPolicy(p engine.ContextPolicy) {
	id := w.ensureConversation()
	if id == 0 {
		return
	}
	if err := w.app.SetPolicy(id, p); err != nil {
		w.failed(err)
	}
	w.updateSetup()
}

// setOwn takes back what was changed in the open conversation, and offers to undo
// that.
func (w *Window) setOwn(bool) {
	id, was := w.current, w.inForce().Sampling
	if id == 0 {
		return
	}
	if err := w.app.ResetSampling(id); err != nil {
		w.failed(err)
		return
	}
	w.showConversationSettings()
	w.offerUndo(lang.L("The values that were set in this conversation are gone."), func() { w.bringBack(id, was) })
}

// bringBack gives a conversation its values again.
func (w *Window) bringBack(id app.ID, was app.Sampling) {
	if err := w.app.SetSampling(id, was); err != nil {
		w.failed(err)
	}
	if id == w.current {
		w.showConversationSettings()
	}
}

// doPreset does what the reader wants done with a preset.
func (w *Window) doPreset(d presetDeed) {
	w.panel.Flush()
	switch d.what {
	case presetSave:
		w.savePreset(d.preset, d.now)
	case presetSaveAs:
		w.askPreset(lang.L("Save as a preset"), d)
	case presetRename:
		w.askPreset(lang.L("Rename the preset"), d)
	case presetDelete:
		w.deletePreset(d.preset)
	case presetTrash:
		w.showDeletedPresets()
	case presetReplaced:
		id := w.current
		w.offerUndo(lang.L("The values that were in no preset are replaced."), func() { w.bringBack(id, d.now) })
	default:
		w.beginLike(d)
	}
}

func (w *Window) savePreset(p app.Preset, now app.Sampling) {
	if err := w.app.SetPreset(p.ID, p.Name, now.Settings); err != nil {
		w.failed(err)
		return
	}
	w.updateSetup()
	w.offerUndo(fmt.Sprintf(lang.L("The preset “%s” is saved. Other conversations keep the values they have."), p.Name), func() {
		if err := w.app.SetPreset(p.ID, p.Name, p.Settings); err != nil {
			w.failed(err)
		}
		w.updateSetup()
	})
}

// askPreset asks for the name of a preset: of a new one, or another one.
func (w *Window) askPreset(title string, d presetDeed) {
	field := newFilterEntry(lang.L("For example: short answers"), func(string) {})
	button := lang.L("Save")
	if d.what == presetRename {
		field.SetText(d.preset.Name)
		button = lang.L("Rename")
	}
	w.ask(title, "", button, []fyne.CanvasObject{captioned(lang.L("Name"), field)}, func() error {
		if d.what == presetRename {
			err := w.app.SetPreset(d.preset.ID, field.Text, d.preset.Settings)
			w.updateSetup()
			return err
		}
		p, err := w.app.NewPreset(field.Text, d.now.Settings)
		if err != nil {
			return err
		}
		w.setSampling(app.Sampling{Preset: p.Key, Settings: p.Settings})
		w.showConversationSettings()
		return nil
	})
}

func (w *Window) deletePreset(p app.Preset) {
	if err := w.app.DeletePreset(p.ID); err != nil {
		w.failed(err)
		return
	}
	w.updateSetup()
	w.offerUndo(fmt.Sprintf(lang.L("The preset “%s” is in the trash. What came from it keeps its values."), p.Name), func() {
		if err := w.app.RestorePreset(p.ID); err != nil {
			w.failed(err)
		}
		w.updateSetup()
	})
}

// showDeletedPresets lists the presets in the trash.
func (w *Window) showDeletedPresets() {
	all, err := w.app.TrashedPresets()
	if err != nil {
		w.failed(err)
		return
	}
	list := newColumn(4)
	var m *modal
	for _, p := range all {
		restore := newButton(lang.L("Restore"), func() {
			m.close()
			if err := w.app.RestorePreset(p.ID); err != nil {
				w.failed(err)
			}
			w.updateSetup()
		})
		erase := newButton(lang.L("Delete for good"), func() {
			m.close()
			if err := w.app.ErasePreset(p.ID); err != nil {
				w.failed(err)
			}
			w.showDeletedPresets()
		})
		list.Add(newRow(8, 0, newFlexibleLine(p.Name, bodyStyle), restore, erase))
	}
	if len(all) == 0 {
		list.Add(newLine(lang.L("There is none."), captionStyle))
	}
	scroll := container.NewVScroll(list)
	scroll.SetMinSize(fyne.NewSize(px(200), min(list.MinSize().Height, px(300))))
	m = w.ask(lang.L("Deleted presets"), "", lang.L("Close"), []fyne.CanvasObject{scroll}, func() error { return nil })
	m.cancel.Hide()
}

// beginLike chooses what new conversations begin with.
func (w *Window) beginLike(d presetDeed) {
	s := app.Setup{Sampling: d.now, Policy: w.inForce().Policy}
	var err error
	text := ""
	switch d.what {
	case presetBegin:
		err = w.app.SetStart(s)
		text = fmt.Sprintf(lang.L("New conversations with %s begin like this one. Those there are stay as they are."), w.panel.view.model)
	case presetBeginAll:
		err = w.app.SetStartForAll(s)
		w.settings = w.app.Settings()
		text = lang.L("New conversations begin like this one. Those there are stay as they are.")
	case presetBeginForget:
		err = w.app.ForgetStart()
		text = fmt.Sprintf(lang.L("New conversations with %s begin as all others do."), w.panel.view.model)
	}
	if errors.Is(err, app.ErrNoModel) {
		err = nil // it was unloaded while the menu was open
	}
	if err != nil {
		w.failed(err)
		return
	}
	w.say("kept", text)
	w.showStart()
}
