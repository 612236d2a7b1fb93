package apptest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beyonder/app"
	"beyonder/app/archive"
	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/engine/sample"
)

// Library fills a data folder by an import: so many conversations, the newest of so
// many messages, the others of two, a few of the replies failed or broken off. Each
// reply has all that is kept of one.
func Library(dir string, conversations, messages int) error {
	reply, err := json.Marshal(keptReply())
	if err != nil {
		return err
	}
	a := &archive.Archive{}
	for now, i := time.Now(), 0; i < conversations; i++ {
		c := archive.Conversation{Title: fmt.Sprintf("Conversation about the number %d", i), Created: now.AddDate(-9, 0, 0), Updated: now.Add(-time.Duration(i) * time.Hour)}
		n := 2
		if i == 0 {
			n = messages
		}
		for k := range n {
			c.Messages = append(c.Messages, libraryMessage(i, k, now, reply))
		}
		a.Conversations = append(a.Conversations, c)
	}
	path := filepath.Join(dir, "library.json")
	defer os.Remove(path)
	if err := writeArchive(a, path); err != nil {
		return err
	}
	to, err := app.Open(app.Options{Dir: dir, Engine: New(nil, 0)})
	if err != nil {
		return err
	}
	if _, _, err := to.Import(path); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}

func writeArchive(a *archive.Archive, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return a.WriteJSON(f)
}

func libraryMessage(conversation, k int, now time.Time, reply json.RawMessage) archive.Message {
	m := archive.Message{ID: uint64(k + 1), Parent: uint64(k), Role: prompt.User, Created: now,
		Text: fmt.Sprintf("Message %d of %d. %s\n\n- one\n- two `code`\n", k, conversation, strings.Repeat("Some words of a sentence. ", 12))}
	if k%2 == 0 {
		return m
	}
	m.Role, m.Reply = prompt.Assistant, reply
	switch k % 32 {
	case 3:
		m.State, m.Error = string(app.Failed), fmt.Sprintf("/models/%d.gguf is damaged: tensor %d ends behind the end of the file; download it again", k, k)
	case 5:
		m.State, m.Error = string(app.Interrupted), "the program ended in the middle of it"
	}
	return m
}

// keptReply is what is kept of a reply.
func keptReply() app.Reply {
	settings := sample.Neutral()
	return app.Reply{Model: "Beyonder", ModelHash: strings.Repeat("0123456789abcdef", 4), Device: "CPU (AVX-512)", Template: "the file's own", KV: "f16",
		Build: "(devel)", Experts: []string{"chat", "code", "story", "math"}, Settings: settings,
		Done: engine.Done{Reason: engine.StopEnd, PromptTokens: 21, NewTokens: 209, ReadSeconds: 0.12, FirstSeconds: 0.15, WriteSeconds: 8.5,
			ContextUsed: 230, ContextSize: 4096, Seed: 2702210828, Sampling: settings}}
}
