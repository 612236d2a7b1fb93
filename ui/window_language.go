package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// changeLanguage shows the window in the language of the settings: at once, unless
// something is at work in it. before is the language that it was in.
func (w *Window) changeLanguage(before string) {
	if w.job != nil || w.loading != nil {
		w.say("language", lang.L("The window has its new language when it is opened the next time."))
		return
	}
	id, shown, old := w.current, w.root.Objects[framePanel].Visible(), w.panel
	w.leave()
	speak(w.settings.Language)
	cards := w.cards
	w.buildAgain()
	w.cards.take(cards, before, w.settings.Language)
	w.listConversations()
	w.countTrash()
	w.open(id)
	w.showModel()
	if shown {
		w.showSettings()
		w.panel.stayAt(old)
	}
}

// between says texts of one language in another.
func between(from, to string) *phrases {
	old, now, table := translation(languageOf(from)), translation(languageOf(to)), map[string]string{}
	for key, text := range old {
		table[text] = now[key]
	}
	return newPhrases(table)
}

// stayAt brings the choice of the language where it was in the panel that this one
// takes the place of: words of other lengths have moved what is above it.
func (p *SettingsPanel) stayAt(old *SettingsPanel) {
	if old.advanced.Visible() {
		p.toggleAdvanced()
	}
	above := func(p *SettingsPanel) float32 { return placeIn(p.scroll.Content, p.language).Y }
	p.scroll.ScrollToOffset(fyne.NewPos(0, max(0, above(p)-above(old)+old.scroll.Offset.Y)))
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		c.Focus(p.language)
	}
}

// placeIn is where an object is in one that it is somewhere within.
func placeIn(within, o fyne.CanvasObject) (at fyne.Position) {
	box, ok := within.(*fyne.Container)
	for ok && within != o {
		for _, child := range box.Objects {
			if holds(child, o) {
				within, at = child, at.Add(child.Position())
				break
			}
		}
		box, ok = within.(*fyne.Container)
	}
	return at
}

// holds says whether an object is another or has it within.
func holds(o, sought fyne.CanvasObject) bool {
	box, ok := o.(*fyne.Container)
	return o == sought || ok && slices.ContainsFunc(box.Objects, func(child fyne.CanvasObject) bool { return holds(child, sought) })
}

// buildAgain makes the widgets anew, which have the words that they were made with.
// What they showed is to be shown again.
func (w *Window) buildAgain() {
	if w.library != nil && w.library.cancel != nil {
		w.library.cancel()
	}
	w.inTrash, w.library, w.assistants, w.mixture, w.root, w.body = false, nil, nil, nil, nil, nil
	w.expertsSeen = false
	w.build()
	w.announce()
	w.win.SetContent(w.root)
	w.nameKeys()
	w.panel.Set(w.settings)
}
