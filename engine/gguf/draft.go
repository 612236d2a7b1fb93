package gguf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Draft is a file that grows beside the place it is for and gets its name when it
// is whole: who looks there finds the old file or the new one, never half of one.
type Draft struct {
	*os.File
	out string
}

// NewDraft begins the file that shall be out. What killed processes have left of
// earlier drafts of the same file is removed.
func NewDraft(out string) (*Draft, error) {
	folder, name := filepath.Split(out)
	for _, path := range drafts(folder, name) {
		os.Remove(path)
	}
	f, err := os.Create(filepath.Join(folder, draftName(name, os.Getpid())))
	if err != nil {
		return nil, err
	}
	return &Draft{f, out}, nil
}

// Finish puts the file on the disk and gives it its name.
func (d *Draft) Finish() error {
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return errors.Join(err, os.Remove(d.Name()))
	}
	if err := os.Rename(d.Name(), d.out); err != nil {
		return errors.Join(fmt.Errorf("cannot give it its name: %w", err), os.Remove(d.Name()))
	}
	return nil
}

// Discard removes the file.
func (d *Draft) Discard() error {
	return errors.Join(d.Close(), os.Remove(d.Name()))
}

func draftName(name string, pid int) string { return fmt.Sprintf(".%s.%d.part", name, pid) }

// drafts are those of the file whose processes are gone.
func drafts(folder, name string) (left []string) {
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return nil // creating the file will say why not
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), "."+name+".")
		number, part := strings.CutSuffix(rest, ".part")
		pid, err := strconv.Atoi(number)
		if ok && part && err == nil && pid != os.Getpid() && !running(pid) {
			left = append(left, filepath.Join(folder, e.Name()))
		}
	}
	return left
}
