package ui

import "fyne.io/fyne/v2/lang"

// changeLanguage shows the window in the language of the settings: at once, unless
// something is at work in it.
func (w *Window) changeLanguage() {
	if w.job != nil || w.loading != nil {
		w.say("language", lang.L("The window has its new language when it is opened the next time."))
		return
	}
	id, shown := w.current, w.root.Objects[framePanel].Visible()
	w.leave()
	speak(w.settings.Language)
	w.buildAgain()
	w.listConversations()
	w.countTrash()
	w.open(id)
	w.showModel()
	if shown {
		w.showSettings()
	}
}

// buildAgain makes the widgets anew, which have the words that they were made with.
// What they showed is to be shown again.
func (w *Window) buildAgain() {
	if w.library != nil && w.library.cancel != nil {
		w.library.cancel()
	}
	w.inTrash, w.library, w.mixture, w.root, w.body = false, nil, nil, nil, nil
	w.build()
	w.announce()
	w.win.SetContent(w.root)
	w.nameKeys()
	w.panel.Set(w.settings)
}
