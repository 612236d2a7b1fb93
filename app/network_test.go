package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beyonder/app"
)

// What goes over a recorded client is on record, redirects to other hosts and
// what could not be reached included.
func TestNetworkIsRecorded(t *testing.T) {
	body := strings.Repeat("x", 100_000)
	file := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }))
	defer file.Close()
	first := httptest.NewServer(http.RedirectHandler(file.URL, http.StatusFound))
	defer first.Close()
	var n app.Network
	if c := n.Connections(); len(c) != 0 {
		t.Fatalf("before anything was opened: %+v", c)
	}
	client := n.Client("downloading x.gguf")
	answer, err := client.Get(first.URL)
	if err != nil {
		t.Fatal(err)
	}
	open := n.Connections()
	got, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	client.CloseIdleConnections()
	if err != nil || string(got) != body {
		t.Fatalf("%d bytes came, %v", len(got), err)
	}
	list := n.Connections()
	if len(list) != 2 || len(open) != 2 || !open[1].Ended.IsZero() {
		t.Fatalf("on record are %+v, before %+v", list, open)
	}
	for i, server := range []*httptest.Server{first, file} {
		c, address := list[i], server.Listener.Addr().String()
		if c.Address != address || c.Remote != address || c.Why != "downloading x.gguf" || c.Opened.IsZero() || c.Sent < 50 || c.Error != "" {
			t.Errorf("connection %d is %+v", i, c)
		}
	}
	if r := list[1].Received; r < int64(len(body)) || r > int64(len(body))+1000 {
		t.Errorf("%d bytes are said to have come, of a file of %d", r, len(body))
	}

	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	if _, err := n.Dial("asking nobody")(context.Background(), "tcp", nobody.Addr().String()); err == nil {
		t.Error("a closed port answered")
	}
	if c := n.Connections()[2]; c.Error == "" || c.Ended.IsZero() || c.Why != "asking nobody" {
		t.Errorf("what failed is on record as %+v", c)
	}
}
