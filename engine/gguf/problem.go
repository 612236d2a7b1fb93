package gguf

import (
	"errors"
	"fmt"
	"io/fs"
)

// A Problem is what keeps a file from being read, of those that happen to readers
// often: the window tells of them in the reader's language.
type Problem string

// The problems. The text of the error has more than them, in English.
const (
	Missing     Problem = "missing"      // there is no such file
	Forbidden   Problem = "forbidden"    // it may not be read
	NotAFile    Problem = "not-a-file"   // it is a folder, a device
	NotGGUF     Problem = "not-gguf"     // it is something else
	CutShort    Problem = "cut-short"    // it ends before its last byte
	PartMissing Problem = "part-missing" // File is not beside the part Beside
)

// FileError says what is wrong with a file, for readers and for programs.
type FileError struct {
	Problem Problem `json:"problem"`
	File    string  `json:"file"` // its path, or its name where that is all that is known
	Beside  string  `json:"beside,omitempty"`
	Text    string  `json:"text"` // the whole sentence
	cause   error
}

func (e *FileError) Error() string { return e.Text }

// Unwrap returns the system's error, if there is one.
func (e *FileError) Unwrap() error { return e.cause }

// problem is a FileError with that sentence.
func problem(p Problem, file, format string, args ...any) error {
	return &FileError{Problem: p, File: file, Text: fmt.Sprintf(format, args...)}
}

// opening is the error of a file that cannot be opened.
func opening(path string, err error) error {
	e := &FileError{File: path, Text: "cannot open the model: " + err.Error(), cause: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Problem = Missing
	case errors.Is(err, fs.ErrPermission):
		e.Problem = Forbidden
	default:
		return fmt.Errorf("cannot open the model: %w", err)
	}
	return e
}
