package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// sentence is what the reader sees of an error: what happened, to what, and
// what to do. It is empty for an error that is nobody's fault, a stop.
func sentence(err error) string {
	var memory *engine.MemoryError
	var lost *engine.LostError
	var numbers *engine.NumbersError
	var file *engine.FileError
	var unpack *app.UnpackError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &memory):
		return memorySentence(memory)
	case errors.As(err, &lost):
		return fmt.Sprintf(lang.L("The engine stopped working: %s. Your conversation is safe; send the message again to start it anew."), lost.Cause)
	case errors.As(err, &numbers):
		return fmt.Sprintf(lang.L("The model's output at token %s is not a number, so the reply ends here. The file may be damaged: download it again or choose another one."), count(numbers.Position))
	case errors.As(err, &file):
		return fileSentence(file)
	case errors.As(err, &unpack):
		return unpackSentence(unpack)
	case errors.Is(err, app.ErrNoModel):
		return lang.L("No model is loaded. Choose one.")
	case errors.Is(err, app.ErrFull), errors.Is(err, syscall.ENOSPC):
		return lang.L("The disk is full, so this could not be stored. What you see stays on screen; free some space and try again.")
	case errors.Is(err, fs.ErrNotExist):
		return missingSentence(err)
	case errors.Is(err, fs.ErrPermission):
		return asSentence(errorText(err.Error())) + " " + lang.L("Check who may read and write there.")
	}
	return asSentence(errorText(err.Error()))
}

func memorySentence(e *engine.MemoryError) string {
	return fmt.Sprintf(lang.L("Not enough memory for %[1]s: it needs %[2]s, %[3]s are free. Choose a smaller file or load it anyway."),
		filepath.Base(e.Path), bytesText(e.NeedBytes), bytesText(e.FreeBytes))
}

// fileSentence says what is wrong with a model's file. The engine's own words have
// more about it, in English.
func fileSentence(e *engine.FileError) string {
	name := filepath.Base(e.File)
	text := ""
	switch e.Problem {
	case engine.FileMissing:
		return fmt.Sprintf(lang.L("There is no file %s any more. Choose another one."), e.File)
	case engine.FileForbidden:
		return fmt.Sprintf(lang.L("%s may not be read. Check who may read and write there."), e.File)
	case engine.FilePartMissing:
		return fmt.Sprintf(lang.L("A part of the model is missing: %[1]s is not beside %[2]s. Download it into the same folder."), name, e.Beside)
	case engine.FileNotAFile:
		text = fmt.Sprintf(lang.L("%s is not a file. Choose a .gguf file."), name)
	case engine.FileNotGGUF:
		text = fmt.Sprintf(lang.L("%s is not a GGUF file. Choose a .gguf file, or download it again."), name)
	case engine.FileCutShort:
		text = fmt.Sprintf(lang.L("%s is cut short: it ends before its last weights. Download it again."), name)
	}
	if text == "" || lang.L("yes") == "yes" {
		return asSentence(errorText(e.Text))
	}
	return text
}

// unpackSentence says why the model inside the program cannot be used: no message is
// in danger on a disk that is full for it.
func unpackSentence(e *app.UnpackError) string {
	folder := filepath.Dir(e.Path)
	if errors.Is(e.Err, syscall.ENOSPC) || errors.Is(e.Err, syscall.EDQUOT) {
		return fmt.Sprintf(lang.L("The disk is full: the Starter needs %[1]s in %[2]s. Make room there, or choose a model file."), bytesText(e.Bytes), folder)
	}
	return fmt.Sprintf(lang.L("The Starter cannot be written to %s. Check who may read and write there, or choose a model file."), folder)
}

func missingSentence(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf(lang.L("There is no file %s any more. Choose another one."), path.Path)
	}
	return asSentence(err.Error())
}

// asSentence makes a Go error's text into a sentence: a capital letter first
// and a full stop last.
func asSentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	// A name such as "gguf:" or a path keeps its letters.
	if word, _, _ := strings.Cut(text, " "); !strings.ContainsAny(word, "/\\.:_") {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	switch {
	case strings.ContainsRune(".!?…。！？", last):
		return text
	case unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana), last == '」':
		return text + "。"
	}
	return text + "."
}
