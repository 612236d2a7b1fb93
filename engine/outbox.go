package engine

import (
	"strings"

	"beyonder/engine/token"
)

// outbox holds a reply's last tokens back for as long as their text could still
// become a stop string or a banned one.
type outbox struct {
	tok     *token.Tokenizer
	dec     *token.Decoder
	how     token.DecodeOptions
	stops   []string
	banned  []string
	text    string  // held back
	pending []Token // held back
	ends    []int   // where each pending token's text ends in text
}

// newOutbox begins a reply. One that goes on from earlier text keeps the space
// it may begin with; a new one does without it.
func newOutbox(tok *token.Tokenizer, goesOn bool, stops, banned []string) *outbox {
	how := token.DecodeOptions{Continue: goesOn}
	return &outbox{tok: tok, how: how, dec: tok.Decoder(how), stops: nonEmpty(stops), banned: nonEmpty(banned)}
}

func nonEmpty(list []string) []string {
	var kept []string
	for _, s := range list {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

func (o *outbox) push(t Token) {
	o.text += o.dec.Push(t.ID)
	o.pending = append(o.pending, t)
	o.ends = append(o.ends, len(o.text))
}

// find returns where the first of the strings begins in the held text, -1 if none does.
func (o *outbox) find(list []string) int {
	first := -1
	for _, s := range list {
		if at := strings.Index(o.text, s); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// release takes out the tokens whose text can no longer change its meaning.
func (o *outbox) release() Piece {
	n := o.before(len(o.text) - max(threat(o.text, o.stops), threat(o.text, o.banned)))
	if threat(o.text, o.banned) == 0 {
		return o.take(n)
	}
	// What is held may be taken back, and what comes instead goes on from the text
	// before it: that must not begin a string either.
	for n > 0 {
		text := o.text[:o.ends[n-1]]
		begun := max(threat(text, o.stops), threat(text, o.banned))
		if begun == 0 {
			break
		}
		n = o.before(len(text) - begun)
	}
	return o.take(n)
}

// before is how many of the pending tokens end within the first bytes of the text.
func (o *outbox) before(bytes int) (n int) {
	for n < len(o.ends) && o.ends[n] <= bytes {
		n++
	}
	return n
}

// threat is the length of the longest end of the text that begins one of the strings.
func threat(text string, list []string) (longest int) {
	for _, s := range list {
		for n := min(len(s)-1, len(text)); n > longest; n-- {
			if strings.HasSuffix(text, s[:n]) {
				longest = n
			}
		}
	}
	return longest
}

func (o *outbox) take(n int) Piece {
	if n == 0 {
		return Piece{}
	}
	end := o.ends[n-1]
	p := Piece{Text: o.text[:end], Tokens: append([]Token(nil), o.pending[:n]...)}
	for i, begin := range append([]int{0}, o.ends[:n-1]...) {
		p.Tokens[i].Bytes = o.ends[i] - begin
	}
	o.text = o.text[end:]
	o.pending = append(o.pending[:0], o.pending[n:]...)
	o.ends = append(o.ends[:0], o.ends[n:]...)
	for i := range o.ends {
		o.ends[i] -= end
	}
	return p
}

// cutAt takes everything before byte at of the held text and drops the rest.
func (o *outbox) cutAt(at int) Piece {
	p := Piece{Text: o.text[:at]}
	begin := 0
	for i, end := range o.ends {
		if begin < at {
			p.Tokens = append(p.Tokens, o.pending[i])
			p.Tokens[i].Bytes = min(end, at) - begin
		}
		begin = end
	}
	o.text, o.pending, o.ends = "", nil, nil
	return p
}

// rest takes everything that is held back.
func (o *outbox) rest() Piece { return o.take(len(o.ends)) }

// unwind drops the pending tokens from the one in which byte at falls on and
// returns them. reply is every token of the reply, to set the decoder back.
func (o *outbox) unwind(at int, reply []int32) (dropped []Token) {
	i := 0
	for o.ends[i] <= at {
		i++
	}
	dropped = append(dropped, o.pending[i:]...)
	o.pending, o.ends = o.pending[:i], o.ends[:i]
	end := 0
	if i > 0 {
		end = o.ends[i-1]
	}
	o.text = o.text[:end]
	o.dec = o.tok.Decoder(o.how)
	for _, id := range reply[:len(reply)-len(dropped)] {
		o.dec.Push(id)
	}
	return dropped
}
