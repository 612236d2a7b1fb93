package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

func (w *Window) announceAssistants() {
	p := w.assistant
	p.Assistants, p.OnChoose, p.OnManage = w.knownAssistants, w.chooseAssistant, func() { w.openAssistants(w.inForce().Assistant.ID) }
	w.page.OnAssistant = w.chooseAssistant
	w.sidebar.newButton.onSecondary = func(fyne.Position) { w.askNewWith() }
	w.panel.OnModel = func() { w.loadFor(w.inForce().Assistant) }
}

func (w *Window) knownAssistants() []app.Assistant {
	all, err := w.app.Assistants()
	if err != nil {
		w.failed(err)
	}
	return all
}

// showAssistant shows whom the open conversation is with.
func (w *Window) showAssistant() {
	a := w.panel.view.force.Assistant
	w.assistant.Set(a)
	w.page.SetAssistants(w.knownAssistants(), a)
}

// openAssistantList opens the list of the assistants under their button.
func (w *Window) openAssistantList() { w.assistant.open() }

// askNewWith opens an empty page and asks whom the conversation is to be with.
func (w *Window) askNewWith() {
	w.newConversation()
	w.assistant.open()
}

// paletteAssistants are new conversations with each of the assistants.
func (w *Window) paletteAssistants() (items []paletteItem) {
	for _, a := range w.knownAssistants() {
		title := fmt.Sprintf(lang.L("New conversation with %s"), assistantName(a))
		items = append(items, paletteItem{title: title, note: lang.L("Assistant"), icon: "add", more: title, rank: 1 << 20,
			do: func() { w.newConversationWith(a.ID) }})
	}
	return items
}

// chooseAssistant gives the open conversation another assistant; 0: none.
func (w *Window) chooseAssistant(id app.ID) {
	was := w.inForce().Assistant
	if was.ID == id {
		w.backToWriting()
		return
	}
	if !w.setAssistant(w.current, id) {
		return
	}
	if len(w.messages) > 0 {
		at, name := w.current, assistantName(w.inForce().Assistant)
		text := lang.L("From the next reply on, this conversation has no assistant.")
		if id != 0 {
			text = fmt.Sprintf(lang.L("From the next reply on, this conversation is with “%s”."), name)
		}
		w.offerUndo(text, func() { w.setAssistant(at, was.ID) })
	}
	w.loadFor(w.inForce().Assistant)
	w.backToWriting()
}

// setAssistant does it for a conversation, 0: the one that is begun next.
func (w *Window) setAssistant(conversation, id app.ID) bool {
	if conversation == 0 {
		w.newWith = id
	} else if err := w.app.SetAssistant(conversation, id); err != nil {
		w.failed(err)
		return false
	}
	if conversation == w.current {
		w.showConversationSettings()
		w.showState()
	}
	return true
}

// loadFor loads the model that an assistant is set to answer with, once it was
// chosen for a conversation.
func (w *Window) loadFor(a app.Assistant) {
	if a.Model == "" || w.job != nil {
		return
	}
	if info, ok := w.app.Model(); ok && info.Path == a.Model || w.loading != nil && w.loading.path == a.Model {
		return
	}
	if w.app.ModelGone(a.Model) {
		w.say("warning", fmt.Sprintf(lang.L("The model that “%s” is set to answer with is not at %s any more. The loaded one answers."), assistantName(a), a.Model))
		return
	}
	w.choose(a.Model)
}

// newConversationWith opens an empty page whose conversation will be with an
// assistant.
func (w *Window) newConversationWith(id app.ID) {
	w.newConversation()
	w.newWith = id
	w.showConversationSettings()
	w.showState()
	w.loadFor(w.inForce().Assistant)
}

// facesOf are the faces of the assistants there are, those in the trash too.
func (w *Window) faceOf(s *app.Speaker) *Face {
	if s == nil {
		return nil
	}
	if a, err := w.app.Assistant(s.ID); err == nil && a.Error == "" {
		f := faceOf(a)
		f.Name = s.Name // as it was called then
		return f
	}
	return &Face{Name: s.Name, Colour: s.Colour}
}
