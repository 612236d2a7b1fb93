package assets

import (
	"embed"
	"strings"
)

//go:embed translations/*.json
var translationFiles embed.FS

// Translation returns the window's texts in a language ("de") as a JSON object:
// the English text, as it stands in the source, to the translated one. It is nil
// for a language that there is no file for.
func Translation(language string) []byte {
	content, err := translationFiles.ReadFile("translations/" + language + ".json")
	if err != nil {
		return nil
	}
	return content
}

// Translations lists the languages that there are files for.
func Translations() (languages []string) {
	entries, err := translationFiles.ReadDir("translations")
	if err != nil {
		panic("assets: the translations are not in the program")
	}
	for _, e := range entries {
		languages = append(languages, strings.TrimSuffix(e.Name(), ".json"))
	}
	return languages
}
