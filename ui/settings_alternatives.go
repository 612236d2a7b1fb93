package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// alternativesChoice is whether what else could have been written is kept.
func (p *SettingsPanel) alternativesChoice() fyne.CanvasObject {
	p.alternatives = newSwitch(lang.L("Keep alternatives to each token"), func(on bool) {
		p.change(func(s *app.Settings) { s.Alternatives = on })
	})
	return newColumn(4, p.alternatives,
		newParagraph(lang.L("For “Token by token”: the five likeliest at each place, some 10 kB on disk for a reply of 300 tokens."), captionStyle))
}
