package ui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/assets"
)

// A language is one that the window can be read in.
type language struct {
	code string // "de"; "": the system's
	name string // in the language itself
}

func languages() []language {
	return []language{{"", lang.L("As the system")}, {"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"fr", "Français"}, {"ja", "日本語"}, {"zh", "中文"}}
}

func languageIndex(code string) int {
	return max(0, slices.IndexFunc(languages(), func(l language) bool { return l.code == code }))
}

// speak has lang.L answer in a language from now on; "" is the system's, and
// English where there is no translation into that. What was written before stays
// as it is.
//
// Fyne's lang looks texts up under the locale that the system has and offers no
// way to choose another. So the texts of the language are given to it as those of
// the system's locale; every language has all texts, so that nothing is left of
// the one before.
func speak(code string) {
	system := fyne.Locale(lang.SystemLocale().LanguageString())
	code = languageOf(code)
	if system == "zh" {
		system = "zh-Hans" // under which Fyne has its own texts, and looks then
	}
	if err := lang.AddTranslationsForLocale(textsIn(code), system); err != nil {
		fyne.LogError("the texts stay English: the system's language is not understood", err)
	}
}

// languageOf is the language that a choice stands for.
func languageOf(code string) string {
	if code == "" {
		code, _, _ = strings.Cut(lang.SystemLocale().LanguageString(), "-")
	}
	return code
}

// english returns what tells the English of texts in a language; "" where they are
// English, or no texts of ours. Of two that are the same in the language it is both.
func english(code string) func(string) string {
	back := map[string]string{}
	if code = languageOf(code); code != "en" {
		for key, text := range translation(code) {
			if key != text {
				back[text] = strings.TrimSpace(back[text] + " " + key)
			}
		}
	}
	return func(text string) string { return back[text] }
}

// message is a text as Fyne's lang reads it. In a plain object of texts it would
// take words such as "Translation" for a field of a message.
type message struct {
	ID    string `json:"id"`
	Other string `json:"other"` // the text, of its plural forms the one that each language has
}

// textsIn is all texts in a language, for Fyne's lang.
func textsIn(code string) []byte {
	var messages []message
	for key, text := range translation(code) {
		messages = append(messages, message{key, text})
	}
	content, err := json.Marshal(messages)
	if err != nil {
		panic(err) // texts can be written
	}
	return content
}

// translation is the table of a language, from the English texts to its own. Of
// English there is only what differs from the source: each text is its own
// translation.
func translation(code string) map[string]string {
	table := map[string]string{}
	if code != "en" && assets.Translation(code) != nil {
		mustRead(code, table)
		return table
	}
	mustRead(assets.Translations()[0], table) // each has all keys
	for key := range table {
		table[key] = key
	}
	mustRead("en", table)
	return table
}

// mustRead adds the texts of a language. A file that cannot be read is a mistake in
// the program.
func mustRead(code string, table map[string]string) {
	if err := json.Unmarshal(assets.Translation(code), &table); err != nil {
		panic(fmt.Sprintf("ui: the texts of %q cannot be read: %v", code, err))
	}
}
