package prompt

import (
	"embed"
	"path"
	"slices"
	"strings"
)

// The presets are layouts written as Jinja templates, for model files that have
// no template of their own. A file's name is the preset's.
//
//go:embed presets/*.jinja
var presetFiles embed.FS

const (
	presetFolder = "presets"
	presetSuffix = ".jinja"
)

// Preset returns the preset of that name.
func Preset(name string) (*Template, bool) {
	source, err := presetFiles.ReadFile(path.Join(presetFolder, name+presetSuffix))
	if err != nil {
		return nil, false
	}
	t, err := parse(name, string(source), presetStops(name))
	return t, err == nil
}

// Presets returns the names of all presets in alphabetical order.
func Presets() []string {
	entries, err := presetFiles.ReadDir(presetFolder)
	if err != nil {
		return nil // cannot be: the folder is part of the program
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), presetSuffix)
	}
	slices.Sort(names) // the folder's order has the suffix in it
	return names
}
