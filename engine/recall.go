package engine

import (
	"context"
	"slices"

	"beyonder/engine/prompt"
)

// recall brings a system prompt that was read before back into the cache. It
// returns how many tokens of ids are there; the error is a note.
func (m *loaded) recall(ctx context.Context, r Request, ids []int32, have int) (int, error) {
	saver, ok := m.model.Saver()
	kept := m.prefixes(r)
	if kept == nil || !ok || len(ids)-have < leastPrefix {
		return have, nil
	}
	read, steps, note := kept.restore(ctx, saver, ids, have)
	if len(read) > have {
		m.session.ids, m.session.steps, m.session.whole = read, steps, false
		have = len(read)
	}
	return have, note
}

// keep saves the system prompt that a request begins with, if it is a long one.
// That it cannot be saved is nothing that a reply should end for.
func (m *loaded) keep(ctx context.Context, r Request, ids []int32) {
	saver, ok := m.model.Saver()
	kept := m.prefixes(r)
	if kept == nil || !ok || len(ids) < leastPrefix {
		return
	}
	n := m.systemTokens(r, ids)
	if n < leastPrefix || n > len(m.session.ids) {
		return
	}
	was := session{ids: slices.Clone(m.session.ids), steps: slices.Clone(m.session.steps)}
	was.cut(n)
	_ = kept.save(ctx, saver, was.ids, was.steps)
}

// systemTokens is how many of ids come from the system prompt: those that stay
// the same whatever the user says.
func (m *loaded) systemTokens(r Request, ids []int32) int {
	if len(r.Messages) == 0 || r.Messages[0].Role != prompt.System {
		return 0
	}
	n := len(ids)
	for _, text := range []string{"a", "1"} {
		other := r
		other.Messages = []prompt.Message{r.Messages[0], {Role: prompt.User, Content: text}}
		p, err := m.write(other, 0)
		if err != nil {
			return 0
		}
		same := 0
		for same < min(n, len(p.ids)) && p.ids[same] == ids[same] {
			same++
		}
		n = same
	}
	return slices.Min([]int{n, len(ids) - 1})
}
