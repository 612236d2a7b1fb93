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
	if code == "" {
		code, _, _ = strings.Cut(string(system), "-")
	}
	if system == "zh" {
		system = "zh-Hans" // under which Fyne has its own texts, and looks then
	}
	if err := lang.AddTranslationsForLocale(textsIn(code), system); err != nil {
		fyne.LogError("the texts stay English: the system's language is not understood", err)
	}
}

// textsIn is all texts in a language, as JSON. Of English there is only what
// differs from the source: each text is its own translation.
func textsIn(code string) []byte {
	if texts := assets.Translation(code); texts != nil && code != "en" {
		return texts
	}
	texts := map[string]string{}
	for _, other := range assets.Translations() {
		var table map[string]string
		mustRead(other, &table)
		for key := range table {
			texts[key] = key
		}
	}
	mustRead("en", &texts)
	content, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings can be written
	}
	return content
}

// mustRead adds the texts of a language. A file that cannot be read is a mistake in
// the program.
func mustRead(code string, texts *map[string]string) {
	if err := json.Unmarshal(assets.Translation(code), texts); err != nil {
		panic(fmt.Sprintf("ui: the texts of %q cannot be read: %v", code, err))
	}
}
