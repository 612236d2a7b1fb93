package ui

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
)

// The page of diagnostics tells of program, machine, model and data, copies all of
// it at Enter, and closes at Esc.
func TestDiagnosticsPage(t *testing.T) {
	r := newRig(t, "A", "reply", "about", "whales.")
	r.say("A question about whales")
	r.showDiagnostics()
	r.until("the page is there", func() bool { return r.win.Canvas().Overlays().Top() != nil })
	r.key(fyne.KeyReturn)
	text := r.fyneApp.Clipboard().Content()
	for _, want := range []string{"Diagnostics\n", "Go: go1", "Instructions: CPU (", "Model: Tiny Mixtral", "Why: no OpenGL 4.3", "Weights in memory: mapped from the file, 20 % in large pages · large pages are read 1.04 times as fast · not worth a copy", "Conversations: 1, in a database of ", "No connection was opened.", "Nothing has failed"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the text:\n%s", want, text)
		}
	}
	if strings.Contains(text, "whales") {
		t.Errorf("the conversation is in the text:\n%s", text)
	}
	r.key(fyne.KeyEscape)
	if r.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close the page")
	}
	r.unload()
	r.showDiagnostics()
	r.until("the page is there", func() bool { return r.win.Canvas().Overlays().Top() != nil })
	r.key(fyne.KeyReturn)
	if text := r.fyneApp.Clipboard().Content(); !strings.Contains(text, "Model: None is loaded.") {
		t.Errorf("without a model:\n%s", text)
	}
}

// In the smallest window, with everything at twice its size, the facts have most of
// the page, and each its whole width.
func TestDiagnosticsInTheSmallestWindow(t *testing.T) {
	r := small(t)
	r.showDiagnostics()
	r.until("the page is there", func() bool { return r.win.Canvas().Overlays().Top() != nil })
	r.detail.popup.Resize(r.detail.popup.Size()) // lays it out
	for _, o := range test.LaidOutObjects(r.detail.popup.Content) {
		if scroll, ok := o.(*container.Scroll); ok && scroll.Size().Height < r.win.Canvas().Size().Height/2 {
			t.Errorf("the facts have %v of a window of %v", scroll.Size(), r.win.Canvas().Size())
		}
		if c, ok := o.(*fyne.Container); ok {
			if _, ok := c.Layout.(reportLayout); ok && c.Objects[1].Size().Width < c.Size().Width {
				t.Errorf("a fact has %v of %v", c.Objects[1].Size(), c.Size())
			}
		}
	}
}

// The page of connections lists what was opened, by whom it was asked for.
func TestNetworkPage(t *testing.T) {
	r := newRig(t, "Yes.")
	r.showNetwork()
	r.key(fyne.KeyReturn)
	if text := r.fyneApp.Clipboard().Content(); !strings.Contains(text, "No connection was opened.") {
		t.Errorf("before anything was opened:\n%s", text)
	}
	r.key(fyne.KeyEscape)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 5000)) }))
	defer server.Close()
	client := r.app.Network().Client("downloading tiny.gguf")
	answer, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	client.CloseIdleConnections()
	_, _ = r.app.Network().Dial("asking nobody")(context.Background(), "tcp", "127.0.0.1:1")
	r.showNetwork()
	r.key(fyne.KeyReturn)
	text := r.fyneApp.Clipboard().Content()
	if !strings.Contains(text, server.Listener.Addr().String()+" · downloading tiny.gguf · 5 kB came, ") || !strings.Contains(text, "asking nobody · it could not be opened: ") {
		t.Errorf("listed are:\n%s", text)
	}
	now := time.Now()
	open := app.Connection{Opened: now.Add(-90 * time.Second), Address: "example.org:443", Remote: "192.0.2.1:443", Why: "downloading", Received: 2e9}
	if got, want := connectionText(open, now), "example.org:443 (192.0.2.1:443) · downloading · 2.0 GB came, 0 bytes went, open for "; !strings.HasPrefix(got, want) {
		t.Errorf("an open one is %q", got)
	}
}
