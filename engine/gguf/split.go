package gguf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// partName is how the parts of a split model are called.
var partName = regexp.MustCompile(`(?i)^(.+)-(\d{5})-of-(\d{5})(\.gguf)$`)

// partPaths are the paths of all parts of the model that path is a part of, or
// path alone. They come from the name that was picked and from nothing inside
// the file, so that no file can make another one be opened.
func partPaths(path string) ([]string, error) {
	dir, base := filepath.Split(path)
	m := partName.FindStringSubmatch(base)
	if m == nil {
		return []string{path}, nil
	}
	number, _ := strconv.Atoi(m[2])
	count, _ := strconv.Atoi(m[3])
	if count < 1 || number < 1 || number > count {
		return nil, fmt.Errorf("%s calls itself part %d of %d, which cannot be; give the file its original name", base, number, count)
	}
	paths := make([]string, count)
	for i := range paths {
		name := fmt.Sprintf("%s-%05d-of-%s%s", m[1], i+1, m[3], m[4])
		paths[i] = dir + name
		if _, err := os.Stat(paths[i]); errors.Is(err, fs.ErrNotExist) && i+1 != number {
			return nil, &FileError{Problem: PartMissing, File: name, Beside: base,
				Text: fmt.Sprintf("part %d of %d is missing: %s is not beside %s; download it into the same folder", i+1, count, name, base)}
		}
	}
	return paths, nil
}

// checkSplit compares the parts with what they say of each other.
func (f *File) checkSplit() error {
	for i, p := range f.parts {
		count, split, err := p.Uint("split.count")
		if err != nil {
			return err
		}
		if !split && len(f.parts) == 1 {
			return nil // an ordinary file
		}
		if count != uint64(len(f.parts)) {
			return miscounted(p.file, count, len(f.parts))
		}
		number, ok, err := p.Uint("split.no")
		if err != nil {
			return err
		}
		if !ok || number != uint64(i) {
			return fmt.Errorf("%s says it is part %d, but its name says %d; give the files their original names", p.file, number+1, i+1)
		}
	}
	total, ok, err := f.Uint("split.tensors.count")
	if err == nil && (!ok || total != uint64(len(f.tensors))) {
		err = fmt.Errorf("the parts of %s have %d tensors together, the first says %d; download them again, all from one place",
			f.file, len(f.tensors), total)
	}
	return err
}

func miscounted(file string, says uint64, are int) error {
	if are == 1 {
		return fmt.Errorf("%s is one of %d parts of a model, but its name does not say which; give the parts their original names, such as model-00001-of-%05d.gguf", file, says, says)
	}
	return fmt.Errorf("%s says the model has %d parts, its name says %d; download the parts again, all from one place", file, says, are)
}
