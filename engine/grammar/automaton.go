package grammar

import (
	"encoding/binary"
	"errors"
	"slices"
)

const (
	mostItems  = 20_000     // readings of a text at one place, and what may follow a rule there
	mostWork   = 30_000_000 // steps of work for one token, and for one byte
	mostMemory = 64 << 20   // bytes, roughly, that are remembered
)

var (
	errReadings = errors.New("the grammar is too ambiguous: it can read the text so far in more than 20,000 ways; give its alternatives different beginnings")
	errWork     = errors.New("the grammar is too complicated: finding out what may come next takes too long; make it smaller")
)

// automaton reads text by a network. It is a pushdown automaton made
// deterministic as it goes: a state is all the places in the rules at which the
// text so far may have ended, each with what follows its rule. What follows is
// shared by all places in a rule that was called at the same byte, and equal
// sets of it are one: so an ambiguous grammar takes no more than a place for
// each rule and byte, and a string within an array within an object is the same
// state at every character, whose transitions and tokens are worked out once.
type automaton struct {
	net     *network
	class   [256]uint8 // bytes that the network never tells apart have the same
	classes int
	byClass [256]byte // one byte of each class

	states map[string]*state
	nodes  map[string]*node
	ids    uint64 // given to nodes so far
	bytes  int    // that states and nodes take, roughly
	work   int    // done since it was last set to 0, by who wants to know
	limit  int    // of work
	err    error  // the first thing that went wrong; from then on all is dead

	start *state

	// Space for advance.
	places []item
	done   int // places that were gone on from
	seen   map[item]bool
	follow [][]after // by rule
	rank   []int32   // of rules: a rule's is below those of the rules that it may begin with
	called ranks     // of rules with something in follow
}

// state is a set of places. It is never changed but for what is worked out.
type state struct {
	items  []item
	accept bool
	next   []*state    // by class; nil: not known yet
	masks  [2][]uint64 // of tokens: those that may come next, and those where a space is not shown first
	tokens *Vocabulary // that masks are of
}

// dead is where no text leads on.
var dead = &state{}

// item is a place in a rule: before a character, or within one.
type item struct {
	state  int32 // of the network
	within int32 // 0, or the state of network.bytes within a character that leads to state
	node   *node // what follows the rule
}

// node is what follows a rule that was called: any of these.
type node struct {
	id     uint64
	follow []after
}

// after is a state of the network, and what follows its rule.
type after struct {
	state int32
	node  *node
}

func newAutomaton(net *network) *automaton {
	a := &automaton{
		net:    net,
		follow: make([][]after, len(net.rules)),
		rank:   make([]int32, len(net.rules)),
	}
	for i, r := range net.order {
		a.rank[r] = int32(i)
	}
	a.classify()
	a.forget()
	a.start = a.begin()
	return a
}

// forget drops all that was worked out. States that are in use stay valid.
func (a *automaton) forget() {
	a.states, a.nodes, a.bytes = map[string]*state{}, map[string]*node{}, 0
	if a.start != nil {
		a.start = a.begin()
	}
}

// classify numbers the classes of bytes.
func (a *automaton) classify() {
	var begins [257]bool
	for _, s := range a.net.bytes.spans {
		begins[s.lo], begins[int(s.hi)+1] = true, true
	}
	n := 0
	for c := range 256 {
		if begins[c] && c > 0 {
			n++
		}
		a.class[c] = uint8(n)
		a.byClass[n] = byte(c)
	}
	a.classes = n + 1
}

// begin is the state before any text. The end of the text is a rule's end with
// nothing behind it.
func (a *automaton) begin() *state {
	a.empty()
	a.limit = a.work + mostWork
	root := int32(a.net.source.byName["root"])
	a.follow[root] = append(a.follow[root], after{-1, nil})
	a.called.push(a.rank[root])
	return a.settle()
}

// step follows a byte.
func (a *automaton) step(s *state, c byte) *state {
	if s == dead {
		return dead
	}
	class := a.class[c]
	if s.next == nil {
		s.next = make([]*state, a.classes)
		a.bytes += 8 * a.classes
	}
	if s.next[class] == nil {
		s.next[class] = a.advance(s, a.byClass[class])
	}
	return s.next[class]
}

// read follows the bytes of a text.
func (a *automaton) read(s *state, text string) *state {
	for i := 0; i < len(text) && s != dead; i++ {
		s = a.step(s, text[i])
	}
	return s
}

// advance works out where a byte leads.
func (a *automaton) advance(s *state, c byte) *state {
	a.empty()
	a.limit = a.work + mostWork
	bytes := a.net.bytes
	for _, it := range s.items {
		if it.within != whole {
			if next := bytes.step(it.within, c); next >= 0 {
				a.place(item{it.state, next, it.node})
			}
			continue
		}
		edges := a.net.states[it.state].edges
		if !a.afford(len(edges)) {
			return dead
		}
		for _, e := range edges {
			if next := bytes.step(e.bytes, c); next >= 0 {
				a.place(item{e.to, next, it.node})
			}
		}
	}
	if len(a.places) == 0 {
		return dead
	}
	return a.settle()
}

// empty begins a new set of places.
func (a *automaton) empty() {
	a.places, a.done = a.places[:0], 0
	clear(a.seen)
}

// place adds one to the set. Few are looked through, many are looked up.
func (a *automaton) place(it item) {
	const few = 16
	if len(a.places) < few {
		if slices.Contains(a.places, it) {
			return
		}
		a.places = append(a.places, it)
		return
	}
	if len(a.seen) == 0 {
		a.seen = map[item]bool{}
		for _, p := range a.places {
			a.seen[p] = true
		}
	}
	if !a.seen[it] {
		a.seen[it] = true
		a.places = append(a.places, it)
	}
}

// settle goes on from all places to those at which something is read, and makes
// a state of them. The rules that are called on the way are entered one by one,
// each after all those that may begin with it: then all that may follow it is known.
func (a *automaton) settle() *state {
	accept := a.goOn()
	for len(a.called) > 0 {
		r := a.net.order[a.called.pop()]
		n := a.node(a.follow[r])
		a.follow[r] = a.follow[r][:0]
		if a.err == nil {
			a.place(item{a.net.rules[r].start, whole, n})
			accept = a.goOn() || accept
		}
	}
	kept := a.places[:0]
	for _, it := range a.places {
		if it.within != whole || len(a.net.states[it.state].edges) > 0 {
			kept = append(kept, it)
		}
	}
	a.places = kept
	if a.err != nil {
		return dead
	}
	return a.intern(accept)
}

// goOn goes on from the places that are new: freely, past rules that may be
// empty, and from the end of a rule to what follows it. It says whether the text
// may end.
func (a *automaton) goOn() (accept bool) {
	for ; a.done < len(a.places) && a.err == nil; a.done++ {
		it := a.places[a.done]
		if it.within != whole {
			continue
		}
		s := &a.net.states[it.state]
		a.afford(len(s.free) + len(s.calls) + 1)
		for _, to := range s.free {
			a.place(item{to, whole, it.node})
		}
		for _, k := range s.calls {
			a.call(k, it.node)
			if a.net.empty(k.rule) {
				a.place(item{k.to, whole, it.node})
			}
		}
		if s.end {
			accept = a.leave(it.node) || accept
		}
		if len(a.places) > mostItems {
			a.fail(errReadings)
		}
	}
	return accept
}

// leave goes on behind a rule.
func (a *automaton) leave(n *node) (accept bool) {
	a.afford(len(n.follow))
	for _, f := range n.follow {
		if f.state < 0 {
			accept = true
		} else {
			a.place(item{f.state, whole, f.node})
		}
	}
	return accept
}

// call notes what follows a rule that is called here. A call at the end of a rule
// has nothing of its own behind it: what follows that rule follows this one, so
// that a repetition written with a call at the end of a rule does not grow.
func (a *automaton) call(k call, n *node) {
	if len(a.follow[k.rule]) == 0 {
		a.called.push(a.rank[k.rule])
	}
	if a.net.onlyEnds(k.to) {
		a.follow[k.rule] = append(a.follow[k.rule], n.follow...)
		a.afford(len(n.follow))
		return
	}
	a.follow[k.rule] = append(a.follow[k.rule], after{k.to, n})
}

// afford counts steps of work; false: it is too much.
func (a *automaton) afford(steps int) bool {
	if a.work += steps; a.work > a.limit {
		a.fail(errWork)
		return false
	}
	return true
}

// fail keeps the first error.
func (a *automaton) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// intern returns the state of the places.
func (a *automaton) intern(accept bool) *state {
	slices.SortFunc(a.places, compareItems)
	key := make([]byte, 1, 1+16*len(a.places))
	if accept {
		key[0] = 1
	}
	for _, it := range a.places {
		key = binary.LittleEndian.AppendUint32(key, uint32(it.state))
		key = binary.LittleEndian.AppendUint32(key, uint32(it.within))
		key = binary.LittleEndian.AppendUint64(key, it.node.id)
	}
	if s, ok := a.states[string(key)]; ok {
		return s
	}
	s := &state{items: slices.Clone(a.places), accept: accept}
	a.states[string(key)] = s
	a.bytes += 40*len(a.places) + 200
	return s
}

func compareItems(a, b item) int {
	switch {
	case a.state != b.state:
		return int(a.state) - int(b.state)
	case a.within != b.within:
		return int(a.within) - int(b.within)
	case a.node.id < b.node.id:
		return -1
	case a.node.id > b.node.id:
		return 1
	}
	return 0
}

// node returns the node with what follows.
func (a *automaton) node(follow []after) *node {
	slices.SortFunc(follow, compareAfter)
	follow = slices.Compact(follow)
	if len(follow) > mostItems {
		a.fail(errReadings)
	}
	a.afford(len(follow))
	key := make([]byte, 0, 12*len(follow))
	for _, f := range follow {
		key = binary.LittleEndian.AppendUint32(key, uint32(f.state))
		key = binary.LittleEndian.AppendUint64(key, f.node.number())
	}
	if n, ok := a.nodes[string(key)]; ok {
		return n
	}
	a.ids++
	n := &node{id: a.ids, follow: slices.Clone(follow)}
	a.nodes[string(key)] = n
	a.bytes += 28*len(follow) + 150
	return n
}

func compareAfter(a, b after) int {
	if a.state != b.state {
		return int(a.state) - int(b.state)
	}
	switch x, y := a.node.number(), b.node.number(); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// number is the node's id; 0 where there is none, behind the whole text.
func (n *node) number() uint64 {
	if n == nil {
		return 0
	}
	return n.id
}

// ranks is a heap of numbers, the smallest first.
type ranks []int32

func (h *ranks) push(r int32) {
	*h = append(*h, r)
	s := *h
	for i := len(s) - 1; i > 0 && s[(i-1)/2] > s[i]; i = (i - 1) / 2 {
		s[(i-1)/2], s[i] = s[i], s[(i-1)/2]
	}
}

func (h *ranks) pop() int32 {
	s := *h
	least, last := s[0], len(s)-1
	s[0] = s[last]
	s = s[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child+1 < last && s[child+1] < s[child] {
			child++
		}
		if child >= last || s[i] <= s[child] {
			break
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
	*h = s
	return least
}
