package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"beyonder/app"
	"beyonder/assets"
)

// downloading is a model on its way, or one that was stopped. It goes on while the
// library page is closed.
type downloading struct {
	window *Window
	what   app.Download
	name   string
	step   app.DownloadStep
	notice string // what was last to know
	failed string // why it ended, "": it did not
	left   app.Unfinished
	cancel context.CancelFunc // nil: it is not under way
	thrown bool               // it is to be thrown away once it has ended

	title, caption *lineText
	note           *paragraph
	meter          *meter
	turn           *glyphButton // pauses it, or goes on with it
	object         *fyne.Container
}

func newDownloading(w *Window, what app.Download) *downloading {
	d := &downloading{window: w, what: what, name: downloadName(what.Address), meter: newMeter()}
	d.title, d.caption, d.note = newFlexibleLine(d.name, bodyStyle), newFlexibleLine("", captionStyle), newParagraph("", captionStyle)
	d.turn = newGlyph(assets.Icon("pause"), 28, d.turned)
	away := newGlyph(assets.Icon("close"), 28, d.askThrow)
	away.tip = lang.L("Throw it away")
	if w.library != nil {
		d.turn.tips, away.tips = w.library.tips, w.library.tips
	}
	text := newColumn(4, d.title, d.caption, d.meter, d.note)
	row := newRow(8, 0, text, d.turn, away)
	d.object = newFramed(newPadded(8, 8, 8, 12, row))
	return d
}

// downloadName is what a download is called before the server has said.
func downloadName(address string) string {
	address, _, _ = strings.Cut(strings.TrimRight(address, "/"), "?")
	return address[strings.LastIndex(address, "/")+1:]
}

// newFramed puts a thin frame around something.
func newFramed(o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(newSurface(theme.ColorNameHeaderBackground, "", 8), o)
}

// askDownload asks for an address.
func (w *Window) askDownload(address string) {
	at := newFilterEntry(lang.L("OWNER/NAME/FILE.gguf, or https://…"), func(string) {})
	at.SetText(address)
	sum := newFilterEntry(lang.L("64 digits, if you know it"), func(string) {})
	token := newFilterEntry(lang.L("hf_…"), func(string) {})
	token.Password = true
	m := w.ask(lang.L("Download a model"),
		lang.L("A file of Hugging Face, the page of a model there, or any address. The file is checked before it is used. Nothing is sent but the request for it."),
		lang.L("Download"), []fyne.CanvasObject{
			captioned(lang.L("Address"), at), captioned(lang.L("SHA-256 sum (not needed for Hugging Face)"), sum),
			captioned(lang.L("Token, for models that are not given to everybody (it is not kept)"), token),
		}, func() error {
			what := app.Download{Address: strings.TrimSpace(at.Text), SHA256: strings.TrimSpace(sum.Text), Token: strings.TrimSpace(token.Text)}
			hub, err := what.Check()
			if err != nil {
				return err
			}
			if hub {
				w.post(func() { w.askHub(what) })
			} else {
				w.post(func() { w.startDownload(what) })
			}
			return nil
		})
	m.left = w.backToModels
}

// backToModels puts the cursor where it was before a question was asked.
func (w *Window) backToModels() {
	if w.library.open() {
		w.win.Canvas().Focus(w.library.list)
		return
	}
	w.backToWriting()
}

// askHub lets the reader choose among the files of a repository.
func (w *Window) askHub(what app.Download) {
	var files []app.HubFile
	w.busy(lang.L("Asking Hugging Face for the files…"), func() (err error) {
		files, err = w.app.HubFiles(context.Background(), what)
		return err
	}, func(err error) {
		if err != nil {
			w.downloadFailed(sentence(err))
			return
		}
		w.chooseHub(files, what)
	})
}

// chooseHub lists the files of a repository. Each that is larger than the memory
// says so.
func (w *Window) chooseHub(files []app.HubFile, what app.Download) {
	rows := newColumn(2)
	memory := w.app.Memory()
	var page *detail
	var first *focusRow
	for _, f := range files {
		caption := bytesText(f.Bytes)
		if f.Parts > 1 {
			caption += " " + fmt.Sprintf(lang.L("in %d files"), f.Parts)
		}
		if memory.Total > 0 && f.Bytes > memory.Total {
			caption += " · " + lang.L("more than the memory of this machine")
		}
		name := f.Name
		if strings.HasPrefix(name, "*") {
			name = lang.L("The original weights (safetensors)")
		}
		row := newFocusRow(name, caption, func() {
			page.close()
			w.startDownload(app.Download{Address: f.Address, Token: what.Token})
		})
		if first == nil {
			first = row
		}
		rows.Add(row)
	}
	text := lang.L("Smaller files are less exact and faster. Q4_K_M is a good beginning.")
	page = w.openDetail(lang.L("Choose a file"), text, 560, wheeled(container.NewVScroll(rows)), first)
}

func (w *Window) downloadFailed(text string) {
	if w.library.open() {
		w.library.say(text, nil)
		return
	}
	w.say("download", text)
}

// startDownload begins a download, or goes on with one.
func (w *Window) startDownload(what app.Download) {
	i := slices.IndexFunc(w.downloads, func(d *downloading) bool { return d.what.Address == what.Address })
	if i < 0 {
		i = len(w.downloads)
		w.downloads = append(w.downloads, newDownloading(w, what))
	}
	d := w.downloads[i]
	if d.cancel == nil {
		d.what = what
		d.start()
	}
	w.showDownloads()
}

func (d *downloading) start() {
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel, d.failed, d.notice = cancel, "", ""
	d.window.trace.event("download-started", map[string]any{"name": d.name})
	follow(d.window.post, d.window.app.Download(ctx, d.what), d.steps, d.ended)
}

// steps takes in how far it is.
func (d *downloading) steps(all []app.DownloadStep) {
	for _, s := range all {
		if s.Notice != "" {
			d.notice = asSentence(errorText(s.Notice))
		}
	}
	d.step = all[len(all)-1]
	if d.step.Notice == "" && d.step.Rate > 0 { // it goes on
		d.notice = ""
	}
	if d.step.File != "" {
		d.name = d.step.File
	}
	d.show()
	d.window.showDownloading()
}

// ended takes in that it has ended: it is there, paused, thrown away, or failed.
func (d *downloading) ended(err error) {
	w := d.window
	d.cancel()
	d.cancel = nil
	switch {
	case d.thrown:
		d.throw()
	case err == nil:
		d.done()
	case errors.Is(err, context.Canceled):
		d.notice = ""
	default:
		d.failed = sentence(err)
		if !w.library.open() {
			w.say("download", d.failed, action{lang.L("Show"), false, w.openModels})
		}
	}
	d.show()
	w.showDownloads()
}

func (d *downloading) done() {
	w, path := d.window, d.step.Path
	w.downloads = slices.DeleteFunc(w.downloads, func(x *downloading) bool { return x == d })
	text := fmt.Sprintf(lang.L("%s is there and whole."), filepath.Base(path))
	if d.step.Proved {
		text = fmt.Sprintf(lang.L("%s is there and whole: its SHA-256 sum is right."), filepath.Base(path))
	}
	w.trace.event("download-finished", map[string]any{"path": path, "proved": d.step.Proved})
	w.showModel()
	if w.library.open() {
		if !w.library.picked {
			w.library.current = path // else what the reader has before them goes away under their hands
		}
		w.library.say(text, nil)
		w.library.look()
		return
	}
	w.say("download", text, action{lang.L("Load"), true, func() {
		w.cards.set("download", nil)
		w.choose(path)
	}})
}

// turned pauses it, or goes on with it.
func (d *downloading) turned() {
	if d.cancel != nil {
		d.cancel()
		return
	}
	d.start()
	d.show()
	d.window.showDownloads()
}

func (d *downloading) askThrow() {
	m := d.window.ask(fmt.Sprintf(lang.L("Throw away %s?"), d.name), fmt.Sprintf(lang.L("What was downloaded of it, %s, is deleted."), bytesText(d.there())), lang.L("Throw away"), nil, func() error {
		if d.cancel != nil {
			d.thrown = true
			d.cancel()
			return nil
		}
		d.throw()
		d.window.showDownloads()
		return nil
	})
	m.left = d.window.backToModels
}

// throw deletes what came of it.
func (d *downloading) throw() {
	w := d.window
	for _, u := range w.app.Unfinished() {
		if u.Record.Address == d.what.Address {
			if err := w.app.DiscardDownload(u); err != nil {
				w.downloadFailed(sentence(err))
			}
		}
	}
	w.downloads = slices.DeleteFunc(w.downloads, func(x *downloading) bool { return x == d })
	if w.library.open() {
		w.library.look()
	}
}

// there is how many bytes of all its files are there.
func (d *downloading) there() (bytes int64) {
	for _, u := range d.window.app.Unfinished() {
		if u.Record.Address == d.what.Address {
			bytes += u.Done + u.Beside
		}
	}
	return max(bytes, d.here())
}

// here is how many bytes of the present file are there.
func (d *downloading) here() int64 { return max(d.step.Done, d.left.Done) }

func (d *downloading) fraction() float64 {
	if total := max(d.step.Total, d.left.Record.Total); total > 0 {
		return float64(d.here()) / float64(total)
	}
	return -1
}

// show brings its row up to date.
func (d *downloading) show() {
	d.title.SetText(d.name)
	d.caption.SetText(d.progressText())
	fraction := d.fraction()
	setVisible(d.meter, fraction >= 0)
	d.meter.set(fraction)
	text, style := d.notice, captionStyle
	if d.failed != "" {
		text, style = d.failed, dangerStyle
	}
	d.note.setStyle(style)
	d.note.SetText(text)
	setVisible(d.note, text != "")
	icon, tip := "pause", lang.L("Pause")
	if d.cancel == nil {
		icon, tip = "resume", lang.L("Go on")
	}
	d.turn.setIcon(assets.Icon(icon))
	d.turn.tip = tip
	if d.window.library.open() {
		d.window.library.relayout()
	}
}

// progressText is the line under its name.
func (d *downloading) progressText() string {
	total := max(d.step.Total, d.left.Record.Total)
	amount := bytesText(d.here())
	if total > 0 {
		amount = fmt.Sprintf(lang.L("%[1]s of %[2]s"), amount, bytesText(total))
	}
	var parts []string
	if d.step.Count > 1 {
		parts = append(parts, fmt.Sprintf(lang.L("File %[1]d of %[2]d"), d.step.Number, d.step.Count))
	}
	switch {
	case d.cancel == nil && d.failed != "":
		return strings.Join(append(parts, amount), " · ")
	case d.cancel == nil:
		return strings.Join(append(parts, lang.L("Paused"), amount), " · ")
	}
	switch d.step.Stage {
	case "", "asking":
		parts = append(parts, lang.L("Asking the server"))
	case "reading":
		parts = append(parts, lang.L("Reading what is there"), amount)
	case "waiting":
		parts = append(parts, lang.L("Waiting"), amount)
	case "checking":
		parts = append(parts, lang.L("Checking the file"))
	default:
		parts = append(parts, amount)
		if d.step.Rate > 0 {
			parts = append(parts, fmt.Sprintf(lang.L("%s a second"), bytesText(int64(d.step.Rate))))
		}
		if d.step.Left > 0 {
			parts = append(parts, fmt.Sprintf(lang.L("%s left"), durationText(max(time.Second, d.step.Left.Round(time.Second)))))
		}
	}
	return strings.Join(parts, " · ")
}

// showDownloads brings up to date where downloads are seen: the page, and the
// sidebar.
func (w *Window) showDownloads() {
	if w.library != nil {
		w.library.showDownloads()
	}
	w.showDownloading()
}

// showDownloading tells the sidebar how far the downloads under way are.
func (w *Window) showDownloading() {
	var under []*downloading
	for _, d := range w.downloads {
		if d.cancel != nil {
			under = append(under, d)
		}
	}
	switch len(under) {
	case 0:
		w.showPaused()
	case 1:
		w.sidebar.SetDownload(fmt.Sprintf(lang.L("Downloading %s"), under[0].name), under[0].progressText())
	default:
		w.sidebar.SetDownload(fmt.Sprintf(lang.L("%d downloads"), len(under)), under[0].name+" · "+under[0].progressText())
	}
}

// showPaused tells the sidebar of downloads that wait to be gone on with.
func (w *Window) showPaused() {
	switch n := len(w.downloads); n {
	case 0:
		w.sidebar.SetDownload("", "")
	case 1:
		w.sidebar.SetDownload(w.downloads[0].name, w.downloads[0].progressText())
	default:
		w.sidebar.SetDownload(fmt.Sprintf(lang.L("%d downloads"), n), lang.L("Paused"))
	}
}

// findUnfinished looks for downloads that an earlier run of the program left.
func (w *Window) findUnfinished() {
	var left []app.Unfinished
	inBackground(w.post, func() error {
		left = w.app.Unfinished()
		return nil
	}, func(error) {
		w.listUnfinished(left)
		w.showDownloading()
	})
}

// listUnfinished adds those that are not listed yet.
func (w *Window) listUnfinished(left []app.Unfinished) {
	for _, u := range left {
		i := slices.IndexFunc(w.downloads, func(d *downloading) bool { return d.what.Address == u.Record.Address })
		if i < 0 {
			i = len(w.downloads)
			w.downloads = append(w.downloads, newDownloading(w, app.Download{Address: u.Record.Address, SHA256: u.Record.Asked}))
		}
		if d := w.downloads[i]; d.cancel == nil {
			d.left, d.name = u, filepath.Base(u.Path)
			d.show()
		}
	}
}

// showDownloads lists those under way and those that were stopped, by whichever
// program.
func (p *modelsPage) showDownloads() {
	w := p.window
	w.listUnfinished(w.app.Unfinished())
	p.downloads.RemoveAll()
	for _, d := range w.downloads {
		p.downloads.Add(d.object)
	}
	setVisible(p.downloads, len(w.downloads) > 0)
	setVisible(p.queueArea, len(w.downloads) > 0)
	p.relayout()
}
