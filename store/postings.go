package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// A block of the index holds terms in order, and for each the messages that have
// it:
//
//	bytes shared with the term before · bytes of the rest · the rest ·
//	bytes of the postings · postings
//
// A posting is a message and its conversation, each as the difference from the
// one before; message 0 is the conversation's title. All numbers are varints.

var errBlock = errors.New("a block of the index is damaged")

type block map[string][]messageKey

// encode writes a block; postings are sorted and each is written once.
func (b block) encode() []byte {
	var content, list []byte
	before := ""
	for _, term := range slices.Sorted(maps.Keys(b)) {
		shared := sharedPrefix(before, term)
		list = appendPostings(list[:0], b[term])
		content = binary.AppendUvarint(content, uint64(shared))
		content = binary.AppendUvarint(content, uint64(len(term)-shared))
		content = append(content, term[shared:]...)
		content = binary.AppendUvarint(content, uint64(len(list)))
		content = append(content, list...)
		before = term
	}
	return content
}

func sharedPrefix(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

func appendPostings(to []byte, list []messageKey) []byte {
	slices.SortFunc(list, func(a, b messageKey) int {
		return cmp.Or(cmp.Compare(a.message, b.message), cmp.Compare(a.conversation, b.conversation))
	})
	last := messageKey{}
	for i, k := range list {
		if i > 0 && k == last {
			continue
		}
		to = binary.AppendVarint(to, int64(k.message-last.message))
		to = binary.AppendVarint(to, int64(k.conversation-last.conversation))
		last = k
	}
	return to
}

// decodeBlock reads what encode wrote.
func decodeBlock(content []byte) (block, error) {
	b := block{}
	err := eachTerm(content, func(term, postings []byte) error {
		list := b[string(term)]
		err := eachPosting(postings, func(k messageKey) { list = append(list, k) })
		b[string(term)] = list
		return err
	})
	return b, err
}

// eachTerm calls f for the terms of a block.
func eachTerm(content []byte, f func(term, postings []byte) error) error {
	var term []byte
	for len(content) > 0 {
		shared, rest, ok := cutNumber(content)
		if !ok || shared > uint64(len(term)) {
			return errBlock
		}
		tail, rest, ok := cutBytes(rest)
		if !ok {
			return errBlock
		}
		term = append(term[:shared], tail...)
		postings, rest, ok := cutBytes(rest)
		if !ok {
			return errBlock
		}
		if err := f(term, postings); err != nil {
			return err
		}
		content = rest
	}
	return nil
}

func eachPosting(postings []byte, f func(k messageKey)) error {
	k := messageKey{}
	for len(postings) > 0 {
		message, n := binary.Varint(postings)
		if n <= 0 {
			return errBlock
		}
		conversation, m := binary.Varint(postings[n:])
		if m <= 0 {
			return errBlock
		}
		postings = postings[n+m:]
		k.message += ID(message)
		k.conversation += ID(conversation)
		f(k)
	}
	return nil
}

func cutNumber(b []byte) (number uint64, rest []byte, ok bool) {
	number, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return number, b[n:], true
}

func cutBytes(b []byte) (head, rest []byte, ok bool) {
	size, rest, ok := cutNumber(b)
	if !ok || size > uint64(len(rest)) {
		return nil, nil, false
	}
	return rest[:size], rest[size:], true
}

// add takes the postings of another block over.
func (b block) add(other block) {
	for term, list := range other {
		b[term] = append(b[term], list...)
	}
}

// drop takes out the postings of some conversations; false: there were none.
func (b block) drop(gone map[ID]bool) (changed bool) {
	for term, list := range b {
		left := slices.DeleteFunc(list, func(k messageKey) bool { return gone[k.conversation] })
		if len(left) == len(list) {
			continue
		}
		changed = true
		if b[term] = left; len(left) == 0 {
			delete(b, term)
		}
	}
	return changed
}

// matchTerms calls f for every posting of the terms that begin with prefix.
func matchTerms(content []byte, prefix string, f func(k messageKey)) error {
	return eachTerm(content, func(term, postings []byte) error {
		if string(term[:min(len(term), len(prefix))]) != prefix {
			return nil
		}
		return eachPosting(postings, f)
	})
}
