package store

import (
	"slices"
)

// tree is the shape of a conversation, read from the keys of its messages alone.
// The messages without a parent are the children of 0.
type tree struct {
	parent   map[ID]ID
	children map[ID][]ID // oldest first
	newest   ID
}

func readTree(tx *txn, conversation ID) (*tree, error) {
	t := &tree{parent: map[ID]ID{}, children: map[ID][]ID{}}
	err := walk(tx.Bucket(messagesBucket), idKey(conversation), messageKeySize, func(key, _ []byte) error {
		t.add(idAt(key, 1), idAt(key, 2))
		return nil
	})
	return t, err
}

// add is called in the order of the ids. A parent is older than its child, so a
// parent that is not there yet never comes: the message then stands at the root,
// rather than not being shown.
func (t *tree) add(id, parent ID) {
	if t.has(id) {
		return
	}
	if !t.has(parent) {
		parent = 0
	}
	t.parent[id] = parent
	t.children[parent] = append(t.children[parent], id)
	t.newest = id
}

func (t *tree) has(id ID) bool {
	_, ok := t.parent[id]
	return ok
}

// path returns the messages from the first one to head, which is the newest
// message if there is no such head.
func (t *tree) path(head ID) []ID {
	if !t.has(head) {
		head = t.newest
	}
	var path []ID
	for id := head; t.has(id); id = t.parent[id] {
		path = append(path, id)
	}
	slices.Reverse(path)
	return path
}

func (t *tree) siblings(id ID) []ID { return t.children[t.parent[id]] }

// place is where a message stands among its siblings, from 0.
func (t *tree) place(id ID) int { return slices.Index(t.siblings(id), id) }

// sibling returns the sibling step places after id, or the first or last one.
func (t *tree) sibling(id ID, step int) ID {
	all := t.siblings(id)
	return all[min(max(t.place(id)+step, 0), len(all)-1)]
}

// newestBelow follows the youngest child from id down to the end.
func (t *tree) newestBelow(id ID) ID {
	for len(t.children[id]) > 0 {
		id = t.children[id][len(t.children[id])-1]
	}
	return id
}
