package ui

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// filesIn reads a folder: folders first, by their names. What a link leads to counts;
// one that leads nowhere is left out.
func filesIn(folder string) (items []fileItem, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(folder, e.Name()))
		if err != nil {
			continue
		}
		items = append(items, fileItem{name: e.Name(), folded: app.Fold(e.Name()), folder: info.IsDir(), bytes: info.Size(), changed: info.ModTime()})
	}
	slices.SortFunc(items, func(a, b fileItem) int {
		switch {
		case a.folder && !b.folder:
			return -1
		case b.folder && !a.folder:
			return 1
		case a.folded != b.folded:
			return strings.Compare(a.folded, b.folded)
		}
		return strings.Compare(a.name, b.name)
	})
	return items, nil
}

// splitPath is the folder that a typed path names, and what stands behind it; a path
// that begins nowhere begins in the folder that is listed.
func splitPath(text, listed string) (folder, rest string) {
	text = expandHome(strings.TrimSpace(text))
	if !filepath.IsAbs(text) {
		if listed == "" {
			return text, ""
		}
		text = withSeparator(listed) + text
	}
	folder, rest = filepath.Split(text)
	return filepath.Clean(folder), rest
}

// begunAnew is the whole path that was typed or pasted behind that of the folder that is
// listed: the field has that one from the start, and few take it out first.
func begunAnew(text, listed string) (path string, ok bool) {
	path, behind := strings.CutPrefix(text, withSeparator(listed))
	return path, behind && listed != "" && (filepath.IsAbs(path) || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`))
}

// expandHome writes out "~/".
func expandHome(path string) string {
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		return withSeparator(homeFolder()) + strings.TrimLeft(path[1:], `/\`)
	}
	return path
}

func homeFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return string(filepath.Separator)
	}
	return home
}

// withSeparator ends a folder's path as those of folders end.
func withSeparator(folder string) string {
	if folder = filepath.Clean(folder); strings.HasSuffix(folder, string(filepath.Separator)) {
		return folder
	}
	return folder + string(filepath.Separator)
}

func parentOf(folder string) string { return filepath.Dir(filepath.Clean(folder)) }

// lookForPlaces fills a row with buttons for the folders that people keep files in,
// once the disk has told which there are.
func (c *fileChooser) lookForPlaces(row *fyne.Container) {
	home := homeFolder()
	add := func(name, folder string) {
		row.Add(newButton(name, func() {
			c.goTo(folder)
			c.window.win.Canvas().Focus(c.path)
		}))
	}
	add(lang.L("Home"), home)
	if slices.Contains(c.want.endings, ".gguf") || c.want.folder {
		add(lang.L("Models"), c.window.app.ModelsDir())
	}
	var folders []string
	inBackground(c.window.post, func() error {
		folders = slices.DeleteFunc(userFolders(home), func(folder string) bool { return !isFolder(folder) })
		return nil
	}, func(error) {
		for _, folder := range folders {
			add(filepath.Base(folder), folder)
		}
		add(lang.L("Computer"), filepath.VolumeName(home)+string(filepath.Separator))
	})
}

// userFolders are those for documents and downloads and the desk, under the names
// that the system gives them.
func userFolders(home string) []string {
	named := map[string]string{"DOCUMENTS": "$HOME/Documents", "DOWNLOAD": "$HOME/Downloads", "DESKTOP": "$HOME/Desktop"}
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		config := os.Getenv("XDG_CONFIG_HOME")
		if config == "" {
			config = filepath.Join(home, ".config")
		}
		text, _ := os.ReadFile(filepath.Join(config, "user-dirs.dirs")) // without it they have their usual names
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			key = strings.TrimSuffix(strings.TrimPrefix(key, "XDG_"), "_DIR")
			if named[key] != "" {
				named[key] = strings.Trim(value, `"`)
			}
		}
	}
	var folders []string
	for _, key := range []string{"DOCUMENTS", "DOWNLOAD", "DESKTOP"} {
		folder := filepath.FromSlash(strings.Replace(named[key], "$HOME", home, 1))
		if filepath.IsAbs(folder) && filepath.Clean(folder) != filepath.Clean(home) { // so they say that there is none
			folders = append(folders, folder)
		}
	}
	return folders
}

// asFit lays objects side by side, as many as there is room for; none where the
// window is low, whose height the list needs more.
type asFit struct{}

// MinSize implements fyne.Layout.
func (asFit) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if len(objects) == 0 || low(objects) {
		return fyne.Size{}
	}
	return fyne.NewSize(0, objects[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (asFit) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x, hidden := float32(0), len(objects) > 0 && low(objects)
	for _, o := range objects {
		least := o.MinSize()
		setVisible(o, !hidden && x+least.Width <= size.Width)
		o.Resize(least)
		o.Move(fyne.NewPos(x, 0))
		x += least.Width + px(4)
	}
}

func low(objects []fyne.CanvasObject) bool {
	c := canvasOf(objects[0])
	return c != nil && c.Size().Height < px(460)
}
