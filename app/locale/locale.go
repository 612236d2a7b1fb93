// Package locale keeps Fyne quiet: when it is initialised, before main, it logs
// an error of three lines for the locale C.UTF-8, which most containers and
// servers have, and every command would begin with that. Here the locale becomes
// plain C, which means the same to Fyne and is known to it.
//
// It works because Go initialises packages that are ready in the order of their
// paths, and "beyonder/…" comes before "fyne.io/…".
package locale

import (
	"os"
	"strings"
)

func init() {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if strings.HasPrefix(os.Getenv(name), "C.") {
			os.Setenv(name, "C")
		}
	}
}
