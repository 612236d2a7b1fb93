package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// answer is what a server said, and the bytes that follow.
type answer struct {
	*http.Response
	linked linked
	from   int64 // the byte that was asked for first
	alive  *time.Timer
	wait   time.Duration
	stop   context.CancelCauseFunc
}

// linked is what Hugging Face says of a file before it sends one elsewhere for it.
type linked struct {
	sha256 string
	size   int64
}

type linkedKey struct{}

// errSilent is why a connection is given up.
var errSilent = errors.New("the server has fallen silent")

// follow follows redirects: nowhere less safe, with the token to no other host,
// and noting what Hugging Face says on the way.
func follow(next *http.Request, via []*http.Request) error {
	switch {
	case len(via) >= 10:
		return &finalError{errors.New("the server sends one from place to place without end")}
	case via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
		return &finalError{fmt.Errorf("%s sends one on to an address without encryption, %s", via[len(via)-1].URL.Host, next.URL.Host)}
	}
	if next.URL.Host != via[0].URL.Host {
		next.Header.Del("Authorization")
	}
	if l, ok := next.Context().Value(linkedKey{}).(*linked); ok && next.Response != nil {
		l.note(next.Response.Header)
	}
	return nil
}

// note takes X-Linked-Etag and X-Linked-Size: the SHA-256 sum of a file in Git LFS
// and its size.
func (l *linked) note(h http.Header) {
	sum := strings.Trim(strings.TrimPrefix(h.Get("X-Linked-Etag"), "W/"), `"`)
	if digest.MatchString(sum) {
		l.sha256 = strings.ToLower(sum)
	}
	if n, err := strconv.ParseInt(h.Get("X-Linked-Size"), 10, 64); err == nil && n > 0 {
		l.size = n
	}
}

// ask sends a request for what is missing.
func (f *fetch) ask(ctx context.Context) (*answer, error) {
	a := &answer{wait: f.r.Patience}
	ctx, a.stop = context.WithCancelCause(context.WithValue(ctx, linkedKey{}, &a.linked))
	a.alive = time.AfterFunc(a.wait, func() { a.stop(errSilent) })
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, f.file.URL, nil)
	if err != nil {
		a.close()
		return nil, fmt.Errorf("%s is no address: %w", shortURL(f.file.URL), err)
	}
	q.Header.Set("User-Agent", "Beyonder")
	q.Header.Set("Accept-Encoding", "identity") // ranges and sums are those of the file itself
	if f.r.Token != "" && q.URL.Scheme == "https" && q.URL.Host == "huggingface.co" {
		q.Header.Set("Authorization", "Bearer "+f.r.Token)
	}
	if a.from = f.from(); a.from > 0 {
		q.Header.Set("Range", fmt.Sprintf("bytes=%d-", a.from))
		if v := f.record.validator(); v != "" {
			q.Header.Set("If-Range", v)
		}
	}
	if a.Response, err = f.r.Client.Do(q); err != nil {
		silent := context.Cause(ctx) == errSilent
		a.close()
		if silent {
			err = errSilent
		}
		return nil, f.odd(err)
	}
	a.linked.note(a.Header)
	return a, nil
}

// from is the byte to go on at. Without anything that would tell that the file is
// another one by now, it is fetched from the beginning.
func (f *fetch) from() int64 {
	if f.record.validator() == "" && f.record.SHA256 == "" {
		return 0
	}
	return f.have
}

// piece is what one read gave. Its bytes are good until taken is sent on.
type piece struct {
	bytes []byte
	err   error
}

// pieces reads ahead of nobody: the next piece is read once the last one is taken.
// It ends with an error, io.EOF at the end, or when taken is closed.
func (a *answer) pieces() (pieces chan piece, taken chan struct{}) {
	pieces, taken = make(chan piece), make(chan struct{})
	go func() {
		buffer := make([]byte, 1<<18)
		for {
			n, err := a.read(buffer)
			select {
			case pieces <- piece{buffer[:n], err}:
			case <-taken:
				return
			}
			if _, more := <-taken; !more || err != nil {
				return
			}
		}
	}()
	return pieces, taken
}

func (a *answer) read(b []byte) (int, error) {
	n, err := a.Body.Read(b)
	a.alive.Reset(a.wait)
	if err != nil && err != io.EOF && context.Cause(a.Request.Context()) == errSilent {
		err = errSilent
	}
	return n, err
}

func (a *answer) close() {
	a.alive.Stop()
	a.stop(nil)
	if a.Response != nil {
		a.Body.Close()
	}
}

// take looks at an answer's head and makes the part ready for its bytes; whole
// says that there are none to come.
func (f *fetch) take(a *answer) (whole bool, err error) {
	total, start := a.ContentLength, int64(0)
	switch a.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		if start, total, err = contentRange(a.Header.Get("Content-Range")); err != nil || start != a.from {
			return false, f.fromBeginning("")
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return f.beyond(a)
	default:
		return false, f.refused(a)
	}
	if err := f.agree(a.linked); err != nil {
		return false, err
	}
	now := Record{ETag: strong(a.Header.Get("Etag")), Modified: a.Header.Get("Last-Modified"), Total: max(total, 0)}
	if now.Total == 0 {
		now.Total = a.linked.size
	}
	if start > 0 && f.changed(now, a.linked) {
		return false, f.fromBeginning("The file on the server has changed: it is downloaded from the beginning.")
	}
	if start == 0 && f.have > 0 {
		if err := f.startOver(); err != nil {
			return false, err
		}
		f.tell("The server does not go on where the download stopped: it begins again.")
	}
	f.record.Total, f.record.ETag, f.record.Modified = now.Total, now.ETag, now.Modified
	if a.linked.sha256 != "" && f.record.Asked == "" {
		f.record.SHA256 = a.linked.sha256
	} else if start == 0 {
		f.record.SHA256 = f.record.Asked
	}
	return false, nil
}

// tell says a sentence with the next Step.
func (f *fetch) tell(notice string) {
	f.step.Notice = notice
	f.say(Asking)
	f.step.Notice = ""
}

// agree compares the sum that the user gave with that which the server says: it
// need not fetch anything to know that it is another file.
func (f *fetch) agree(l linked) error {
	if f.record.Asked == "" || l.sha256 == "" || l.sha256 == f.record.Asked {
		return nil
	}
	return fmt.Errorf("%s has the SHA-256 sum %s on the server, but you gave %s: it is another file; nothing was downloaded", f.file.Name, l.sha256, f.record.Asked)
}

// changed reports whether the file on the server is not the one that the part is of.
func (f *fetch) changed(now Record, l linked) bool {
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	return differ(now.ETag, f.record.ETag) || f.record.ETag == "" && differ(now.Modified, f.record.Modified) ||
		now.Total > 0 && f.record.Total > 0 && now.Total != f.record.Total ||
		f.record.Asked == "" && differ(l.sha256, f.record.SHA256)
}

func (f *fetch) fromBeginning(notice string) error {
	if err := f.startOver(); err != nil {
		return err
	}
	f.record.ETag, f.record.Modified, f.record.Total, f.record.SHA256 = "", "", 0, f.record.Asked
	if notice != "" {
		f.tell(notice)
	}
	return errAgain
}

// beyond: there is nothing after what is here, either because it is all or
// because the file has become shorter.
func (f *fetch) beyond(a *answer) (whole bool, err error) {
	_, total, err := contentRange(a.Header.Get("Content-Range"))
	if err == nil && total == f.have && total == f.record.Total && f.agree(a.linked) == nil {
		return true, nil
	}
	return false, f.fromBeginning("")
}

var rangeForm = regexp.MustCompile(`^bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)$`)

// contentRange reads a Content-Range: where it begins, and how large the file is,
// 0 if it does not say.
func contentRange(text string) (start, total int64, err error) {
	m := rangeForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, 0, fmt.Errorf("the server's Content-Range %.80q makes no sense", text)
	}
	number := func(text string) int64 {
		if text == "" || text == "*" {
			return 0
		}
		n, bad := strconv.ParseInt(text, 10, 64)
		if bad != nil {
			err = bad
		}
		return n
	}
	start, end, total := number(m[1]), number(m[2]), number(m[3])
	if err == nil && (end < start || total > 0 && end >= total) {
		err = fmt.Errorf("the server's Content-Range %.80q makes no sense", text)
	}
	return start, total, err
}

// strong is an ETag that promises the same bytes; "": it does not.
func strong(tag string) string {
	if strings.HasPrefix(tag, "W/") || len(tag) > 500 {
		return ""
	}
	return tag
}

// name finds out what the file will be called. Where only the server knows, it is
// asked, and its answer returned.
func (f *fetch) name(ctx context.Context) (*answer, error) {
	if f.file.Name != "" {
		return nil, nil
	}
	for _, p := range Parts(f.dir) {
		if p.Record.URL == f.file.URL && path.Dir(p.Path) == path.Clean(f.dir) {
			f.file.Name = path.Base(p.Path)
			return nil, nil
		}
	}
	for {
		if !f.say(Asking) {
			return nil, errBreak
		}
		a, err := f.ask(ctx)
		if err == nil && a.StatusCode != http.StatusOK {
			err = f.refused(a)
			a.close()
		}
		if err == nil {
			f.file.Name = a.fileName(f.file.URL)
			return a, nil
		}
		var once *oddError
		if f.tries++; !errors.As(err, &once) || f.tries >= f.r.Tries {
			return nil, fmt.Errorf("%s could not be downloaded: %w", shortURL(f.file.URL), err)
		}
		if err := f.rest(ctx, once); err != nil {
			return nil, err
		}
	}
}

// fileName is what the server calls the file, or else the end of its address.
func (a *answer) fileName(asked string) string {
	if _, p, err := mime.ParseMediaType(a.Header.Get("Content-Disposition")); err == nil {
		if name := cleanName(p["filename"]); name != "" {
			return name
		}
	}
	for _, at := range []string{a.Request.URL.String(), asked} {
		u, err := url.Parse(at)
		if err != nil {
			continue
		}
		base := path.Base(u.Path)
		if name := cleanName(base); name != "" {
			return name
		}
		if name := cleanName(strings.TrimSuffix(base, path.Ext(base)) + ".gguf"); name != "" && base != "/" && base != "." {
			return name
		}
	}
	return "model.gguf"
}
