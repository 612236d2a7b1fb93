package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The Starter's name for people, and that of its file, both in the program and
// in the folder where everything is kept.
const (
	starterName = "Starter"
	starterFile = "starter.gguf"
	starterSum  = "starter.sha256" // beside it in the program, as sha256sum writes it
)

// starterKey stands for the Starter among the models that were used: where its
// file is follows from where the application keeps everything, now.
const starterKey = "starter:"

// starter is the model inside the program.
//
// It is unpacked to be loaded, so that the engine, which maps files and knows no
// others, is the same for it as for any model, and so that every command can read
// it. What lies there is read each time and its SHA-256 compared with that in the
// program: whatever a power cut or a hand did to the file, what is loaded is the
// Starter. The original itself is not looked at for that: 12 MB of the program would
// stay in memory.
type starter struct {
	files fs.FS
	path  string // of the unpacked file
	bytes int64

	unpacking sync.Mutex
}

// newStarter returns nil if files hold none.
func newStarter(files fs.FS, dir string) *starter {
	if files == nil {
		return nil
	}
	info, err := fs.Stat(files, starterFile)
	if err != nil {
		return nil
	}
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return &starter{files: files, path: filepath.Join(dir, starterFile), bytes: info.Size()}
}

// is reports whether path is the unpacked file's.
func (s *starter) is(path string) bool { return s != nil && path == s.path }

// IsStarter reports whether a model's file is the one that was inside the program.
func (a *App) IsStarter(path string) bool { return a.starter.is(path) }

// known is the Starter as it is listed.
func (s *starter) known(used time.Time) KnownModel {
	if s == nil {
		return KnownModel{}
	}
	return KnownModel{Path: s.path, Name: starterName, Bytes: s.bytes, Used: used, Starter: true}
}

// Unpack writes the model inside the program, which files hold, into a folder
// unless it is there, and returns its path.
func Unpack(files fs.FS, dir string) (path string, err error) {
	s := newStarter(files, dir)
	if s == nil {
		return "", errors.New("this program was built without a model inside; choose a model file")
	}
	if err := s.unpack(); err != nil {
		return "", err
	}
	return s.path, nil
}

// unpackFor is unpack that ends with ctx: a write that a slow disk holds up is
// left to itself, and the next call waits for it.
func (s *starter) unpackFor(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.unpack() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *starter) unpack() error {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	if s.unpacked() {
		return nil
	}
	if err := s.write(); err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err // its path is that of a passing file
		}
		return &UnpackError{Path: s.path, Bytes: s.bytes, Err: err}
	}
	return nil
}

// UnpackError is that the model inside the program could not be written to the file
// at Path, which takes so many Bytes.
type UnpackError struct {
	Path  string
	Bytes int64
	Err   error
}

// Error implements error.
func (e *UnpackError) Error() string {
	return fmt.Sprintf("the Starter could not be unpacked to %s: %v; make room there, or choose a model file", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *UnpackError) Unwrap() error { return e.Err }

// unpacked reports whether the file is there, equal to the original.
func (s *starter) unpacked() bool {
	there, err := os.Open(s.path)
	if err != nil {
		return false
	}
	defer there.Close()
	if info, err := there.Stat(); err != nil || info.Size() != s.bytes {
		return false
	}
	if sum := s.sum(); sum != nil {
		read := sha256.New()
		_, err := io.Copy(read, there)
		return err == nil && bytes.Equal(read.Sum(nil), sum)
	}
	original, err := s.files.Open(starterFile)
	if err != nil {
		return false
	}
	defer original.Close()
	return same(there, original)
}

// sum is the original's SHA-256; nil: the program was built without.
func (s *starter) sum() []byte {
	text, err := fs.ReadFile(s.files, starterSum)
	if err != nil {
		return nil
	}
	digits, _, _ := strings.Cut(string(text), " ")
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != sha256.Size {
		return nil
	}
	return sum
}

// same reports whether two files have the same bytes.
func same(a, b io.Reader) bool {
	x, y := make([]byte, 1<<17), make([]byte, 1<<17)
	for {
		n, errA := io.ReadFull(a, x)
		m, errB := io.ReadFull(b, y)
		switch {
		case !bytes.Equal(x[:n], y[:m]):
			return false
		case errA == nil && errB == nil:
		default:
			return ended(errA) && ended(errB)
		}
	}
}

func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// write gives the file its name once it is whole. It need not reach the disk at
// once: what a power cut leaves of it is found out the next time.
func (s *starter) write() (err error) {
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s.sweep()
	to, err := os.CreateTemp(dir, starterFile+".*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(to.Name())
		}
	}()
	from, err := s.files.Open(starterFile)
	if err == nil {
		_, err = io.Copy(to, from)
		from.Close()
	}
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	return os.Rename(to.Name(), s.path)
}

// sweep removes what was left by programs that were killed while they wrote.
func (s *starter) sweep() {
	left, _ := filepath.Glob(s.path + ".*.part")
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Minute {
			os.Remove(path)
		}
	}
}
