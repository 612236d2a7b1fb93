package token

import (
	"unicode/utf8"
)

// DecodeOptions says how ids become text.
type DecodeOptions struct {
	// Special shows control tokens as their text. Otherwise they are left out.
	Special bool
	// Continue says that the ids go on from earlier text, so that a space at
	// their start is text. Otherwise the space that Encode puts before a text
	// is taken away.
	Continue bool
}

// Decoder turns ids into text as they come. It is used by one goroutine.
type Decoder struct {
	t       *Tokenizer
	o       DecodeOptions
	pending []byte // the start of a character, or nothing
	opening bool   // a space now would be the one that Encode put in
}

// Decoder starts decoding.
func (t *Tokenizer) Decoder(o DecodeOptions) *Decoder {
	return &Decoder{t: t, o: o, opening: t.spacePrefix && !o.Continue}
}

// Push takes the next id and returns the text that is now certain: whole
// characters, possibly none. Bytes that turn out not to be UTF-8 are replaced
// by U+FFFD, one for each sequence that could still have become a character.
func (d *Decoder) Push(id int32) string {
	t := d.t
	if !t.valid(id) {
		return d.Flush() + string(utf8.RuneError)
	}
	switch t.kinds[id] {
	case control, userDefined:
		return d.literal(id)
	case unknown:
		return d.unknown(id)
	}
	b := t.Bytes(id)
	if d.opening && len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	d.opening = false
	d.pending = append(d.pending, b...)
	return d.take()
}

// literal ends the text before a special token. Encode puts a space before the
// text after it, as at the start of a text.
func (d *Decoder) literal(id int32) string {
	out := d.Flush()
	d.opening = d.t.spacePrefix
	if d.t.kinds[id] == control && !d.o.Special {
		return out
	}
	d.pending = append(d.pending, d.t.literal(id)...)
	return out + d.take()
}

// unknown stands for text that was lost: nobody knows which.
func (d *Decoder) unknown(id int32) string {
	d.opening = false
	if !d.o.Special {
		return d.Flush() + string(utf8.RuneError)
	}
	return d.literal(id)
}

// Flush returns what is left at the end: U+FFFD for a character that was not
// completed. The Decoder can be used on.
func (d *Decoder) Flush() string {
	if len(d.pending) == 0 {
		return ""
	}
	d.pending = d.pending[:0]
	return string(utf8.RuneError)
}

// take returns the whole characters of what is pending and keeps the rest,
// the start of a character.
func (d *Decoder) take() string {
	b := d.pending
	out := make([]byte, 0, len(b)+utf8.UTFMax)
	for len(b) > 0 && utf8.FullRune(b) {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = brokenLen(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	d.pending = append(d.pending[:0], b...)
	return string(out)
}

// brokenLen returns how many bytes of invalid b were the start of a character
// before it went wrong, at least 1: what Unicode calls a maximal subpart.
func brokenLen(b []byte) int {
	n := 1
	for n < len(b) && !utf8.FullRune(b[:n]) {
		n++
	}
	// b[:n] is the shortest prefix known to be invalid; its last byte is not
	// part of the broken character, unless it is the first.
	return max(1, n-1)
}

// Decode returns the text of ids.
func (t *Tokenizer) Decode(ids []int32, o DecodeOptions) string {
	d := t.Decoder(o)
	var out []byte
	for _, id := range ids {
		out = append(out, d.Push(id)...)
	}
	return string(append(out, d.Flush()...))
}
