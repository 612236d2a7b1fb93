package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
)

// watchFocus notes whether the reader is at another window.
func (w *Window) watchFocus() {
	w.fyneApp.Lifecycle().SetOnEnteredForeground(func() {
		w.away = false
		w.sidebar.NewDay(time.Now()) // the machine may have slept
		w.app.LookForModels(0)       // the reader may have moved some meanwhile
	})
	w.fyneApp.Lifecycle().SetOnExitedForeground(func() { w.away = true })
}

// watchDays brings the headings of the list up to date whenever a day begins.
func (w *Window) watchDays() {
	now := time.Now()
	year, month, day := now.Date()
	w.post.after(time.Date(year, month, day+1, 0, 0, 1, 0, now.Location()).Sub(now), func() {
		w.sidebar.NewDay(time.Now())
		w.watchDays()
	})
}

// notify tells a reader who is at another window that a reply has ended which took
// long enough. Nothing of the conversation stands in it.
func (w *Window) notify(j *job) {
	after := time.Duration(w.settings.NotifyAfter) * time.Second
	if !w.away || after <= 0 || j.reply == 0 || j.stopping || w.closing || time.Since(j.pace.begun) < after {
		return
	}
	text := fmt.Sprintf(lang.L("A reply has ended after %s."), durationText(time.Since(j.pace.begun)))
	if j.state == app.Failed || j.state == app.Interrupted {
		text = lang.L("A reply was broken off.")
	}
	note := fyne.NewNotification("Beyonder", text)
	inBackground(w.post, func() error { // the system's service may be slow, or not there
		w.fyneApp.SendNotification(note)
		return nil
	}, func(error) {})
}

// notifyChoices are the times after which a reply is worth telling, in seconds.
func notifyChoices() []int { return []int{0, 10, 30, 60, 300} }

// showTray puts the program's sign beside the clock, if that is wanted. Fyne takes
// it before its loop runs only.
func (w *Window) showTray() {
	d, ok := w.fyneApp.(desktop.App)
	if !ok || !w.settings.Tray {
		return
	}
	d.SetSystemTrayIcon(assets.AppIcon())
	quit := fyne.NewMenuItem(lang.L("Quit"), w.close)
	quit.IsQuit = true
	d.SetSystemTrayMenu(fyne.NewMenu("Beyonder",
		fyne.NewMenuItem(lang.L("Show or hide the window"), w.showOrHide),
		fyne.NewMenuItem(lang.L("New conversation"), func() {
			w.comeBack()
			w.run("conversation.new")
		}),
		fyne.NewMenuItemSeparator(), quit))
	w.tray = true
}

func (w *Window) showOrHide() {
	if w.hidden {
		w.comeBack()
		return
	}
	w.hidden, w.away = true, true
	w.win.Hide()
}

func (w *Window) comeBack() {
	w.hidden, w.away = false, false
	w.win.Show()
	w.win.RequestFocus()
}

// closeWindow closes the window; with a sign in the tray, Fyne's loop would go on.
func (w *Window) closeWindow() {
	w.win.Close()
	if w.tray {
		w.fyneApp.Quit()
	}
}
