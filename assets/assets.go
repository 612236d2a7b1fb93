// Package assets carries what the window draws with and the program cannot be
// without: two font families, the icons and the program's own mark. Its one rule:
// files are embedded as they are and handed out as Fyne resources. It knows
// nothing of colours, sizes or which control shows what; package ui does.
package assets

import (
	"embed"
	"fmt"

	"fyne.io/fyne/v2"
)

// The faces are byte slices of the program itself: handing them out costs no copy.
var (
	//go:embed fonts/text-regular.ttf
	textRegular []byte
	//go:embed fonts/text-bold.ttf
	textBold []byte
	//go:embed fonts/text-italic.ttf
	textItalic []byte
	//go:embed fonts/text-bold-italic.ttf
	textBoldItalic []byte
	//go:embed fonts/mono-regular.ttf
	monoRegular []byte
	//go:embed fonts/mono-bold.ttf
	monoBold []byte
)

//go:embed icons/*.svg
var iconFiles embed.FS

//go:embed icon.png
var iconPNG []byte

// Fonts are the faces of one look: a text family and a monospaced one.
type Fonts struct {
	Regular, Bold, Italic, BoldItalic fyne.Resource
	Mono, MonoBold                    fyne.Resource
}

// NewFonts returns the embedded faces.
func NewFonts() Fonts {
	return Fonts{
		Regular:    fyne.NewStaticResource("text-regular.ttf", textRegular),
		Bold:       fyne.NewStaticResource("text-bold.ttf", textBold),
		Italic:     fyne.NewStaticResource("text-italic.ttf", textItalic),
		BoldItalic: fyne.NewStaticResource("text-bold-italic.ttf", textBoldItalic),
		Mono:       fyne.NewStaticResource("mono-regular.ttf", monoRegular),
		MonoBold:   fyne.NewStaticResource("mono-bold.ttf", monoBold),
	}
}

// Icon returns the icon of that name (the file's, without its ending), 24 × 24
// units, filled black: wrap it in a themed resource to colour it. An unknown name
// is a mistake in the program, and panics.
func Icon(name string) fyne.Resource {
	content, err := iconFiles.ReadFile("icons/" + name + ".svg")
	if err != nil {
		panic(fmt.Sprintf("assets: there is no icon %q", name))
	}
	return fyne.NewStaticResource(name+".svg", content)
}

// AppIcon returns the program's icon, 512 × 512 pixels.
func AppIcon() fyne.Resource {
	return fyne.NewStaticResource("beyonder.png", iconPNG)
}
