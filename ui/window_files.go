package ui

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// dropped takes what was dropped anywhere on the window: a model, a folder with
// models, exported conversations, or texts that go with the next message.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	if w.app.Locked() || len(files) == 0 {
		return
	}
	if w.library.open() {
		w.library.dropped(files)
		return
	}
	ending := func(u fyne.URI) string { return strings.ToLower(filepath.Ext(u.Path())) }
	if i := slices.IndexFunc(files, func(u fyne.URI) bool { return ending(u) == ".gguf" }); i >= 0 {
		w.choose(files[i].Path())
		return
	}
	if isFolder(files[0].Path()) {
		w.droppedFolder(files[0].Path())
		return
	}
	var texts []string
	for _, f := range files {
		switch path := f.Path(); {
		case ending(f) == ".zip", ending(f) == ".json" && app.IsExport(path):
			w.importDropped(path)
		default:
			texts = append(texts, path)
		}
	}
	w.attach(texts)
}

// importDropped imports a file, or offers to take it for a text.
func (w *Window) importDropped(path string) {
	w.importFile(path, action{lang.L("Attach it as text"), false, func() {
		w.cards.set("error", nil)
		w.attach([]string{path})
	}})
}

// attach puts text files beside the message that is being written.
func (w *Window) attach(paths []string) {
	if len(paths) == 0 {
		return
	}
	var read []app.Attachment
	var wrong []string
	w.busy(lang.L("Reading…"), func() error {
		for _, path := range paths {
			f, err := app.ReadAttachment(path)
			if err != nil {
				wrong = append(wrong, sentence(err))
				continue
			}
			read = append(read, f)
		}
		return nil
	}, func(error) {
		for _, f := range read {
			w.composer.AddFile(f)
		}
		if len(wrong) > 0 {
			w.failed(errors.New(strings.Join(wrong, " ")))
		}
	})
}

// countTokens tells how many tokens a text is, as soon as that is known.
func (w *Window) countTokens(text string, told func(tokens int, exact bool)) {
	tokens, exact := 0, false
	inBackground(w.post, func() error {
		tokens, exact = w.app.CountTokens(text)
		return nil
	}, func(error) { told(tokens, exact) })
}

// showRoom tells the composer how much of the context is taken.
func (w *Window) showRoom() {
	info, loaded := w.app.Model()
	if !loaded {
		w.composer.SetRoom(0, 0)
		return
	}
	used := 0
	if r := w.lastReply(); r != nil && r.ModelHash == info.Hash {
		used = doneFigures(r.Done).used
	}
	w.composer.SetRoom(used, info.Context)
	if hash := fmt.Sprint(info.Hash, info.Path); hash != w.counted {
		w.counted = hash
		w.composer.Recount(true)
		return
	}
	w.composer.Recount(false)
}
