package engine

import (
	"fmt"

	"beyonder/engine/gguf"
)

// FileError says what is wrong with a model's file, where that is one of the
// problems that happen often.
type FileError = gguf.FileError

// What can be wrong with a file.
const (
	FileMissing     = gguf.Missing
	FileForbidden   = gguf.Forbidden
	FileNotAFile    = gguf.NotAFile
	FileNotGGUF     = gguf.NotGGUF
	FileCutShort    = gguf.CutShort
	FilePartMissing = gguf.PartMissing
)

// MemoryError says that a model does not fit into memory. Load it with
// LoadOptions.Force to try all the same.
type MemoryError struct {
	Path      string `json:"path"`
	NeedBytes int64  `json:"need_bytes"` // weights, KV cache and working memory
	FreeBytes int64  `json:"free_bytes"` // what the system can give now
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("not enough memory for %s: it needs %.1f GB, %.1f GB are free; choose a smaller file or window, or load it anyway",
		e.Path, float64(e.NeedBytes)/1e9, float64(e.FreeBytes)/1e9)
}

// LostError says that the engine's process ended or hung in the middle of its
// work, or that its graphics card did. The next Load starts anew.
type LostError struct {
	Cause string `json:"cause"` // "it was killed (signal 9)", "it did not answer for 60 s"
	// Card: the graphics card was at work. The next Load asks less of it, so that
	// going on is worth while.
	Card bool `json:"card,omitempty"`
}

// MostCardLosses is how often a reply may lose its graphics card and go on: with all
// layers on it, with half of them; the processor is left then.
const MostCardLosses = 2

func (e *LostError) Error() string { return "the engine was lost: " + e.Cause }

// NumbersError says that the model computed values that are not finite numbers,
// so that no token can be chosen.
type NumbersError struct {
	Position int `json:"position"` // tokens in the context window before it
}

func (e *NumbersError) Error() string {
	return fmt.Sprintf("the model's output at token %d is not a number: the file may be damaged; download it again or choose another one", e.Position)
}
