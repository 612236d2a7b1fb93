package download

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// finish compares the sum, looks at the whole file and gives it its name.
func (f *fetch) finish(ctx context.Context) error {
	if err := f.pieces.flush(); err != nil {
		return f.unwritten(err)
	}
	f.step.Done, f.step.Total, f.step.Left, f.step.Rate = f.have, f.have, 0, 0
	if !f.say(Checking) {
		return errBreak
	}
	if err := f.part.Sync(); err != nil {
		return f.unwritten(err)
	}
	f.step.SHA256 = hex.EncodeToString(f.sum.Sum(nil))
	if err := f.compare(); err != nil {
		return err
	}
	f.close()
	if f.r.Check != nil {
		if err := f.r.Check(f.path+partEnd, f.file.Name); err != nil {
			f.remove()
			return fmt.Errorf("what was downloaded cannot be used and was thrown away: %w", err)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := os.Lstat(f.path); err == nil {
		return fmt.Errorf("%s has come into %s meanwhile: delete it, and the download can be finished", f.file.Name, f.dir)
	}
	if err := os.Rename(f.path+partEnd, f.path); err != nil {
		return fmt.Errorf("%s cannot get its name: %w", f.file.Name, err)
	}
	os.Remove(f.path + recordEnd)
	syncDir(f.dir)
	return nil
}

// compare compares the sum with the one that was given, or that the server said.
func (f *fetch) compare() error {
	wanted := f.record.SHA256
	f.step.Proved = wanted != ""
	if wanted == "" || strings.EqualFold(wanted, f.step.SHA256) {
		return nil
	}
	f.remove()
	return &SumError{Name: f.file.Name, Got: f.step.SHA256, Wanted: strings.ToLower(wanted), given: f.record.Asked != ""}
}

// SumError says that a file is not the one that was wanted. Nothing of it is kept.
type SumError struct {
	Name, Got, Wanted string // SHA-256, in hex
	given             bool   // the wanted one, by the user; else the server said it
}

func (e *SumError) Error() string {
	if e.given {
		return fmt.Sprintf("%s has the SHA-256 sum %s, but you gave %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere", e.Name, e.Got, e.Wanted)
	}
	return fmt.Sprintf("%s has the SHA-256 sum %s, but the server says %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere", e.Name, e.Got, e.Wanted)
}
