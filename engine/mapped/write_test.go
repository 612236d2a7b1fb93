package mapped

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// taker notes how much it is given at a time.
type taker struct {
	bytes.Buffer
	pieces []int
	full   int // after so many bytes; 0: never
}

func (t *taker) Write(p []byte) (int, error) {
	if t.full > 0 && t.Len()+len(p) > t.full {
		return 0, errors.New("full")
	}
	t.pieces = append(t.pieces, len(p))
	return t.Buffer.Write(p)
}

// ReadFrom is what an *os.File has, too: what comes by it is in pieces of its own.
func (t *taker) ReadFrom(io.Reader) (int64, error) { panic("it went around the pieces") }

// Whatever is written however, it comes out the same, in whole pieces.
func TestWriter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	to, all := &taker{}, make([]byte, 5*pieceBytes+12345)
	for i := range all {
		all[i] = byte(random.Uint32())
	}
	w := NewWriter(to)
	for rest := all; len(rest) > 0; {
		n := min(len(rest), random.IntN(3*pieceBytes/2))
		var err error
		switch random.IntN(3) {
		case 0:
			_, err = io.CopyN(w, bytes.NewReader(rest), int64(n))
		case 1:
			n = 1
			err = w.WriteByte(rest[0])
		default:
			_, err = w.Write(rest[:n])
		}
		if err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Flush(); err != nil || !bytes.Equal(to.Bytes(), all) {
		t.Errorf("%d of %d bytes were written, or others (%v)", to.Len(), len(all), err)
	}
	for i, n := range to.pieces {
		if last := i == len(to.pieces)-1; n != pieceBytes && !last {
			t.Errorf("piece %d of %d has %d bytes", i, len(to.pieces), n)
		}
	}
	w = NewWriter(&taker{full: pieceBytes})
	if n, err := w.Write(all); err == nil || n >= len(all) {
		t.Errorf("a full disk took %d bytes (%v)", n, err)
	}
	if w.Flush() == nil {
		t.Error("the error did not stick")
	}
}
