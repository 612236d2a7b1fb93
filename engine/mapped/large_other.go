//go:build !linux

package mapped

import "errors"

// Look says in what pages files lie; false: this system does not tell.
func Look([]*File) (Pages, bool) { return Pages{}, false }

// Copy fails: only Linux puts other memory in a mapping's place.
func (p Piece) Copy(bool) error {
	return errors.New("this system has no way to copy a mapped file into large pages")
}
