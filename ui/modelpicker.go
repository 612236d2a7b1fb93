package ui

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/assets"
)

// ModelPicker is the button above the transcript that names the model, and the
// list of models that opens under it.
type ModelPicker struct {
	choiceButton
	Models   func() []app.KnownModel // asked each time the list opens
	OnChoose func(path string)
	OnForget func(path string)
	OnOpen   func() // a file is to be looked for
	OnUnload func()
	OnManage func() // the library page is to be opened

	name   string
	loaded string // path of the loaded model, "": none is
	list   *choiceList
}

// NewModelPicker returns a picker without a model.
func NewModelPicker() *ModelPicker {
	p := &ModelPicker{}
	p.dress(strongStyle, 360)
	p.opens(p, p.open)
	p.Set("", "")
	return p
}

// Set names the model; loaded is its path if it is loaded now.
func (p *ModelPicker) Set(name, loaded string) {
	p.name, p.loaded = name, loaded
	if name == "" {
		name = lang.L("Choose a model")
	}
	p.text.SetText(name)
	p.Refresh()
}

func (p *ModelPicker) open() {
	p.list = &choiceList{width: 420, most: 300}
	models := p.Models()
	named := map[string]int{}
	for _, m := range models {
		named[modelName(m)]++
	}
	for _, m := range models {
		caption := modelCaption(m, time.Now())
		if named[modelName(m)] > 1 && !m.Missing && !m.Starter { // one model in several sizes
			caption = filepath.Base(m.Path) + ", " + caption
		}
		p.add(m, caption)
	}
	p.list.addMore(lang.L("Open a file…"), lang.L("A bigger model: any .gguf file. You can also drop it on the window."), p.OnOpen)
	p.list.addMore(lang.L("Manage models…"), lang.L("Those of other applications too, and downloads."), p.OnManage)
	if p.loaded != "" {
		p.list.addMore(lang.L("Unload the model"), lang.L("Frees its memory; the next message loads it again."), p.OnUnload)
	}
	p.list.openUnder(p)
}

// add lists a model; one that is not there any more can only be forgotten.
func (p *ModelPicker) add(m app.KnownModel, caption string) {
	row := p.list.add(modelName(m), caption, func() { p.OnChoose(m.Path) })
	row.selected = m.Path == p.loaded
	if m.Missing {
		away := newGlyph(assets.Icon("close"), 24, p.list.then(func() { p.OnForget(m.Path) }))
		away.tip = lang.L("Take it off the list")
		row.fill(row.title.text, row.caption.text, nil, []*glyphButton{away})
		row.title.style.color = theme.ColorNamePlaceHolder
		row.caption.style.color = theme.ColorNameWarning
	}
}

func modelName(m app.KnownModel) string {
	if m.Name != "" {
		return m.Name
	}
	return strings.TrimSuffix(filepath.Base(m.Path), filepath.Ext(m.Path))
}

func modelCaption(m app.KnownModel, now time.Time) string {
	if m.Starter {
		return fmt.Sprintf(lang.L("Inside Beyonder, %s. Very small: for a first try."), bytesText(m.Bytes))
	}
	if m.Missing {
		return fmt.Sprintf(lang.L("%[1]s is not in %[2]s any more"), filepath.Base(m.Path), filepath.Dir(m.Path))
	}
	text := bytesText(m.Bytes)
	if !m.Used.IsZero() {
		text += ", " + daysAgo(m.Used, now)
	}
	return text
}

func daysAgo(then, now time.Time) string {
	days := int(now.Sub(then).Hours() / 24)
	switch {
	case days < 1:
		return lang.L("used today")
	case days == 1:
		return lang.L("used yesterday")
	case days < 60:
		return fmt.Sprintf(lang.L("used %s days ago"), count(days))
	}
	return fmt.Sprintf(lang.L("used on %s"), dateText(then))
}
