package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"beyonder/engine"
	"beyonder/store"
)

// Assistant is somebody to talk to: a name, a face, what the model is told, how it
// chooses its words. What it leaves open is as in conversations without one.
type Assistant struct {
	ID       ID                   `json:"-"`
	Name     string               `json:"-"`
	Colour   int                  `json:"colour"`             // its place in the window's list of colours, below AssistantColours
	Picture  []byte               `json:"picture,omitempty"`  // a square PNG; nil: its colour with its initial
	About    string               `json:"about,omitempty"`    // what it is for, one line
	System   string               `json:"system,omitempty"`   // its system prompt
	Greeting string               `json:"greeting,omitempty"` // shown above a new conversation; the model is not told
	Sampling *Sampling            `json:"sampling,omitempty"` // nil: as without an assistant
	Policy   engine.ContextPolicy `json:"policy,omitempty"`   // "": as without an assistant
	Model    string               `json:"model,omitempty"`    // path of a file or folder; "": whichever is loaded
	Builtin  string               `json:"builtin,omitempty"`  // which of the built-in ones it was, "": none
	Trashed  bool                 `json:"-"`
	Error    string               `json:"-"` // why its record cannot be read, "" if it can
}

// AssistantColours is how many colours there are to choose from.
const AssistantColours = 8

// Limits of what an assistant may hold, in bytes.
const (
	mostName    = 200
	mostAbout   = 1000
	mostSystem  = 1 << 20
	mostPicture = 256 << 10
)

// Assistants returns the assistants outside the trash, in the user's order.
func (a *App) Assistants() ([]Assistant, error) { return a.assistants(false) }

// TrashedAssistants returns those in the trash.
func (a *App) TrashedAssistants() ([]Assistant, error) { return a.assistants(true) }

func (a *App) assistants(trashed bool) (list []Assistant, err error) {
	all, err := a.store.Items(store.Assistants)
	for _, i := range all {
		if !i.Trashed.IsZero() == trashed {
			list = append(list, a.assistantOf(i))
		}
	}
	return list, err
}

// Assistant returns one of them, from the trash too: conversations that have it go
// on with it.
func (a *App) Assistant(id ID) (Assistant, error) {
	i, err := a.store.Item(store.Assistants, id)
	if err != nil {
		return Assistant{}, err
	}
	return a.assistantOf(i), nil
}

func (a *App) assistantOf(i store.Item) Assistant {
	as := Assistant{}
	err := i.Damage
	if err == nil && len(i.Content) > 0 {
		err = json.Unmarshal(i.Content, &as)
	}
	as.Name = i.Name
	if err == nil {
		err = as.validate()
	}
	if err != nil {
		as = Assistant{Name: i.Name, Error: fmt.Sprintf("this assistant cannot be read: %v", err)}
	}
	if as.Model == starterKey && a.starter != nil {
		as.Model = a.starter.path
	}
	as.ID, as.Trashed = i.ID, !i.Trashed.IsZero()
	return as
}

var errAssistantName = errors.New("an assistant needs a name")

// validate says in a sentence what is wrong with an assistant.
func (as *Assistant) validate() error {
	switch {
	case as.Name == "":
		return errAssistantName
	case len(as.Name) > mostName:
		return fmt.Errorf("the name of an assistant has at most %d characters", mostName)
	case len(as.About) > mostAbout || len(as.Greeting) > mostAbout:
		return fmt.Errorf("what an assistant is for and its greeting have at most %d characters each", mostAbout)
	case len(as.System) > mostSystem:
		return errors.New("the system prompt of an assistant has at most 1 MB")
	case as.Colour < 0 || as.Colour >= AssistantColours:
		return fmt.Errorf("colour %d is not one of the %d", as.Colour, AssistantColours)
	case len(as.Picture) > mostPicture:
		return errors.New("the picture of an assistant has at most 256 kB")
	}
	if as.Policy != "" {
		if err := validPolicy(as.Policy); err != nil {
			return err
		}
	}
	if as.Sampling != nil {
		return as.Sampling.Settings.Validate()
	}
	return nil
}

// tidy makes a name and an about of what was typed.
func (as *Assistant) tidy() {
	as.Name, as.About = plain(as.Name), plain(as.About)
	as.System, as.Greeting = strings.ToValidUTF8(as.System, "�"), strings.ToValidUTF8(as.Greeting, "�")
	if as.Sampling != nil {
		s := as.Sampling.Clone()
		as.Sampling = &s
	}
}

func (a *App) record(as Assistant) (name string, content json.RawMessage, err error) {
	as.tidy()
	if err := as.validate(); err != nil {
		return "", nil, err
	}
	if as.Model != "" {
		as.Model = a.keyOf(as.Model)
	}
	content, err = json.Marshal(as)
	return as.Name, content, err
}

// NewAssistant adds an assistant at the end of the list.
func (a *App) NewAssistant(as Assistant) (Assistant, error) {
	name, content, err := a.record(as)
	if err != nil {
		return Assistant{}, err
	}
	items, err := a.store.AddItems(store.Assistants, store.Item{Name: name, Content: content})
	if err != nil {
		return Assistant{}, fmt.Errorf("the assistant %q cannot be kept: %w", name, err)
	}
	a.LookForModels(0) // its own may be one that was never used
	return a.assistantOf(items[0]), nil
}

// ChangeAssistant changes an assistant. It holds in the conversations that have it,
// but for what was changed in them.
func (a *App) ChangeAssistant(as Assistant) error {
	name, content, err := a.record(as)
	if err != nil {
		return err
	}
	if err := a.store.SetItem(store.Assistants, as.ID, name, content); err != nil {
		return err
	}
	a.LookForModels(0)
	return nil
}

// DuplicateAssistant adds a copy, which is no built-in one, after the original.
func (a *App) DuplicateAssistant(id ID) (Assistant, error) {
	as, err := a.Assistant(id)
	if err != nil {
		return Assistant{}, err
	}
	list, err := a.Assistants()
	if err != nil {
		return Assistant{}, err
	}
	as.Builtin, as.Name = "", copyName(as.Name, list)
	copied, err := a.NewAssistant(as)
	if err != nil {
		return Assistant{}, err
	}
	for i := range list {
		if list[i].ID == id && i+1 < len(list) {
			err = a.MoveAssistant(copied.ID, list[i+1].ID)
		}
	}
	return copied, err
}

// copyName is a name that no assistant has: "Coder 2".
func copyName(name string, list []Assistant) string {
	base := name
	if i := strings.LastIndexByte(name, ' '); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		base = name[:i]
	}
	for len(base) > mostName-8 {
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	for n := 2; ; n++ {
		fresh, taken := fmt.Sprintf("%s %d", base, n), false
		for _, as := range list {
			taken = taken || strings.EqualFold(as.Name, fresh)
		}
		if !taken {
			return fresh
		}
	}
}

// MoveAssistant puts an assistant before another one, 0: at the end.
func (a *App) MoveAssistant(id, before ID) error {
	return a.store.MoveItem(store.Assistants, id, before)
}

// DeleteAssistant puts an assistant into the trash. Conversations that have it go
// on with it.
func (a *App) DeleteAssistant(id ID) error {
	return a.store.TrashItem(store.Assistants, id, time.Now())
}

// RestoreAssistant takes it out again.
func (a *App) RestoreAssistant(id ID) error {
	return a.store.TrashItem(store.Assistants, id, time.Time{})
}

// EraseAssistant deletes an assistant for good. Conversations that had it keep its
// system prompt and its sampling as their own.
func (a *App) EraseAssistant(id ID) error {
	as, err := a.Assistant(id)
	if err != nil {
		return err
	}
	a.setups.Lock()
	defer a.setups.Unlock()
	before := a.firstSetup()
	return a.store.DeleteAssistant(id, func(_ ID, system string, setup json.RawMessage) (string, json.RawMessage, error) {
		return apart(as, before, system, setup)
	})
}

// apart is what a conversation has without its assistant, so that the same holds in
// it as with it. before is what held before conversations had settings of their own.
func apart(as Assistant, before Setup, system string, setup json.RawMessage) (string, json.RawMessage, error) {
	k, err := decodeSetup(setup)
	if err != nil {
		before.Sampling = before.Sampling.Clone()
		k = keptSetup{Start: &before}
	}
	if k.Own == nil && as.Sampling != nil {
		s := as.Sampling.Clone()
		k.Own = &s
	}
	if k.Policy == "" {
		k.Policy = as.Policy
	}
	if own, from := systemFor(system, as.System, ""); from == FromAssistant {
		system = own
	}
	data, err := k.encode()
	return system, data, err
}

// Using counts the conversations that have an assistant.
func (a *App) Using(id ID) (int, error) { return a.store.Using(id) }

// SetAssistant gives a conversation another assistant, from its next reply on; 0:
// none. What was changed in the conversation itself stays.
func (a *App) SetAssistant(id, assistant ID) error {
	if assistant != 0 {
		if _, err := a.Assistant(assistant); err != nil {
			return err
		}
	}
	return a.changeAssistantOf(id, assistant)
}

func (a *App) changeAssistantOf(id, assistant ID) error {
	a.setups.Lock()
	defer a.setups.Unlock()
	k, _ := a.keptOf(id)
	data, err := k.encode()
	if err != nil {
		return err
	}
	return a.store.SetAssistant(id, assistant, data)
}

// NewConversationWith creates an empty conversation with an assistant, in a folder;
// 0: without.
func (a *App) NewConversationWith(assistant, folder ID) (Conversation, error) {
	if assistant != 0 {
		if _, err := a.Assistant(assistant); err != nil {
			assistant = 0 // it was deleted for good meanwhile
		}
	}
	data, err := keptSetup{}.encode()
	if err != nil {
		return Conversation{}, err
	}
	c, err := a.store.CreateWith(time.Now(), assistant, folder, data)
	return conversation(c), err
}

// Speaker is who wrote a reply, as the assistant was called then.
type Speaker struct {
	ID     ID     `json:"id"`
	Name   string `json:"name"`
	Colour int    `json:"colour"`
}

// speaker is nil for no assistant.
func (as *Assistant) speaker() *Speaker {
	if as.ID == 0 {
		return nil
	}
	return &Speaker{ID: as.ID, Name: as.Name, Colour: as.Colour}
}

func (s *Speaker) name() string {
	if s == nil {
		return "none"
	}
	return s.Name
}
