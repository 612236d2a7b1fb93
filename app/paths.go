package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DataDir returns the folder where everything is kept: the one that was asked
// for, else beyonder in $XDG_DATA_HOME, else where the system keeps such things.
// Nothing is created.
func DataDir(asked string) (string, error) {
	if asked != "" {
		return filepath.Abs(asked)
	}
	// The XDG Base Directory Specification: a relative path is to be ignored.
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "beyonder"), nil
	}
	if data := os.Getenv("LocalAppData"); runtime.GOOS == "windows" && data != "" {
		return filepath.Join(data, "Beyonder"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("there is no home folder to keep conversations in: name a folder with --data (%w)", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "Beyonder"), nil
	}
	return filepath.Join(home, ".local", "share", "beyonder"), nil
}

// ModelsDir is the folder whose model files KnownModels lists.
func (a *App) ModelsDir() string { return filepath.Join(a.dir, "models") }
