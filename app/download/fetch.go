package download

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// fetch is one file on its way.
type fetch struct {
	r     Request
	file  File
	dir   string
	path  string // the file's, once it is known what it is called
	yield func(Step, error) bool
	step  Step
	over  bool // the consumer has had enough

	whole    []string // files that came before this one
	fetched  bool     // it was not there, and is now
	record   Record
	part     *os.File
	pieces   pieces    // what is in part, and what is to go there next
	sum      hash.Hash // of both
	have     int64     // bytes in both
	synced   int64     // of which so many are on the disk for certain
	since    time.Time // then
	looked   bool      // the beginning is that of a model
	peeked   bool      // so is the header
	nextPeek int64     // bytes that are to be there for another look at it
	pace     pace
	told     time.Time // when the last Step was
	tries    int       // in a row without a byte
}

// run fetches the file.
func (f *fetch) run(ctx context.Context) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("the folder for models cannot be made: %w", err)
	}
	first, err := f.name(ctx)
	if err != nil {
		return err
	}
	defer discard(first)
	f.path, f.step.File = filepath.Join(f.dir, f.file.Name), f.file.Name
	if there, err := f.there(); there || err != nil {
		return err
	}
	lock := flock.New(f.path + ".part.lock")
	if locked, err := lock.TryLock(); err != nil || !locked {
		return fmt.Errorf("%s is being downloaded already, by another window or command", f.file.Name)
	}
	defer func() { lock.Unlock(); os.Remove(lock.Path()) }()
	if err := f.open(ctx); err != nil {
		return err
	}
	defer f.close()
	if err := f.all(ctx, first); err != nil {
		return err
	}
	err = f.finish(ctx)
	f.fetched = err == nil
	return err
}

// there reports whether the file need not be fetched: it is one of several, and
// whole. One that is fetched by itself must not be there.
func (f *fetch) there() (bool, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return false, nil
	}
	if f.step.Count > 1 && (f.r.Check == nil || f.r.Check(f.path, f.file.Name) == nil) {
		f.step.Done, f.step.Total = info.Size(), info.Size()
		return true, nil
	}
	return false, fmt.Errorf("%s is there already, in %s: delete it first, if you want to download it again", f.file.Name, f.dir)
}

// open opens the part, and takes in what was fetched before.
func (f *fetch) open(ctx context.Context) (err error) {
	old, err := readRecord(f.path + recordEnd)
	goesOn := err == nil && f.same(old)
	if err == nil && old.Address == f.r.Address {
		f.whole = merged(old.Whole, f.whole)
	}
	if f.part, err = os.OpenFile(f.path+partEnd, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.file.Name, err)
	}
	f.sum, f.since, f.pieces = sha256.New(), time.Now(), pieces{to: f.part}
	if !goesOn {
		f.record = Record{Address: f.r.Address, URL: f.file.URL, SHA256: f.r.SHA256, Asked: f.r.SHA256, Whole: f.whole}
		return f.startOver()
	}
	f.record = old
	f.record.Whole = f.whole
	if f.r.SHA256 != "" {
		f.record.SHA256, f.record.Asked = f.r.SHA256, f.r.SHA256
	}
	return f.reread(ctx)
}

// merged are the names of two lists, each once.
func merged(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// leave keeps a record of files that came whole before a download ended early at
// this one, of which there may be nothing yet: it is what they are thrown away by.
func (f *fetch) leave() {
	if len(f.whole) == 0 || f.file.Name == "" {
		return
	}
	path := filepath.Join(f.dir, f.file.Name)
	if _, err := os.Lstat(path + recordEnd); err == nil {
		return // it is in that
	}
	record := Record{Address: f.r.Address, URL: f.file.URL, Whole: f.whole}
	record.write(path + recordEnd) // if that fails, they stay: whole files, which can be loaded or deleted
}

// same reports whether an older download goes on as this one.
func (f *fetch) same(old Record) bool {
	if f.r.SHA256 != "" && old.SHA256 != "" && old.SHA256 != f.r.SHA256 {
		return false
	}
	return old.URL == f.file.URL || f.r.SHA256 != "" && old.SHA256 == f.r.SHA256
}

// reread computes the sum of what is there.
func (f *fetch) reread(ctx context.Context) error {
	info, err := f.part.Stat()
	if err != nil {
		return err
	}
	size := min(info.Size(), max(f.record.Synced, 0))
	if err := f.part.Truncate(size); err != nil {
		return err
	}
	f.step.Total = size
	buffer := make([]byte, 1<<18)
	for f.have < size {
		n, err := f.part.ReadAt(buffer[:min(int64(len(buffer)), size-f.have)], f.have)
		if n == 0 && err != nil {
			return fmt.Errorf("what was downloaded of %s cannot be read: %w", f.file.Name, err)
		}
		f.sum.Write(buffer[:n])
		f.have += int64(n)
		if err := ctx.Err(); err != nil {
			return err
		}
		if !f.sayNow(Reading) {
			return errBreak
		}
	}
	f.synced, f.pieces.written, f.step.Total = f.have, f.have, f.record.Total
	return nil
}

// startOver throws away what is there.
func (f *fetch) startOver() error {
	f.have, f.synced, f.looked, f.peeked, f.nextPeek, f.step.Done = 0, 0, false, false, 0, 0
	f.pieces.written, f.pieces.kept = 0, f.pieces.kept[:0]
	f.sum.Reset()
	f.pace = pace{}
	return f.part.Truncate(0)
}

// all asks until everything is there. first is an answer that has been asked for
// already, or nil.
func (f *fetch) all(ctx context.Context, first *answer) error {
	for {
		before := f.have
		err := f.some(ctx, first)
		first = nil
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errBreak), ctx.Err() != nil:
			f.sync()
			return either(ctx.Err(), err)
		case errors.Is(err, errAgain):
			if f.tries++; f.tries < 3 {
				continue
			}
			err = errors.New("the server keeps sending another file")
		}
		var once *oddError
		if !errors.As(err, &once) {
			f.sync()
			return err
		}
		if f.have > before {
			f.tries = 0
		}
		if f.tries++; f.tries >= f.r.Tries {
			f.sync()
			return fmt.Errorf("%s could not be downloaded: %w; what came is kept, and the next time goes on from there", f.called(), once.cause)
		}
		if err := f.rest(ctx, once); err != nil {
			f.sync()
			return err
		}
	}
}

func either(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// called is the file's name, or its address while it has none.
func (f *fetch) called() string {
	if f.file.Name != "" {
		return f.file.Name
	}
	return shortURL(f.file.URL)
}

// rest waits before the next try, longer each time.
func (f *fetch) rest(ctx context.Context, why *oddError) error {
	wait := max(why.after, min(f.r.Pause<<(f.tries-1), 30*time.Second))
	f.step.Notice, f.step.Left = fmt.Sprintf("%v; trying again in %s", why.cause, wait.Round(time.Second/10)), 0
	if !f.say(Waiting) {
		return errBreak
	}
	f.step.Notice = ""
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// errAgain says that the next request has to begin at the file's beginning.
var errAgain = errors.New("from the beginning")

// some asks once and takes what comes.
func (f *fetch) some(ctx context.Context, a *answer) error {
	if a == nil {
		if !f.say(Asking) {
			return errBreak
		}
		var err error
		if a, err = f.ask(ctx); err != nil {
			return err
		}
	}
	defer discard(a)
	whole, err := f.take(a)
	if err != nil || whole {
		return err
	}
	if err := f.room(); err != nil {
		return err
	}
	f.record.Synced = f.synced
	if err := f.record.write(f.path + recordEnd); err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.file.Name, err)
	}
	return f.body(a)
}

// margin is what is left free on the disk, in bytes: other programs write, too.
const margin = 64 << 20

// room sees to it that what comes has room on the disk.
func (f *fetch) room() error {
	if f.record.Total == 0 {
		return nil
	}
	free, err := f.r.Space(f.dir)
	need := f.record.Total - f.pieces.written
	if err == nil && need+margin > free {
		return fmt.Errorf("%s needs %s of room, %s are free in %s: make room there", f.file.Name, size(need), size(free), f.dir)
	}
	return nil
}

func size(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// beginning is how many bytes Request.Begins wants.
const beginning = 64

// body takes the bytes of an answer. It tells how far it is while nothing comes,
// too, so that the rate is seen to fall.
func (f *fetch) body(a *answer) error {
	clock := time.NewTicker(time.Second / 4)
	defer clock.Stop()
	pieces, taken := a.pieces()
	defer close(taken)
	for {
		select {
		case <-clock.C:
			f.syncNow()
		case p := <-pieces:
			if len(p.bytes) > 0 {
				if err := f.write(p.bytes); err != nil {
					return err
				}
			}
			if p.err != nil {
				return f.ended(p.err)
			}
			taken <- struct{}{}
		}
		if !f.sayNow(Fetching) {
			return errBreak
		}
	}
}

// ended says whether the end of an answer is that of the file.
func (f *fetch) ended(err error) error {
	switch {
	case err != io.EOF:
		return f.odd(err)
	case f.record.Total > 0 && f.have < f.record.Total:
		return &oddError{cause: fmt.Errorf("the connection ended after %s of %s", size(f.have), size(f.record.Total))}
	}
	return f.begins(true)
}

func (f *fetch) write(b []byte) error {
	if f.record.Total > 0 && f.have+int64(len(b)) > f.record.Total {
		f.startOver()
		return &oddError{cause: fmt.Errorf("the server sent more than the %d bytes that it had said", f.record.Total)}
	}
	if err := f.pieces.add(b); err != nil {
		return f.unwritten(err)
	}
	f.sum.Write(b)
	f.have += int64(len(b))
	f.pace.add(f.have, time.Now())
	f.syncNow()
	if err := f.begins(false); err != nil {
		return err
	}
	return f.peek()
}

func (f *fetch) unwritten(err error) error {
	return fmt.Errorf("%s could not be written (%w); what came is kept, make room and go on", f.file.Name, err)
}

// firstPeek is how many bytes are looked at first; then it is twice as many each
// time, until the whole header is there.
const firstPeek = 1 << 20

// peek looks at the header as soon as it is there, so that a model that cannot be
// run is not fetched for nothing.
func (f *fetch) peek() error {
	if f.peeked || f.r.Peek == nil || f.record.Total == 0 || f.pieces.written < max(f.nextPeek, firstPeek) {
		return nil
	}
	f.nextPeek = 2 * f.pieces.written
	enough, err := f.r.Peek(f.path+partEnd, f.file.Name, f.record.Total)
	f.peeked = enough
	if err != nil {
		f.remove()
		return fmt.Errorf("%w; the download was stopped after %s", err, size(f.have))
	}
	return nil
}

// begins looks at the beginning as soon as there is enough of it, so that a web
// page that says "log in first" is not fetched and looked at in the end.
func (f *fetch) begins(last bool) error {
	if f.looked || f.r.Begins == nil || f.have < beginning && !last {
		return nil
	}
	f.looked = true
	start := make([]byte, min(f.have, beginning))
	n := min(f.pieces.written, int64(len(start)))
	if _, err := f.part.ReadAt(start[:n], 0); err != nil {
		return err
	}
	copy(start[n:], f.pieces.kept)
	if err := f.r.Begins(f.file.Name, start); err != nil {
		f.remove()
		return fmt.Errorf("what %s sends is no model: %w", host(f.file.URL), err)
	}
	return nil
}

// syncNow is settle where enough was written, or what was has waited for long.
func (f *fetch) syncNow() {
	if there := f.pieces.written; there-f.synced >= 32<<20 || there > f.synced && time.Since(f.since) > 3*time.Second {
		f.settle()
	}
}

// sync writes what came and brings it to the disk for certain.
func (f *fetch) sync() {
	if f.part != nil {
		f.pieces.flush() // where it fails, the next time has more to fetch
		f.settle()
	}
}

// settle brings what was written to the disk for certain: after a power cut no more
// of the part is believed than this.
func (f *fetch) settle() {
	there := f.pieces.written
	if f.part.Sync() != nil {
		return
	}
	f.synced, f.since, f.record.Synced = there, time.Now(), there
	f.record.write(f.path + recordEnd) // where it fails, the next time has more to fetch
}

func (f *fetch) close() {
	if f.part != nil {
		f.part.Close()
		f.part, f.pieces = nil, pieces{}
	}
}

// remove takes away the part and what was known of it.
func (f *fetch) remove() {
	f.close()
	os.Remove(f.path + partEnd)
	os.Remove(f.path + recordEnd)
}

// say tells how far it is.
func (f *fetch) say(stage Stage) bool {
	if f.over {
		return false
	}
	f.told = time.Now()
	f.step.Stage = stage
	if stage != Finished && stage != Checking {
		f.step.Done = f.have
	}
	if stage == Fetching {
		f.step.Total = f.record.Total
		f.step.Rate = f.pace.rate(f.told)
		f.step.Left = 0
		if f.step.Rate > 0 && f.record.Total > 0 {
			f.step.Left = left(f.record.Total-f.have, f.step.Rate)
		}
	}
	f.over = f.over || !f.yield(f.step, nil)
	return !f.over
}

// left is how long bytes take at a rate: of a connection that has all but stopped,
// more than a Duration holds.
func left(bytes int64, rate float64) time.Duration {
	const most = 1000 * 24 * time.Hour
	return time.Duration(min(float64(bytes)/rate*float64(time.Second), float64(most)))
}

// sayNow is say, at most ten times a second.
func (f *fetch) sayNow(stage Stage) bool {
	if f.step.Stage == stage && time.Since(f.told) < time.Second/10 {
		return true
	}
	return f.say(stage)
}

func discard(a *answer) {
	if a != nil {
		a.close()
	}
}
