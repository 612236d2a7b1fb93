package merge

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Keys of a mixture's metadata that say what its experts are for, one text for
// each expert. Engines do not need them; whoever shows which expert answered does.
const (
	NamesKey   = "beyonder.expert.names"
	PromptsKey = "beyonder.expert.prompts" // the positive prompts, with " · " between them
)

// nameExperts tells what the experts are called and what they were chosen for.
func (m *mixture) nameExperts(d *metadata, names []string) {
	if len(names) != len(m.experts) {
		sources := make([]string, len(m.experts))
		for i, e := range m.mixtureConfig.experts {
			sources[i] = e.model
		}
		names = expertNames(sources)
	}
	prompts := make([]string, len(m.experts))
	for i, e := range m.mixtureConfig.experts {
		lines := make([]string, len(e.positive))
		for j, p := range e.positive {
			lines[j] = strings.Join(strings.Fields(p), " ")
		}
		prompts[i] = strings.Join(lines, " · ")
	}
	d.set(NamesKey, names)
	d.set(PromptsKey, prompts)
}

// expertNames makes names of the sources' paths: their last parts, without what
// all have in common at the beginning ("starter-chat" and "starter-code" are
// "chat" and "code"), and numbered where one occurs twice.
func expertNames(sources []string) []string {
	names := make([]string, len(sources))
	for i, s := range sources {
		base := filepath.Base(filepath.ToSlash(s))
		names[i] = strings.TrimSuffix(base, ".gguf")
	}
	cut := commonWords(names)
	seen := map[string]int{}
	for i, n := range names {
		if len(n) > cut {
			n = n[cut:]
		}
		if seen[n]++; seen[n] > 1 {
			n = fmt.Sprintf("%s %d", n, seen[n])
		}
		names[i] = n
	}
	return names
}

// commonWords is how many bytes of whole words, each with its separator, all
// names begin with.
func commonWords(names []string) int {
	if len(names) < 2 {
		return 0
	}
	same := len(names[0])
	for _, n := range names[1:] {
		same = min(same, len(n))
		for i := range same {
			if n[i] != names[0][i] {
				same = i
				break
			}
		}
	}
	return strings.LastIndexAny(names[0][:same], "-_. ") + 1
}
