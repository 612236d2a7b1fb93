package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage/repository"
)

// showChooser shows a list of files or folders that one is to be chosen from.
func (w *Window) showChooser(d *dialog.FileDialog) {
	canvas := w.win.Canvas()
	d.Resize(canvas.Size().Subtract(fyne.NewSize(px(80), px(80))))
	d.Show()
	w.chooser = canvas.Overlays().Top()
}

// asking says whether an answer is waited for before anything else can be done.
func (w *Window) asking() bool {
	return w.modal.open() || w.chooser != nil && slices.Contains(w.win.Canvas().Overlays().List(), w.chooser)
}

// chooseToSave lets the reader say where a file is to be written, and asks before it
// takes another's place. A name without one of the endings takes the one of the name
// that is proposed.
func (w *Window) chooseToSave(name string, endings []string, write func(path string), failed func(error)) {
	keepFiles()
	d := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			failed(err)
		case file != nil:
			path := withEnding(file.URI().Path(), filepath.Ext(name), endings)
			file.Close()
			w.post(func() { w.replacing(path, write, failed) }) // once the list of files is gone
		}
	}, w.win)
	d.SetFileName(name)
	d.SetTitleText(lang.L("Export"))
	w.showChooser(d)
}

// withEnding is the path of a file with an ending that is known.
func withEnding(path, ending string, known []string) string {
	if slices.Contains(known, strings.ToLower(filepath.Ext(path))) {
		return path
	}
	return path + ending
}

// replacing writes a file, where one is there already only if the reader wants it.
func (w *Window) replacing(path string, write func(path string), failed func(error)) {
	info, err := os.Stat(path)
	switch {
	case err != nil: // there is none, or writing it says what is the matter
		write(path)
	case info.IsDir():
		failed(fmt.Errorf(lang.L("%s is a folder: choose another name"), filepath.Base(path)))
	default:
		m := w.ask(fmt.Sprintf(lang.L("Replace %s?"), filepath.Base(path)), lang.L("There is a file of this name already. It stays as it is until the new one is written whole."),
			lang.L("Replace it"), nil, func() error {
				w.post(func() { write(path) })
				return nil
			})
		w.win.Canvas().Focus(m.cancel)
	}
}

// files are those of the disk, as Fyne's list of files has them, but for what it does
// to one that is chosen to be written: it would ask about it in English and empty it,
// so that what was in it is lost if nothing can be written. Window.replacing asks, and
// app writes beside it.
type files struct{ fileRepository }

type fileRepository interface {
	repository.AppendableRepository
	repository.CopyableRepository
	repository.DeleteAllRepository
	repository.HierarchicalRepository
	repository.ListableRepository
	repository.MovableRepository
}

// keepFiles puts files in the place of Fyne's own.
func keepFiles() {
	scheme := "file"
	known, err := repository.ForScheme(scheme)
	if _, done := known.(files); err == nil && !done {
		repository.Register(scheme, files{known.(fileRepository)})
	}
}

// Exists implements repository.Repository: it says no, so that nothing is asked.
func (files) Exists(fyne.URI) (bool, error) { return false, nil }

// Writer implements repository.WritableRepository.
func (files) Writer(u fyne.URI) (fyne.URIWriteCloser, error) { return chosen{u}, nil }

// chosen is a file that is not opened.
type chosen struct{ uri fyne.URI }

func (c chosen) URI() fyne.URI { return c.uri }
func (chosen) Close() error    { return nil }
func (chosen) Write([]byte) (int, error) {
	return 0, os.ErrClosed
}
