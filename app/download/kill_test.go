package download

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestChild is the process that is killed: it downloads and never ends.
func TestChild(t *testing.T) {
	address, dir := os.Getenv("DOWNLOAD_ADDRESS"), os.Getenv("DOWNLOAD_DIR")
	if address == "" {
		t.Skip("it is started by TestKill")
	}
	for range Fetch(context.Background(), Request{Address: address, Dir: dir, Client: &http.Client{}}) {
	}
}

// kill -9 in the middle: the next program goes on with what had come, but for a
// piece that was not full.
func TestKill(t *testing.T) {
	o, dir := newOrigin(t, 40<<20), t.TempDir()
	o.cut.Store(36<<20 + 12345)
	o.stall.Store(true)
	child := exec.Command(os.Args[0], "-test.run", "^TestChild$")
	child.Env = append(os.Environ(), "DOWNLOAD_ADDRESS="+o.URL+"/m.gguf", "DOWNLOAD_DIR="+dir)
	check(t, child.Start())
	end := time.Now().Add(60 * time.Second)
	for {
		if parts := Parts(dir); len(parts) == 1 && parts[0].Record.Synced > 0 && parts[0].Done == 36<<20 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", Parts(dir))
		}
		time.Sleep(10 * time.Millisecond)
	}
	child.Process.Kill()
	child.Wait()
	o.cut.Store(0)
	o.sent.Store(0)
	r := o.request(dir)
	r.Address = o.URL + "/m.gguf"
	r.SHA256 = sumOf(o.content)
	_, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	if n := o.sent.Load(); n > 8<<20 {
		t.Errorf("%d bytes were sent again", n)
	}
}

func TestHubListing(t *testing.T) {
	all, err := parseListing("a/b", []byte(`[{"type":"directory","path":"q8"},{"type":"file","path":"README.md","size":3},
		{"type":"file","path":"m.Q4_K_M.gguf","size":40},{"type":"file","path":"m.Q2_K.gguf","size":20},{"type":"file","path":"../x.gguf","size":1},
		{"type":"file","path":"q8/m-00001-of-00002.gguf","size":50},{"type":"file","path":"q8/m-00002-of-00002.gguf","size":30}]`))
	found := models("a/b", all)
	if err != nil || len(found) != 3 || found[0].Address != "a/b/m.Q2_K.gguf" || found[2] != (HubFile{"a/b/q8/m-00001-of-00002.gguf", "m.gguf", 80, 2}) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := parseListing("a/b", []byte(`{"error":"gone"}`)); err == nil {
		t.Error("an error of the server's passes for a list")
	}
}

func FuzzListing(f *testing.F) {
	f.Add([]byte(`[{"type":"file","path":"m.gguf","size":40}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parseListing("a/b", text)
		for _, h := range models("a/b", all) {
			if _, bad := Parse(h.Address); err != nil || bad != nil && len(h.Address) < 150 {
				t.Logf("%q cannot be asked for: %v", h.Address, bad)
			}
		}
	})
}
