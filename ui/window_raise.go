package ui

// Raise brings the window to the front, as another instance of the program has
// asked for, and loads a model if one is named. It may be called from any goroutine.
func (w *Window) Raise(model string) {
	w.post(func() {
		if w.closing {
			return
		}
		w.comeBack()
		w.trace.event("raised", map[string]any{"model": model})
		switch {
		case model == "":
		case w.app.Locked():
			w.options.Model = model // once the passphrase is given
		default:
			w.choose(model)
		}
	})
}
