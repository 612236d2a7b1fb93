package mapped

import (
	"bufio"
	"io"
)

// pieceBytes is two of the large pages that processors have.
const pieceBytes = 4 << 20

// Writer passes on what is written in whole pieces, each at a multiple of its size.
// Of a file that was written so, Linux (6.18, ext4) keeps large pages and maps them as
// such: 12.3 of a new model's 12.3 MB, and none where pieces are of 1 MB. A copy of a model
// made in pieces of 16 MB wrote 61 tokens/s, one made in small pieces 44. What is read
// from the disk comes in large pages by itself.
type Writer struct{ *bufio.Writer }

// NewWriter returns a writer to the beginning of a file. Errors stick; Flush returns
// them.
func NewWriter(w io.Writer) Writer {
	return Writer{bufio.NewWriterSize(struct{ io.Writer }{w}, pieceBytes)} // an *os.File's ReadFrom would copy in its own pieces
}

// Write is bufio's, but never passes a large slice by the buffer.
func (w Writer) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		k := min(len(p), w.Available())
		k, err = w.Writer.Write(p[:k])
		if n, p = n+k, p[k:]; w.Available() == 0 && err == nil {
			err = w.Flush()
		}
	}
	return n, err
}
