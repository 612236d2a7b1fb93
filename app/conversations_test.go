package app_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"beyonder/app"
	"beyonder/engine/prompt"
	"beyonder/store"
)

func TestConversations(t *testing.T) {
	b := fast(t, 3)
	first, second := b.conversation(), b.conversation()
	b.send(first, "the first one")
	check(t, b.SaveDraft(second, "not yet"))
	list, err := b.Conversations()
	check(t, err)
	if len(list) != 2 || list[0].ID != first || list[0].Title != "the first one" || list[1].Draft != "not yet" {
		t.Errorf("the list is %+v", list)
	}
	check(t, b.Rename(first, "  a\nname "))
	b.send(first, "more")
	if c, _ := b.Conversation(first); c.Title != "a name" {
		t.Errorf("renamed it is %q", c.Title)
	}
}

func TestTrash(t *testing.T) {
	b := fast(t, 3)
	kept, thrown := b.conversation(), b.conversation()
	b.send(thrown, "x")
	lists := func(want, wantTrash int) {
		t.Helper()
		list, err := b.Conversations()
		check(t, err)
		trash, err := b.Trash()
		check(t, err)
		if len(list) != want || len(trash) != wantTrash {
			t.Errorf("there are %d conversations and %d in the trash, want %d and %d", len(list), len(trash), want, wantTrash)
		}
	}
	check(t, b.Delete(thrown))
	lists(1, 1)
	check(t, b.Restore(thrown))
	lists(2, 0)
	check(t, b.Delete(thrown))
	check(t, b.EmptyTrash())
	lists(1, 0)
	if _, err := b.Conversation(thrown); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("the deleted conversation: %v", err)
	}
	if _, err := b.Conversation(kept); err != nil {
		t.Error(err)
	}
}

func TestTitle(t *testing.T) {
	for text, want := range map[string]string{
		"Hello":                             "Hello",
		"  \n\n\tHello  there\r\nmore":      "Hello there",
		"# A heading\ntext":                 "A heading",
		"- a point":                         "a point",
		"```go\nfunc main() {}\n```":        "func main() {}",
		"```go\nx := 1\n```\nWhat is this?": "What is this?",
		"~~~\n~~~":                          "",
		"":                                  "",
		"\x00\x01":                          "",
		"bad \xff bytes":                    "bad bytes",
		"Please explain how a router chooses two of four experts for a token": "Please explain how a router chooses two of four…",
		strings.Repeat("長", 60):                            strings.Repeat("長", 48) + "…",
		"exactly forty-eight characters, all of them here": "exactly forty-eight characters, all of them here",
	} {
		if got := app.TitleOf(text); got != want {
			t.Errorf("the title of %q is %q, want %q", text, got, want)
		}
	}
}

func FuzzTitle(f *testing.F) {
	f.Add("```\n# x\n```")
	f.Add(strings.Repeat("ab ", 40))
	f.Fuzz(func(t *testing.T, text string) {
		title := app.TitleOf(text)
		if !utf8.ValidString(title) || utf8.RuneCountInString(title) > 49 || strings.ContainsAny(title, "\n\r\t") || title != strings.TrimSpace(title) {
			t.Errorf("the title of %q is %q", text, title)
		}
	})
}

func TestHistory(t *testing.T) {
	user := func(text string) store.Message { return store.Message{Role: prompt.User, Text: text} }
	reply := func(text string) store.Message { return store.Message{Role: prompt.Assistant, Text: text} }
	damaged := store.Message{Damage: errors.New("x")}
	out := func(m store.Message) store.Message { m.Excluded = true; return m }
	for name, test := range map[string]struct {
		system  string
		path    []store.Message
		want    string
		damaged int
	}{
		"turns":             {"", []store.Message{user("a"), reply("b"), user("c")}, "user:a assistant:b user:c", 0},
		"system":            {"s", []store.Message{user("a")}, "system:s user:a", 0},
		"a reply that died": {"", []store.Message{user("a"), reply(""), user("c")}, "user:a\n\nc", 0},
		"damage":            {"", []store.Message{user("a"), damaged, user("c"), damaged}, "user:a\n\nc", 2},
		"nothing":           {"", nil, "", 0},
		"excluded":          {"s", []store.Message{user("a"), reply("b"), out(user("c")), out(reply("d")), user("e")}, "system:s user:a assistant:b user:e", 0},
		"excluded and next": {"", []store.Message{user("a"), out(reply("b")), user("c")}, "user:a\n\nc", 0},
		"excluded and last": {"", []store.Message{out(user("a"))}, "user:a", 0},
	} {
		messages, _, n := app.History(test.system, test.path)
		var got []string
		for _, m := range messages {
			got = append(got, m.Role+":"+m.Content)
		}
		if strings.Join(got, " ") != test.want || n != test.damaged {
			t.Errorf("%s: %q with %d damaged, want %q with %d", name, got, n, test.want, test.damaged)
		}
	}
}
