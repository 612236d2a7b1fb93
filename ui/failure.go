package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
)

// ShowFailure opens a small window that says why Beyonder cannot start with a
// data folder, for those who have no terminal to read it in. It has one button,
// which closes it, as Enter and Esc do.
func ShowFailure(fyneApp fyne.App, dir string, err error) fyne.Window {
	putInForce(fyneApp, "system", 1)
	speak("") // what is set cannot be read
	w := fyneApp.NewWindow("Beyonder")
	w.SetIcon(assets.AppIcon())
	text := newParagraph(failureSentence(dir, err), bodyStyle)
	button := newPrimaryButton(lang.L("Close"), w.Close)
	content := newPadded(20, 24, 20, 24, newColumn(16, newLine(lang.L("Beyonder cannot start"), titleStyle), text, container.NewHBox(spacer(), button)))
	w.SetPadded(false)
	w.SetContent(content)
	width := px(480)
	content.Resize(fyne.NewSize(width, 1)) // the text is wrapped to it, and tells its height
	w.Resize(fyne.NewSize(width, content.MinSize().Height))
	w.SetFixedSize(true)
	w.CenterOnScreen()
	w.Canvas().SetOnTypedKey(func(event *fyne.KeyEvent) {
		switch event.Name {
		case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
			w.Close()
		}
	})
	w.Show()
	return w
}

// failureSentence says what keeps Beyonder from starting, and what to do.
func failureSentence(dir string, err error) string {
	var newer *app.NewerError
	var damaged *app.DamagedError
	switch {
	case errors.Is(err, app.ErrRunning):
		return lang.L("Beyonder is already running, but its window does not answer. Wait a moment, or end it and start it again.")
	case errors.As(err, &newer):
		return fmt.Sprintf(lang.L("The conversations in %s were written by a newer version of Beyonder. Start that version, or choose another folder with --data. Nothing was changed."), dir)
	case errors.As(err, &damaged):
		return fmt.Sprintf(lang.L("The database %s is damaged. Put a copy of it in its place (the folder “copies” has the last days), or move it away to begin anew. Nothing was changed."), damaged.Path)
	case errors.Is(err, app.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Sprintf(lang.L("The disk is full, so Beyonder cannot open %s. Free some space and start it again. Nothing that was stored is lost."), dir)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Sprintf(lang.L("Beyonder cannot keep conversations in %s, because a file is in the way of the folder. Choose another folder with --data."), dir)
	case errors.Is(err, fs.ErrPermission) && fileOf(err) != "":
		return fmt.Sprintf(lang.L("Beyonder cannot read and write the file %s, which it needs. Check who may, or choose another folder with --data."), fileOf(err))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Sprintf(lang.L("Beyonder cannot read and write the folder %s, where it keeps your conversations. Check who may, or choose another folder with --data."), dir)
	}
	return asSentence(err.Error())
}

// fileOf is the file that an error is about, "" if it is about no file that is there
// to be seen: then it is the folder that is closed.
func fileOf(err error) string {
	var about *fs.PathError
	if !errors.As(err, &about) {
		return ""
	}
	if info, err := os.Stat(about.Path); err != nil || info.IsDir() {
		return ""
	}
	return about.Path
}

// Opened says whether a window that was shown is there: Fyne does not, and would
// wait for ever for one that the display has refused.
func Opened(w fyne.Window) bool { return opened(w) }

// Opened says whether the window is there.
func (w *Window) Opened() bool { return opened(w.win) }
