package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/prompt"
)

// lookedAt is the reply whose experts are shown, 0: the last one, and what the
// experts did in those that were asked for last.
type lookedAt struct {
	message app.ID
	routes  map[app.ID]*replyRoutes
	tinted  time.Time // when the reply that is being written was coloured last
}

// tintPause is how long new text of a reply waits for its colours: all of the
// reply is gone through each time.
const tintPause = 200 * time.Millisecond

// replyRoutes is what the experts did in a reply.
type replyRoutes struct {
	app.Routes
	ends    []int // byte of the text that each token ends before
	experts []app.Expert
	hash    string
}

// mostRoutes is how many replies' experts are remembered.
const mostRoutes = 64

func (w *Window) announceExperts() {
	t, p := w.transcript, w.experts
	t.Tints, t.Note, t.OnExperts = w.tintsOf, w.noteAt, w.showExpertsOf
	p.OnColour, p.OnNames, p.OnMix = w.setColours, w.nameExperts, w.setMix
	p.OnSplit, p.OnMixture, p.OnClose = w.openSplit, w.openMixture, w.toggleExperts
}

// chooseSide makes the place of the panels at the right.
func (w *Window) chooseSide(open string) fyne.CanvasObject {
	stack := container.NewStack(w.panel, w.experts)
	w.side = ""
	if open != "experts" {
		open = "settings"
	}
	w.showSide(open)
	return stack
}

func (w *Window) showSide(which string) {
	w.side = which
	setVisible(w.panel, which == "settings")
	setVisible(w.experts, which == "experts")
	if w.transcript.OnCopy != nil { // not while the window is being built
		w.showExperts()
	}
}

func (w *Window) sidePanel() fyne.CanvasObject {
	if w.side == "experts" {
		return w.experts
	}
	return w.panel
}

func (w *Window) toggleExperts() { w.toggleSide("experts") }

// showExpertsOf shows the experts of one reply.
func (w *Window) showExpertsOf(id uint64) {
	w.looked.message = app.ID(id)
	if !w.root.Objects[framePanel].Visible() || w.side != "experts" {
		w.toggleExperts()
	}
	w.showExperts()
}

// lookAt shows the experts of a reply if the panel is open, 0: of the last one.
func (w *Window) lookAt(id app.ID) {
	w.looked.message = id
	w.showExperts()
	w.showMix()
}

// toggleColours has replies coloured by expert, or not.
func (w *Window) toggleColours() { w.setColours(!w.settings.ColourExperts) }

func (w *Window) setColours(on bool) {
	w.keep(func(s *app.Settings) { s.ColourExperts = on })
	w.transcript.Retint(0)
	w.showExperts()
}

// routesOf is what the experts did in a reply of the open conversation; nil if
// nothing is known.
func (w *Window) routesOf(id app.ID) *replyRoutes {
	if r, known := w.looked.routes[id]; known {
		return r
	}
	if w.looked.routes == nil || len(w.looked.routes) > mostRoutes {
		w.looked.routes = map[app.ID]*replyRoutes{}
	}
	var r *replyRoutes
	m, ok := w.findMessage(id)
	if ok && m.Role == prompt.Assistant && m.Reply != nil {
		// A record that cannot be read is shown as one that is not there.
		if routes, err := w.app.Routes(w.current, id); err == nil && len(routes.Tokens) > 0 {
			r = &replyRoutes{Routes: routes, hash: m.Reply.ModelHash}
			r.experts = w.app.Experts(r.hash, routes.Experts, routes.Names)
			at := 0
			for _, t := range routes.Tokens {
				at += t.Bytes
				r.ends = append(r.ends, at)
			}
		}
	}
	w.looked.routes[id] = r
	return r
}

// routed takes in that a reply has grown or ended.
func (w *Window) routed(id app.ID, ended bool) {
	delete(w.looked.routes, id)
	if now := time.Now(); w.settings.ColourExperts && (ended || now.Sub(w.looked.tinted) >= tintPause) {
		w.looked.tinted = now
		w.transcript.Retint(uint64(id))
	}
	if ended {
		w.showExperts()
	}
}

// tintsOf colours a reply by the expert that carried each token most.
func (w *Window) tintsOf(id uint64) (tints []Tint, legend []LegendItem) {
	if !w.settings.ColourExperts {
		return nil, nil
	}
	r := w.routesOf(app.ID(id))
	if r == nil {
		return nil, nil
	}
	for i, t := range r.Tokens {
		tint := Tint{Bytes: t.Bytes}
		if e := r.Strongest(i); e >= 0 {
			tint.Color = ExpertColor(r.experts[e].Colour)
		}
		tints = append(tints, tint)
	}
	load, _ := r.Load()
	for e, part := range load {
		legend = append(legend, LegendItem{r.experts[e].Name + " " + partText(part), ExpertColor(r.experts[e].Colour)})
	}
	return tints, legend
}

// noteAt tells the experts of the token at a byte of a reply's text.
func (w *Window) noteAt(id uint64, at int) *tokenNote {
	if !w.settings.ColourExperts {
		return nil
	}
	r := w.routesOf(app.ID(id))
	if r == nil {
		return nil
	}
	i, _ := slices.BinarySearch(r.ends, at+1)
	for i < len(r.ends) && r.Tokens[i].Bytes == 0 {
		i++ // the middle of a character
	}
	if i >= len(r.ends) {
		return nil
	}
	return noteOf(&r.Routes, r.experts, w.textOf(app.ID(id), r.ends[i]-r.Tokens[i].Bytes, r.ends[i]), i)
}

func (w *Window) textOf(id app.ID, from, to int) string {
	text := ""
	if m, ok := w.findMessage(id); ok {
		text = m.Text
	}
	if w.job != nil && w.job.reply == id {
		text = w.job.text.String()
	}
	return text[min(from, len(text)):min(to, len(text))]
}

// showExperts brings the panel up to date, if it can be seen.
func (w *Window) showExperts() {
	if w.root == nil || !w.expertsVisible() {
		w.expertsSeen = false
		return
	}
	w.expertsSeen = true
	info, _ := w.app.Model()
	s := expertsState{
		colouring: w.settings.ColourExperts, loaded: info, mix: w.app.Mix(w.current),
		names: w.app.Experts(info.Hash, info.Experts, info.ExpertNames),
	}
	s.experts, s.hash = s.names, info.Hash
	if m, question, ok := w.lookedMessage(); ok {
		s.text, s.title = m.Text, question
		s.dense = info.Experts == 0 && m.Reply != nil && m.Reply.ModelHash == info.Hash
		if r := w.routesOf(m.ID); r != nil {
			s.routes, s.experts, s.hash = r.Routes, r.experts, r.hash
		}
	}
	w.experts.Set(s)
}

func (w *Window) expertsVisible() bool {
	return w.side == "experts" && w.root.Objects[framePanel].Visible()
}

// lookedMessage is the reply that is looked at, and what it answers.
func (w *Window) lookedMessage() (m app.Message, question string, ok bool) {
	for i := len(w.messages) - 1; i >= 0; i-- {
		m = w.messages[i]
		if m.Role != prompt.Assistant || w.looked.message != 0 && m.ID != w.looked.message {
			continue
		}
		if i > 0 {
			question, _, _ = strings.Cut(w.messages[i-1].Text, "\n")
		}
		return m, question, true
	}
	return app.Message{}, "", false
}

// nameExperts names the experts of the model whose reply is looked at.
func (w *Window) nameExperts(all []app.Expert) {
	if err := w.app.SetExperts(w.experts.now.hash, all); err != nil {
		w.failed(err)
	}
	w.looked.routes = nil
	w.transcript.Retint(0)
	w.showExperts()
}

// setMix makes an experiment hold in the open conversation.
func (w *Window) setMix(m engine.Mix) {
	id := w.ensureConversation()
	if id == 0 {
		return
	}
	if err := w.app.SetMix(id, m); err != nil {
		w.failed(err)
	}
	w.showExperts()
	w.showMix()
}

// showMix tells that an experiment holds in the open conversation.
func (w *Window) showMix() {
	info, _ := w.app.Model()
	text := mixText(w.app.Mix(w.current), expertNames(w.app.Experts(info.Hash, info.Experts, info.ExpertNames)))
	if text == "" {
		w.cards.set("experiment", nil)
		return
	}
	c := newCard(fmt.Sprintf(lang.L("Experiment in this conversation: %s."), text), theme.ColorNameWarning, nil, action{lang.L("End it"), false, func() { w.setMix(engine.Mix{}) }})
	w.cards.set("experiment", c)
}

func expertNames(all []app.Expert) (names []string) {
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names
}
