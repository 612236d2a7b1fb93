package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBlocksLookAsBefore compares what each kind of block draws, object by object,
// with testdata/blocks. UPDATE_GOLDEN=1 writes the files anew; look at a picture
// of the change before committing them.
func TestBlocksLookAsBefore(t *testing.T) {
	for name, text := range map[string]string{
		"paragraph":   "Plain, **bold**, *italic*, `code`, ~~struck~~, [a link](https://a.b) and a line that is long enough to be broken into two of them.\nA hard break.",
		"headings":    "# First\n\n## Second\n\n### Third\n\ntext",
		"lists":       "- one\n- two\n  - inner\n    1. deep\n\nbetween\n\n9. nine\n10. ten\n\n    with a paragraph",
		"tasks":       "- [x] done\n- [ ] open",
		"quote":       "> quoted\n>\n> - with a list\n\nafter",
		"code":        "```go\nfunc f(x int) string {\n\treturn \"s\" // note\n}\n```",
		"wide-code":   "```\n" + strings.Repeat("wide ", 40) + "\n```",
		"table":       "| left | right | centre |\n|:-----|------:|:------:|\n| a | 1 | x |\n| **bold** | 22 | `y` |",
		"wide-table":  "| one | two | three | four | five |\n|-|-|-|-|-|\n" + strings.Repeat("| "+strings.Repeat("many words ", 6), 5) + "|",
		"rule":        "above\n\n---\n\nbelow",
		"formula":     "inline $a_1 * b_2$ and\n\n$$\n\\frac{a}{b}\n$$",
		"html":        "<details>\n<summary>x</summary>\n</details>\n\na <b>tag</b><br>next",
		"unicode":     "∀x ∈ ℝ → ∑ √2 ≤ ∞; Ελληνικά, Кириллица",
		"image":       "![a picture](https://a.b/c.png)",
		"unsafe-link": "[file](file:///etc/passwd)",
	} {
		tr, _ := openTranscript(t, "light", []Entry{{ID: 1, Role: "assistant", Name: "Model", Text: text, State: "complete"}})
		compareGolden(t, filepath.Join("testdata", "blocks", name+".golden"), sketch(tr.view))
	}
}

func TestMessagesLookAsBefore(t *testing.T) {
	for name, entry := range map[string]Entry{
		"user":        {Role: "user", Text: "A question\n\n```\ncode\n```", State: "complete"},
		"assistant":   {Role: "assistant", Name: "Model", Text: "An answer", State: "complete", Detail: "12.3 tokens/s", Siblings: 2},
		"left-out":    {Role: "user", Text: "A secret", State: "complete", Excluded: true},
		"notice":      {Role: "notice", Text: "The model's memory begins here."},
		"interrupted": {Role: "assistant", Name: "Model", Text: "Half an", State: "interrupted"},
		"stopped":     {Role: "assistant", Name: "Model", Text: "Half an", State: "stopped"},
		"failed":      {Role: "assistant", Name: "Model", State: "failed", Error: "The engine stopped."},
	} {
		entry.ID = 1
		tr, _ := openTranscript(t, "dark", []Entry{entry})
		compareGolden(t, filepath.Join("testdata", "messages", name+".golden"), sketch(tr.view))
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: drawn\n%swant\n%s", file, got, want)
	}
}
