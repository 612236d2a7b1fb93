package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beyonder/engine"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// origin is a server with one file, and the faults of servers.
type origin struct {
	*httptest.Server
	content  []byte
	etag     string
	noRanges bool
	cut      atomic.Int64 // bytes after which every connection ends; 0: at the end
	status   atomic.Int32
	faults   atomic.Int32 // so many answers have the status, then all is well; -1: always
	requests atomic.Int32
	sent     atomic.Int64
	ranges   []string
	stall    atomic.Bool // nothing comes after the cut, and the connection stays
	head     http.Header
}

func newOrigin(t *testing.T, size int) *origin {
	o := &origin{content: make([]byte, size), etag: `"one"`, head: http.Header{}}
	rand.New(rand.NewSource(int64(size))).Read(o.content)
	copy(o.content, "GGUF")
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.requests.Add(1)
	o.ranges = append(o.ranges, r.Header.Get("Range"))
	for k, v := range o.head {
		w.Header()[k] = v
	}
	if code := o.status.Load(); code != 0 && o.faults.Load() != 0 {
		o.faults.Add(-1)
		w.WriteHeader(int(code))
		return
	}
	if o.etag != "" {
		w.Header().Set("Etag", o.etag)
	}
	from := 0
	if text := r.Header.Get("Range"); text != "" && !o.noRanges && (r.Header.Get("If-Range") == "" || r.Header.Get("If-Range") == o.etag) {
		fmt.Sscanf(text, "bytes=%d-", &from)
		if from >= len(o.content) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", len(o.content)))
			w.WriteHeader(416)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(o.content)-1, len(o.content)))
		w.Header().Set("Content-Length", fmt.Sprint(len(o.content)-from))
		w.WriteHeader(206)
	} else {
		w.Header().Set("Content-Length", fmt.Sprint(len(o.content)))
	}
	rest := o.content[from:]
	if cut := int(o.cut.Load()); cut > 0 && cut < len(rest) {
		n, _ := w.Write(rest[:cut])
		o.sent.Add(int64(n))
		w.(http.Flusher).Flush()
		if o.stall.Load() {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	}
	n, _ := w.Write(rest)
	o.sent.Add(int64(n))
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (o *origin) request(dir string) Request {
	return Request{
		Address: o.URL + "/dir/m.gguf", Dir: dir, Client: o.Client(), Pause: time.Millisecond, Patience: 10 * time.Second,
		Begins: func(name string, start []byte) error {
			if !bytes.HasPrefix(start, []byte("GGUF")) {
				return fmt.Errorf("%s is a web page", name)
			}
			return nil
		},
	}
}

// fetched runs a request to its end.
func fetched(r Request) (steps []Step, err error) {
	for s, err := range Fetch(context.Background(), r) {
		if err != nil {
			return steps, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func last(steps []Step) Step {
	if len(steps) == 0 {
		return Step{}
	}
	return steps[len(steps)-1]
}

// whole sees to it that the file is there and nothing is left beside it.
func whole(t *testing.T, path string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%s has %d bytes of %d, or others (%v)", path, len(got), len(content), err)
	}
	left, _ := filepath.Glob(path + ".*")
	if len(left) > 0 {
		t.Errorf("left beside it: %q", left)
	}
}

// nothing sees to it that a folder is empty, locks and all.
func nothing(t *testing.T, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s is there", path)
		}
		return nil
	})
}

func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("the error %q does not say %q", err, p)
		}
	}
}

func TestFetch(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	r := o.request(dir)
	r.SHA256 = strings.ToUpper(sumOf(o.content))
	steps, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	s := last(steps)
	if s.Stage != Finished || s.Path != filepath.Join(dir, "m.gguf") || !s.Proved || s.SHA256 != sumOf(o.content) || s.Done != 1<<20 {
		t.Errorf("%+v", s)
	}
	_, err = fetched(r)
	says(t, err, "m.gguf is there already", "delete it first")
}

// Every connection ends after a while: each next one goes on where the last ended.
func TestCutsInTheMiddle(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	o.cut.Store(300_000)
	r := o.request(dir)
	r.SHA256 = sumOf(o.content)
	steps, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	waits := 0
	for _, s := range steps {
		if s.Stage == Waiting {
			waits++
			says(t, errors.New(s.Notice), "trying again")
		}
	}
	if n := o.requests.Load(); n != 4 || waits != 3 || o.sent.Load() != 1<<20 {
		t.Errorf("%d requests, %d waits, %d bytes were sent", n, waits, o.sent.Load())
	}
}

// pause fetches until so many bytes are there and stops then.
func pause(t *testing.T, r Request, o *origin, after int) {
	t.Helper()
	o.cut.Store(int64(after))
	o.stall.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var err error
	for s, e := range Fetch(ctx, r) {
		if err = e; s.Done >= int64(after) {
			cancel()
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("paused: %v", err)
	}
	o.cut.Store(0)
	o.stall.Store(false)
}

func TestPauseAndGoOn(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	r := o.request(dir)
	pause(t, r, o, 400_000)
	parts := Parts(dir)
	if len(parts) != 1 || parts[0].Done != 400_000 || parts[0].Record.Total != 1<<20 || parts[0].Record.Address != r.Address {
		t.Fatalf("%+v", parts)
	}
	_, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	if o.sent.Load() != 1<<20 || o.ranges[1] != "bytes=400000-" {
		t.Errorf("%d bytes were sent, for %q", o.sent.Load(), o.ranges)
	}
}

func TestBreakKeepsThePart(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	for s := range Fetch(context.Background(), o.request(dir)) {
		if s.Stage == Fetching {
			break
		}
	}
	parts := Parts(dir)
	if len(parts) != 1 {
		t.Fatalf("%+v", parts)
	}
	check(t, Discard(parts[0]))
	nothing(t, dir)
}

func TestNoRanges(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	o.noRanges = true
	r := o.request(dir)
	pause(t, r, o, 400_000)
	steps, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	told := false
	for _, s := range steps {
		told = told || strings.Contains(s.Notice, "begins again")
	}
	if !told {
		t.Error("it was not said that it begins again")
	}
}

// Between two tries the file is replaced by one of the same size.
func TestChangedBetween(t *testing.T) {
	for name, server := range map[string]func(*origin){
		"etag":      func(o *origin) { o.etag = `"two"` },
		"no etag":   func(o *origin) { o.etag = "" },
		"linked":    func(o *origin) { o.head.Set("X-Linked-Etag", `"`+sumOf(o.content)+`"`) },
		"shorter":   func(o *origin) { o.content = o.content[:300_000]; o.etag = "" },
		"weak etag": func(o *origin) { o.etag = `W/"one"` },
	} {
		t.Run(name, func(t *testing.T) {
			o, dir := newOrigin(t, 1<<20), t.TempDir()
			if name == "linked" {
				o.etag = ""
				o.head.Set("X-Linked-Etag", `"`+sumOf(o.content)+`"`)
			}
			r := o.request(dir)
			pause(t, r, o, 400_000)
			o.content = bytes.Clone(o.content)
			copy(o.content[100_000:], "something else altogether")
			server(o)
			_, err := fetched(r)
			check(t, err)
			whole(t, filepath.Join(dir, "m.gguf"), o.content)
		})
	}
}

func TestWrongSums(t *testing.T) {
	o, dir := newOrigin(t, 200_000), t.TempDir()
	r := o.request(dir)
	r.SHA256 = strings.Repeat("0", 64)
	_, err := fetched(r)
	says(t, err, r.SHA256, sumOf(o.content), "you gave", "thrown away")
	nothing(t, dir)
	// The server's own.
	r.SHA256 = ""
	o.head.Set("X-Linked-Etag", `"`+strings.Repeat("ab", 32)+`"`)
	_, err = fetched(r)
	says(t, err, strings.Repeat("ab", 32), sumOf(o.content), "the server says")
	nothing(t, dir)
	// Both: nothing need be fetched to know.
	before := o.sent.Load()
	r.SHA256 = sumOf(o.content)
	_, err = fetched(r)
	says(t, err, strings.Repeat("ab", 32), "nothing was downloaded")
	if o.sent.Load()-before > 1<<18 {
		t.Error("it was fetched all the same")
	}
	r.SHA256 = "abc"
	_, err = fetched(r)
	says(t, err, "no SHA-256 sum")
}

// A server that sends damaged bytes where the first part ended is found out.
func TestDamagedOnTheWay(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	good := o.content
	r := o.request(dir)
	r.SHA256 = sumOf(good)
	pause(t, r, o, 400_000)
	path := filepath.Join(dir, "m.gguf.part")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	check(t, err)
	f.WriteAt([]byte("!"), 1000)
	f.Close()
	_, err = fetched(r)
	says(t, err, r.SHA256)
	nothing(t, dir)
}

func TestRedirects(t *testing.T) {
	o, dir := newOrigin(t, 100_000), t.TempDir()
	sum := sumOf(o.content)
	var authorized []string
	mux := http.NewServeMux()
	mux.HandleFunc("/hub/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Linked-Etag", `"`+sum+`"`)
		w.Header().Set("X-Linked-Size", "100000")
		http.Redirect(w, r, strings.Replace(o.URL, "127.0.0.1", "localhost", 1)+"/blob?secret=1", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	front := httptest.NewServer(mux)
	defer front.Close()
	r := o.request(dir)
	r.Address = front.URL + "/hub/x.gguf"
	steps, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "x.gguf"), o.content)
	if s := last(steps); !s.Proved || s.SHA256 != sum {
		t.Errorf("%+v %v", s, authorized)
	}
	r.Address = front.URL + "/round"
	_, err = fetched(r)
	says(t, err, "from place to place")
}

// What Hugging Face and its store answer, from the addresses that people paste.
func TestHub(t *testing.T) {
	o, dir := newOrigin(t, 50_000), t.TempDir()
	var seen []string
	o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Host+r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.Host == "huggingface.co" {
			w.Header().Set("X-Linked-Etag", `"`+sumOf(o.content)+`"`)
			http.Redirect(w, r, "https://cdn.huggingface.co/blob", http.StatusFound)
			return
		}
		o.ServeHTTP(w, r)
	})
	tls := httptest.NewTLSServer(o.Config.Handler)
	defer tls.Close()
	r := o.request(dir)
	r.Client = tls.Client()
	transport := r.Client.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.InsecureSkipVerify = true
	dial := transport.DialContext
	transport.DialContext = nil
	_ = dial
	transport.DialTLSContext = nil
	r.Client = &http.Client{Transport: redirected{transport, tls.Listener.Addr().String()}}
	r.Token = "hf_secret"
	r.Address = "org/repo/sub/big-00001-of-00002.gguf"
	steps, err := fetched(r)
	check(t, err)
	for _, name := range []string{"big-00001-of-00002.gguf", "big-00002-of-00002.gguf"} {
		whole(t, filepath.Join(dir, "org", "repo", name), o.content)
	}
	if s := last(steps); s.Count != 2 || s.Number != 2 || filepath.Base(s.Path) != "big-00001-of-00002.gguf" || !s.Proved {
		t.Errorf("%+v", s)
	}
	if len(seen) != 4 || seen[0] != "huggingface.co/org/repo/resolve/main/sub/big-00001-of-00002.gguf Bearer hf_secret" || seen[1] != "cdn.huggingface.co/blob " {
		t.Errorf("asked %q", seen)
	}
	// One part is gone: the others stay.
	check(t, os.Remove(filepath.Join(dir, "org", "repo", "big-00002-of-00002.gguf")))
	_, err = fetched(r)
	check(t, err)
	if len(seen) != 6 {
		t.Errorf("asked %q", seen)
	}
	r.Client = &http.Client{Transport: answering(`[{"type":"file","path":"a.gguf","size":7}]`)}
	found, err := Files(context.Background(), r, "org/repo")
	if err != nil || len(found) != 1 || found[0] != (HubFile{"org/repo/a.gguf", "a.gguf", 7, 1}) {
		t.Errorf("%+v, %v", found, err)
	}
	r.Client = &http.Client{Transport: answering(`[]`)}
	_, err = Files(context.Background(), r, "org/repo")
	says(t, err, "no .gguf files")
}

// answering gives every request the same answer.
type answering string

func (a answering) RoundTrip(q *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteString(string(a))
	resp := w.Result()
	resp.Request = q
	return resp, nil
}

// redirected sends all requests to one address.
type redirected struct {
	*http.Transport
	to string
}

func (r redirected) RoundTrip(q *http.Request) (*http.Response, error) {
	other := q.Clone(q.Context())
	other.Host, other.URL.Host = q.URL.Host, r.to
	resp, err := r.Transport.RoundTrip(other)
	if resp != nil {
		resp.Request = q
	}
	return resp, err
}

func TestStatuses(t *testing.T) {
	for code, say := range map[int]string{
		401: "wants a password", 403: "wants a password", 404: "no such file", 410: "no such file", 418: "418", 302: "302",
	} {
		o, dir := newOrigin(t, 1000), t.TempDir()
		o.status.Store(int32(code))
		o.faults.Store(-1)
		_, err := fetched(o.request(dir))
		says(t, err, say, "m.gguf")
		if o.requests.Load() != 1 {
			t.Errorf("%d: asked %d times", code, o.requests.Load())
		}
	}
	for code, say := range map[int]string{429: "too many requests", 503: "has a fault", 408: "has a fault"} {
		o, dir := newOrigin(t, 1000), t.TempDir()
		o.status.Store(int32(code))
		o.faults.Store(3)
		_, err := fetched(o.request(dir))
		check(t, err)
		whole(t, filepath.Join(dir, "m.gguf"), o.content)
		o.faults.Store(-1)
		r := o.request(t.TempDir())
		r.Tries = 3
		o.requests.Store(0)
		_, err = fetched(r)
		says(t, err, say, "kept")
		if o.requests.Load() != 3 {
			t.Errorf("%d: asked %d times", code, o.requests.Load())
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for text, wanted := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "99999999999": longest, "9999": longest, "-1": 0, "x": 0} {
		if got := retryAfter(http.Header{"Retry-After": {text}}); got != wanted {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestAWebPageInItsPlace(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	copy(o.content, "<html>log in first")
	_, err := fetched(o.request(dir))
	says(t, err, "no model", "web page")
	nothing(t, dir)
}

// Every tensor lies inside the file, or it gets no name.
func TestWholeAsAModel(t *testing.T) {
	o, dir := newOrigin(t, 1000), t.TempDir()
	good, err := os.ReadFile("../../engine/merge/testdata/base.gguf")
	check(t, err)
	r := o.request(dir)
	r.Begins, r.Check = engine.Begins, engine.CheckFile
	o.content = good[:len(good)-100]
	_, err = fetched(r)
	says(t, err, "cut short", "m.gguf", "thrown away")
	nothing(t, dir)
	o.content = good
	_, err = fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), good)
}

// What cannot be run is not fetched for nothing.
func TestHeaderFirst(t *testing.T) {
	o, dir := newOrigin(t, 8<<20), t.TempDir()
	r := o.request(dir)
	looks := 0
	r.Peek = func(path, name string, size int64) (bool, error) {
		info, err := os.Stat(path)
		check(t, err)
		if looks++; size != 8<<20 || info.Size() < firstPeek {
			t.Errorf("%d bytes of %d are looked at", info.Size(), size)
		}
		if looks == 2 {
			return true, errors.New("m.gguf cannot be run")
		}
		return false, nil
	}
	_, err := fetched(r)
	says(t, err, "cannot be run", "was stopped after")
	nothing(t, dir)
	r.Peek = func(string, string, int64) (bool, error) { looks++; return true, nil }
	looks = 0
	_, err = fetched(r)
	check(t, err)
	if looks != 1 {
		t.Errorf("looked at %d times", looks)
	}
}

func TestSilence(t *testing.T) {
	o, dir := newOrigin(t, 200_000), t.TempDir()
	o.cut.Store(100_000)
	o.stall.Store(true)
	r := o.request(dir)
	r.Patience, r.Tries = 150*time.Millisecond, 5
	steps, err := fetched(r)
	check(t, err) // it comes in two pieces
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	silent := false
	for _, s := range steps {
		silent = silent || strings.Contains(s.Notice, "has sent nothing for")
	}
	if !silent {
		t.Error("it was not said that the server had fallen silent")
	}
}

func TestNoRoom(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	r := o.request(dir)
	r.Space = func(string) (int64, error) { return 65 << 20, nil }
	_, err := fetched(r)
	check(t, err)
	r = o.request(t.TempDir())
	r.Space = func(string) (int64, error) { return 64 << 20, nil }
	_, err = fetched(r)
	says(t, err, "1.0 MB", "67.1 MB are free", "make room")
	if o.sent.Load() > 2<<20 {
		t.Error("it was fetched all the same")
	}
}

func TestNobodyThere(t *testing.T) {
	o, dir := newOrigin(t, 1000), t.TempDir()
	r := o.request(dir)
	r.Tries = 2
	o.Close()
	_, err := fetched(r)
	says(t, err, "takes no connections", "m.gguf")
}

func TestTwoAtOnce(t *testing.T) {
	o, dir := newOrigin(t, 1<<20), t.TempDir()
	o.cut.Store(100_000)
	o.stall.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for s := range Fetch(ctx, o.request(dir)) {
		if s.Done >= 100_000 {
			_, err := fetched(o.request(dir))
			says(t, err, "being downloaded already")
			cancel()
		}
	}
}

func TestNamesThatServersGive(t *testing.T) {
	o, dir := newOrigin(t, 1000), t.TempDir()
	r := o.request(dir)
	r.Address = o.URL + "/get?id=7"
	o.head.Set("Content-Disposition", `attachment; filename="../../sub/Real-Q4_K_M.gguf"`)
	_, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "Real-Q4_K_M.gguf"), o.content)
	o.head.Set("Content-Disposition", `attachment; filename="x.exe"`)
	_, err = fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "get.gguf"), o.content)
}

// A server that does not say how long the file is.
func TestLengthUnknown(t *testing.T) {
	content := append([]byte("GGUF"), make([]byte, 100_000)...)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(content[:50_000])
		w.(http.Flusher).Flush()
		w.Write(content[50_000:])
	}))
	defer s.Close()
	dir := t.TempDir()
	_, err := fetched(Request{Address: s.URL + "/m.gguf", Dir: dir, Client: s.Client()})
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), content)
}

func TestRate(t *testing.T) {
	var p pace
	now := time.Now()
	for i := range 100 {
		p.add(int64(i)*1000, now.Add(time.Duration(i)*time.Second/2))
	}
	if rate := p.rate(now.Add(99 * time.Second / 2)); rate < 1900 || rate > 2100 {
		t.Errorf("the rate is %v", rate)
	}
}

func TestTimeLeft(t *testing.T) {
	if got := left(30e9, 10e6); got != 50*time.Minute {
		t.Errorf("30 GB at 10 MB/s take %v", got)
	}
	if got := left(50e9, 0.2); got != 24_000*time.Hour {
		t.Errorf("a connection that has all but stopped has %v left", got)
	}
}
