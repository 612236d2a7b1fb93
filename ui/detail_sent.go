package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// showSent opens what the model was given for a reply.
func (w *Window) showSent(m app.Message) {
	trail, err := w.app.Trail(w.current, m.ID)
	if err != nil {
		w.failed(err)
		return
	}
	p := trail.Parts[len(trail.Parts)-1]
	flow, scroll := newWordFlow(true)
	flow.set(sentPieces(p.Sent))
	foot := container.NewHBox(spacer(), newPrimaryButton(lang.L("Copy all"), func() { w.copy(p.Sent.Text) }))
	body := container.NewBorder(nil, newPadded(12, 16, 0, 0, foot), nil, nil, scroll)
	w.openDetail(lang.L("What was sent"), sentSummary(p), 760, body, flow)
}

// sentPieces is a prompt with a heading above each of its parts. What the template
// wrote is muted, and its ends of lines can be seen.
func sentPieces(sent engine.Sent) (pieces []flowPiece) {
	at := 0
	for i, part := range sent.Parts {
		if i > 0 {
			pieces = append(pieces, flowPiece{last: true})
		}
		text := sent.Text[at : at+part.Bytes]
		at += part.Bytes
		ink := ColorText
		if part.Role == "" {
			text, ink = strings.ReplaceAll(text, "\n", "↵\n"), ColorMuted
		}
		heading := roleName(part.Role) + " · " + counted(part.Tokens, lang.L("1 token"), lang.L("%s tokens"))
		pieces = append(pieces, flowPiece{text: heading, ink: ColorMuted, bold: true, last: true})
		pieces = append(pieces, textPieces(text, ink)...)
	}
	return pieces
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
	for _, k := range []struct{ role, text string }{{prompt.System, lang.L("system prompt %s")}, {"messages", lang.L("messages %s")}, {"", lang.L("template %s")}} {
		if n := kinds[k.role]; n > 0 {
			parts = append(parts, fmt.Sprintf(k.text, count(n)))
		}
	}
	text := counted(len(p.Sent.IDs), lang.L("1 token"), lang.L("%s tokens")) + ": " + strings.Join(parts, ", ") + "."
	if p.Done.ReusedTokens > 0 {
		text += " " + fmt.Sprintf(lang.L("%s of them were still in the model's memory."), count(p.Done.ReusedTokens))
	}
	return text
}

// roleName is how a part of a prompt is called.
func roleName(role string) string {
	switch role {
	case prompt.System:
		return lang.L("System prompt")
	case prompt.User:
		return lang.L("You")
	case prompt.Assistant:
		return lang.L("Reply")
	}
	return lang.L("Template")
}
