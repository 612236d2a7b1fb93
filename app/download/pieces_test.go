package download

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// disk notes where it is written to; after so many bytes it is full.
type disk struct {
	bytes  []byte
	writes [][2]int64 // where, how much
	room   int        // 0: no end
}

func (d *disk) WriteAt(b []byte, at int64) (n int, err error) {
	if d.room > 0 && int(at)+len(b) > d.room {
		b, err = b[:max(0, d.room-int(at))], errors.New("full")
	}
	d.writes = append(d.writes, [2]int64{at, int64(len(b))})
	d.bytes = append(d.bytes[:at], b...)
	return len(b), err
}

// However bytes come, and wherever the file stood, each piece but the first and the
// last is whole, and lies at a multiple of its size.
func TestPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]byte, 3*pieceBytes+12345)
	for i := range all {
		all[i] = byte(random.Uint32())
	}
	for _, from := range []int{0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 777} {
		d := &disk{bytes: bytes.Clone(all[:from])}
		p := pieces{to: d, written: int64(from)}
		for rest := all[from:]; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(2*pieceBytes))
			check(t, p.add(rest[:n]))
			rest = rest[n:]
		}
		check(t, p.flush())
		if !bytes.Equal(d.bytes, all) || p.written != int64(len(all)) {
			t.Errorf("from %d: other bytes were written", from)
		}
		for i, w := range d.writes {
			if i > 0 && w[0]%pieceBytes != 0 || i < len(d.writes)-1 && (w[0]+w[1])%pieceBytes != 0 || w[1] > pieceBytes {
				t.Errorf("from %d: piece %d has %d bytes at %d", from, i, w[1], w[0])
			}
		}
	}
}

// A full disk takes what it can, and nothing is written twice or left out once there
// is room.
func TestPiecesOnAFullDisk(t *testing.T) {
	d := &disk{room: pieceBytes + 1000}
	p := pieces{to: d}
	all := bytes.Repeat([]byte("what comes "), 3*pieceBytes/11)
	check(t, p.add(all[:pieceBytes]))
	if p.add(all[pieceBytes:2*pieceBytes]) == nil || p.written != pieceBytes+1000 || len(d.bytes) != pieceBytes+1000 {
		t.Fatalf("%d bytes were written, %d are there", p.written, len(d.bytes))
	}
	d.room = 0
	check(t, p.flush())
	if p.written != 2*pieceBytes || !bytes.Equal(d.bytes, all[:2*pieceBytes]) {
		t.Errorf("%d bytes are there, or others", len(d.bytes))
	}
}

// What was received when a download was paused is on the disk, and goes on there, in
// the middle of a piece.
func TestPauseInAPiece(t *testing.T) {
	const size, first = 3*pieceBytes + 100, pieceBytes + 54321
	o, dir := newOrigin(t, size), t.TempDir()
	r := o.request(dir)
	r.SHA256 = sumOf(o.content)
	pause(t, r, o, first)
	if parts := Parts(dir); len(parts) != 1 || parts[0].Done != first || parts[0].Record.Synced != first {
		t.Fatalf("%+v", parts)
	}
	_, err := fetched(r)
	check(t, err)
	whole(t, filepath.Join(dir, "m.gguf"), o.content)
	if o.sent.Load() != size {
		t.Errorf("%d bytes were sent", o.sent.Load())
	}
}
