package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// copyAside copies a database of an older schema to a file of its own, which
// carries the schema's number, and returns its path once it is on the disk.
func copyAside(path string, version uint64) (string, error) {
	backup, err := freeName(path, version)
	if err != nil {
		return "", err
	}
	partial := backup + ".part" // what a killed copy leaves must not look like a backup
	if err := explain(path, copySynced(path, partial)); err != nil {
		os.Remove(partial)
		return "", fmt.Errorf("the database of an older version could not be copied and was left as it is: %w", err)
	}
	if err := os.Rename(partial, backup); err != nil {
		return "", err
	}
	return backup, syncDir(filepath.Dir(backup))
}

// freeName returns beyonder-v1.db, or the first of beyonder-v1-2.db … that is free.
func freeName(path string, version uint64) (string, error) {
	base := fmt.Sprintf("%s-v%d", strings.TrimSuffix(path, ".db"), version)
	name := base + ".db"
	for n := 2; ; n++ {
		_, err := os.Lstat(name)
		if errors.Is(err, os.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s-%d.db", base, n)
	}
}

func copySynced(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}
