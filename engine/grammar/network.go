package grammar

import (
	"encoding/binary"
	"slices"
	"strings"
)

// mostParts is how large a grammar may be when its repetitions are written out.
const mostParts = 300_000

// network is a grammar as one automaton for each rule. An edge reads a character
// of a set; a call runs through another rule on the way.
type network struct {
	bytes  *bytesOf
	states []netState
	rules  []netRule
	order  []int32 // rules, each before those that it may begin with
	source *ruleSet
}

type netState struct {
	free  []int32 // states that are reached by nothing
	edges []edge
	calls []call
	end   bool // the rule's end
	live  bool // the end can be reached
	empty bool // it can be by nothing
}

type edge struct {
	bytes int32 // state of network.bytes
	to    int32
}

type call struct{ rule, to int32 }

type netRule struct {
	start, end int32
	productive bool // some text completes it
}

// builder makes a network.
type builder struct {
	*network
	sets  map[string]int32
	parts int // expressions written out
}

func compile(source *ruleSet) (net *network, err error) {
	b := &builder{network: &network{bytes: newBytesOf(), source: source}, sets: map[string]int32{}}
	defer func() {
		if x := recover(); x != nil {
			e, ours := x.(*Error)
			if !ours {
				panic(x)
			}
			net, err = nil, e
		}
	}()
	for range source.rules {
		b.rules = append(b.rules, netRule{start: b.state(), end: b.state()})
	}
	for i, r := range source.rules {
		b.expr(r.body, b.rules[i].start, b.rules[i].end)
	}
	b.shorten()
	b.findLive()
	b.prune()
	b.findEmpty()
	if err := b.findOrder(); err != nil {
		return nil, err
	}
	root := source.byName["root"]
	if !b.rules[root].productive {
		return nil, errorAt(source.text, source.rules[root].at, "no text completes the rule root: what it needs refers to itself without an end; give it an alternative that ends")
	}
	return b.network, nil
}

func (b *builder) state() int32 {
	b.states = append(b.states, netState{})
	return int32(len(b.states) - 1)
}

func (b *builder) free(from, to int32) {
	b.states[from].free = append(b.states[from].free, to)
}

// expr puts e between two states. It adds nothing that leads back to from unless
// to is the same.
func (b *builder) expr(e *expr, from, to int32) {
	if b.parts++; b.parts > mostParts {
		panic(errorAt(b.source.text, e.at, "the grammar is too large with its repetitions written out: use smaller numbers of times, or * and +"))
	}
	switch e.kind {
	case one:
		if len(e.set) > 0 {
			b.states[from].edges = append(b.states[from].edges, edge{b.set(e.set), to})
		}
	case ref:
		i, ok := b.source.byName[e.rule]
		if !ok {
			panic(errorAt(b.source.text, e.at, "there is no rule named %s: write one, or put quotes around it if it is text", e.rule))
		}
		b.states[from].calls = append(b.states[from].calls, call{int32(i), to})
	case choice:
		for _, k := range e.kids {
			b.expr(k, from, to)
		}
	case sequence:
		for i, k := range e.kids {
			next := to
			if i < len(e.kids)-1 {
				next = b.state()
			}
			b.expr(k, from, next)
			from = next
		}
		if len(e.kids) == 0 {
			b.free(from, to)
		}
	case repeat:
		b.repeat(e, from, to)
	}
}

func (b *builder) repeat(e *expr, from, to int32) {
	for range e.min {
		next := b.state()
		b.expr(e.kids[0], from, next)
		from = next
	}
	if e.max < 0 {
		loop := b.state()
		b.free(from, loop)
		b.expr(e.kids[0], loop, loop)
		b.free(loop, to)
		return
	}
	for range e.max - e.min {
		next := b.state()
		b.free(from, to)
		b.expr(e.kids[0], from, next)
		from = next
	}
	b.free(from, to)
}

func (b *builder) set(set runes) int32 {
	key := make([]byte, 0, 8*len(set))
	for _, r := range set {
		key = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(key, uint32(r.lo)), uint32(r.hi))
	}
	if known, ok := b.sets[string(key)]; ok {
		return known
	}
	state := b.bytes.add(set)
	b.sets[string(key)] = state
	return state
}

// shorten leads every edge past states that do nothing but go on to another
// one: the thousand ends of a choice in a loop become one.
func (b *builder) shorten() {
	past := func(q int32) int32 {
		for range 64 {
			s := &b.states[q]
			if len(s.free) != 1 || len(s.edges)+len(s.calls) > 0 {
				break
			}
			q = s.free[0]
		}
		return q
	}
	for i := range b.states {
		s := &b.states[i]
		for j := range s.edges {
			s.edges[j].to = past(s.edges[j].to)
		}
		for j := range s.calls {
			s.calls[j].to = past(s.calls[j].to)
		}
		for j := range s.free {
			s.free[j] = past(s.free[j])
		}
	}
}

// caller is a state with a call of a rule.
type caller struct{ state, rule int32 }

// findLive marks the states from which the end of their rule can be reached, so
// that nothing leads into what cannot be completed.
func (b *builder) findLive() {
	before := make([][]int32, len(b.states))       // by state: those that lead to it by an edge or freely
	calling := make([][]caller, len(b.states))     // by state: those that call with it as what follows
	waiting := make([][]int32, len(b.rules))       // by rule: states that are live once it is productive
	startOf := make(map[int32]int32, len(b.rules)) // by state: the rule that starts there
	for i := range b.states {
		q, s := int32(i), &b.states[i]
		for _, t := range s.free {
			before[t] = append(before[t], q)
		}
		for _, e := range s.edges {
			before[e.to] = append(before[e.to], q)
		}
		for _, c := range s.calls {
			calling[c.to] = append(calling[c.to], caller{q, c.rule})
		}
	}
	var queue []int32
	mark := func(q int32) {
		if !b.states[q].live {
			b.states[q].live = true
			queue = append(queue, q)
		}
	}
	for i, r := range b.rules {
		startOf[r.start] = int32(i)
		mark(r.end)
	}
	for len(queue) > 0 {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, p := range before[q] {
			mark(p)
		}
		for _, p := range calling[q] {
			if b.rules[p.rule].productive {
				mark(p.state)
			} else {
				waiting[p.rule] = append(waiting[p.rule], p.state)
			}
		}
		if r, is := startOf[q]; is {
			b.rules[r].productive = true
			for _, p := range waiting[r] {
				mark(p)
			}
		}
	}
}

// findEmpty marks the states from which the end of their rule can be reached
// without a character.
func (b *builder) findEmpty() {
	before := make([][]int32, len(b.states))
	waiting := make([][]int32, len(b.rules)) // by rule: states that are empty once it is and what follows is
	startOf := make(map[int32]int32, len(b.rules))
	var queue []int32
	mark := func(q int32) {
		if !b.states[q].empty {
			b.states[q].empty = true
			queue = append(queue, q)
		}
	}
	calling := make([][]caller, len(b.states))
	for i := range b.states {
		for _, t := range b.states[i].free {
			before[t] = append(before[t], int32(i))
		}
		for _, c := range b.states[i].calls {
			calling[c.to] = append(calling[c.to], caller{int32(i), c.rule})
		}
	}
	for i, r := range b.rules {
		startOf[r.start] = int32(i)
		mark(r.end)
	}
	for len(queue) > 0 {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, p := range before[q] {
			mark(p)
		}
		for _, p := range calling[q] {
			if b.empty(p.rule) {
				mark(p.state)
			} else {
				waiting[p.rule] = append(waiting[p.rule], p.state)
			}
		}
		if r, is := startOf[q]; is {
			for _, p := range waiting[r] {
				mark(p)
			}
		}
	}
}

// findOrder sorts the rules so that each comes before those that it may begin
// with. A rule that may begin with itself has no such place.
func (b *builder) findOrder() error {
	const (
		fresh = iota
		open
		done
	)
	begins := make([][]int32, len(b.rules))
	for i := range b.rules {
		begins[i] = b.beginsWith(int32(i))
	}
	marks := make([]uint8, len(b.rules))
	var path []int32
	var visit func(r int32) error
	visit = func(r int32) error {
		switch marks[r] {
		case done:
			return nil
		case open:
			return b.leftRecursion(path[slices.Index(path, r):])
		}
		marks[r] = open
		path = append(path, r)
		for _, next := range begins[r] {
			if err := visit(next); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		marks[r] = done
		b.order = append(b.order, r)
		return nil
	}
	for i := range b.rules {
		if err := visit(int32(i)); err != nil {
			return err
		}
	}
	slices.Reverse(b.order)
	return nil
}

// beginsWith is the rules that may be called before rule r has read anything.
func (b *builder) beginsWith(r int32) (all []int32) {
	seen, called := map[int32]bool{}, map[int32]bool{}
	queue := []int32{b.rules[r].start}
	add := func(q int32) {
		if !seen[q] {
			seen[q] = true
			queue = append(queue, q)
		}
	}
	for len(queue) > 0 {
		s := &b.states[queue[len(queue)-1]]
		queue = queue[:len(queue)-1]
		for _, to := range s.free {
			add(to)
		}
		for _, c := range s.calls {
			if b.empty(c.rule) {
				add(c.to)
			}
			if !called[c.rule] {
				called[c.rule] = true
				all = append(all, c.rule)
			}
		}
	}
	return all
}

func (b *builder) leftRecursion(circle []int32) error {
	var names []string
	for _, r := range append(circle, circle[0]) {
		names = append(names, b.source.rules[r].name)
	}
	first := b.source.rules[circle[0]]
	if len(circle) == 1 {
		return errorAt(b.source.text, first.at, "the rule %s begins with itself, so that no token could ever be chosen by it: put the repetition at its end, or use * or +", first.name)
	}
	return errorAt(b.source.text, first.at, "the rule %s begins with itself (%s), so that no token could ever be chosen by it: put the repetition at its end, or use * or +",
		first.name, strings.Join(names, " → "))
}

// prune takes out what leads to where no end can be reached from.
func (b *builder) prune() {
	for i := range b.states {
		s := &b.states[i]
		s.free = slices.DeleteFunc(s.free, func(to int32) bool { return !b.states[to].live })
		s.edges = slices.DeleteFunc(s.edges, func(e edge) bool { return !b.states[e.to].live })
		s.calls = slices.DeleteFunc(s.calls, func(c call) bool { return !b.rules[c.rule].productive || !b.states[c.to].live })
	}
	for _, r := range b.rules {
		b.states[r.end].end = true
	}
}

// onlyEnds says whether nothing is behind q but the end of its rule.
func (n *network) onlyEnds(q int32) bool {
	switch s := &n.states[q]; {
	case len(s.edges)+len(s.calls) > 0:
		return false
	case len(s.free) == 0:
		return true
	}
	seen := map[int32]bool{}
	for queue := []int32{q}; len(queue) > 0; {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		s := &n.states[q]
		if len(s.edges)+len(s.calls) > 0 {
			return false
		}
		for _, to := range s.free {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return true
}

// empty says whether a rule may be.
func (n *network) empty(rule int32) bool { return n.states[n.rules[rule].start].empty }
