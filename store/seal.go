package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"
)

// A box closes contents into the values of the database and opens them again. It
// tells a value that the disk has changed from one that was written. key is where
// the value stands: bucket · "/" · key.
type box interface {
	seal(key, content []byte) []byte
	open(key, value []byte) ([]byte, error) // the content may share memory with value
	hash(group string) []byte               // 8 bytes, under which the index keeps a group of terms
}

// txn is a transaction with what opens and closes its values.
type txn struct {
	*bolt.Tx
	box     box
	numbers *givenNumbers // nil where nothing is given a number
	layer   *layer        // what lies over it, nil: nothing
	draft   bool          // what is written goes into the layer
}

// Bucket returns nil if there is none, as bbolt's does.
func (t *txn) Bucket(name []byte) *bucket {
	base := t.Tx.Bucket(name)
	if base == nil {
		return nil
	}
	if t.layer == nil {
		return &bucket{base: base}
	}
	s := t.layer.sheets[string(name)]
	if s == nil && t.draft {
		s = &sheet{}
		t.layer.sheets[string(name)] = s
	}
	return &bucket{base, s, t.draft}
}

func (t *txn) put(bucket, key, content []byte) error {
	return t.Bucket(bucket).Put(key, t.box.seal(place(bucket, key), content))
}

// open returns the content of a value that stands under key.
func (t *txn) open(bucket, key, value []byte) ([]byte, error) {
	if _, plain := t.box.(plainBox); plain {
		return unseal(value)
	}
	return t.box.open(place(bucket, key), value)
}

// get returns the content under key, nil if there is none.
func (t *txn) get(bucket, key []byte) ([]byte, error) {
	value := t.Bucket(bucket).Get(key)
	if value == nil {
		return nil, nil
	}
	return t.open(bucket, key, value)
}

func place(bucket, key []byte) []byte {
	at := make([]byte, 0, len(bucket)+1+len(key))
	return append(append(append(at, bucket...), '/'), key...)
}

// A plain value is the CRC-32C of the content, 4 bytes big-endian, and the
// content.
type plainBox struct{}

func (plainBox) seal(_, content []byte) []byte        { return seal(content) }
func (plainBox) open(_, value []byte) ([]byte, error) { return unseal(value) }

const sealSize = 4

var errSeal = errors.New("its checksum does not fit")

func checksum(content []byte) uint32 {
	return crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
}

func seal(content []byte) []byte {
	sealed := make([]byte, 0, sealSize+len(content))
	sealed = binary.BigEndian.AppendUint32(sealed, checksum(content))
	return append(sealed, content...)
}

// unseal returns the content, which shares memory with value.
func unseal(value []byte) ([]byte, error) {
	if len(value) < sealSize {
		return nil, errors.New("it is too short")
	}
	content := value[sealSize:]
	if binary.BigEndian.Uint32(value) != checksum(content) {
		return nil, errSeal
	}
	return content, nil
}
