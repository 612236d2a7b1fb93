//go:build !unix && !windows

package mapped

import "os"

func mapFile(file *os.File, size int) ([]byte, error) { return readFile(file, size) }

func unmapFile([]byte) error { return nil }

func advise([]byte) error { return nil }
