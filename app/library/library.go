// Package library finds the models on a machine: in folders that the user named
// and in those of other applications, with what their headers say.
//
// Its one rule: what it finds is used where it lies. It reads headers, never
// weights, and it writes nothing but its own list of headers that were read.
// What is damaged is found as well, with a sentence that says so. It does not know
// what is loaded, nor how much memory there is.
package library

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"time"

	"beyonder/engine"
)

// Item is a model that was found: a GGUF file, the parts of a split one, or a
// Hugging Face folder.
type Item struct {
	Path     string    `json:"path"` // what is loaded
	Title    string    `json:"title"`
	Place    string    `json:"place"`    // the Name of where it was found
	Files    []string  `json:"files"`    // that hold its weights
	Bytes    int64     `json:"bytes"`    // of these
	Modified time.Time `json:"modified"` // the latest of them
	Folder   bool      `json:"folder,omitempty"`

	Read    bool           `json:"-"` // its header has been read: either of these tells what it says
	Outline engine.Outline `json:"outline"`
	Damage  string         `json:"damage,omitempty"` // why it cannot be read

	stamp stamp
}

// Place is a folder to look in, or one file.
type Place struct {
	Name   string // for people: "LM Studio", or the folder's path
	Path   string
	Layout Layout
}

// Layout says how an application keeps its models.
type Layout int

const (
	Folders Layout = iota // model files and model folders, at any depth
	Ollama                // manifests that name blobs
	OneFile               // Path is a model itself
)

// Step is a part of what a Shelf found.
type Step struct {
	Item   *Item // found; the same Path again: its header has been read meanwhile
	Notice string
	Found  int // models so far
	Read   int // of which so many headers have been read
}

// Shelf looks for models and remembers what their headers said.
type Shelf struct {
	kept *kept
}

// Open returns a shelf that keeps the headers it has read in a file. Those of
// another version of the program are read anew. A file that cannot be read or
// written costs time, nothing else.
func Open(file, version string) *Shelf { return &Shelf{kept: openKept(file, version)} }

// Look goes through places and yields what is there, first all of it with what is
// known from the last time, then what the headers of the others say. A place that
// is not there has nothing; one that cannot be read is told as a Notice.
func (s *Shelf) Look(ctx context.Context, places []Place) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		defer s.kept.save()
		l := &look{kept: s.kept, yield: yield, seen: map[string]bool{}}
		for _, p := range places {
			if ctx.Err() != nil || !l.place(ctx, p) {
				break
			}
		}
		for i := 0; i < len(l.unread) && !l.ended && ctx.Err() == nil; i++ {
			l.read(l.unread[i])
		}
		if err := ctx.Err(); err != nil && !l.ended {
			yield(Step{}, err)
			return
		}
		if !l.ended {
			s.kept.forget(l.seen)
		}
	}
}

// look is one run over all places.
type look struct {
	kept   *kept
	yield  func(Step, error) bool
	ended  bool // the consumer has had enough
	seen   map[string]bool
	unread []Item
	found  int
	done   int // headers
}

func (l *look) say(s Step) bool {
	s.Found, s.Read = l.found, l.done
	l.ended = l.ended || !l.yield(s, nil)
	return !l.ended
}

func (l *look) place(ctx context.Context, p Place) bool {
	var err error
	switch p.Layout {
	case Ollama:
		err = ollama(ctx, p, l.add)
	case OneFile:
		err = oneFile(p, l.add)
	default:
		err = walk(ctx, p, l.add)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errEnough) && ctx.Err() == nil {
		l.say(Step{Notice: err.Error()})
	}
	return !l.ended
}

// errEnough says that the consumer has ended the sequence.
var errEnough = errors.New("enough")

// add takes what was found, once.
func (l *look) add(i Item) error {
	if l.seen[i.Path] {
		return nil
	}
	l.seen[i.Path] = true
	l.found++
	if i.Damage != "" || l.kept.get(&i) {
		i.Read = true
		l.done++
	} else {
		l.unread = append(l.unread, i)
	}
	if !l.say(Step{Item: &i}) {
		return errEnough
	}
	return nil
}

// read reads a header.
func (l *look) read(i Item) {
	o, err := engine.Look(i.Path)
	i.Read, i.Outline = true, o
	if err != nil {
		i.Damage = err.Error()
	}
	var path *fs.PathError
	if !errors.As(err, &path) { // who may read a file changes without a trace in its date
		l.kept.put(i)
	}
	l.done++
	l.say(Step{Item: &i})
}

// ReadOne reads the header of one file or folder.
func ReadOne(path string) (Item, error) {
	var found Item
	err := oneFile(Place{Path: path}, func(i Item) error { found = i; return nil })
	if err != nil {
		return Item{}, err
	}
	found.Outline, err = engine.Look(path)
	found.Read = true
	return found, err
}

// stamp tells whether an item is as it was when its header was read.
type stamp struct {
	bytes    int64
	modified int64 // nanoseconds since 1970
}

func (i *Item) addFile(path string, info os.FileInfo) {
	i.Files = append(i.Files, path)
	i.Bytes += info.Size()
	i.touch(info)
}

func (i *Item) touch(info os.FileInfo) {
	if info.ModTime().After(i.Modified) {
		i.Modified = info.ModTime()
	}
	i.stamp = stamp{i.Bytes, i.Modified.UnixNano()}
}
