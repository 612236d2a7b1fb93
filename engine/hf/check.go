package hf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
)

// Begins tells in a sentence why a file that begins so is not what a model folder
// has under that name; nil: it may be. It wants the first 64 bytes.
func Begins(name string, start []byte) error {
	text := bytes.ToLower(bytes.TrimSpace(start))
	switch ending := filepath.Ext(name); {
	case bytes.HasPrefix(text, []byte("<!doctype")), bytes.HasPrefix(text, []byte("<html")):
		return fmt.Errorf("%s is a web page", name)
	case ending == ".json" && !bytes.HasPrefix(text, []byte("{")) && !bytes.HasPrefix(text, []byte("[")):
		return fmt.Errorf("%s does not begin as JSON does", name)
	case ending == ".safetensors" && (len(start) < 9 || binary.LittleEndian.Uint64(start) > maxHeader || start[8] != '{'):
		return fmt.Errorf("%s does not begin as safetensors do", name)
	}
	return nil
}

// Check looks at a whole file of a model folder: at weights for tensors that are not
// all in it, at config.json for a model that cannot be run. name is the file's, for
// errors; it may not have it yet.
func Check(path, name string) error {
	switch {
	case name == "config.json":
		files := newFiles(filepath.Dir(path))
		o, err := files.object(filepath.Base(path))
		if err != nil || o == nil {
			return fmt.Errorf("%s cannot be read: %w", name, err)
		}
		o.file = name
		if err := foreignConfig(files, o); err != nil {
			return err
		}
		_, err = readConfig(o)
		return err
	case filepath.Ext(name) == ".safetensors":
		s, err := OpenSafetensors(path)
		if err != nil {
			return err
		}
		return s.Close()
	}
	return nil
}
