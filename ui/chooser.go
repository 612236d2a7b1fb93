package ui

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/assets"
)

// choosing is what a file or a folder is chosen for.
type choosing struct {
	title, text string
	endings     []string // of the files that are listed, in small letters; nil: all
	folder      bool     // a folder is wanted, no file
	name        string   // a file is to be written, and this is its name at first; "": it is to be read
	in          string   // where to begin; "": where something was chosen last
	chosen      func(path string)
}

// fileChooser lists a folder under a field with its path. What is typed behind the
// path looks through the list; all of it can be done without leaving the field.
type fileChooser struct {
	window *Window
	want   choosing
	detail *detail
	path   *filterEntry
	name   *filterEntry // nil: nothing is to be written
	list   *fileList
	text   *paragraph // instead of a list
	note   *paragraph // what is wrong with what was given
	hidden *glyphButton
	button *pushButton
	body   *fyne.Container

	folder string     // which is listed
	all    []fileItem // what is in it
	shown  []fileItem // of that, what fits the field
	at     int        // the one that Enter chooses, -1: none
	failed error      // why it could not be listed
	secret bool       // hidden files are listed, too

	reading  string // the folder that is being read, "": none
	waits    bool   // Enter was pressed meanwhile
	lastAt   int    // of a double click
	lastTime time.Time
}

// fileItem is a file or a folder in a list.
type fileItem struct {
	name, folded string // as it is, and in small letters without accents
	folder       bool
	bytes        int64
	changed      time.Time
}

// chooseFile lets the reader choose a file or a folder.
func (w *Window) chooseFile(want choosing) {
	c := &fileChooser{window: w, want: want, at: -1, text: newParagraph("", captionStyle.centred()), note: newParagraph("", dangerStyle)}
	c.path = newFilterEntry(lang.L("A path, or the beginning of a name"), func(string) { c.typed() })
	c.path.keys = c.key
	c.list = newFileList(c)
	c.text.Hide()
	c.note.Hide()
	words := lang.L("Open")
	switch {
	case want.folder:
		words = lang.L("Choose this folder")
	case want.name != "":
		words = lang.L("Save")
	}
	c.button = newPrimaryButton(words, c.press)
	up := newGlyph(assets.Icon("up"), 32, c.up)
	up.tip = lang.L("The folder above")
	c.hidden = newGlyph(assets.Icon("eye-off"), 32, c.toggleHidden)
	top := newColumn(8)
	if want.name != "" {
		c.name = newFilterEntry("", func(string) { c.say("") })
		c.name.SetText(want.name)
		c.name.keys = c.nameKey
		top.Add(captioned(lang.L("Name"), c.name))
	}
	top.Add(newRow(4, 0, c.path, up, c.hidden))
	places := container.New(asFit{})
	top.Add(places)
	cancel := newButton(lang.L("Cancel"), func() { c.detail.close() })
	foot := newColumn(8, c.note, container.NewHBox(spacer(), cancel, c.button))
	wheel := newWheelArea(func(event *fyne.ScrollEvent) { c.list.ScrollToOffset(c.list.GetScrollOffset() - event.Scrolled.DY) })
	list := container.NewStack(c.list, newPadded(16, 16, 0, 16, c.text), wheel)
	body := container.New(sheetLayout{}, newPadded(0, 16, 8, 0, top), list, newPadded(8, 16, 0, 0, foot))
	c.body = body
	c.detail = w.openDetail(want.title, want.text, 680, body, nil)
	w.chooser = c.detail.popup
	c.showHidden()
	c.lookForPlaces(places)
	c.goTo(cmp.Or(want.in, w.folder, homeFolder()))
	if c.name != nil {
		w.win.Canvas().Focus(c.name)
		c.name.CursorColumn = len([]rune(strings.TrimSuffix(want.name, filepath.Ext(want.name))))
		c.name.Refresh()
		return
	}
	w.win.Canvas().Focus(c.path)
}

// goTo lists another folder.
func (c *fileChooser) goTo(folder string) {
	c.path.SetText(withSeparator(folder))
	c.path.CursorColumn = len([]rune(c.path.Text))
	c.path.Refresh()
}

func (c *fileChooser) up() {
	c.goTo(filepath.Dir(filepath.Clean(c.folder)))
	c.window.win.Canvas().Focus(c.path)
}

// typed lists what fits the field, from another folder if it names one.
func (c *fileChooser) typed() {
	c.say("")
	if path, ok := begunAnew(c.path.Text, c.folder); ok {
		c.path.SetText(path) // which comes here again
		c.path.CursorColumn = len([]rune(path))
		c.path.Refresh()
		return
	}
	folder, _ := splitPath(c.path.Text, c.folder)
	if folder != c.folder {
		c.read(folder)
		return
	}
	c.search()
}

// read lists a folder once the disk has told of it.
func (c *fileChooser) read(folder string) {
	c.reading, c.folder = folder, folder
	c.all, c.failed = nil, nil
	c.window.post.after(300*time.Millisecond, func() {
		if c.reading == folder {
			c.tell(lang.L("Reading…"))
		}
	})
	var items []fileItem
	inBackground(c.window.post, func() (err error) {
		items, err = filesIn(folder)
		return err
	}, func(err error) {
		if c.reading != folder {
			return // another one is wanted by now
		}
		c.reading, c.all, c.failed = "", items, err
		c.search()
		if c.waits {
			c.waits = false
			c.enter()
		}
	})
}

// search lists what fits the end of the field.
func (c *fileChooser) search() {
	if c.reading != "" {
		return
	}
	_, rest := splitPath(c.path.Text, c.folder)
	wanted := app.Fold(rest)
	c.shown, c.at = c.shown[:0], -1
	begins := -1
	for _, item := range c.all {
		if !c.fits(item, strings.HasPrefix(rest, ".")) || !strings.Contains(item.folded, wanted) {
			continue
		}
		switch {
		case item.name == rest:
			c.at = len(c.shown)
		case begins < 0 && strings.HasPrefix(item.folded, wanted):
			begins = len(c.shown)
		}
		c.shown = append(c.shown, item)
	}
	if c.at < 0 && rest != "" && len(c.shown) > 0 {
		c.at = max(0, begins)
	}
	c.describe(rest)
	c.list.Refresh()
	c.list.ScrollTo(max(0, c.at))
}

// fits says whether something is to be listed at all.
func (c *fileChooser) fits(item fileItem, secret bool) bool {
	switch {
	case strings.HasPrefix(item.name, ".") && !secret && !c.secret:
		return false
	case item.folder:
		return true
	case c.want.folder:
		return false
	}
	return c.want.endings == nil || slices.ContainsFunc(c.want.endings, func(ending string) bool { return strings.HasSuffix(strings.ToLower(item.name), ending) })
}

// describe says why nothing is listed.
func (c *fileChooser) describe(rest string) {
	switch {
	case errors.Is(c.failed, fs.ErrNotExist) && c.name != nil:
		c.tell(fmt.Sprintf(lang.L("There is no folder %s yet. It is made when you save."), c.folder))
	case errors.Is(c.failed, fs.ErrNotExist):
		c.tell(fmt.Sprintf(lang.L("There is no folder %s."), c.folder))
	case c.failed != nil:
		c.tell(fmt.Sprintf(lang.L("%s cannot be looked into. Check who may read there."), c.folder))
	case len(c.shown) > 0:
		c.tell("")
	case rest != "":
		c.tell(fmt.Sprintf(lang.L("Nothing is found for “%s”."), rest))
	case c.want.folder:
		c.tell(lang.L("There are no other folders in here."))
	case c.want.endings == nil:
		c.tell(lang.L("This folder is empty."))
	default:
		c.tell(fmt.Sprintf(lang.L("There is no %s file in here."), strings.Join(c.want.endings, ", ")))
	}
}

// tell writes a text in the place of the list, "": the list is shown.
func (c *fileChooser) tell(text string) {
	c.text.SetText(text)
	setVisible(c.text, text != "")
	setVisible(c.list, text == "")
}

// say tells what is wrong with what was given, "": nothing is.
func (c *fileChooser) say(text string) {
	if text == c.note.text {
		return
	}
	c.note.SetText(text)
	setVisible(c.note, text != "")
	relayout(c.body)
}

// key does what a key does in the field and in the list.
func (c *fileChooser) key(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyDown:
		c.move(c.at + 1)
	case fyne.KeyUp:
		c.move(c.at - 1)
	case fyne.KeyPageDown:
		c.move(c.at + c.list.page())
	case fyne.KeyPageUp:
		c.move(c.at - c.list.page())
	case fyne.KeyReturn, fyne.KeyEnter:
		c.enter()
	case fyne.KeyEscape:
		c.detail.close()
	default:
		return false
	}
	return true
}

// nameKey does what a key does in the field of the name.
func (c *fileChooser) nameKey(event *fyne.KeyEvent) bool {
	switch event.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.press()
	case fyne.KeyEscape:
		c.detail.close()
	default:
		return false
	}
	return true
}

func (c *fileChooser) move(to int) {
	if len(c.shown) > 0 {
		c.at = min(max(to, 0), len(c.shown)-1)
		c.list.Refresh()
		c.list.ScrollTo(c.at)
	}
}

// enter opens what is marked in the list; where nothing is, it is as the button.
func (c *fileChooser) enter() {
	switch {
	case c.reading != "":
		c.waits = true
	case c.at >= 0 && c.at < len(c.shown):
		c.open(c.shown[c.at])
	default:
		c.press()
	}
}

// open goes into a folder, takes the name of a file that is to be written, or
// chooses one.
func (c *fileChooser) open(item fileItem) {
	path := filepath.Join(c.folder, item.name)
	switch {
	case item.folder:
		c.goTo(path)
	case c.name != nil:
		c.name.SetText(item.name)
		c.goTo(c.folder)
		c.window.win.Canvas().Focus(c.name)
	default:
		c.choose(path)
	}
}

// clicked marks a file, and chooses it at the second click; a folder is gone into.
func (c *fileChooser) clicked(i int) {
	now := time.Now()
	double := i == c.lastAt && now.Sub(c.lastTime) < doubleClick
	c.lastAt, c.lastTime = i, now
	item := c.shown[i]
	if item.folder || c.name != nil || double {
		c.lastTime = time.Time{}
		c.window.win.Canvas().Focus(c.path)
		c.open(item)
		return
	}
	c.move(i)
	c.window.win.Canvas().Focus(c.list)
}

// press is the button: it takes the folder that is listed, the file that is marked or
// whose path is typed, or the name that is to be written.
func (c *fileChooser) press() {
	_, rest := splitPath(c.path.Text, c.folder)
	switch {
	case c.reading != "":
		c.waits = true
	case c.name != nil:
		c.save()
	case c.want.folder && rest == "" && c.failed == nil:
		c.choose(c.folder)
	case c.at >= 0 && c.at < len(c.shown):
		c.open(c.shown[c.at])
	case rest != "":
		c.chooseTyped(filepath.Join(c.folder, rest))
	case c.failed == nil && !c.want.folder:
		c.say(lang.L("Choose a file, or go into a folder."))
	}
}

// chooseTyped takes a path that the list does not show: a file of another ending.
func (c *fileChooser) chooseTyped(path string) {
	isFile := false
	inBackground(c.window.post, func() error {
		info, err := os.Stat(path)
		isFile = err == nil && !info.IsDir()
		return nil
	}, func(error) {
		switch {
		case !c.detail.popup.Visible():
		case isFile && !c.want.folder:
			c.choose(path)
		default:
			c.say(fmt.Sprintf(lang.L("There is no file %s."), path))
		}
	})
}

// save takes the name that was given, in the folder that is listed. A name that is a
// path is taken as that.
func (c *fileChooser) save() {
	name := strings.TrimSpace(c.name.Text)
	if name == "" {
		c.say(lang.L("Give the file a name."))
		return
	}
	path := expandHome(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.folder, name)
	}
	c.choose(path)
}

func (c *fileChooser) choose(path string) {
	c.window.folder = path
	if !c.want.folder {
		c.window.folder = filepath.Dir(path)
	}
	c.detail.close()
	c.want.chosen(path)
}

func (c *fileChooser) toggleHidden() {
	c.secret = !c.secret
	c.showHidden()
	c.search()
}

func (c *fileChooser) showHidden() {
	icon, tip := "eye-off", lang.L("Show hidden files")
	if c.secret {
		icon, tip = "eye", lang.L("Leave out hidden files")
	}
	c.hidden.tip = tip
	c.hidden.setIcon(assets.Icon(icon))
}
