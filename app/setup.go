package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"beyonder/engine"
	"beyonder/engine/sample"
	"beyonder/store"
)

// Sampling is how tokens are chosen, and which preset that came from.
type Sampling struct {
	Preset   string          `json:"preset,omitempty"` // Preset.Key; the values may have been changed since
	Settings sample.Settings `json:"settings"`
}

// UnmarshalJSON reads over neutral values, so that a sampler that is newer than
// what was kept is off.
func (s *Sampling) UnmarshalJSON(data []byte) error {
	type plain Sampling
	p := plain{Settings: sample.Neutral()}
	p.Settings.DRYBreakers = nil // an empty list is not written
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*s = Sampling(p)
	return nil
}

// Clone shares no memory with s.
func (s Sampling) Clone() Sampling {
	s.Settings = cloneSampling(s.Settings)
	return s
}

func cloneSampling(p sample.Settings) sample.Settings {
	p.Order, p.DRYBreakers = slices.Clone(p.Order), slices.Clone(p.DRYBreakers)
	p.Banned, p.Stop = slices.Clone(p.Banned), slices.Clone(p.Stop)
	p.LogitBias = maps.Clone(p.LogitBias)
	return p
}

// SameSampling says whether two settings choose alike. It compares what is kept
// of them, so that an empty list and none are the same.
func SameSampling(a, b sample.Settings) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Setup is how replies are written.
type Setup struct {
	Sampling Sampling             `json:"sampling"`
	Policy   engine.ContextPolicy `json:"policy"`
}

func (s *Setup) validate() error {
	if err := validPolicy(s.Policy); err != nil {
		return err
	}
	return s.Sampling.Settings.Validate()
}

func validPolicy(p engine.ContextPolicy) error {
	if p != engine.StopWhenFull && p != engine.RollWhenFull {
		return fmt.Errorf("the policy %q is none of %s and %s", p, engine.StopWhenFull, engine.RollWhenFull)
	}
	return nil
}

// keptSetup is what a conversation keeps of how its replies are written.
//
// Start is what it began with; it is kept with the first reply, when it is known
// which model answers, and never changes from then on. What was changed in the
// conversation itself comes before its assistant's, which comes before Start.
type keptSetup struct {
	Start  *Setup               `json:"start,omitempty"`
	Own    *Sampling            `json:"own,omitempty"`
	Policy engine.ContextPolicy `json:"policy,omitempty"` // "": not changed
}

func (k keptSetup) encode() (json.RawMessage, error) {
	data, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("the settings of the conversation cannot be kept: %w", err)
	}
	return data, nil
}

func decodeSetup(data json.RawMessage) (k keptSetup, err error) {
	if err := json.Unmarshal(data, &k); err != nil {
		return keptSetup{}, err
	}
	if k.Policy != "" {
		err = validPolicy(k.Policy)
	}
	if k.Start != nil {
		err = errors.Join(err, k.Start.validate())
	}
	if k.Own != nil {
		err = errors.Join(err, k.Own.Settings.Validate())
	}
	if err != nil {
		return keptSetup{}, err
	}
	return k, nil
}

// keptOf is what a conversation keeps. One that was begun before conversations
// had settings of their own has those that were in force then.
func (a *App) keptOf(id ID) (k keptSetup, err error) {
	data, err := a.store.Setup(id)
	if err == nil && len(data) > 0 {
		if k, err = decodeSetup(data); err == nil {
			return k, nil
		}
		err = fmt.Errorf("the settings of this conversation cannot be read and are the usual ones now: %w", err)
	}
	before := a.firstSetup()
	return keptSetup{Start: &before}, err
}

// changeKept changes what a conversation keeps.
func (a *App) changeKept(id ID, f func(*keptSetup)) error {
	a.setups.Lock()
	defer a.setups.Unlock()
	k, _ := a.keptOf(id) // what cannot be read is written anew
	f(&k)
	data, err := k.encode()
	if err != nil {
		return err
	}
	return a.store.SetSetup(id, data)
}

// SetSampling changes how the tokens of a conversation are chosen, from its next
// reply on, and of no other one. It says so if a value is out of range, and
// changes nothing then.
func (a *App) SetSampling(id ID, s Sampling) error {
	if err := s.Settings.Validate(); err != nil {
		return err
	}
	s = s.Clone()
	return a.changeKept(id, func(k *keptSetup) { k.Own = &s })
}

// ResetSampling takes back what was changed in a conversation: its assistant's
// sampling holds again or, without one, what it began with.
func (a *App) ResetSampling(id ID) error {
	return a.changeKept(id, func(k *keptSetup) { k.Own = nil })
}

// SetPolicy says what happens in a conversation when the context is full; "": what
// its assistant says, or what it began with.
func (a *App) SetPolicy(id ID, p engine.ContextPolicy) error {
	if p != "" {
		if err := validPolicy(p); err != nil {
			return err
		}
	}
	return a.changeKept(id, func(k *keptSetup) { k.Policy = p })
}

// Source says where something that holds in a conversation comes from.
type Source string

// The sources, the first one that has something to say counts.
const (
	FromConversation Source = "conversation" // it was set in it
	FromAssistant    Source = "assistant"
	FromFolder       Source = "folder"
	FromStart        Source = "start" // what it began with
	FromNowhere      Source = ""
)

// InForce is what the next reply of a conversation is written with, and where each
// part of it comes from.
type InForce struct {
	Setup
	SamplingFrom, PolicyFrom Source
	System                   string // the system prompt
	SystemFrom               Source
	Assistant                Assistant // its ID is 0 without one
	Folder                   Folder    // its ID is 0 without one
	Start                    Setup     // what it began with, or begins with
	Trouble                  string    // what of it cannot be read, "": nothing
}

// InForce is what holds in a conversation.
func (a *App) InForce(id ID) (InForce, error) {
	c, err := a.store.Conversation(id)
	if err != nil {
		return InForce{}, err
	}
	return a.inForce(c), nil
}

// InForceNew is what will hold in a conversation that is begun with an assistant,
// in a folder; 0: without.
func (a *App) InForceNew(assistant, folder ID) InForce {
	return a.resolve(store.Conversation{Assistant: assistant, Folder: folder}, keptSetup{})
}

func (a *App) inForce(c store.Conversation) InForce {
	k, err := a.keptOf(c.ID)
	f := a.resolve(c, k)
	f.Trouble = sentence(err)
	return f
}

func (a *App) resolve(c store.Conversation, k keptSetup) InForce {
	f := InForce{SamplingFrom: FromStart, PolicyFrom: FromStart}
	if k.Start == nil {
		start := a.Start()
		k.Start = &start
	}
	f.Setup, f.Start = *k.Start, *k.Start
	if c.Assistant != 0 {
		f.Assistant, _ = a.Assistant(c.Assistant) // one that is not there any more is none
	}
	if c.Folder != 0 {
		if kept, err := a.store.Folder(c.Folder); err == nil {
			f.Folder = folder(kept)
		}
	}
	if f.Assistant.Sampling != nil {
		f.Sampling, f.SamplingFrom = *f.Assistant.Sampling, FromAssistant
	}
	if k.Own != nil {
		f.Sampling, f.SamplingFrom = *k.Own, FromConversation
	}
	if f.Assistant.Policy != "" {
		f.Policy, f.PolicyFrom = f.Assistant.Policy, FromAssistant
	}
	if k.Policy != "" {
		f.Policy, f.PolicyFrom = k.Policy, FromConversation
	}
	f.System, f.SystemFrom = systemFor(c.System, f.Assistant.System, f.Folder.System)
	f.Sampling = f.Sampling.Clone()
	return f
}

// systemFor is the system prompt that counts: the first of the three that says
// something.
func systemFor(conversation, assistant, folder string) (string, Source) {
	said := func(text string) bool { return strings.TrimSpace(text) != "" }
	switch {
	case said(conversation):
		return conversation, FromConversation
	case said(assistant):
		return assistant, FromAssistant
	case said(folder):
		return folder, FromFolder
	}
	return "", FromNowhere
}

// begin is what holds for the first reply of a conversation; from then on what it
// began with is its own.
func (a *App) begin(c store.Conversation) InForce {
	a.setups.Lock()
	defer a.setups.Unlock()
	k, err := a.keptOf(c.ID)
	f := a.resolve(c, k)
	if err != nil || k.Start != nil {
		return f
	}
	k.Start = &f.Start
	if data, err := k.encode(); err == nil {
		_ = a.store.SetSetup(c.ID, data) // on a full disk it is tried again with the next reply
	}
	return f
}
