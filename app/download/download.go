// Package download fetches model files over HTTP: resumed where they stopped,
// checked before they get their names.
//
// Its one rule: a file has its name when it is whole, not before. Until then it is
// NAME.part, with NAME.part.json beside it, which says what it is a part of; both
// outlive the program, however it ends. It knows HTTP and SHA-256; what makes a
// file a model, its caller tells it. It opens no connection by itself: its client
// is the caller's.
package download

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Request says what is to be fetched, and where to.
type Request struct {
	Address string // as the user gave it
	Dir     string // where to; files of Hugging Face go to OWNER/NAME in it
	SHA256  string // that the file must have, in hex; "": what the server says, if it does
	Token   string // for huggingface.co alone, "": none; it is never written down

	Client *http.Client
	Begins func(name string, start []byte) error                        // looks at the first 64 bytes, fewer only of shorter files; may be nil
	Peek   func(path, name string, size int64) (enough bool, err error) // looks at what is there of a file of that size, until it is enough; may be nil
	Check  func(path, name string) error                                // looks at the whole file; may be nil

	Patience time.Duration                   // without a byte, after which a connection is given up; 0: one minute
	Pause    time.Duration                   // before the second try, then twice as long each time; 0: one second
	Tries    int                             // in a row without a byte; 0: 8
	Space    func(dir string) (int64, error) // free bytes; nil: the system's
}

// Stage is what is being done.
type Stage string

const (
	Asking   Stage = "asking"   // the server
	Reading  Stage = "reading"  // what was fetched before, to go on with its sum
	Fetching Stage = "fetching" // bytes come
	Waiting  Stage = "waiting"  // before the next try
	Checking Stage = "checking" // the whole file
	Finished Stage = "finished"
)

// Step is how far it has come.
type Step struct {
	Stage       Stage
	File        string // its name
	Number      int    // of Count files, from 1
	Count       int
	Done, Total int64         // bytes of this file; Total 0: the server does not say
	Rate        float64       // bytes per second of late
	Left        time.Duration // for this file, at that rate; 0: not known
	Notice      string        // what the user should know, as a sentence
	Path        string        // when it is Finished: the file, of a split model the first, of safetensors their folder
	SHA256      string        // likewise: its sum, in hex
	Proved      bool          // and it was compared with one that was given or that the server said
}

// Fetch fetches what a request names. It ends without an error when everything is
// there; ended early, by break or ctx, it leaves the parts for the next time.
// Errors are sentences.
func Fetch(ctx context.Context, r Request) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		a, err := r.address()
		if err != nil {
			yield(Step{}, err)
			return
		}
		r.defaults()
		dir := filepath.Join(r.Dir, filepath.FromSlash(a.Folder))
		if a.Whole != "" {
			if a.Files, err = r.folderFiles(ctx, a.Whole); err != nil {
				yield(Step{}, err)
				return
			}
		}
		first, whole := "", []string(nil)
		for i := 0; i < len(a.Files); i++ {
			f := &fetch{r: r, file: a.Files[i], dir: dir, whole: whole, yield: yield, step: Step{Number: i + 1, Count: len(a.Files)}}
			err := f.run(ctx)
			if first == "" {
				first = f.path
			}
			if a.Whole != "" {
				first = dir
				if err == nil && f.file.Name == indexName {
					var more []File
					more, err = indexed(a.Whole, f.path)
					a.Files = append(a.Files, more...)
				}
			}
			if whole = f.whole; f.fetched {
				whole = merged(whole, []string{f.file.Name})
			}
			switch {
			case errors.Is(err, errBreak):
				f.leave()
				return
			case err != nil:
				f.leave()
				yield(Step{}, err)
				return
			}
			f.step.Path = first
			if !f.say(Finished) {
				if i+1 < len(a.Files) {
					next := &fetch{r: r, file: a.Files[i+1], dir: dir, whole: whole}
					next.leave()
				}
				return
			}
		}
	}
}

var digest = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// IsSum reports whether a text is a SHA-256 sum in hex.
func IsSum(text string) bool { return digest.MatchString(text) }

// address checks the request as a whole.
func (r Request) address() (Address, error) {
	a, err := Parse(r.Address)
	switch {
	case err != nil:
		return a, err
	case a.Hub != "":
		return a, fmt.Errorf("%s is a repository of many files: name the one you want, as %s/FILE.gguf", a.Hub, a.Hub)
	case r.SHA256 != "" && !IsSum(r.SHA256):
		return a, fmt.Errorf("%.80q is no SHA-256 sum: it has 64 digits, 0 to 9 and a to f", r.SHA256)
	case r.SHA256 != "" && len(a.Files) != 1:
		return a, fmt.Errorf("the model has several files, and one SHA-256 sum cannot be that of all: leave it out")
	}
	return a, nil
}

func (r *Request) defaults() {
	r.SHA256 = strings.ToLower(r.SHA256)
	if r.Patience == 0 {
		r.Patience = time.Minute
	}
	if r.Pause == 0 {
		r.Pause = time.Second
	}
	if r.Tries == 0 {
		r.Tries = 8
	}
	if r.Space == nil {
		r.Space = freeSpace
	}
	client := *r.Client
	client.CheckRedirect = follow
	r.Client = &client
}

// errBreak says that the consumer has ended the sequence.
var errBreak = errors.New("ended by the consumer")

// Part is a download that was not finished.
type Part struct {
	Path   string // that the file will have
	Record Record
	Done   int64 // bytes that are there
	Beside int64 // bytes of the files that came whole before it
}

// Parts are the unfinished downloads in a folder and those below it, by path.
func Parts(dir string) []Part {
	var found []Part
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, recordEnd) {
			return nil
		}
		record, err := readRecord(path)
		if err != nil {
			return nil
		}
		p := Part{Path: strings.TrimSuffix(path, recordEnd), Record: record}
		if info, err := os.Stat(p.Path + partEnd); err == nil {
			p.Done = info.Size()
		}
		for _, name := range p.beside() {
			if info, err := os.Stat(name); err == nil {
				p.Beside += info.Size()
			}
		}
		found = append(found, p)
		return nil
	})
	return found
}

// beside are the paths of the files that came whole before it.
func (p Part) beside() (paths []string) {
	for _, name := range p.Record.Whole {
		if name == filepath.Base(name) && name != "." && name != ".." {
			paths = append(paths, filepath.Join(filepath.Dir(p.Path), name))
		}
	}
	return paths
}

// Discard removes an unfinished download: of one of several files, those that came
// before, too, and their folders if nothing else is in them. The record goes last,
// so that what could not be removed is still known.
func Discard(p Part) error {
	for _, path := range append(p.beside(), p.Path+partEnd, p.Path+recordEnd) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if a, err := Parse(p.Record.Address); err == nil && a.Folder != "" {
		dir := filepath.Dir(p.Path)
		for range strings.Split(a.Folder, "/") {
			os.Remove(dir) // only if it is empty
			dir = filepath.Dir(dir)
		}
	}
	return nil
}
