package gl

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// cabinet keeps what was found out about a driver, in a folder: compiled programs
// and the shapes of workgroups that are fastest. All of it can be made again: a
// file that is damaged, or of another driver, counts as missing, and one that
// cannot be written is not worth an error.
type cabinet struct {
	dir    string // "": nothing is kept
	driver string // 16 hex digits of vendor, renderer and version
}

// openCabinet takes what identifies the driver.
func openCabinet(dir string, driver ...string) cabinet {
	c := cabinet{dir: dir, driver: digest(driver...)[:16]}
	if dir != "" {
		c.sweep()
	}
	return c
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

const cabinetPrefix = "gl-"

// stale is after how long files of other drivers go.
const stale = 30 * 24 * time.Hour

// sweep deletes what drivers that are gone have left.
func (c cabinet) sweep() {
	names, _ := filepath.Glob(filepath.Join(c.dir, cabinetPrefix+"*"))
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), cabinetPrefix+c.driver) {
			continue
		}
		if i, err := os.Stat(name); err == nil && time.Since(i.ModTime()) > stale {
			os.Remove(name)
		}
	}
}

func (c cabinet) path(key string) string {
	return filepath.Join(c.dir, cabinetPrefix+c.driver+"-"+key)
}

// program is a compiled program's binary and its format.
func (c cabinet) program(source string) (format uint32, binary []byte, ok bool) {
	if c.dir == "" {
		return 0, nil, false
	}
	sealed, err := os.ReadFile(c.path(digest(source)[:32]))
	if err != nil {
		return 0, nil, false
	}
	return unseal(sealed)
}

func (c cabinet) keepProgram(source string, format uint32, binary []byte) {
	c.write(digest(source)[:32], seal(format, binary))
}

// write puts a file in place whole or not at all.
func (c cabinet) write(key string, data []byte) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(c.dir, cabinetPrefix+"new-*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if f.Close() != nil || err != nil || os.Rename(f.Name(), c.path(key)) != nil {
		os.Remove(f.Name())
	}
}

const sealMagic = "BGL1"

// seal adds a checksum: drivers trust the binaries that they are given.
func seal(format uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(sealMagic), format)
	b = append(b, data...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// unseal is the way back; false for anything that seal has not made.
func unseal(b []byte) (format uint32, data []byte, ok bool) {
	const head = len(sealMagic) + 4
	if len(b) <= head+sha256.Size || string(b[:len(sealMagic)]) != sealMagic {
		return 0, nil, false
	}
	body := b[:len(b)-sha256.Size]
	sum := sha256.Sum256(body)
	if !bytes.Equal(sum[:], b[len(body):]) {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint32(body[len(sealMagic):]), body[head:], true
}

// shape is a workgroup's of a product with one row.
type shape struct {
	Threads int `json:"threads"`
	Rows    int `json:"rows"` // of weights
}

// shapes reads what tuning has found, by weight format.
func (c cabinet) shapes() map[string]shape {
	if c.dir == "" {
		return map[string]shape{}
	}
	b, err := os.ReadFile(c.path("shapes.json"))
	if err != nil {
		return map[string]shape{}
	}
	return parseShapes(b)
}

func (c cabinet) keepShapes(all map[string]shape) {
	if b, err := json.Marshal(all); err == nil {
		c.write("shapes.json", b)
	}
}

// parseShapes takes only shapes that tuning could have found.
func parseShapes(b []byte) map[string]shape {
	all := map[string]shape{}
	var read map[string]shape
	if json.Unmarshal(b, &read) != nil {
		return all
	}
	for format, s := range read {
		for _, c := range candidates {
			if s == c {
				all[format] = s
			}
		}
	}
	return all
}

// candidates are the shapes that are tried, the likeliest first.
var candidates = [...]shape{
	{32, 4}, {64, 2}, {32, 2}, {64, 4}, {128, 1}, {32, 1}, {64, 1}, {128, 2}, {32, 8}, {128, 4}, {64, 8}, {256, 1},
}
