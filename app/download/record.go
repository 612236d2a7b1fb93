package download

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	partEnd   = ".part"
	recordEnd = ".part.json"
)

// Record says what a part is a part of: enough to go on with it, and to know that
// the file on the server is still the same.
type Record struct {
	Address  string `json:"address"` // as the user gave it
	URL      string `json:"url"`     // of this file
	Total    int64  `json:"total,omitempty"`
	Synced   int64  `json:"synced,omitempty"`   // bytes of the part that are on the disk for certain
	ETag     string `json:"etag,omitempty"`     // a strong one
	Modified string `json:"modified,omitempty"` // Last-Modified, where there is no ETag
	SHA256   string `json:"sha256,omitempty"`   // in hex: given by the user, or said by the server
	Asked    string `json:"asked,omitempty"`    // that which the user gave

	Whole []string `json:"whole,omitempty"` // files beside it that this download has brought already
}

// validator is what If-Range takes, "" if there is nothing that tells one version
// of the file from another.
func (r Record) validator() string {
	if r.ETag != "" {
		return r.ETag
	}
	return r.Modified
}

const maxRecord = 64 << 10 // bytes

func readRecord(path string) (Record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Record{}, err
	}
	if info.Size() > maxRecord {
		return Record{}, fmt.Errorf("%s has %d bytes and is none of ours", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	return parseRecord(text)
}

func parseRecord(text []byte) (r Record, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, err
	}
	if r.URL == "" || r.Total < 0 || r.SHA256 != "" && !digest.MatchString(r.SHA256) {
		return Record{}, fmt.Errorf("the record of a download is damaged")
	}
	return r, nil
}

// write puts a record into the place of an older one, whole: it is on the disk
// before it gets the name, or a power cut would leave an empty one, and gigabytes
// that nobody knows what they are.
func (r Record) write(path string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	passing := path + ".new"
	f, err := os.OpenFile(passing, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(passing, path); err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// syncDir makes renames in a folder last, where a system can do that.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
