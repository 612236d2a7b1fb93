package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"beyonder/app"
	"beyonder/app/apptest"
	"beyonder/engine"
	"beyonder/engine/sample"
)

func (b *bench) inForce(id app.ID) app.InForce {
	b.t.Helper()
	f, err := b.InForce(id)
	check(b.t, err)
	return f
}

func (b *bench) assistant(a app.Assistant) app.ID {
	b.t.Helper()
	a, err := b.NewAssistant(a)
	check(b.t, err)
	return a.ID
}

// warm is a sampling that can be told from others.
func warm(preset string, temperature float64) app.Sampling {
	s := sample.Presets()[0].Settings
	s.Temperature = temperature
	return app.Sampling{Preset: preset, Settings: s}
}

func TestSettingsHoldInOneConversation(t *testing.T) {
	b := fast(t, 2)
	one, two := b.conversation(), b.conversation()
	check(t, b.SetSampling(one, warm("precise", 1.5)))
	check(t, b.SetPolicy(one, engine.RollWhenFull))
	check(t, b.SetSystem(one, "Be brief."))
	b.send(one, "x")
	b.send(two, "x")
	r := b.engine.Requests()
	if r[0].Sampling.Temperature != 1.5 || r[0].Policy != engine.RollWhenFull || len(r[0].Messages) != 2 {
		t.Errorf("the first was asked for %+v", r[0])
	}
	if r[1].Sampling.Temperature != 0.8 || r[1].Policy != engine.StopWhenFull || len(r[1].Messages) != 1 {
		t.Errorf("the second was asked for %+v", r[1])
	}
	three := b.conversation()
	if f := b.inForce(three); f.Sampling.Settings.Temperature != 0.8 || f.SamplingFrom != app.FromStart || f.System != "" {
		t.Errorf("a new one begins with %+v", f)
	}
	check(t, b.ResetSampling(one))
	if f := b.inForce(one); f.Sampling.Settings.Temperature != 0.8 || f.Policy != engine.RollWhenFull {
		t.Errorf("taken back, it has %+v", f)
	}
	check(t, b.SetPolicy(one, ""))
	if f := b.inForce(one); f.Policy != engine.StopWhenFull || f.PolicyFrom != app.FromStart {
		t.Errorf("its policy is %q from %q", f.Policy, f.PolicyFrom)
	}
	bad := warm("", -1)
	if err := b.SetSampling(one, bad); err == nil || b.inForce(one).Sampling.Settings.Temperature != 0.8 {
		t.Errorf("a temperature of -1 was taken: %v", err)
	}
	if err := b.SetPolicy(one, "panic"); err == nil {
		t.Error("a policy that there is not was taken")
	}
}

// Conversation before assistant before folder; each says where it comes from.
func TestWhichCounts(t *testing.T) {
	b := fast(t, 2)
	f, err := b.NewFolder("Work")
	check(t, err)
	check(t, b.SetFolder(f.ID, "Work", "folder's"))
	cold := warm("precise", 0.1)
	as := b.assistant(app.Assistant{Name: "Anna", System: "assistant's", Sampling: &cold, Policy: engine.RollWhenFull})
	c, err := b.NewConversationWith(0, f.ID)
	check(t, err)
	for _, step := range []struct {
		name     string
		do       func() error
		system   string
		from     app.Source
		heat     float64
		sampling app.Source
		policy   engine.ContextPolicy
	}{
		{"folder", func() error { return nil }, "folder's", app.FromFolder, 0.8, app.FromStart, engine.StopWhenFull},
		{"assistant", func() error { return b.SetAssistant(c.ID, as) }, "assistant's", app.FromAssistant, 0.1, app.FromAssistant, engine.RollWhenFull},
		{"own prompt", func() error { return b.SetSystem(c.ID, "own") }, "own", app.FromConversation, 0.1, app.FromAssistant, engine.RollWhenFull},
		{"own sampling", func() error { return b.SetSampling(c.ID, warm("", 2)) }, "own", app.FromConversation, 2, app.FromConversation, engine.RollWhenFull},
		{"own policy", func() error { return b.SetPolicy(c.ID, engine.StopWhenFull) }, "own", app.FromConversation, 2, app.FromConversation, engine.StopWhenFull},
		{"blank prompt", func() error { return b.SetSystem(c.ID, " \n") }, "assistant's", app.FromAssistant, 2, app.FromConversation, engine.StopWhenFull},
		{"no own sampling", func() error { return b.ResetSampling(c.ID) }, "assistant's", app.FromAssistant, 0.1, app.FromAssistant, engine.StopWhenFull},
		{"trashed", func() error { return b.DeleteAssistant(as) }, "assistant's", app.FromAssistant, 0.1, app.FromAssistant, engine.StopWhenFull},
		{"no assistant", func() error { return b.SetAssistant(c.ID, 0) }, "folder's", app.FromFolder, 0.8, app.FromStart, engine.StopWhenFull},
	} {
		check(t, step.do())
		got := b.inForce(c.ID)
		if got.System != step.system || got.SystemFrom != step.from || got.Sampling.Settings.Temperature != step.heat || got.SamplingFrom != step.sampling || got.Policy != step.policy {
			t.Errorf("%s: %q from %q, %v from %q, %q", step.name, got.System, got.SystemFrom, got.Sampling.Settings.Temperature, got.SamplingFrom, got.Policy)
		}
		b.send(c.ID, step.name)
		requests := b.engine.Requests()
		last := requests[len(requests)-1]
		if last.Messages[0].Content != step.system || last.Sampling.Temperature != step.heat || last.Policy != step.policy {
			t.Errorf("%s: the engine was asked for %q, %v, %q", step.name, last.Messages[0].Content, last.Sampling.Temperature, last.Policy)
		}
	}
}

// What a conversation began with is its own from its first reply on.
func TestTheStartStays(t *testing.T) {
	b := fast(t, 2)
	asked, fresh := b.conversation(), b.conversation()
	b.send(asked, "x")
	check(t, b.SetStart(app.Setup{Sampling: warm("creative", 1.2), Policy: engine.RollWhenFull}))
	if f := b.inForce(asked); f.Sampling.Settings.Temperature != 0.8 || f.Policy != engine.StopWhenFull {
		t.Errorf("one that has a reply was changed: %+v", f)
	}
	if f := b.inForce(fresh); f.Sampling.Settings.Temperature != 1.2 || f.Policy != engine.RollWhenFull || !b.StartChosen() {
		t.Errorf("one without a reply begins with %+v", f)
	}
	b.engine.Model.Hash = "another"
	if f := b.inForce(fresh); f.Sampling.Settings.Temperature != 0.8 || b.StartChosen() {
		t.Errorf("with another model, it begins with %+v", f)
	}
	check(t, b.SetStartForAll(app.Setup{Sampling: warm("", 0.5), Policy: engine.StopWhenFull}))
	if b.Start().Sampling.Settings.Temperature != 0.5 {
		t.Errorf("all begin with %+v", b.Start())
	}
	b.engine.Model.Hash = "00c0ffee"
	check(t, b.ForgetStart())
	if b.Start().Sampling.Settings.Temperature != 0.5 {
		t.Errorf("without a choice for the model, they begin with %+v", b.Start())
	}
}

// A model's file may suggest its sampling: conversations with it begin with that,
// unless the user has chosen otherwise.
func TestTheModelSuggests(t *testing.T) {
	b := fast(t, 2)
	s := sample.Presets()[0].Settings
	s.Temperature = 0.33
	b.engine.Model.Sampling = &s
	id := b.conversation()
	b.send(id, "x")
	if got := b.engine.Requests()[0].Sampling.Temperature; got != 0.33 {
		t.Errorf("the temperature is %v", got)
	}
	key := b.inForce(id).Sampling.Preset
	presets, err := b.Presets()
	check(t, err)
	i := slices.IndexFunc(presets, func(p app.Preset) bool { return p.Key == key })
	if i < 0 || !presets[i].OfModel() || presets[i].Own() {
		t.Fatalf("the preset %q is not among %+v", key, presets)
	}
	for range b.Load(t.Context(), "/models/suggesting.gguf", false) { // it is kept with the load
	}
	b.engine.Model.Sampling, b.engine.Model.Hash = nil, "another"
	if p, ok := b.Preset(key); !ok || p.Settings.Temperature != 0.33 {
		t.Errorf("with another model loaded it is %+v, %v", p, ok)
	}
	if got := b.inForce(b.conversation()).Sampling.Settings.Temperature; got != 0.8 {
		t.Errorf("with another model, conversations begin with %v", got)
	}
	b.engine.Model.Sampling, b.engine.Model.Hash = &s, "00c0ffee"
	check(t, b.SetStartForAll(app.Setup{Sampling: warm("", 0.5), Policy: engine.StopWhenFull}))
	if got := b.Start().Sampling.Settings.Temperature; got != 0.5 {
		t.Errorf("the user's choice for all is %v", got)
	}
}

// Conversations of before this version have what was in force then, for ever.
func TestConversationsOfBefore(t *testing.T) {
	dir := stored(t, `{"theme":"dark","scale":1,"sampling":{"temperature":0.25,"top_p":0.9,"repeat_penalty":1,"typical_p":1,"dynamic_exponent":1,"dry_base":1.75,"dry_allowed_length":2},"preset":"","policy":"roll"}`)
	b := open(t, dir, apptest.New(words(2), 0))
	id, err := b.ConversationOfBefore()
	check(t, err)
	check(t, b.SetStartForAll(app.Setup{Sampling: warm("", 1.9), Policy: engine.StopWhenFull}))
	for range 2 {
		f := b.inForce(id)
		if f.Sampling.Settings.Temperature != 0.25 || f.Policy != engine.RollWhenFull {
			t.Errorf("it has %+v", f.Setup)
		}
		check(t, b.Close())
		b = open(t, dir, b.engine)
	}
	if f := b.inForce(b.conversation()); f.Sampling.Settings.Temperature != 1.9 {
		t.Errorf("a new one has %+v", f.Setup)
	}
}

func TestDamagedSetups(t *testing.T) {
	b := fast(t, 2)
	for _, data := range []string{`{`, `{"start":{"sampling":{"settings":{"top_p":9}},"policy":"stop"}}`, `{"policy":"x"}`, `{"own":{"settings":{"temperature":-4}}}`, `[]`} {
		id := b.conversation()
		check(t, b.SpoilSetup(id, data))
		f := b.inForce(id)
		if f.Trouble == "" || f.Sampling.Settings.Temperature != 0.8 || f.Policy != engine.StopWhenFull {
			t.Errorf("%s: %+v", data, f)
		}
		if r := b.send(id, "x"); r.err != nil || r.finished == nil {
			t.Errorf("%s: %v", data, r.err)
		}
		check(t, b.SetSampling(id, warm("", 0.4)))
		if f := b.inForce(id); f.Trouble != "" || f.Sampling.Settings.Temperature != 0.4 {
			t.Errorf("%s: after a change it is %+v", data, f)
		}
	}
}

// world is what the property test expects of each conversation.
type world struct {
	own      map[app.ID]*app.Sampling
	policy   map[app.ID]engine.ContextPolicy
	system   map[app.ID]string
	with     map[app.ID]app.ID
	start    map[app.ID]app.Setup // of those with a reply
	as       map[app.ID]app.Assistant
	begin    app.Setup
	presets  []app.Preset
	sequence []app.ID
}

func (w *world) want(id app.ID) (s app.Setup, system string) {
	s = w.begin
	if start, ok := w.start[id]; ok {
		s = start
	}
	a := w.as[w.with[id]]
	if a.Sampling != nil {
		s.Sampling = *a.Sampling
	}
	if a.Policy != "" {
		s.Policy = a.Policy
	}
	if o := w.own[id]; o != nil {
		s.Sampling = *o
	}
	if p := w.policy[id]; p != "" {
		s.Policy = p
	}
	if system = w.system[id]; strings.TrimSpace(system) == "" {
		system = a.System
	}
	return s, system
}

// Whatever is done in whatever order, what holds in a conversation is what was set
// in it, by its assistant, or at its beginning, and nothing else changes it; after
// each restart, too.
func TestNothingLeaks(t *testing.T) {
	seed := uint64(20261129)
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) { noLeak(t, rand.New(rand.NewPCG(seed, uint64(round))), 70) })
	}
}

func noLeak(t *testing.T, r *rand.Rand, steps int) {
	dir, e := t.TempDir(), apptest.New(words(1), 0)
	b := open(t, dir, e)
	w := &world{own: map[app.ID]*app.Sampling{}, policy: map[app.ID]engine.ContextPolicy{}, system: map[app.ID]string{}, with: map[app.ID]app.ID{},
		start: map[app.ID]app.Setup{}, as: map[app.ID]app.Assistant{}, begin: b.Start()}
	some := func() app.ID {
		if len(w.sequence) == 0 {
			c, err := b.NewConversationWith(0, 0)
			check(t, err)
			w.sequence = append(w.sequence, c.ID)
		}
		return w.sequence[r.IntN(len(w.sequence))]
	}
	anybody := func() app.ID {
		ids := []app.ID{0}
		for id := range w.as {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return ids[r.IntN(len(ids))]
	}
	random := func() app.Sampling { return warm("", float64(r.IntN(40))/10) }
	policies := []engine.ContextPolicy{"", engine.StopWhenFull, engine.RollWhenFull}
	for step := range steps {
		id := some()
		what := ""
		switch r.IntN(13) {
		case 0:
			what = "new"
			as := anybody()
			c, err := b.NewConversationWith(as, 0)
			check(t, err)
			w.sequence, w.with[c.ID] = append(w.sequence, c.ID), as
		case 1:
			what = "sampling"
			s := random()
			check(t, b.SetSampling(id, s))
			w.own[id] = &s
		case 2:
			what = "preset"
			presets, err := b.Presets()
			check(t, err)
			p := presets[r.IntN(len(presets))]
			s := app.Sampling{Preset: p.Key, Settings: p.Settings}
			check(t, b.SetSampling(id, s))
			w.own[id] = &s
		case 3:
			what = "take back"
			check(t, b.ResetSampling(id))
			w.own[id] = nil
		case 4:
			what = "policy"
			w.policy[id] = policies[r.IntN(3)]
			check(t, b.SetPolicy(id, w.policy[id]))
		case 5:
			what = "assistant"
			w.with[id] = anybody()
			check(t, b.SetAssistant(id, w.with[id]))
		case 6:
			what = "new assistant"
			a := app.Assistant{Name: fmt.Sprint("A", step), Policy: policies[r.IntN(3)], System: fmt.Sprint("prompt ", step)}
			if r.IntN(2) == 0 {
				s := random()
				a.Sampling = &s
			}
			a, err := b.NewAssistant(a)
			check(t, err)
			w.as[a.ID] = a
		case 7:
			what = "change an assistant"
			if as := anybody(); as != 0 {
				a, s := w.as[as], random()
				a.Sampling, a.System = &s, fmt.Sprint("changed ", step)
				check(t, b.ChangeAssistant(a))
				w.as[as] = a
			}
		case 8:
			what = "save presets"
			if len(w.presets) > 0 && r.IntN(2) == 0 {
				p := w.presets[r.IntN(len(w.presets))]
				check(t, b.SetPreset(p.ID, p.Name, random().Settings))
				if r.IntN(3) == 0 {
					check(t, b.DeletePreset(p.ID))
				}
			} else {
				p, err := b.NewPreset(fmt.Sprint("P", step), random().Settings)
				check(t, err)
				w.presets = append(w.presets, p)
			}
		case 9:
			what = "reply"
			if _, begun := w.start[id]; !begun {
				w.start[id] = w.begin
			}
			b.send(id, "x")
			want, system := w.want(id)
			requests := e.Requests()
			last := requests[len(requests)-1]
			last.Sampling.Seed = want.Sampling.Settings.Seed
			if !app.SameSampling(last.Sampling, want.Sampling.Settings) || last.Policy != want.Policy || system != "" && last.Messages[0].Content != system {
				t.Fatalf("step %d: the engine was asked for %+v, want %+v %q", step, last, want, system)
			}
		case 10:
			what = "system"
			w.system[id] = []string{"", "own", "other"}[r.IntN(3)]
			check(t, b.SetSystem(id, w.system[id]))
		case 11:
			what = "begin like this"
			w.begin = app.Setup{Sampling: random(), Policy: policies[1+r.IntN(2)]}
			check(t, b.SetStart(w.begin))
		case 12:
			what = "trash or erase an assistant"
			if as := anybody(); as != 0 && r.IntN(2) == 0 {
				check(t, b.DeleteAssistant(as))
			} else if as != 0 {
				check(t, b.EraseAssistant(as))
				w.erase(as)
			}
		}
		if r.IntN(20) == 0 {
			check(t, b.Close())
			b = open(t, dir, e)
			for range b.Load(t.Context(), "/models/tiny-mixtral.gguf", false) { // what conversations begin with is the model's
			}
		}
		w.compare(t, b, fmt.Sprintf("step %d (%s)", step, what))
	}
}

// erase gives what the conversations had of an assistant to themselves.
func (w *world) erase(as app.ID) {
	a := w.as[as]
	for _, id := range w.sequence {
		if w.with[id] != as {
			continue
		}
		if w.own[id] == nil && a.Sampling != nil {
			w.own[id] = a.Sampling
		}
		if w.policy[id] == "" {
			w.policy[id] = a.Policy
		}
		if strings.TrimSpace(w.system[id]) == "" {
			w.system[id] = a.System
		}
		w.with[id] = 0
	}
	delete(w.as, as)
}

func (w *world) compare(t *testing.T, b *bench, when string) {
	t.Helper()
	for _, id := range w.sequence {
		got := b.inForce(id)
		want, system := w.want(id)
		if !app.SameSampling(got.Sampling.Settings, want.Sampling.Settings) || got.Policy != want.Policy || got.System != system || got.Trouble != "" {
			x, _ := json.Marshal(got.Setup)
			y, _ := json.Marshal(want)
			t.Fatalf("%s: in conversation %d holds\n%s %q, want\n%s %q", when, id, x, got.System, y, system)
		}
	}
}
