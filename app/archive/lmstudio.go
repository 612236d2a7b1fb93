package archive

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// lmStudio is a file of LM Studio's folder "conversations", as far as it is read.
type lmStudio struct {
	Name     string            `json:"name"`
	Pinned   bool              `json:"pinned"`
	Created  number            `json:"createdAt"` // milliseconds
	System   string            `json:"systemPrompt"`
	Messages []lmStudioMessage `json:"messages"`
}

// lmStudioMessage holds the versions of one turn, or is of the older form with one
// alone.
type lmStudioMessage struct {
	Versions []lmStudioVersion `json:"versions"`
	Selected int               `json:"currentlySelected"`
	lmStudioVersion
}

type lmStudioVersion struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	Steps   []struct {
		Type    string          `json:"type"`
		Content json.RawMessage `json:"content"`
	} `json:"steps"`
	Sender struct {
		Name string `json:"senderName"`
	} `json:"senderInfo"`
}

func readLMStudio(content []byte) (*Archive, error) {
	var l lmStudio
	if err := json.Unmarshal(content, &l); err != nil {
		return nil, fmt.Errorf("it looks like a conversation of LM Studio and is not built like one: %w", err)
	}
	c := Conversation{Title: l.Name, Named: l.Name != "", Pinned: l.Pinned, System: l.System, Created: seconds(float64(l.Created) / 1000)}
	c.Updated = c.Created
	for _, m := range l.Messages {
		c.Head = m.addTo(&c)
	}
	if len(c.Messages) == 0 {
		return nil, errNothing
	}
	return &Archive{Conversations: []Conversation{c}}, nil
}

// addTo adds the versions of a turn after what is shown, and returns the one that
// is shown now. (What followed the other versions LM Studio does not keep.)
func (m *lmStudioMessage) addTo(c *Conversation) (shown uint64) {
	versions := m.Versions
	if len(versions) == 0 {
		versions = []lmStudioVersion{m.lmStudioVersion}
	}
	parent := c.Head
	shown = parent
	for i, v := range versions {
		text := v.text()
		if strings.TrimSpace(text) == "" || v.Role == "system" {
			continue
		}
		id := uint64(len(c.Messages) + 1)
		message := Message{ID: id, Parent: parent, Role: v.Role, Text: text, Created: c.Created.Add(time.Duration(id) * time.Millisecond)}
		if v.Role == "assistant" && v.Sender.Name != "" {
			message.Reply = modelOnly(v.Sender.Name)
		}
		c.Messages = append(c.Messages, message)
		if i == m.Selected || shown == parent {
			shown = id
		}
	}
	return shown
}

// text is the text of a version: that of its steps, one under the other.
func (v *lmStudioVersion) text() string {
	parts := []string{contentText(v.Content)}
	for _, s := range v.Steps {
		if s.Type == "contentBlock" || s.Type == "" {
			parts = append(parts, contentText(s.Content))
		}
	}
	return strings.Trim(strings.Join(parts, "\n\n"), "\n")
}

// contentText is a content's text: it is text or a list of parts.
func contentText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	var all []string
	for _, p := range parts {
		switch {
		case p.Text != "":
			all = append(all, p.Text)
		case p.Type == "file":
			all = append(all, "(An attachment that was not imported.)")
		}
	}
	return strings.Join(all, "\n")
}
