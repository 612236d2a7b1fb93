package main

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beyonder/app/download"
	"beyonder/assets/starter"
)

// A download is broken off by kill -9; the next run goes on with it, and the model
// is loaded from the library page.
func TestWindowDownload(t *testing.T) {
	path := needWindow(t)
	model, err := fs.ReadFile(starter.Files(), starter.File)
	if err != nil {
		t.Skip("skipped: no Starter in this checkout, and a smaller model is kept in one piece")
	}
	const half = 8 << 20 // two of the pieces in which it is written
	var whole atomic.Bool
	var from atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"1"`)
		start, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"))
		from.Store(int64(start))
		if start > 0 {
			w.Header().Set("Content-Range", "bytes "+strconv.Itoa(start)+"-"+strconv.Itoa(len(model)-1)+"/"+strconv.Itoa(len(model)))
			w.WriteHeader(http.StatusPartialContent)
		} else {
			w.Header().Set("Content-Length", strconv.Itoa(len(model)))
		}
		if whole.Load() {
			w.Write(model[start:])
			return
		}
		w.Write(model[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	s, data := newScreen(t), t.TempDir()
	begin := func() *program {
		p := s.open(path, data)
		p.wait("window-shown")
		p.click("composer")
		return p
	}
	p := begin()
	p.key("ctrl+k")
	p.typeText("download a model")
	p.key("Return")
	time.Sleep(300 * time.Millisecond) // the palette goes, the question comes
	p.typeText(server.URL + "/fetched.gguf")
	p.key("Return")
	p.wait("download-started")
	for late := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if left := download.Parts(filepath.Join(data, "models")); len(left) == 1 && left[0].Record.Synced == int64(half) {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("half of it is not kept: %+v", download.Parts(filepath.Join(data, "models")))
		}
	}
	p.kill()
	whole.Store(true)
	p = begin()
	p.key("ctrl+k")
	p.typeText("download a model")
	p.key("Return")
	time.Sleep(300 * time.Millisecond)
	p.typeText(server.URL + "/fetched.gguf")
	p.key("Return")
	if e := p.wait("download-finished"); !strings.HasSuffix(e["path"].(string), "fetched.gguf") || from.Load() != int64(half) {
		t.Errorf("%v, from byte %d", e, from.Load())
	}
	p.key("ctrl+shift+l")
	if e := p.wait("page-opened"); e["title"] != "Models" {
		t.Errorf("opened is %v", e["title"])
	}
	time.Sleep(time.Second) // until the disk has been looked at
	p.screenshot("models")
	p.typeText("fetched")
	p.key("Return")
	if e := p.wait("model-loaded"); !strings.HasSuffix(e["path"].(string), "fetched.gguf") {
		t.Errorf("loaded is %v", e["path"])
	}
	p.endBy("ctrl+q")
}
