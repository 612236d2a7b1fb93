package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/engine"
)

// folderMenu offers what can be done with folders.
func (p *modelsPage) folderMenu() {
	a := p.window.app
	items := []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("Look into another folder…"), p.addFolder),
		fyne.NewMenuItem(lang.L("Add a model file…"), p.addFile),
		fyne.NewMenuItem(lang.L("Look again"), p.look),
	}
	if n := a.RemovedModels(); n > 0 {
		items = append(items, fyne.NewMenuItem(fmt.Sprintf(lang.L("List again what was removed (%d)"), n), func() {
			if err := a.RestoreModels(""); err != nil {
				p.say(sentence(err), nil)
			}
			p.look()
		}))
	}
	folders := a.WatchedFolders()
	if len(folders) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	for _, folder := range folders {
		items = append(items, fyne.NewMenuItem(fmt.Sprintf(lang.L("Stop looking into %s"), shortPath(folder)), func() { p.unwatch(folder) }))
	}
	at := p.window.win.Canvas().Size()
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), p.window.win.Canvas())
	drawn := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.order)
	size := menu.MinSize()
	menu.ShowAtPosition(fyne.NewPos(min(drawn.X, at.Width-size.Width-px(16)), drawn.Y+p.order.Size().Height))
}

// shortPath is a path with its beginning left out, where it is long.
func shortPath(path string) string {
	if r := []rune(path); len(r) > 44 {
		return "…" + string(r[len(r)-43:])
	}
	return path
}

func (p *modelsPage) unwatch(folder string) {
	if err := p.window.app.Unwatch(folder); err != nil {
		p.say(sentence(err), nil)
		return
	}
	p.say(fmt.Sprintf(lang.L("%s is not looked into any more. What is in it stays there."), folder), func() { p.watch(folder) })
	p.look()
}

func (p *modelsPage) addFolder() {
	p.window.chooseFile(choosing{title: lang.L("Add a folder"), text: lang.L("The models in it are listed, and used where they lie."), folder: true, chosen: p.add})
}

func (p *modelsPage) addFile() {
	p.window.chooseFile(choosing{title: lang.L("Open a model file (.gguf)"), endings: []string{".gguf"}, chosen: p.add})
}

// dropped takes files and folders that were dropped on the page.
func (p *modelsPage) dropped(files []fyne.URI) {
	for _, f := range files {
		p.add(f.Path())
	}
}

// add lists a model file or a model folder after it was checked, and has any other
// folder looked into.
func (p *modelsPage) add(path string) {
	p.say(fmt.Sprintf(lang.L("Checking %s…"), filepath.Base(path)), nil)
	var found app.LibraryItem
	watched := false
	inBackground(p.window.post, func() (err error) {
		if watched = isFolder(path) && !isModelFolder(path); watched {
			return p.window.app.Watch(path)
		}
		found, err = p.window.app.ImportModel(path)
		return err
	}, func(err error) {
		if err != nil || watched {
			p.watched(path, err)
			return
		}
		p.current = found.Path
		text := lang.L("%s is whole, and is used where it lies.")
		if found.Outline.Problem != "" {
			text = lang.L("%s is whole, but cannot be run.")
		}
		p.say(fmt.Sprintf(text, found.Title), nil)
		p.look()
	})
}

func isModelFolder(path string) bool {
	entries, _ := os.ReadDir(path)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return engine.IsModelFolder(names)
}

func (p *modelsPage) watch(folder string) {
	inBackground(p.window.post, func() error { return p.window.app.Watch(folder) }, func(err error) { p.watched(folder, err) })
}

// watched tells that a folder is looked into from now on, or why it is not.
func (p *modelsPage) watched(folder string, err error) {
	if err != nil {
		p.say(sentence(err), nil)
		return
	}
	p.say(fmt.Sprintf(lang.L("%s is looked into from now on. Nothing in it is changed."), strings.TrimRight(folder, "/")), func() { p.unwatch(folder) })
	p.look()
}
