package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// assistantFile is an assistant as a file holds it.
type assistantFile struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Name    string `json:"name"`
	Assistant
}

const (
	assistantFormat  = "beyonder-assistant"
	assistantVersion = 1
	mostAssistant    = 4 << 20 // bytes of a file that is read
)

// ExportAssistant writes an assistant to a file, as JSON. The model it prefers is
// left out: its path means nothing elsewhere.
func (a *App) ExportAssistant(id ID, path string) error {
	as, err := a.Assistant(id)
	if err != nil {
		return err
	}
	if as.Error != "" {
		return errors.New(as.Error)
	}
	as.Model = ""
	return replaceFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", " ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(assistantFile{Format: assistantFormat, Version: assistantVersion, Name: as.Name, Assistant: as})
	})
}

// ImportAssistant adds the assistant of a file that ExportAssistant wrote. One of
// the same name stays beside it.
func (a *App) ImportAssistant(path string) (Assistant, error) {
	fail := func(err error) (Assistant, error) {
		return Assistant{}, fmt.Errorf("%s was not imported: %w", filepath.Base(path), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostAssistant {
		return fail(errors.New("it is no file, or larger than 4 MB"))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(err)
	}
	as, err := readAssistant(content)
	if err != nil {
		return fail(err)
	}
	list, err := a.Assistants()
	if err != nil {
		return fail(err)
	}
	for _, known := range list {
		if strings.EqualFold(known.Name, as.Name) {
			as.Name = copyName(as.Name, list)
			break
		}
	}
	if as, err = a.NewAssistant(as); err != nil {
		return fail(err)
	}
	return as, nil
}

// readAssistant reads what ExportAssistant wrote.
func readAssistant(content []byte) (Assistant, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	var f assistantFile
	if err := json.Unmarshal(content, &f); err != nil {
		return Assistant{}, errors.New("it is no JSON file, or was cut short")
	}
	switch {
	case f.Format != assistantFormat:
		return Assistant{}, errors.New("it is no assistant of Beyonder's")
	case f.Version > assistantVersion:
		return Assistant{}, fmt.Errorf("it was written by a newer Beyonder (version %d of the format, this one knows %d)", f.Version, assistantVersion)
	}
	as := f.Assistant
	as.Name, as.Model = f.Name, ""
	if _, ok := BuiltinAssistant(as.Builtin); ok {
		as.Builtin = "" // the user's own list has that one
	}
	if len(as.Picture) > 0 {
		size, err := png.DecodeConfig(bytes.NewReader(as.Picture))
		if err != nil || size.Width != pictureSide || size.Height != pictureSide {
			return Assistant{}, errors.New("its picture is damaged")
		}
		if as.Picture, err = cutPicture(as.Picture); err != nil {
			return Assistant{}, err
		}
	}
	as.tidy()
	return as, as.validate()
}
