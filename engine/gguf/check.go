package gguf

import (
	"errors"
	"fmt"
	"os"
)

// Begins tells why a file that begins so is not GGUF, and what it is instead; nil:
// it may be. start is the file's first 64 bytes, all of it if it is shorter.
func Begins(name string, start []byte) error {
	if len(start) < 4 {
		return problem(NotGGUF, name, "%s has %d bytes and cannot be a GGUF file; download it again", name, len(start))
	}
	if string(start[:4]) != "GGUF" {
		return notGGUF(name, start)
	}
	return nil
}

// Check reads a file's metadata and tensor table and sees to it that every tensor
// lies inside the file. It takes a part of a split model by itself, whatever the
// file is called now; name is what it will be called.
func Check(path, name string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot open the model: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot open the model: %w", err)
	}
	_, err = parse(file, info.Size(), name)
	return err
}

// Head is what a file that is still on its way says of itself.
type Head struct{ metadata }

// Peek reads the metadata and the tensor table of a file of which only the
// beginning is there; size is what it will have. It returns nil if there is too
// little of it yet.
func Peek(path, name string, size int64) (*Head, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the model: %w", err)
	}
	defer file.Close()
	h, err := parse(file, size, name)
	if _, short := errors.AsType[*early](err); short {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Head{h.metadata}, nil
}
