package hf

import (
	"fmt"
	"io"
	"os"
)

// Each system has mapFile, unmapFile and advise. Where there is no mapping,
// mapFile is this: the whole file, read into memory.
func readFile(file *os.File, size int) ([]byte, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, int64(size)), data); err != nil {
		return nil, fmt.Errorf("cannot read it: %w", err)
	}
	return data, nil
}
