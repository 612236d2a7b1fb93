package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// chord is a key with those held down beside it: "Ctrl+Shift+E" is how it is
// kept, label how it is shown. Ctrl stands for the key that shortcuts have on this
// system, Cmd on a Mac. The zero chord is none.
type chord struct {
	key  fyne.KeyName
	mods fyne.KeyModifier
}

// chordMods are the names of modifiers in the order in which they are written.
func chordMods() []struct {
	name string
	mod  fyne.KeyModifier
} {
	other, name := fyne.KeyModifierSuper, "Super"
	if fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper {
		other, name = fyne.KeyModifierControl, "Control"
	}
	return []struct {
		name string
		mod  fyne.KeyModifier
	}{{"Ctrl", fyne.KeyModifierShortcutDefault}, {name, other}, {"Alt", fyne.KeyModifierAlt}, {"Shift", fyne.KeyModifierShift}}
}

// parseChord reads what String writes; "" is the zero chord.
func parseChord(text string) (c chord, ok bool) {
	for {
		rest := text
		for _, m := range chordMods() {
			if after, found := strings.CutPrefix(text, m.name+"+"); found && c.mods&m.mod == 0 {
				c.mods |= m.mod
				text = after
				break
			}
		}
		if rest == text {
			break
		}
	}
	c.key = fyne.KeyName(text)
	return c, text != "" || c.mods == 0
}

// String writes a chord as it is kept.
func (c chord) String() string {
	var parts []string
	for _, m := range chordMods() {
		if c.mods&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	return strings.Join(append(parts, string(c.key)), "+")
}

// label writes a chord as it stands on keyboards.
func (c chord) label() string {
	if c.key == "" {
		return ""
	}
	var parts []string
	for _, m := range chordMods() {
		if c.mods&m.mod != 0 {
			parts = append(parts, modCap(m.name))
		}
	}
	return strings.Join(append(parts, keyCap(c.key)), "+")
}

// modCap is what stands on the key of a modifier.
func modCap(name string) string {
	switch {
	case name == "Ctrl" && fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper:
		return "Cmd"
	case name == "Ctrl":
		return lang.L("Ctrl")
	case name == "Shift":
		return lang.L("Shift")
	}
	return name
}

// keyCap is what stands on a key: its name in Fyne can be another word.
func keyCap(key fyne.KeyName) string {
	switch key {
	case fyne.KeyPageUp:
		return lang.L("Page Up")
	case fyne.KeyPageDown:
		return lang.L("Page Down")
	case fyne.KeyReturn:
		return lang.L("Enter")
	case fyne.KeyBackspace:
		return lang.L("Backspace")
	}
	return string(key)
}

// usable says whether a command may have the chord: letters alone are text, and
// some keys belong to the fields that are written in.
func (c chord) usable() bool {
	held := c.mods&(fyne.KeyModifierControl|fyne.KeyModifierSuper|fyne.KeyModifierAlt) != 0
	switch {
	case c.key == "", c.key == fyne.KeyUnknown:
		return false
	case isFunctionKey(c.key):
		return true
	case !held, slices.Contains(fieldKeys(), c.key):
		return false
	}
	return c.mods != fyne.KeyModifierShortcutDefault || !slices.Contains(editingKeys(), c.key)
}

// fieldKeys move and change text, with whatever is held beside them.
func fieldKeys() []fyne.KeyName {
	return []fyne.KeyName{fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyBackspace, fyne.KeyDelete,
		fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab, fyne.KeyEscape, fyne.KeySpace, fyne.KeyInsert}
}

// editingKeys copy, paste, cut, select and undo, with Ctrl.
func editingKeys() []fyne.KeyName {
	return []fyne.KeyName{fyne.KeyC, fyne.KeyV, fyne.KeyX, fyne.KeyA, fyne.KeyZ, fyne.KeyY}
}

// isFunctionKey says whether a key is one of F1 to F12, which mean no text.
func isFunctionKey(key fyne.KeyName) bool {
	return len(key) >= 2 && key[0] == 'F' && key[1] >= '1' && key[1] <= '9'
}
