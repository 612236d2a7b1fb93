package ui

import (
	"strings"
	"testing"
)

const copied = "## A *list*\n\n- **one**\n- two, with `code`\n\n```go\nx := 1\n```\n\nThe end."

func (r *rig) clipboard() string { return r.fyneApp.Clipboard().Content() }

func TestCopyAsMarkdownAndAsPlainText(t *testing.T) {
	r := newRig(t, copied)
	r.say("Show me **all**")
	id := uint64(r.messages[1].ID)
	plain := "A list\n\n• one\n• two, with code\n\nx := 1\n\nThe end."
	if got := r.transcript.Plain(id); got != plain {
		t.Errorf("plain: %q", got)
	}
	r.run("copy.reply")
	if got := r.clipboard(); got != copied {
		t.Errorf("the reply as Markdown: %q", got)
	}
	r.run("copy.reply-plain")
	if got := r.clipboard(); got != plain {
		t.Errorf("the reply as plain text: %q", got)
	}
	r.run("copy.conversation-plain")
	if got := r.clipboard(); got != "You:\nShow me **all**\n\nTiny Mixtral:\n"+plain {
		t.Errorf("the conversation as plain text: %q", got)
	}
	kept := r.messages[1].Reply
	r.messages[1].Reply = nil
	r.run("copy.conversation-plain")
	if got := r.clipboard(); !strings.Contains(got, "\n\nAssistant:\n"+plain) {
		t.Errorf("a reply of which no model is known: %q", got)
	}
	r.messages[1].Reply = kept
	r.run("copy.conversation")
	if got := r.clipboard(); !strings.Contains(got, copied) || !strings.Contains(got, "Show me **all**") {
		t.Errorf("the conversation as Markdown: %q", got)
	}
}

// Of what is selected as a whole the source is copied, of the rest the words.
func TestCopyTheSelection(t *testing.T) {
	r := newRig(t, copied)
	r.say("hello")
	v := r.transcript.view
	b := v.byID[uint64(r.messages[1].ID)]
	first, end := b.chunkSpan()
	rows := b.rows[first:end]
	v.selection = selection{spot{rows[1], 0}, spot{rows[len(rows)-1], 3}}
	r.run("copy.selection")
	if got := r.clipboard(); got != "- **one**\n- two, with `code`\n\n```go\nx := 1\n```\n\nThe" {
		t.Errorf("as Markdown: %q", got)
	}
	r.run("copy.selection-plain")
	if got := r.clipboard(); got != "• one\n• two, with code\n\nx := 1\n\nThe" {
		t.Errorf("as plain text: %q", got)
	}
	v.selection = selection{}
	r.fyneApp.Clipboard().SetContent("before")
	r.run("copy.selection")
	if r.clipboard() != "before" {
		t.Error("without a selection something is copied")
	}
}
