package prompt

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// openEnd marks where the last message's text ends. It is a noncharacter, and
// no whitespace, so that a template which trims leaves the text before it alone.
const openEnd = "\ufdd1"

// renderOpen renders a conversation whose last message, the assistant's, is to
// be gone on with: the generation prompt, then its text, and no end of turn.
func (t *Template) renderOpen(in Input) (string, error) {
	last := len(in.Messages) - 1
	partial := in.Messages[last]
	if partial.Role != Assistant {
		return "", errors.New("only a reply of the assistant can be continued; the last message is not one")
	}
	if last == 0 {
		return "", errors.New("a reply can be continued only after a message; there is none before it")
	}
	in.AddGenerationPrompt = true
	head, err := t.render(in.Messages[:last], in)
	if err != nil || partial.Content == "" {
		return head, err
	}
	if written, ok := t.writtenOpen(head, partial.Content, in); ok {
		return written, nil
	}
	return head + partial.Content, nil
}

// writtenOpen is the conversation as the template itself writes it, up to the
// end of the last message's text. It counts only if it is the generation
// prompt, whitespace (as in Mistral's "[/INST] Hi") and the text: templates
// that drop or add a reply's thoughts would change what the model has written.
func (t *Template) writtenOpen(head, text string, in Input) (string, bool) {
	messages := slices.Clone(in.Messages)
	messages[len(messages)-1].Content += openEnd
	in.AddGenerationPrompt = false
	full, err := t.render(messages, in)
	if err != nil {
		return "", false // the head, which did render, is enough
	}
	end := strings.LastIndex(full, openEnd)
	if end < len(head) || !strings.HasPrefix(full, head) {
		return "", false
	}
	written := strings.TrimLeftFunc(full[len(head):end], unicode.IsSpace)
	return full[:end], written == strings.TrimLeftFunc(text, unicode.IsSpace)
}
