package ui

import (
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
)

// AssistantPicker is the button above the transcript that names the assistant of
// the conversation, and the list that opens under it.
type AssistantPicker struct {
	choiceButton
	Assistants func() []app.Assistant // asked each time the list opens
	OnChoose   func(app.ID)           // 0: none
	OnManage   func()

	now  app.Assistant
	list *choiceList
}

// NewAssistantPicker returns a picker without an assistant.
func NewAssistantPicker() *AssistantPicker {
	p := &AssistantPicker{}
	p.dress(bodyStyle, 240)
	p.opens(p, p.open)
	p.Set(app.Assistant{})
	return p
}

// Set names the assistant of the conversation; one without an ID is none.
func (p *AssistantPicker) Set(a app.Assistant) {
	p.now = a
	style := bodyStyle
	if a.ID == 0 {
		style.color = theme.ColorNamePlaceHolder
		p.face.set(nil)
		p.text.SetText(lang.L("No assistant"))
	} else {
		p.face.set(faceOf(a))
		p.text.SetText(assistantName(a))
	}
	p.text.setStyle(style)
	p.Refresh()
}

// open lists the assistants under the button.
func (p *AssistantPicker) open() {
	p.tips.hide(p)
	p.list = &choiceList{width: 380, most: 400}
	p.list.add(lang.L("No assistant"), "", func() { p.OnChoose(0) }).selected = p.now.ID == 0
	for _, a := range p.Assistants() {
		row := p.list.add(assistantName(a), assistantAbout(a), func() { p.OnChoose(a.ID) })
		row.face, row.selected = faceOf(a), a.ID == p.now.ID
	}
	p.list.addMore(lang.L("Make and change assistants…"), "", p.OnManage)
	p.list.openUnder(p)
}
