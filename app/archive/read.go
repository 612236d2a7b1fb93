package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
	"sort"
	"strings"
	"time"
)

// mostBytes is what a file in a ZIP may grow to: ChatGPT's exports are ZIPs, and a
// small one must not fill the memory.
const mostBytes = 1 << 30

// Read reads a file of ours, of ChatGPT's or of LM Studio's. An error is a
// sentence about the file.
func Read(content []byte) (a *Archive, err error) {
	content = bytes.TrimPrefix(bytes.TrimSpace(content), []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		if content, err = unzip(content); err != nil {
			return nil, err
		}
	}
	switch {
	case len(content) == 0:
		return nil, errEmpty
	case !json.Valid(content):
		return nil, errNotJSON
	}
	a, err = read(content)
	if err != nil {
		return nil, err
	}
	if len(a.Conversations) == 0 {
		return nil, errNothing
	}
	for i := range a.Conversations {
		a.Conversations[i].repair()
	}
	return a, nil
}

// Looks says whether the beginning of a file looks like one that Read reads.
func Looks(head []byte) bool {
	has := func(text string) bool { return bytes.Contains(head, []byte(text)) }
	head = bytes.TrimPrefix(bytes.TrimSpace(head), []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(head, []byte("{")) && (has(formatName) || has(`"messages"`) || has(`"mapping"`)) ||
		bytes.HasPrefix(head, []byte("[")) && has(`"mapping"`)
}

func unzip(content []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
	}
	for _, f := range z.File {
		if path.Base(f.Name) != "conversations.json" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
		}
		defer r.Close()
		inside, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
		switch {
		case err != nil:
			return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
		case len(inside) > mostBytes:
			return nil, fmt.Errorf("%s in the ZIP file is larger than 1 GB: unpack it and split it", f.Name)
		}
		return inside, nil
	}
	return nil, fmt.Errorf("there is no conversations.json in the ZIP file")
}

func read(content []byte) (*Archive, error) {
	if content[0] == '[' {
		return readChatGPT(content)
	}
	var kind struct {
		Format   string          `json:"format"`
		Version  int             `json:"version"`
		Messages json.RawMessage `json:"messages"`
		Mapping  json.RawMessage `json:"mapping"`
	}
	if err := json.Unmarshal(content, &kind); err != nil {
		return nil, errUnknown
	}
	switch {
	case kind.Format == formatName && kind.Version > formatVersion:
		return nil, newer(kind.Version)
	case kind.Format == formatName:
		a := &Archive{}
		if err := json.Unmarshal(content, a); err != nil {
			return nil, fmt.Errorf("it is damaged: %w", err)
		}
		return a, nil
	case len(kind.Mapping) > 0: // one conversation of ChatGPT's alone
		return readChatGPT(append(append([]byte{'['}, content...), ']'))
	case len(kind.Messages) > 0:
		return readLMStudio(content)
	}
	return nil, errUnknown
}

// repair makes a conversation such as the database takes it: ids that are there
// once, parents before their children, roles and states that are known, JSON that
// is some.
func (c *Conversation) repair() {
	known := map[uint64]bool{}
	kept := c.Messages[:0]
	for _, m := range c.Messages {
		if m.ID == 0 || known[m.ID] {
			continue
		}
		if !known[m.Parent] {
			m.Parent = 0
		}
		if m.Role != "user" {
			m.Role = "assistant"
		}
		m.Text = strings.ToValidUTF8(m.Text, "�")
		m.Error = strings.ToValidUTF8(m.Error, "�")
		switch m.State {
		case "interrupted", "stopped", "failed":
		case "streaming":
			m.State = "interrupted"
		default:
			m.State = "complete"
		}
		m.Created = sane(m.Created)
		m.Reply = compact(m.Reply)
		known[m.ID] = true
		kept = append(kept, m)
	}
	c.Messages = kept
	c.Created, c.Updated = sane(c.Created), sane(c.Updated)
	if c.Updated.Before(c.Created) {
		c.Updated = c.Created
	}
	c.Title = strings.Join(strings.Fields(strings.ToValidUTF8(c.Title, "")), " ")
}

// compact is a reply's JSON without the space that the file has in it; nil if it is
// none.
func compact(reply json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if len(reply) == 0 || json.Compact(&b, reply) != nil || b.String() == "null" {
		return nil
	}
	return b.Bytes()
}

// sane is a time that can be shown and stored; the beginning of 1970 for others.
func sane(t time.Time) time.Time {
	if y := t.Year(); y < 1970 || y > 9999 {
		return time.Unix(0, 0)
	}
	return t
}

// seconds makes a time of seconds since 1970, with their fraction.
func seconds(s float64) time.Time {
	if !(s >= 0 && s < 253402300800) { // the year 10000; NaN too
		return time.Unix(0, 0)
	}
	whole, rest := math.Modf(s)
	return time.Unix(int64(whole), int64(rest*1e9))
}

// chatGPT is one conversation of conversations.json, as far as it is read.
type chatGPT struct {
	Title   string                 `json:"title"`
	Created float64                `json:"create_time"`
	Updated float64                `json:"update_time"`
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
		Created float64 `json:"create_time"`
		Content struct {
			Type  string            `json:"content_type"`
			Parts []json.RawMessage `json:"parts"`
			Text  string            `json:"text"`
		} `json:"content"`
		Metadata struct {
			Hidden bool   `json:"is_visually_hidden_from_conversation"`
			Model  string `json:"model_slug"`
		} `json:"metadata"`
	} `json:"message"`
}

func readChatGPT(content []byte) (*Archive, error) {
	var all []chatGPT
	if err := json.Unmarshal(content, &all); err != nil {
		return nil, fmt.Errorf("it looks like an export of ChatGPT and is not built like one: %w", err)
	}
	a := &Archive{}
	for _, c := range all {
		if c.Mapping == nil {
			return nil, errUnknown
		}
		a.Conversations = append(a.Conversations, c.conversation())
	}
	return a, nil
}

// conversation walks the tree from its roots. Nodes without words (of the system,
// of tools) are left out; what follows them follows what they followed.
func (c *chatGPT) conversation() Conversation {
	to := Conversation{Title: c.Title, Named: c.Title != "", Created: seconds(c.Created), Updated: seconds(c.Updated)}
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
	var parts []string
	for _, raw := range s.Content.Parts {
		text := ""
		if json.Unmarshal(raw, &text) != nil {
			text = "(An attachment that was not imported.)"
		}
		if strings.TrimSpace(text) != "" {
			parts = append(parts, text)
		}
	}
	if s.Content.Type == "code" && s.Content.Text != "" {
		parts = append(parts, "```\n"+s.Content.Text+"\n```")
	}
	if len(parts) == 0 {
		return m, false
	}
	m = Message{Role: s.Author.Role, Text: strings.Join(parts, "\n\n"), Created: seconds(s.Created)}
	if s.Metadata.Model != "" && m.Role == "assistant" {
		m.Reply = modelOnly(s.Metadata.Model)
	}
	return m, true
}

// modelOnly is what is known of a reply of which only the model's name is.
func modelOnly(name string) json.RawMessage {
	reply, err := json.Marshal(map[string]string{"model": name})
	if err != nil {
		return nil
	}
	return reply
}
