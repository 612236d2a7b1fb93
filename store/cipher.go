package store

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"
)

// With a passphrase every value but those of about and pending is encrypted:
//
//	nonce, 24 bytes · XChaCha20-Poly1305 of the content, bound to where it stands
//
// Keys are not: who reads the file learns how many conversations and messages
// there are, how long they are and how they hang together, and the paths of model
// files; nothing of what they say. The key is random and is kept in about, itself
// encrypted with one that Argon2id makes of the passphrase: another passphrase
// rewrites that record only.

// ErrPassphrase says that a passphrase does not open the database.
var ErrPassphrase = errors.New("the passphrase is wrong")

var lockKey = []byte("lock")

// lockRecord is what about keeps of a passphrase.
type lockRecord struct {
	Time    uint32 `json:"time"`   // Argon2id's passes
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
	Salt    []byte `json:"salt"`
	Key     []byte `json:"key"` // nonce · the sealed key
}

// Limits to what a record may ask for: a damaged one must not fill the memory.
const (
	mostMemory = 1 << 20 // KiB
	mostPasses = 64
)

type cipherBox struct {
	values cipher.AEAD
	index  []byte // the key of the hashes under which groups of terms are kept
}

const keySize = chacha20poly1305.KeySize

func newCipherBox(key []byte) (*cipherBox, error) {
	values, err := chacha20poly1305.NewX(subKey(key, "values"))
	return &cipherBox{values: values, index: subKey(key, "index")}, err
}

func subKey(key []byte, use string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("beyonder " + use))
	return h.Sum(nil)
}

func (b *cipherBox) seal(key, content []byte) []byte {
	sealed := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(content)+chacha20poly1305.Overhead)
	rand.Read(sealed) // never fails
	return b.values.Seal(sealed, sealed, content, key)
}

func (b *cipherBox) open(key, value []byte) ([]byte, error) {
	if len(value) < chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return nil, errors.New("it is too short")
	}
	nonce := value[:chacha20poly1305.NonceSizeX]
	content, err := b.values.Open(nil, nonce, value[chacha20poly1305.NonceSizeX:], key)
	if err != nil {
		return nil, errSeal
	}
	return content, nil
}

func (b *cipherBox) hash(group string) []byte {
	h := hmac.New(sha256.New, b.index)
	h.Write([]byte(group))
	return h.Sum(nil)[:8]
}

// newLock encrypts a key with a passphrase: about 0.2 s of work, and 64 MiB, for
// each guess.
func newLock(passphrase string, key []byte) ([]byte, error) {
	record := lockRecord{Time: 3, Memory: 64 << 10, Threads: 2, Salt: make([]byte, 16)}
	rand.Read(record.Salt)
	box, err := record.box(passphrase)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(nonce)
	record.Key = box.Seal(nonce, nonce, key, lockKey)
	return json.Marshal(record)
}

// openLock returns the key that a record holds. It fails with ErrPassphrase.
func openLock(content []byte, passphrase string) ([]byte, error) {
	var record lockRecord
	if err := json.Unmarshal(content, &record); err != nil {
		return nil, fmt.Errorf("the record of the passphrase is damaged: %w", err)
	}
	if record.Time < 1 || record.Time > mostPasses || record.Memory < 8 || record.Memory > mostMemory ||
		record.Threads < 1 || len(record.Key) < chacha20poly1305.NonceSizeX {
		return nil, errors.New("the record of the passphrase is damaged: take a copy of the database")
	}
	box, err := record.box(passphrase)
	if err != nil {
		return nil, err
	}
	nonce := record.Key[:chacha20poly1305.NonceSizeX]
	key, err := box.Open(nil, nonce, record.Key[chacha20poly1305.NonceSizeX:], lockKey)
	if err != nil || len(key) != keySize {
		return nil, ErrPassphrase
	}
	return key, nil
}

// box encrypts with a passphrase. The same letters are the same passphrase
// however a keyboard composes them.
func (r *lockRecord) box(passphrase string) (cipher.AEAD, error) {
	key := argon2.IDKey([]byte(norm.NFC.String(passphrase)), r.Salt, r.Time, r.Memory, r.Threads, keySize)
	return chacha20poly1305.NewX(key)
}
