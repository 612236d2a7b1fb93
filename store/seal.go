package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A sealed value is the CRC-32C of the content, 4 bytes big-endian, and the
// content. It tells a record that the disk has changed from one that was written.

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
