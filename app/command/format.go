package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"beyonder/engine"
	"beyonder/engine/sample"
)

// format reads the form that replies must have, and says what is wrong with it
// before a model is loaded.
func (s *sampling) format(out *sample.Settings) (err error) {
	switch {
	case s.Grammar != "" && s.Schema != "":
		return errors.New("--grammar and --json-schema exclude each other: give one of them")
	case s.Grammar != "":
		out.Format = sample.GBNF
		out.Grammar, err = fileOrText(s.Grammar, func(text string) bool { return strings.Contains(text, "::=") })
	case s.Schema != "":
		out.Format = sample.JSONSchema
		out.Schema, err = fileOrText(s.Schema, func(text string) bool {
			text = strings.TrimSpace(text)
			return strings.HasPrefix(text, "{") || text == "true"
		})
	}
	if err != nil {
		return err
	}
	return engine.CheckFormat(*out)
}

// fileOrText is what an argument says, or what the file says that it names.
func fileOrText(argument string, isText func(string) bool) (string, error) {
	if isText(argument) {
		return argument, nil
	}
	content, err := os.ReadFile(argument)
	var path *fs.PathError
	if errors.As(err, &path) {
		return "", fmt.Errorf("%s cannot be read: %w", argument, path.Err)
	}
	return string(content), err
}
