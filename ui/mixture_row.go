package ui

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// pathField is where a model's file or folder is named: typed, chosen among the
// known ones, or looked for.
type pathField struct {
	window *Window
	entry  *filterEntry
	object *fyne.Container
}

func newPathField(w *Window, tips *tipLayer, placeholder string, changed func()) *pathField {
	p := &pathField{window: w}
	p.entry = newFilterEntry(placeholder, func(string) { changed() })
	known := newGlyph(assets.Icon("expand"), 32, p.choose)
	file, folder := newGlyph(assets.Icon("document"), 32, p.file), newGlyph(assets.Icon("folder"), 32, p.folder)
	known.tip, file.tip, folder.tip = lang.L("Models that you have used"), lang.L("Look for a file (.gguf)"), lang.L("Look for a folder (safetensors)")
	for _, b := range []*glyphButton{known, file, folder} {
		b.tips = tips
	}
	p.object = newRow(4, 0, p.entry, known, file, folder)
	return p
}

func (p *pathField) path() string { return strings.TrimSpace(p.entry.Text) }

// choose lists the known models.
func (p *pathField) choose() {
	var items []*fyne.MenuItem
	for _, m := range p.window.listModels() {
		if !m.Missing {
			items = append(items, fyne.NewMenuItem(m.Name, func() { p.entry.SetText(m.Path) }))
		}
	}
	if len(items) == 0 {
		items = []*fyne.MenuItem{{Label: lang.L("No models yet"), Disabled: true}}
	}
	widget.NewPopUpMenu(fyne.NewMenu("", items...), p.window.win.Canvas()).ShowAtRelativePosition(fyne.NewPos(0, p.object.Size().Height), p.object)
}

func (p *pathField) file() {
	p.window.chooseFile(choosing{title: lang.L("Look for a file (.gguf)"), endings: []string{".gguf"}, chosen: p.entry.SetText})
}

func (p *pathField) folder() {
	p.window.chooseFile(choosing{title: lang.L("Look for a folder (safetensors)"), folder: true, chosen: p.entry.SetText})
}

// expertRow is one expert of a mixture that is being made.
type expertRow struct {
	name    *filterEntry
	path    *pathField
	prompts *linesEntry
	remove  *glyphButton
	square  *swatch
	object  fyne.CanvasObject
}

func newExpertRow(m *mixturePage, number int) *expertRow {
	r := &expertRow{}
	r.name = newFilterEntry(lang.L("Name"), func(string) { m.changed() })
	r.path = newPathField(m.window, m.tips, lang.L("Path of the expert's model"), func() {
		if name := modelFileName(r.path.path()); r.name.Text == "" && name != "" {
			r.name.SetPlaceHolder(name)
		}
		m.changed()
	})
	r.prompts = newLinesEntry(lang.L("What it is for: one prompt a line, such as “Write a function in Python”"), 3, func() {})
	r.prompts.OnChanged = func(string) { r.prompts.grow(); m.changed() }
	r.prompts.onGrown, r.prompts.post = m.grown, m.window.post
	r.remove = newGlyph(assets.Icon("close"), 28, func() { m.removeExpert(r) })
	r.remove.tip, r.remove.tips = lang.L("Take this expert out"), m.tips
	r.square = newSwatch(number)
	head := newRow(8, 1, r.square, newSized(160, 0, r.name), spacer(), r.remove)
	r.object = container.NewStack(newSurface(theme.ColorNameHeaderBackground, "", 10),
		newPadded(8, 8, 12, 12, newColumn(8, head, r.path.object, r.prompts)))
	return r
}

func (r *expertRow) expert() app.MixtureExpert {
	return app.MixtureExpert{Path: r.path.path(), Name: strings.TrimSpace(r.name.Text), Prompts: strings.Split(r.prompts.Text, "\n")}
}

// shown is what the expert is called here.
func (r *expertRow) shown() string {
	if name := strings.TrimSpace(r.name.Text); name != "" {
		return name
	}
	return modelFileName(r.path.path())
}

func modelFileName(path string) string {
	base := filepath.Base(path)
	if path == "" || base == "." {
		return ""
	}
	return strings.TrimSuffix(base, filepath.Ext(base))
}
