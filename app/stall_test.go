package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"beyonder/app/apptest"
)

// watchStalls measures with a file in a folder until the test ends.
func watchStalls(t testing.TB, dir string) *apptest.Stalls {
	t.Helper()
	probe, err := os.Create(filepath.Join(dir, "probe"))
	check(t, err)
	s := apptest.WatchStalls(probe)
	t.Cleanup(s.Stop)
	return s
}
