// Package starter carries the Starter, the model inside the program. Its one
// rule: the file is embedded as it is, and a checkout without it builds, too.
// It knows nothing of what is in the file; the Python beside it makes it
// (MODEL.md).
package starter

import (
	"embed"
	"io/fs"
)

//go:embed model
var files embed.FS

// File is the model's name in Files.
const File = "starter.gguf"

// Files holds the model, if the program was built with one.
func Files() fs.FS {
	model, err := fs.Sub(files, "model")
	if err != nil {
		panic(err) // the name is not a path: a mistake in this file
	}
	return model
}
