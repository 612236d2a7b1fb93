package prompt

import (
	"iter"
	"slices"
)

// variants yields the conversation and then other forms of it, for templates
// that refuse the first: with neighbours of the same role made one, with the
// system prompt in front of the user's text, and both. A template that would
// drop the system prompt silently (system is false) never gets to see one.
func variants(messages []Message, system bool) iter.Seq[[]Message] {
	folded := foldSystem(messages)
	forms := [][]Message{messages, mergeNeighbours(messages), folded, mergeNeighbours(folded)}
	if !system {
		forms = forms[2:]
	}
	return func(yield func([]Message) bool) {
		for i, form := range forms {
			seen := slices.ContainsFunc(forms[:i], func(earlier []Message) bool { return slices.Equal(earlier, form) })
			if !seen && !yield(form) {
				return
			}
		}
	}
}

// foldSystem puts every system message before the next user's text, with a
// blank line between, as the makers of Mistral and Gemma 3 do. One that no
// user's message follows becomes a user's message.
func foldSystem(messages []Message) []Message {
	var folded []Message
	pending := ""
	for _, m := range messages {
		switch {
		case m.Role == System:
			pending = paragraphs(pending, m.Content)
			continue
		case m.Role == User:
			m.Content = paragraphs(pending, m.Content)
			pending = ""
		}
		folded = append(folded, m)
	}
	if pending != "" {
		folded = append(folded, Message{User, pending})
	}
	return folded
}

// mergeNeighbours makes one message of adjacent ones of the same role.
func mergeNeighbours(messages []Message) []Message {
	var merged []Message
	for _, m := range messages {
		if last := len(merged) - 1; last >= 0 && merged[last].Role == m.Role {
			merged[last].Content = paragraphs(merged[last].Content, m.Content)
			continue
		}
		merged = append(merged, m)
	}
	return merged
}

// paragraphs joins two texts with a blank line; an empty one leaves no trace.
func paragraphs(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}
