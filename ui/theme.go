// Package ui is the window: the sidebar, the transcript, the composer, the
// settings, and the words that users read. Its one rule: widgets announce what
// the user wants and package app does it; nothing here is decided or stored. It
// does not know the engine's workings or the database, and it does not import
// fyne.io/fyne/v2/app, so that it builds and is tested without C or a display.
package ui

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"beyonder/assets"
	"beyonder/ui/faces"
)

// Sizes of our own, at 100 %, beside Fyne's names for the others.
const (
	SizeCode     fyne.ThemeSizeName = "code"     // text of code blocks
	SizeHeading3 fyne.ThemeSizeName = "heading3" // third and deeper headings
)

// NewTheme returns the look of the window: mode is "light", "dark" or "system"
// (anything else is taken for "system"), with "+contrast" behind it in high
// contrast; scale enlarges every size (1 is 100 %;
// values that make no sense are taken for 1).
func NewTheme(mode string, scale float32) fyne.Theme { return newLook(mode, scale) }

func newLook(mode string, scale float32) *look {
	if !(scale >= 0.5 && scale <= 4) {
		scale = 1
	}
	mode, high := strings.CutSuffix(mode, contrastMark)
	l := &look{mode: mode, scale: scale, high: high, fonts: assets.NewFonts(), icons: themedIcons()}
	l.colors[index(false)], l.colors[index(true)] = themeColors(false, high), themeColors(true, high)
	return l
}

// look implements fyne.Theme.
type look struct {
	mode   string
	scale  float32
	high   bool // contrast
	fonts  assets.Fonts
	icons  map[fyne.ThemeIconName]fyne.Resource
	colors [2]map[fyne.ThemeColorName]color.Color // light, dark
}

var _ fyne.Theme = (*look)(nil)

// Color implements fyne.Theme.
func (l *look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	dark := l.dark(variant)
	if c, ok := l.colors[index(dark)][name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, variantOf(dark))
}

func (l *look) dark(variant fyne.ThemeVariant) bool {
	switch l.mode {
	case "light":
		return false
	case "dark":
		return true
	}
	return variant == theme.VariantDark
}

// Font implements fyne.Theme.
func (l *look) Font(style fyne.TextStyle) fyne.Resource {
	if theme.Current() != fyne.Theme(l) {
		return l.face(style)
	}
	return faces.Asked(style, l.face)
}

func (l *look) face(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return theme.DefaultTheme().Font(style)
	case style.Monospace && style.Bold:
		return l.fonts.MonoBold
	case style.Monospace:
		return l.fonts.Mono
	case style.Bold && style.Italic:
		return l.fonts.BoldItalic
	case style.Bold:
		return l.fonts.Bold
	case style.Italic:
		return l.fonts.Italic
	}
	return l.fonts.Regular
}

// Icon implements fyne.Theme: our own icon where there is one.
func (l *look) Icon(name fyne.ThemeIconName) fyne.Resource {
	if icon, ok := l.icons[name]; ok {
		return icon
	}
	return theme.DefaultTheme().Icon(name)
}

// Size implements fyne.Theme.
func (l *look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameSeparatorThickness:
		return 1 // a hairline stays one at every scale
	case theme.SizeNameInputBorder:
		if l.high {
			return 2 // its colour says where the keyboard is
		}
		return 1
	}
	if size, ok := ownSize(name); ok {
		return size * l.scale
	}
	return theme.DefaultTheme().Size(name) * l.scale
}

// ownSize answers what differs from Fyne's own sizes; spaces are multiples of 4.
func ownSize(name fyne.ThemeSizeName) (size float32, ok bool) {
	switch name {
	case theme.SizeNameText:
		return 15, true
	case SizeCode:
		return 13.5, true
	case theme.SizeNameCaptionText:
		return 12, true
	case theme.SizeNameHeadingText:
		return 22, true
	case theme.SizeNameSubHeadingText:
		return 18, true
	case SizeHeading3:
		return 16, true
	case theme.SizeNamePadding, theme.SizeNameLineSpacing, theme.SizeNameScrollBarSmall, theme.SizeNameScrollBarRadius:
		return 4, true
	case theme.SizeNameInnerPadding, theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 8, true
	case theme.SizeNameInlineIcon:
		return 20, true
	}
	return 0, false
}

// themeSize is the size of that name in the theme in force. Our own names work
// under a foreign theme too (Fyne's test theme, say).
func themeSize(name fyne.ThemeSizeName) float32 {
	current := fyne.CurrentApp().Settings().Theme()
	if _, ours := current.(*look); !ours && (name == SizeCode || name == SizeHeading3) {
		size, _ := ownSize(name)
		return size
	}
	return current.Size(name)
}

// themeScale is the factor by which the theme in force enlarges sizes.
func themeScale() float32 {
	if l, ours := fyne.CurrentApp().Settings().Theme().(*look); ours {
		return l.scale
	}
	return 1
}

// themedIcons maps Fyne's icon names to our line icons, so that Fyne's own
// widgets and dialogs draw with the same pen as the rest of the window.
func themedIcons() map[fyne.ThemeIconName]fyne.Resource {
	icons := map[fyne.ThemeIconName]fyne.Resource{}
	for name, file := range map[fyne.ThemeIconName]string{
		theme.IconNameCancel: "close", theme.IconNameConfirm: "check", theme.IconNameDelete: "delete",
		theme.IconNameSearch: "search", theme.IconNameMenu: "menu", theme.IconNameMenuExpand: "next",
		theme.IconNameContentAdd: "add", theme.IconNameContentRemove: "remove",
		theme.IconNameContentCopy: "copy", theme.IconNameContentClear: "close",
		theme.IconNameContentRedo: "redo", theme.IconNameContentUndo: "undo",
		theme.IconNameInfo: "info", theme.IconNameWarning: "warning", theme.IconNameError: "error",
		theme.IconNameDocument: "document", theme.IconNameDocumentCreate: "edit",
		theme.IconNameMoreHorizontal: "more", theme.IconNameMailSend: "send",
		theme.IconNameMediaStop: "stop", theme.IconNameMediaSkipNext: "resume",
		theme.IconNameMoveDown: "down", theme.IconNameMoveUp: "up",
		theme.IconNameNavigateBack: "back", theme.IconNameNavigateNext: "next",
		theme.IconNameArrowDropDown: "expand", theme.IconNameArrowDropUp: "collapse",
		theme.IconNameFolder: "folder", theme.IconNameFolderOpen: "folder", theme.IconNameHistory: "history",
		theme.IconNameSettings: "settings", theme.IconNameViewRefresh: "refresh",
		theme.IconNameDownload: "download", theme.IconNameStorage: "model", theme.IconNameList: "sidebar",
	} {
		icons[name] = theme.NewThemedResource(assets.Icon(file))
	}
	return icons
}
