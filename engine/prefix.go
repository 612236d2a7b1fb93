package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"beyonder/engine/compute"
)

// prefixes are system prompts that have been read before, kept in a folder as
// what the KV cache held, so that a program started anew need not read them
// again. A file is a key, which says what model and what arithmetic it is of, the
// tokens, the steps in which they were read (as JSON), their positions of the
// cache, and a checksum. What is not as it should be is removed and read anew.
type prefixes struct {
	folder string
	key    [sha256.Size]byte
}

const (
	leastPrefix  = 64        // tokens; fewer are read in no time
	mostPrefix   = 512 << 20 // bytes of one file
	prefixBudget = 2 << 30   // bytes of all of them
	prefixMagic  = "beyonder prefix 1\n"
)

// prefixes are those that a request may use; nil: none. The file's time is in the
// key: its hash is of the header, not of all weights.
func (m *loaded) prefixes(r Request) *prefixes {
	if r.Prefixes == "" || r.Replay != nil || !r.Mix.IsZero() {
		return nil
	}
	path, err := filepath.Abs(m.info.Path)
	if err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	h := sha256.New()
	fmt.Fprintln(h, prefixMagic, m.info.Hash, path, info.Size(), info.ModTime().UnixNano(), m.info.Device, m.options.F16, m.options.Q8, m.asked.Exact, m.batch)
	p := &prefixes{folder: r.Prefixes}
	h.Sum(p.key[:0])
	return p
}

// path is the file of some tokens.
func (p *prefixes) path(ids []int32) string {
	h := sha256.New()
	h.Write(encodeIDs(ids))
	return filepath.Join(p.folder, p.stem()+hex.EncodeToString(h.Sum(nil)[:8])+".kv")
}

func (p *prefixes) stem() string { return hex.EncodeToString(p.key[:8]) + "-" }

func encodeIDs(ids []int32) []byte {
	b := make([]byte, 0, 4*len(ids))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
	}
	return b
}

// header is what stands before the steps and positions.
func (p *prefixes) header(ids []int32, steps, position int) []byte {
	b := append([]byte(prefixMagic), p.key[:]...)
	for _, n := range []int{len(ids), steps, position} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return append(b, encodeIDs(ids)...)
}

// prefixHeader is how much of a header comes before the tokens.
const prefixHeader = len(prefixMagic) + sha256.Size + 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// save writes the first len(ids) positions of the cache, and makes room for them
// by removing the files that have not been used for longest. It ends with ctx: a
// slow disk must not hold up who stops a reply.
func (p *prefixes) save(ctx context.Context, s compute.Saver, ids []int32, steps []Step) error {
	size := s.PositionBytes()
	if len(ids) < leastPrefix || len(ids)*size > mostPrefix {
		return nil
	}
	path := p.path(ids)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}
	p.prune(prefixBudget - int64(len(ids)*size))
	f, err := os.CreateTemp(p.folder, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // once renamed it is not there
	if err := errors.Join(p.write(ctx, f, s, ids, steps), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (p *prefixes) write(ctx context.Context, f io.Writer, s compute.Saver, ids []int32, steps []Step) error {
	sum := crc32.New(castagnoli)
	w := io.MultiWriter(f, sum)
	how, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(p.header(ids, len(how), s.PositionBytes()), how...)); err != nil {
		return err
	}
	position := make([]byte, s.PositionBytes())
	for i := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.Save(position, i)
		if _, err := w.Write(position); err != nil {
			return err
		}
	}
	_, err = f.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

// prune removes files, those used longest ago first, until no more than so many
// bytes are left.
func (p *prefixes) prune(budget int64) {
	type old struct {
		path string
		size int64
		time int64
	}
	var all []old
	total := int64(0)
	entries, _ := os.ReadDir(p.folder) // none: nothing to remove
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			all = append(all, old{filepath.Join(p.folder, e.Name()), info.Size(), info.ModTime().UnixNano()})
			total += info.Size()
		}
	}
	slices.SortFunc(all, func(a, b old) int { return cmp.Compare(a.time, b.time) })
	for _, o := range all {
		if total <= budget {
			return
		}
		if os.Remove(o.path) == nil {
			total -= o.size
		}
	}
}

// errPrefix says that a file is not what save writes.
var errPrefix = errors.New("the file of a prompt that was read before is damaged and is not used")

// prefix is a file's content.
type prefix struct {
	ids       []int32
	steps     []Step
	positions []byte // of each of ids
}

// parse checks a whole file.
func (p *prefixes) parse(b []byte, position int) (x prefix, err error) {
	if len(b) < prefixHeader+4 || string(b[:prefixHeader-12]) != prefixMagic+string(p.key[:]) {
		return x, errPrefix
	}
	end := len(b) - 4
	if crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return x, errPrefix
	}
	number := func(i int) int64 { return int64(binary.LittleEndian.Uint32(b[prefixHeader-12+4*i:])) }
	n, how, body := number(0), number(1), b[prefixHeader:end]
	if n == 0 || number(2) != int64(position) || 4*n+how+n*int64(position) != int64(len(body)) {
		return x, errPrefix
	}
	for i := range n {
		x.ids = append(x.ids, int32(binary.LittleEndian.Uint32(body[4*i:])))
	}
	if json.Unmarshal(body[4*n:4*n+how], &x.steps) != nil || !cover(x.steps, n) {
		return x, errPrefix
	}
	x.positions = body[4*n+how:]
	return x, nil
}

// cover tells whether steps are of n tokens.
func cover(steps []Step, n int64) bool {
	for _, s := range steps {
		tokens, times := int64(s.Tokens), int64(s.times())
		if tokens <= 0 || tokens > n || times > n/tokens {
			return false
		}
		n -= tokens * times
	}
	return n == 0
}

// restore puts the longest prefix of ids that is kept back into the cache, if it
// is longer than the `have` tokens that are there, and returns its tokens and how
// they were read; none if there is nothing better. An error is a note, nothing
// that stops a reply.
func (p *prefixes) restore(ctx context.Context, s compute.Saver, ids []int32, have int) (read []int32, steps []Step, note error) {
	entries, _ := os.ReadDir(p.folder) // no folder: nothing is kept
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), p.stem()) || !strings.HasSuffix(e.Name(), ".kv") {
			continue
		}
		path := filepath.Join(p.folder, e.Name())
		x, n, err := p.open(ctx, path, ids, have, s.PositionBytes())
		if errors.Is(err, errPrefix) {
			note = errPrefix
			os.Remove(path) // or it is told again next time
		}
		if err != nil || n <= have {
			continue
		}
		for i := range n {
			s.Restore(x.positions[i*s.PositionBytes():][:s.PositionBytes()], i)
		}
		was := session{ids: x.ids, steps: x.steps}
		was.cut(n)
		read, steps, have = was.ids, was.steps, n
	}
	return read, steps, note
}

// open reads a file and tells how many of ids it begins with. Of one that is of no
// use it reads the tokens alone.
func (p *prefixes) open(ctx context.Context, path string, ids []int32, have, position int) (x prefix, n int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return x, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() > mostPrefix+mostPrefix/8 {
		return x, 0, errPrefix
	}
	head := make([]byte, min(int64(prefixHeader+4*len(ids)), info.Size()))
	if _, err := io.ReadFull(f, head); err != nil {
		return x, 0, err
	}
	if len(head) > prefixHeader && string(head[:prefixHeader-12]) == prefixMagic+string(p.key[:]) && p.common(head[prefixHeader:], ids) <= have {
		return x, 0, nil
	}
	b := make([]byte, info.Size())
	for at := copy(b, head); at < len(b); {
		if err := ctx.Err(); err != nil {
			return x, 0, err
		}
		n, err := f.ReadAt(b[at:min(at+1<<20, len(b))], int64(at))
		if err != nil {
			return x, 0, err
		}
		at += n
	}
	if x, err = p.parse(b, position); err != nil {
		return x, 0, err
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // prune goes by it; where it cannot be set, by age
	return x, p.common(encodeIDs(x.ids), ids), nil
}

// common is how many of the encoded tokens ids begins with, at least one short of
// them: the last one must be read to get logits.
func (p *prefixes) common(encoded []byte, ids []int32) int {
	n := 0
	for n < len(ids)-1 && 4*n+4 <= len(encoded) && int32(binary.LittleEndian.Uint32(encoded[4*n:])) == ids[n] {
		n++
	}
	return n
}
