package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// mostShown is how much of one part of a prompt is shown: more would not be read
// here, and laying it out takes time. All of it can be copied.
const mostShown = 20000 // bytes

// showSent opens what the model was given for a reply.
func (w *Window) showSent(m app.Message) {
	trail, err := w.app.Trail(w.current, m.ID)
	if err != nil {
		w.failed(err)
		return
	}
	p := trail.Parts[len(trail.Parts)-1]
	list := newColumn(12)
	at := 0
	for _, part := range p.Sent.Parts {
		list.Add(sentPart(part, p.Sent.Text[at:at+part.Bytes]))
		at += part.Bytes
	}
	all := newPrimaryButton("Copy all", func() { w.copy(p.Sent.Text) })
	foot := container.NewHBox(spacer(), all)
	scroll := wheeled(container.NewVScroll(newPadded(0, 16, 0, 0, list)))
	w.openDetail("What was sent", sentSummary(p), 760, container.NewBorder(nil, newPadded(12, 16, 0, 0, foot), nil, nil, scroll), all)
}

// sentSummary counts a prompt: "1,203 tokens: system prompt 40, messages 1,020,
// template 143. 900 of them were still in the model's memory."
func sentSummary(p app.TrailPart) string {
	kinds := map[string]int{}
	for _, part := range p.Sent.Parts {
		switch part.Role {
		case "", prompt.System:
			kinds[part.Role] += part.Tokens
		default:
			kinds["messages"] += part.Tokens
		}
	}
	var parts []string
	for _, k := range []struct{ role, name string }{{prompt.System, "system prompt "}, {"messages", "messages "}, {"", "template "}} {
		if n := kinds[k.role]; n > 0 {
			parts = append(parts, k.name+count(n))
		}
	}
	text := counted(len(p.Sent.IDs), "token") + ": " + strings.Join(parts, ", ") + "."
	if p.Done.ReusedTokens > 0 {
		text += " " + count(p.Done.ReusedTokens) + " of them were still in the model's memory."
	}
	return text
}

// sentPart shows a stretch of the prompt under its name and number of tokens.
func sentPart(part engine.Part, text string) fyne.CanvasObject {
	head := newRow(8, 0, newFlexibleLine(roleName(part.Role), captionStyle), newLine(counted(part.Tokens, "token"), captionStyle))
	more := ""
	if len(text) > mostShown {
		text = strings.ToValidUTF8(text[:mostShown], "")
		more = "More follows. “Copy all” has it."
	}
	ink := theme.ColorNameForeground
	if part.Role == "" {
		text, ink = visible(text), theme.ColorNamePlaceHolder
	}
	body := widget.NewRichText(&widget.TextSegment{Text: text, Style: widget.RichTextStyle{
		ColorName: ink, SizeName: SizeCode, TextStyle: fyne.TextStyle{Monospace: true},
	}})
	body.Wrapping = fyne.TextWrapWord
	column := newColumn(2, head, container.NewStack(newSurface(theme.ColorNameHeaderBackground, "", 6), body))
	if more != "" {
		column.Add(newParagraph(more, captionStyle))
	}
	return column
}

// visible shows the ends of lines, of which a template's own text has many.
func visible(text string) string { return strings.ReplaceAll(text, "\n", "↵\n") }

// roleName is how a part of a prompt is called.
func roleName(role string) string {
	switch role {
	case prompt.System:
		return "System prompt"
	case prompt.User:
		return "You"
	case prompt.Assistant:
		return "Reply"
	}
	return "Template"
}
