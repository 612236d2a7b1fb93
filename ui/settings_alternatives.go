package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// alternativesChoice is whether what else could have been written is kept.
func (p *SettingsPanel) alternativesChoice() fyne.CanvasObject {
	p.alternatives = newKeySelect([]string{lang.L("Keep them"), lang.L("Do not keep them")}, func(i int) {
		p.change(func(s *app.Settings) { s.Alternatives = i == alternativesIndex(true) })
	})
	return labelled(lang.L("Alternatives to each token"), p.alternatives,
		newParagraph(lang.L("For “Token by token”: the five likeliest at each place, some 10 kB on disk for a reply of 300 tokens."), captionStyle))
}

// alternativesIndex is the place of "keep them" and of "do not keep them".
func alternativesIndex(keep bool) int {
	if keep {
		return 0
	}
	return 1
}
