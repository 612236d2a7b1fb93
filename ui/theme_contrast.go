package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// contrastMark stands behind the name of a theme in high contrast: "dark+contrast".
const contrastMark = "+contrast"

// contrastOwn are our colours in high contrast, light and dark. Text keeps 7 : 1 on
// every ground (WCAG 2.1, AAA), outlines 4.5 : 1; a test computes it.
func contrastOwn() map[fyne.ThemeColorName][2]uint32 {
	return map[fyne.ThemeColorName][2]uint32{
		ColorPage: {0xFFFFFF, 0x000000}, ColorPanel: {0xF0F0F0, 0x1A1A1A},
		ColorText: {0x000000, 0xFFFFFF}, ColorMuted: {0x383838, 0xD6D6D6},
		ColorLine: {0x6E6E6E, 0x8C8C8C}, ColorBorder: {0x303030, 0xE0E0E0},
		ColorAccent: {0x002FA7, 0xB4C2FF}, ColorDanger: {0x8B0000, 0xFFB4B4},
		ColorWarning: {0x5C3600, 0xFFD98A}, ColorGood: {0x0B4A10, 0xB8EBBB},
		colorCodeKeyword: {0x521A75, 0xE2C6FF}, colorCodeString: {0x0B4A24, 0xBDF2B8},
		colorCodeComment: {0x404040, 0xCCCCCC}, colorCodeNumber: {0x6B2C00, 0xFFCDA6},
		colorCodeName: {0x06407F, 0xB0D8FF}, colorCodeType: {0x553800, 0xFFE394},
	}
}

// contrastFyne are the remaining names of Fyne's in high contrast.
func contrastFyne() map[fyne.ThemeColorName][2]color.Color {
	raised := [2]color.Color{rgb(0xFFFFFF), rgb(0x101010)}
	above := [2]color.Color{rgb(0xFFFFFF), rgb(0x242424)} // stands out from a black page without a shadow
	onSolid := [2]color.Color{rgb(0xFFFFFF), rgb(0x000000)}
	return map[fyne.ThemeColorName][2]color.Color{
		theme.ColorNameButton:              {rgb(0xDCDCDC), rgb(0x3A3A3A)},
		theme.ColorNameInputBackground:     raised,
		theme.ColorNameMenuBackground:      above,
		theme.ColorNameOverlayBackground:   above,
		theme.ColorNameDisabled:            {rgb(0x5A5A5A), rgb(0xA6A6A6)},
		theme.ColorNameDisabledButton:      {rgb(0xF0F0F0), rgb(0x1A1A1A)},
		theme.ColorNameForegroundOnPrimary: onSolid,
		theme.ColorNameForegroundOnError:   onSolid,
		theme.ColorNameForegroundOnWarning: onSolid,
		theme.ColorNameForegroundOnSuccess: onSolid,
		theme.ColorNameFocus:               {rgba(0x002FA7, 0x66), rgba(0xB4C2FF, 0x66)},
		theme.ColorNameSelection:           {rgba(0x002FA7, 0x40), rgba(0xB4C2FF, 0x59)},
		colorTrack:                         {rgb(0xDCDCDC), rgb(0x000000)},
		colorFound:                         {rgba(0xE69F00, 0x73), rgba(0xE69F00, 0x73)},
		theme.ColorNameHover:               {rgba(0x000000, 0x1F), rgba(0xFFFFFF, 0x2E)},
		theme.ColorNamePressed:             {rgba(0x000000, 0x33), rgba(0xFFFFFF, 0x47)},
		theme.ColorNameScrollBar:           {rgba(0x000000, 0xA6), rgba(0xFFFFFF, 0xA6)},
		theme.ColorNameShadow:              {rgba(0x000000, 0x66), rgba(0x000000, 0xB3)},
	}
}
