package download

import "io"

// pieceBytes is two of the large pages that processors have.
const pieceBytes = 4 << 20

// pieces writes a file in whole pieces, each at a multiple of its size, and keeps
// what does not fill one. Of a file that was written so, Linux (6.18, ext4) keeps
// large pages and maps them as such, which engine/mapped.Writer has the figures for.
type pieces struct {
	to      io.WriterAt
	written int64 // bytes of the file; what is kept comes behind them
	kept    []byte
}

// add takes bytes. Where it fails, what was not written is kept.
func (p *pieces) add(b []byte) error {
	if p.kept == nil {
		p.kept = make([]byte, 0, pieceBytes)
	}
	for len(b) > 0 {
		n := min(len(b), p.missing())
		p.kept, b = append(p.kept, b[:n]...), b[n:]
		if p.missing() == 0 {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing is how many bytes the piece wants that is kept: all that lies before
// the next multiple.
func (p *pieces) missing() int {
	return pieceBytes - int(p.written%pieceBytes) - len(p.kept)
}

// flush writes what is kept, though it is no whole piece.
func (p *pieces) flush() error {
	if len(p.kept) == 0 {
		return nil
	}
	n, err := p.to.WriteAt(p.kept, p.written)
	p.written += int64(n)
	p.kept = append(p.kept[:0], p.kept[n:]...)
	return err
}
