package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
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

// unzip joins the conversations of a ZIP: they are in conversations.json or, if there
// are many, in conversations-000.json and so on.
func unzip(content []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
	}
	var names []string
	var all []json.RawMessage
	left := int64(mostBytes)
	for _, f := range z.File {
		if match, _ := path.Match("conversations*.json", path.Base(f.Name)); !match {
			continue
		}
		inside, err := unpack(f, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(inside))
		if names = append(names, f.Name); !json.Valid(inside) {
			return nil, fmt.Errorf("%s in the ZIP file is no JSON", f.Name)
		}
		var some []json.RawMessage
		if json.Unmarshal(inside, &some) != nil {
			some = []json.RawMessage{inside}
		}
		all = append(all, some...)
	}
	if names == nil {
		return nil, fmt.Errorf("there is no conversations.json in the ZIP file")
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return json.Marshal(all)
}

func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
	}
	defer r.Close()
	inside, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the ZIP file is damaged: %w", err)
	case int64(len(inside)) > most:
		return nil, fmt.Errorf("%s in the ZIP file is larger than 1 GB: unpack it and split it", f.Name)
	}
	return inside, nil
}

func read(content []byte) (*Archive, error) {
	if content[0] == '[' {
		var all []json.RawMessage
		if err := json.Unmarshal(content, &all); err != nil {
			return nil, errUnknown
		}
		return readChatGPT(all)
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
		return readChatGPT([]json.RawMessage{content})
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
	c.date(time.Now())
	c.Title = strings.Join(strings.Fields(strings.ToValidUTF8(c.Title, "")), " ")
}

// date gives times to what has none, so that it does not stand in 1970: a message
// has its parent's, the conversation those of its messages, or, without any, now.
func (c *Conversation) date(now time.Time) {
	first, last := time.Time{}, time.Time{}
	for _, m := range c.Messages {
		if dated(m.Created) && (first.IsZero() || m.Created.Before(first)) {
			first = m.Created
		}
		if dated(m.Created) && m.Created.After(last) {
			last = m.Created
		}
	}
	for _, t := range []time.Time{first, c.Updated, now} {
		if !dated(c.Created) && !t.IsZero() {
			c.Created = t
		}
	}
	if !dated(c.Updated) {
		c.Updated = last
	}
	if c.Updated.Before(c.Created) {
		c.Updated = c.Created
	}
	at := map[uint64]time.Time{0: c.Created}
	for i := range c.Messages {
		m := &c.Messages[i]
		if !dated(m.Created) {
			m.Created = at[m.Parent]
		}
		at[m.ID] = m.Created
	}
}

// dated says whether a time is another than what sane gives for none.
func dated(t time.Time) bool { return t.Unix() > 0 }

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

// modelOnly is what is known of a reply of which only the model's name is.
func modelOnly(name string) json.RawMessage {
	reply, err := json.Marshal(map[string]string{"model": name})
	if err != nil {
		return nil
	}
	return reply
}
