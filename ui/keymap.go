package ui

import (
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"beyonder/app"
)

// keymap is which chord does what: the defaults of the table of commands, and
// what the reader has changed.
type keymap struct {
	own   map[string]string // chords by command, "": none; as app.Settings keeps them
	bound map[chord]string  // commands by chord
}

// newKeymap reads the changes. One that cannot be read, or whose chord another
// change has, is not there.
func newKeymap(own map[string]string) *keymap {
	k := &keymap{own: map[string]string{}, bound: map[chord]string{}}
	for _, c := range commands() {
		text, changed := own[c.id]
		if chord, ok := parseChord(text); changed && ok && (text == "" || chord.usable() && k.bound[chord] == "") {
			k.own[c.id] = text
			if text != "" {
				k.bound[chord] = c.id
			}
		}
	}
	for _, c := range commands() {
		if _, changed := k.own[c.id]; changed {
			continue
		}
		for _, text := range append([]string{c.keys}, c.also...) {
			if chord, ok := parseChord(text); ok && text != "" && k.bound[chord] == "" {
				k.bound[chord] = c.id
			}
		}
	}
	return k
}

// of is the chord of a command, the zero chord if it has none.
func (k *keymap) of(id string) chord {
	text, changed := k.own[id]
	if !changed {
		text = commandOf(id).keys
	}
	c, _ := parseChord(text)
	if k.bound[c] != id {
		return chord{}
	}
	return c
}

// with is the keymap after a command has been given a chord, which no other
// command has then; the zero chord: it has none.
func (k *keymap) with(id string, c chord) *keymap {
	own := maps.Clone(k.own)
	if other := k.bound[c]; c.key != "" && other != "" && other != id {
		own[other] = ""
	}
	own[id] = ""
	if c.key != "" {
		own[id] = c.String()
	}
	if own[id] == commandOf(id).keys {
		delete(own, id)
	}
	return newKeymap(own)
}

// without is the keymap with the default chord of a command. Who had taken that
// has none then.
func (k *keymap) without(id string) *keymap {
	c, _ := parseChord(commandOf(id).keys)
	return k.with(id, c)
}

// changed says whether a command has another chord than the default.
func (k *keymap) changed(id string) bool {
	_, changed := k.own[id]
	return changed
}

// hint writes the chord of a command behind words: " (Ctrl+N)"; "" if it has none.
func (k *keymap) hint(id string) string {
	if label := k.of(id).label(); label != "" {
		return " (" + label + ")"
	}
	return ""
}

// bindKeys gives the window its keys. Widgets that hold the focus pass on what
// they have no use for.
func (w *Window) bindKeys() {
	w.setKeys(newKeymap(w.settings.Keys))
	w.win.Canvas().SetOnTypedKey(w.typedKey)
	w.win.Canvas().SetOnTypedRune(w.typedRune)
}

// setKeys puts a keymap in force.
func (w *Window) setKeys(k *keymap) {
	canvas := w.win.Canvas()
	if w.keys != nil {
		for c := range w.keys.bound {
			if c.mods != 0 {
				canvas.RemoveShortcut(&desktop.CustomShortcut{KeyName: c.key, Modifier: c.mods})
			}
		}
	}
	w.keys = k
	for c, id := range k.bound {
		if c.mods != 0 {
			canvas.AddShortcut(&desktop.CustomShortcut{KeyName: c.key, Modifier: c.mods}, func(fyne.Shortcut) { w.run(id) })
		}
	}
	w.nameKeys()
}

// changeKeys keeps a keymap and puts it in force.
func (w *Window) changeKeys(k *keymap) {
	w.keep(func(s *app.Settings) { s.Keys = maps.Clone(k.own) })
	w.setKeys(k)
}

// run does what a command does, if that can be done now. While something is asked,
// only the view can be changed, and the program left.
func (w *Window) run(id string) {
	c := commandOf(id)
	if w.app.Locked() || !c.enabled(w) || w.asking() && !c.anytime {
		return
	}
	c.run(w)
}

// nameKeys writes the keys into the hints of buttons and fields.
func (w *Window) nameKeys() {
	for b, id := range map[*glyphButton]string{w.toggle: "view.sidebar", w.newButton: "conversation.new", w.gear: "view.settings", w.petals: "experts.panel"} {
		b.tip = commandOf(id).title + w.keys.hint(id)
	}
	w.assistant.tip = commandOf("conversation.assistant").title + w.keys.hint("conversation.assistant")
	w.sidebar.nameKeys(w.keys)
	w.experts.nameKeys(w.keys)
	w.panel.nameKeys(w.keys)
}

// conflict is the other command that has a chord, "" if none does.
func (k *keymap) conflict(id string, c chord) string {
	if other := k.bound[c]; other != id {
		return other
	}
	return ""
}

// remember notes that a command was chosen, the newest first.
func (w *Window) remember(id string) {
	const most = 6
	w.keep(func(s *app.Settings) {
		s.Recent = slices.DeleteFunc(slices.Clone(s.Recent), func(other string) bool { return other == id })
		s.Recent = append([]string{id}, s.Recent[:min(len(s.Recent), most-1)]...)
	})
}
