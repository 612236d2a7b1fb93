package archive

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
)

// chatGPT is one conversation of conversations.json, as far as it is read.
type chatGPT struct {
	Title   string                 `json:"title"`
	Created number                 `json:"create_time"`
	Updated number                 `json:"update_time"`
	Mapping map[string]chatGPTNode `json:"mapping"`
	Current string                 `json:"current_node"`
}

type chatGPTNode struct {
	Parent   string   `json:"parent"`
	Children []string `json:"children"`
	Message  *struct {
		Author struct {
			Role string `json:"role"`
		} `json:"author"`
		Created  number         `json:"create_time"`
		Content  chatGPTContent `json:"content"`
		Metadata struct {
			Hidden bool   `json:"is_visually_hidden_from_conversation"`
			Model  string `json:"model_slug"`
		} `json:"metadata"`
	} `json:"message"`
}

type chatGPTContent struct {
	Type     string            `json:"content_type"`
	Parts    []json.RawMessage `json:"parts"`
	Text     string            `json:"text"`
	Language string            `json:"language"`
}

// number is a JSON number, or a time in words. What is neither counts as none.
type number float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(raw []byte) error {
	var f float64
	if json.Unmarshal(raw, &f) == nil {
		*n = number(f)
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			*n = number(float64(t.UnixNano()) / 1e9)
		}
	}
	return nil
}

// readChatGPT reads the conversations one by one: one that is not built like the
// others does not keep them out.
func readChatGPT(all []json.RawMessage) (*Archive, error) {
	a := &Archive{}
	var odd error
	for _, raw := range all {
		var c chatGPT
		err := json.Unmarshal(raw, &c)
		switch {
		case err != nil:
			err = fmt.Errorf("it looks like an export of ChatGPT and is not built like one: %w", err)
		case c.Mapping == nil:
			err = errUnknown
		default:
			if to := c.conversation(); len(to.Messages) > 0 {
				a.Conversations = append(a.Conversations, to)
			} // else nothing was said in it
			continue
		}
		a.Skipped++
		odd = cmp.Or(odd, err)
	}
	if len(a.Conversations) == 0 {
		return a, odd
	}
	return a, nil
}

// conversation walks the tree from its roots. Nodes without words (of the system,
// of tools) are left out; what follows them follows what they followed.
func (c *chatGPT) conversation() Conversation {
	to := Conversation{Title: c.Title, Named: c.Title != "", Created: seconds(float64(c.Created)), Updated: seconds(float64(c.Updated))}
	var roots []string
	for id, n := range c.Mapping {
		if _, has := c.Mapping[n.Parent]; !has {
			roots = append(roots, id)
		}
	}
	sort.Strings(roots)
	ids := map[string]uint64{} // node → its message, or that of the nearest node before it
	type visit struct {
		id     string
		parent uint64
	}
	var queue []visit
	for _, id := range roots {
		queue = append(queue, visit{id, 0})
	}
	for ; len(queue) > 0; queue = queue[1:] { // level by level: parents come first
		v := queue[0]
		if _, seen := ids[v.id]; seen {
			continue
		}
		n, has := c.Mapping[v.id]
		if !has {
			continue
		}
		ids[v.id] = v.parent
		if m, ok := n.message(); ok {
			m.ID, m.Parent = uint64(len(to.Messages)+1), v.parent
			to.Messages = append(to.Messages, m)
			ids[v.id] = m.ID
		}
		for _, child := range n.Children {
			queue = append(queue, visit{child, ids[v.id]})
		}
	}
	to.Head = ids[c.Current]
	return to
}

func (n *chatGPTNode) message() (m Message, ok bool) {
	s := n.Message
	if s == nil || s.Metadata.Hidden || (s.Author.Role != "user" && s.Author.Role != "assistant") {
		return m, false
	}
	text := s.Content.words()
	if text == "" {
		return m, false
	}
	m = Message{Role: s.Author.Role, Text: text, Created: seconds(float64(s.Created))}
	if s.Metadata.Model != "" && m.Role == "assistant" {
		m.Reply = modelOnly(s.Metadata.Model)
	}
	return m, true
}

// words is what can be read of a content: text, what was spoken, code. Something
// stands for pictures and files; the sound of what was spoken needs nothing.
func (c *chatGPTContent) words() string {
	var parts []string
	add := func(text string) {
		if text = strings.TrimSpace(citation.ReplaceAllString(text, "")); text != "" {
			parts = append(parts, text)
		}
	}
	spoken := slices.ContainsFunc(c.Parts, func(raw json.RawMessage) bool { return partOf(raw).spoken() })
	for _, raw := range c.Parts {
		switch p := partOf(raw); {
		case p.Text != "":
			add(p.Text)
		case p.Type == "": // text, and empty
		case !spoken || !strings.Contains(p.Type, "audio"):
			add("(An attachment that was not imported.)")
		}
	}
	if c.Type == "code" && strings.TrimSpace(c.Text) != "" {
		language := c.Language
		if language == "unknown" {
			language = ""
		}
		parts = append(parts, "```"+language+"\n"+strings.TrimRight(c.Text, "\n")+"\n```")
	}
	return strings.Join(parts, "\n\n")
}

// chatGPTPart is a part of a content that is more than text.
type chatGPTPart struct {
	Type string `json:"content_type"`
	Text string `json:"text"`
}

func (p chatGPTPart) spoken() bool { return p.Type == "audio_transcription" && p.Text != "" }

func partOf(raw json.RawMessage) (p chatGPTPart) {
	if json.Unmarshal(raw, &p.Text) == nil {
		return p
	}
	if json.Unmarshal(raw, &p) != nil || p.Type == "" {
		p = chatGPTPart{Type: "unknown"}
	}
	return p
}

// citation is a mark of ChatGPT's for a source, in characters of its own that no
// font has.
var citation = regexp.MustCompile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue20f]")
