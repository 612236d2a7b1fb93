package merge

import (
	"slices"
	"strings"
	"testing"
)

func TestExpertNames(t *testing.T) {
	for _, c := range []struct{ sources, want string }{
		{"model/chat model/code model/story", "chat code story"},
		{"/x/starter-chat.gguf /x/starter-code.gguf", "chat code"},
		{"a/openchat-3.5 b/CodeNinja-1.0 c/WizardMath-7B-V1.1", "openchat-3.5 CodeNinja-1.0 WizardMath-7B-V1.1"},
		{"a/chat b/chat", "chat chat 2"},
		{"a/x- b/x-y", "x- y"},
		{"only", "only"},
	} {
		if got := strings.Join(expertNames(strings.Fields(c.sources)), " "); got != c.want {
			t.Errorf("%s: named %q, want %q", c.sources, got, c.want)
		}
	}
}

// A mixture's file says what its experts are called and what they were chosen for.
func TestMixtureNamesItsExperts(t *testing.T) {
	config := inTestdata(t, plainMoE)
	f := merged(t, Options{Config: config})
	names, ok, err := f.Strings(NamesKey)
	if err != nil || !ok || len(names) < 2 || slices.Contains(names, "") {
		t.Fatalf("the experts are called %q (%v, %v)", names, ok, err)
	}
	prompts, _, err := f.Strings(PromptsKey)
	if err != nil || len(prompts) != len(names) || prompts[0] == "" {
		t.Errorf("their prompts are %q (%v)", prompts, err)
	}
	given := slices.Repeat([]string{"one"}, len(names))
	f = merged(t, Options{Config: config, Experts: given})
	if got, _, _ := f.Strings(NamesKey); !slices.Equal(got, given) {
		t.Errorf("named %q although %q was given", got, given)
	}
}
