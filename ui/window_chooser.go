package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"
)

// asking says whether an answer is waited for before anything else can be done.
func (w *Window) asking() bool {
	return w.modal.open() || w.chooser != nil && slices.Contains(w.win.Canvas().Overlays().List(), w.chooser)
}

// chooseToSave lets the reader say where a file is to be written, and asks before it
// takes another's place. A name without one of the endings takes the one of the name
// that is proposed.
func (w *Window) chooseToSave(name string, endings []string, write func(path string), failed func(error)) {
	w.chooseFile(choosing{title: lang.L("Export"), endings: endings, name: name, chosen: func(path string) {
		w.replacing(withEnding(path, filepath.Ext(name), endings), write, failed)
	}})
}

// withEnding is the path of a file with an ending that is known.
func withEnding(path, ending string, known []string) string {
	if slices.Contains(known, strings.ToLower(filepath.Ext(path))) {
		return path
	}
	return path + ending
}

// replacing writes a file, where one is there already only if the reader wants it. The
// folder is made if there is none.
func (w *Window) replacing(path string, write func(path string), failed func(error)) {
	there := false
	inBackground(w.post, func() error {
		info, err := os.Stat(path)
		if there = err == nil; !there { // if it is something else, writing says so
			return os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if info.IsDir() {
			return fmt.Errorf(lang.L("%s is a folder: choose another name"), filepath.Base(path))
		}
		return nil
	}, func(err error) {
		switch {
		case err != nil:
			failed(err)
		case there:
			w.askToReplace(path, write)
		default:
			write(path)
		}
	})
}

func (w *Window) askToReplace(path string, write func(path string)) {
	m := w.ask(fmt.Sprintf(lang.L("Replace %s?"), filepath.Base(path)), lang.L("There is a file of this name already. It stays as it is until the new one is written whole."),
		lang.L("Replace it"), nil, func() error {
			w.post(func() { write(path) })
			return nil
		})
	w.win.Canvas().Focus(m.cancel)
}
