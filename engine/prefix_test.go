package engine

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"beyonder/engine/prompt"
)

// longSystem is a conversation with a system prompt worth keeping.
func longSystem(text string) []prompt.Message {
	return []prompt.Message{says(prompt.System, "Answer in the manner of the old book, "+string(bytes.Repeat([]byte("line by line, "), 20))), says(prompt.User, text)}
}

func kept(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.kv"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// An engine started anew reads a long system prompt no more, and answers as if it
// had read it. (With AMX long batches are rounded otherwise than short ones, and a
// model of random weights then goes on otherwise.)
func TestPrefixIsReadOnce(t *testing.T) {
	t.Setenv("BEYONDER_SIMD", "avx512")
	for _, kv := range []string{"f16", "f32", "q8_0"} {
		o, dir := LoadOptions{Device: "cpu", Context: 1024, Template: "chatml", KV: kv}, t.TempDir()
		r := Request{Messages: longSystem("and now?"), Sampling: settings(3, 12)}
		want := ask(t, start(t, o), r)
		r.Prefixes = dir
		first := ask(t, start(t, o), Request{Messages: longSystem("who is it?"), Sampling: settings(3, 2), Prefixes: dir})
		if first.done.ReusedTokens != 0 || len(kept(t, r.Prefixes)) != 1 {
			t.Fatalf("%s: at first %d tokens were reused, and %d files kept", kv, first.done.ReusedTokens, len(kept(t, r.Prefixes)))
		}
		got := ask(t, start(t, o), r)
		if got.done.ReusedTokens < leastPrefix || got.done.ReusedTokens >= got.done.PromptTokens {
			t.Errorf("%s: %d of %d tokens were reused", kv, got.done.ReusedTokens, got.done.PromptTokens)
		}
		if !slices.Equal(got.ids(), want.ids()) || len(got.notices) != 0 {
			t.Errorf("%s: answered %v (%+v), want %v", kv, got.ids(), got.notices, want.ids())
		}
		if len(kept(t, r.Prefixes)) != 1 {
			t.Errorf("%s: %d files are kept", kv, len(kept(t, r.Prefixes)))
		}
	}
}

// A prompt that was kept under another type of cache is neither taken for damaged
// nor thrown away.
func TestPrefixesOfSeveralCacheTypes(t *testing.T) {
	dir := t.TempDir()
	for _, round := range []string{"kept", "used"} {
		for _, kv := range []string{"f16", "q8_0", "f32"} {
			o := LoadOptions{Device: "cpu", Context: 1024, Template: "chatml", KV: kv}
			got := ask(t, start(t, o), Request{Messages: longSystem("who is it?"), Sampling: settings(3, 2), Prefixes: dir})
			if len(got.notices) > 0 || (got.done.ReusedTokens >= leastPrefix) != (round == "used") {
				t.Errorf("%s, %s: %d tokens were reused, noticed %+v", round, kv, got.done.ReusedTokens, got.notices)
			}
		}
	}
	if files := kept(t, dir); len(files) != 3 {
		t.Errorf("%d files are kept", len(files))
	}
}

// What is recorded of a reply behind a kept prompt is enough to write it again.
func TestReplayBehindPrefix(t *testing.T) {
	o, dir := LoadOptions{Device: "cpu", Context: 1024, Template: "chatml"}, t.TempDir()
	ask(t, start(t, o), Request{Messages: longSystem("who is it?"), Sampling: settings(3, 2), Prefixes: dir})
	var sent *Sent
	var ids []int32
	r := Request{Messages: longSystem("and now?"), Sampling: settings(3, 12), Prefixes: dir, Record: true}
	for p, err := range start(t, o).Reply(context.Background(), r) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Sent != nil {
			sent = p.Sent
		}
		for _, token := range p.Tokens {
			ids = append(ids, token.ID)
		}
	}
	if sent == nil {
		t.Fatal("nothing was recorded")
	}
	again := ask(t, start(t, o), Request{Sampling: settings(3, 12), Replay: sent})
	if !slices.Equal(again.ids(), ids) {
		t.Errorf("replayed as %v, was %v", again.ids(), ids)
	}
}

// A damaged file is told, removed, and the prompt read as if there were none.
func TestDamagedPrefix(t *testing.T) {
	o := LoadOptions{Device: "cpu", Context: 1024, Template: "chatml"}
	r := Request{Messages: longSystem("and now?"), Sampling: settings(3, 6), Prefixes: t.TempDir()}
	want := ask(t, start(t, o), r)
	path := kept(t, r.Prefixes)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 4
	for _, damaged := range [][]byte{flipped, whole[:len(whole)-9], whole[:70], {}} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		got := ask(t, start(t, o), r)
		if len(got.notices) != 1 || got.notices[0].Kind != "prefix" || got.done.ReusedTokens != 0 || !slices.Equal(got.ids(), want.ids()) {
			t.Errorf("%d bytes: %+v, %d reused, %v, want %v", len(damaged), got.notices, got.done.ReusedTokens, got.ids(), want.ids())
		}
	}
}

// Another model's and another arithmetic's files are not touched.
func TestPrefixOfAnotherModel(t *testing.T) {
	o := LoadOptions{Device: "cpu", Context: 1024, Template: "chatml"}
	r := Request{Messages: longSystem("and now?"), Sampling: settings(3, 2), Prefixes: t.TempDir()}
	ask(t, start(t, o), r)
	o.Exact = true
	if got := ask(t, start(t, o), r); got.done.ReusedTokens != 0 || len(got.notices) != 0 {
		t.Errorf("%d tokens were reused, %+v", got.done.ReusedTokens, got.notices)
	}
	if n := len(kept(t, r.Prefixes)); n != 2 {
		t.Errorf("%d files are kept, want 2", n)
	}
}

// The files used longest ago make room.
func TestPrunePrefixes(t *testing.T) {
	p := &prefixes{folder: t.TempDir()}
	for i, name := range []string{"a.kv", "b.kv", "c.kv"} {
		path := filepath.Join(p.folder, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	p.prune(250)
	if files := kept(t, p.folder); len(files) != 2 || filepath.Base(files[0]) != "b.kv" {
		t.Errorf("left are %v", files)
	}
}

// memorySaver is a cache of two bytes for each position.
type memorySaver [][2]byte

func (m memorySaver) PositionBytes() int      { return 2 }
func (m memorySaver) Save(b []byte, p int)    { copy(b, m[p][:]) }
func (m memorySaver) Restore(b []byte, p int) { copy(m[p][:], b) }

// stopper is a cache whose reply is stopped after so many positions.
type stopper struct {
	memorySaver
	left int
	stop func()
}

func (s *stopper) Save(b []byte, p int) {
	if s.left--; s.left == 0 {
		s.stop()
	}
	s.memorySaver.Save(b, p)
}

// Whoever stops a reply does not wait until its prompt is kept, or brought back:
// that is hundreds of megabytes of a large model, and a slow disk's minute.
func TestPrefixesEndWithTheReply(t *testing.T) {
	p, ids := &prefixes{folder: t.TempDir()}, make([]int32, 5000)
	cache := &stopper{make(memorySaver, len(ids)), 70, nil}
	ctx, stop := context.WithCancel(context.Background())
	cache.stop = stop
	if err := p.save(ctx, cache, ids, []Step{{Tokens: len(ids)}}); !errors.Is(err, context.Canceled) || cache.left != 0 {
		t.Errorf("saving ends with %v, %d positions late", err, -cache.left)
	}
	if left, _ := os.ReadDir(p.folder); len(left) > 0 {
		t.Errorf("left is %v", left)
	}
	if err := p.save(context.Background(), cache, ids, []Step{{Tokens: len(ids)}}); err != nil {
		t.Fatal(err)
	}
	if read, _, note := p.restore(ctx, cache, ids, 0); len(read) > 0 || note != nil {
		t.Errorf("brought back are %d tokens (%v)", len(read), note)
	}
	if read, _, note := p.restore(context.Background(), cache, ids, 0); len(read) != len(ids)-1 || note != nil {
		t.Errorf("brought back are %d tokens (%v)", len(read), note)
	}
}

// FuzzPrefix reads any bytes as a file: what is taken for whole is what was written.
func FuzzPrefix(f *testing.F) {
	p := &prefixes{}
	var whole bytes.Buffer
	if err := p.write(f.Context(), &whole, memorySaver{{1, 2}, {3, 4}, {5, 6}}, []int32{7, 8, 9}, []Step{{Tokens: 2}, {Tokens: 1}}); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:60])
	f.Add([]byte(prefixMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := p.parse(b, 2)
		if err != nil {
			return
		}
		if len(x.positions) != 2*len(x.ids) || len(x.ids) == 0 {
			t.Fatalf("%d tokens with %d bytes", len(x.ids), len(x.positions))
		}
		was := session{ids: x.ids, steps: slices.Clone(x.steps)}
		was.cut(len(x.ids) / 2) // must not fail
		s := make(memorySaver, len(x.ids))
		for i := range x.ids {
			s.Restore(x.positions[2*i:2*i+2], i)
		}
		var again bytes.Buffer
		if err := p.write(t.Context(), &again, s, x.ids, x.steps); err != nil {
			t.Fatal(err)
		}
		if y, err := p.parse(again.Bytes(), 2); err != nil || !slices.Equal(y.ids, x.ids) || !bytes.Equal(y.positions, x.positions) {
			t.Fatalf("what was read as %v is written as %v (%v)", x.ids, y.ids, err)
		}
	})
}
