package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of our own, beside Fyne's names. Ask for any of them with [Color].
const (
	ColorPage    fyne.ThemeColorName = "page"    // behind everything
	ColorPanel   fyne.ThemeColorName = "panel"   // what lies on the page: the user's messages, code
	ColorText    fyne.ThemeColorName = "text"    // what is read
	ColorMuted   fyne.ThemeColorName = "muted"   // captions, hints
	ColorLine    fyne.ThemeColorName = "line"    // hairlines
	ColorBorder  fyne.ThemeColorName = "border"  // outlines of controls, 3 : 1
	ColorAccent  fyne.ThemeColorName = "accent"  // links, focus, the one main button
	ColorDanger  fyne.ThemeColorName = "danger"  // what failed or destroys
	ColorWarning fyne.ThemeColorName = "caution" // what may go wrong ("warning" is Fyne's)
	ColorGood    fyne.ThemeColorName = "good"    // what went well

	colorFound       fyne.ThemeColorName = "found" // under what is looked for
	colorTrack       fyne.ThemeColorName = "track" // of a bar, where it is not filled
	colorCodeKeyword fyne.ThemeColorName = "codeKeyword"
	colorCodeString  fyne.ThemeColorName = "codeString"
	colorCodeComment fyne.ThemeColorName = "codeComment"
	colorCodeNumber  fyne.ThemeColorName = "codeNumber"
	colorCodeName    fyne.ThemeColorName = "codeName"
	colorCodeType    fyne.ThemeColorName = "codeType"
)

// experts are safe for colour-blind readers (Okabe and Ito, "Color universal
// design", 2008); always show a name or number too.
var experts = [...]uint32{0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0xF0E442, 0x999999}

// ExpertColor is the colour of an expert, the same in light and dark. More
// experts than colours start over.
func ExpertColor(expert int) color.Color {
	return rgb(experts[expert%len(experts)])
}

// Color is the colour of that name, one of ours or of Fyne's, in the theme in force.
func Color(name fyne.ThemeColorName) color.Color {
	settings := fyne.CurrentApp().Settings()
	l, ours := settings.Theme().(*look)
	if ours {
		return l.Color(name, settings.ThemeVariant())
	}
	if pair, ok := ownColors()[name]; ok {
		return rgb(pair[index(settings.ThemeVariant() == theme.VariantDark)])
	}
	return settings.Theme().Color(name, settings.ThemeVariant())
}

// ownColors are the named colours, light and dark. Text colours keep 4.5 : 1 on
// page and panel, borders 3 : 1 on the page; a test computes it.
func ownColors() map[fyne.ThemeColorName][2]uint32 {
	return map[fyne.ThemeColorName][2]uint32{
		ColorPage: {0xFBFAF8, 0x191816}, ColorPanel: {0xF1EFEB, 0x232220},
		ColorText: {0x1F1E1C, 0xECE9E4}, ColorMuted: {0x6F6A63, 0x9A948B},
		ColorLine: {0xE2DED7, 0x35322E}, ColorBorder: {0x8F887E, 0x7D766D},
		ColorAccent: {0x3A56FA, 0x8C9EFF}, ColorDanger: {0xC62828, 0xEF9A9A},
		ColorWarning: {0x8F5500, 0xFFCC80}, ColorGood: {0x2B7A2F, 0xA5D6A7},
		colorCodeKeyword: {0x7B3FA0, 0xC9A3E8}, colorCodeString: {0x2A6B3C, 0xA3CFA0},
		colorCodeComment: {0x6F6A63, 0x9A948B}, colorCodeNumber: {0x9A4A12, 0xE8B088},
		colorCodeName: {0x1F5FA8, 0x8FBBEA}, colorCodeType: {0x8A5A00, 0xE3C37A},
	}
}

// themeColors are every colour that we decide: our names, and Fyne's in our terms.
func themeColors(dark, high bool) map[fyne.ThemeColorName]color.Color {
	colors := map[fyne.ThemeColorName]color.Color{}
	for name, pair := range ownColors() {
		colors[name] = rgb(pair[index(dark)])
	}
	if high {
		for name, pair := range contrastOwn() {
			colors[name] = rgb(pair[index(dark)])
		}
	}
	for name, own := range fyneAliases() {
		colors[name] = colors[own]
	}
	for name, pair := range fyneColors() {
		colors[name] = pair[index(dark)]
	}
	if high {
		for name, pair := range contrastFyne() {
			colors[name] = pair[index(dark)]
		}
	}
	return colors
}

// fyneAliases says which of our colours a name of Fyne's means.
func fyneAliases() map[fyne.ThemeColorName]fyne.ThemeColorName {
	return map[fyne.ThemeColorName]fyne.ThemeColorName{
		theme.ColorNameBackground: ColorPage, theme.ColorNameHeaderBackground: ColorPanel,
		theme.ColorNameForeground: ColorText, theme.ColorNamePlaceHolder: ColorMuted,
		theme.ColorNameSeparator: ColorLine, theme.ColorNameInputBorder: ColorBorder,
		theme.ColorNamePrimary: ColorAccent, theme.ColorNameHyperlink: ColorAccent,
		theme.ColorNameError: ColorDanger, theme.ColorNameWarning: ColorWarning,
		theme.ColorNameSuccess: ColorGood,
	}
}

// fyneColors are the remaining names of Fyne's, light and dark.
func fyneColors() map[fyne.ThemeColorName][2]color.Color {
	none := color.NRGBA{}
	raised := [2]color.Color{rgb(0xFFFFFF), rgb(0x2A2826)}
	onSolid := [2]color.Color{rgb(0xFFFFFF), rgb(0x1B1A26)}
	return map[fyne.ThemeColorName][2]color.Color{
		theme.ColorNameButton:              {rgb(0xE4E0D9), rgb(0x36332F)}, // seen on the page and on panels
		theme.ColorNameInputBackground:     raised,
		theme.ColorNameMenuBackground:      raised,
		theme.ColorNameOverlayBackground:   raised,
		theme.ColorNameDisabled:            {rgb(0xA9A39A), rgb(0x6B665F)},
		theme.ColorNameDisabledButton:      {rgb(0xF1EFEB), rgb(0x232220)},
		theme.ColorNameForegroundOnPrimary: onSolid,
		theme.ColorNameForegroundOnError:   onSolid,
		theme.ColorNameForegroundOnWarning: onSolid,
		theme.ColorNameForegroundOnSuccess: onSolid,
		theme.ColorNameFocus:               {rgba(0x3A56FA, 0x4D), rgba(0x8C9EFF, 0x59)},
		theme.ColorNameSelection:           {rgba(0x3A56FA, 0x38), rgba(0x8C9EFF, 0x4D)},
		colorTrack:                         {rgb(0xE2DED7), rgb(0x35322E)},
		colorFound:                         {rgba(0xE69F00, 0x52), rgba(0xE69F00, 0x5C)},
		theme.ColorNameHover:               {rgba(0x1F1E1C, 0x0F), rgba(0xECE9E4, 0x14)},
		theme.ColorNamePressed:             {rgba(0x1F1E1C, 0x1F), rgba(0xECE9E4, 0x29)},
		theme.ColorNameScrollBar:           {rgba(0x1F1E1C, 0x52), rgba(0xECE9E4, 0x52)},
		theme.ColorNameScrollBarBackground: {none, none},
		theme.ColorNameShadow:              {rgba(0x000000, 0x1F), rgba(0x000000, 0x66)},
	}
}

func index(dark bool) int {
	if dark {
		return 1
	}
	return 0
}

func variantOf(dark bool) fyne.ThemeVariant {
	if dark {
		return theme.VariantDark
	}
	return theme.VariantLight
}

func rgb(hex uint32) color.NRGBA { return rgba(hex, 0xFF) }

func rgba(hex uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha}
}
