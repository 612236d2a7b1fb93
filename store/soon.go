package store

import (
	"errors"
	"slices"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A commit takes as long as the disk likes, on a busy one seconds. Changes that
// need not be on it when their method returns (all but those of messages) are
// therefore functions in a queue: everybody sees at once what they write, as a
// layer over the transaction that is read, and a goroutine makes them, in order,
// as many as wait in one transaction. Every other transaction that writes makes
// those that wait first. So the functions run several times, on any goroutine, and
// touch nothing but the transaction and what is theirs alone.

// lateWait is how long changes that could not be stored wait to be tried again.
const lateWait = 2 * time.Second

// change is one of the queue.
type change struct {
	f  func(tx *txn) error
	in int // the transaction that has it, 0: none yet
}

// queue is what the database does not have yet.
type queue struct {
	mu      sync.Mutex
	waiting []*change
	layer   *layer        // of those, over the newest transaction that was read; nil: none
	kick    chan struct{} // something waits
	failed  error         // why the last transaction with them did; nil: it did not
	closed  bool
}

// soon makes a change: everybody sees it when soon returns, and the disk has it
// a moment later. An error is the change's own; trouble with the disk is told to
// Late, and tried again until Close.
func (s *Store) soon(f func(tx *txn) error) error {
	s.file.RLock()
	defer s.file.RUnlock()
	if s.box == nil {
		return ErrLocked
	}
	err := guard(s.path, func() error {
		s.queue.mu.Lock()
		defer s.queue.mu.Unlock()
		if s.queue.closed {
			return ErrClosed
		}
		return s.db.View(func(tx *bolt.Tx) error {
			l := s.layerOver(tx).clone()
			if err := l.make(f, tx, s.box); err != nil {
				return err
			}
			s.queue.waiting = append(s.queue.waiting, &change{f: f})
			l.count++
			s.queue.layer = l
			return nil
		})
	})
	if err == nil {
		nudge(s.queue.kick)
	}
	return err
}

// make writes a change into the layer, which is of no use if that fails.
func (l *layer) make(f func(*txn) error, tx *bolt.Tx, box box) error {
	return f(&txn{Tx: tx, box: box, layer: l, draft: true})
}

// layerOver is what lies over a transaction that is read. The queue is locked.
func (s *Store) layerOver(tx *bolt.Tx) *layer {
	q := &s.queue
	q.drop(tx.ID())
	if q.layer != nil && q.layer.over == tx.ID() && q.layer.count == len(q.waiting) {
		return q.layer
	}
	q.layer = &layer{over: tx.ID(), sheets: map[string]*sheet{}}
	for _, c := range q.waiting {
		q.layer.count++
		l := q.layer.clone()
		if l.make(c.f, tx, s.box) == nil { // it was right when it was asked for; what it was about may be gone
			q.layer = l
		}
	}
	return q.layer
}

// drop forgets the changes that a transaction and those before it have.
func (q *queue) drop(transaction int) {
	q.waiting = slices.DeleteFunc(q.waiting, func(c *change) bool { return c.in != 0 && c.in <= transaction })
}

// makeWaiting makes what waits in a transaction that writes.
func (s *Store) makeWaiting(tx *txn) error {
	s.queue.mu.Lock()
	waiting := slices.Clone(s.queue.waiting)
	for _, c := range waiting {
		c.in = tx.ID()
	}
	s.queue.mu.Unlock()
	for _, c := range waiting {
		l := &layer{sheets: map[string]*sheet{}}
		if l.make(c.f, tx.Tx, tx.box) != nil {
			continue
		}
		if err := l.apply(tx.Tx); err != nil {
			return err
		}
	}
	return nil
}

// ended tells the queue how a transaction that writes has ended.
func (q *queue) ended(transaction int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err == nil {
		q.drop(transaction)
		q.failed = nil
		return
	}
	for _, c := range q.waiting {
		c.in = 0
	}
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0
}

// Unstored returns why changes wait that could not be stored, nil: none do.
func (s *Store) Unstored() error {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return s.queue.failed
}

// Sync returns when all changes so far are on the disk.
func (s *Store) Sync() error {
	if s.queue.empty() {
		return nil
	}
	err := s.update(nil)
	if err != nil {
		s.queue.mu.Lock()
		defer s.queue.mu.Unlock()
		s.queue.failed = err
	}
	return err
}

// keepSoon is the goroutine that makes what waits.
func (s *Store) keepSoon(closing <-chan struct{}) {
	told := false
	for {
		again := (<-chan time.Time)(nil)
		switch err := s.Sync(); {
		case err == nil:
			told = false
		case errors.Is(err, ErrClosed):
			return
		default:
			if s.Late != nil && !told {
				s.Late(err)
			}
			told, again = true, time.After(lateWait)
		}
		select {
		case <-s.queue.kick:
		case <-again:
		case <-closing:
			return
		}
	}
}

// nudge tells who waits at a channel of one place that there is something.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is known
	}
}

// givenNumbers remembers the numbers that were given, of which the database may not
// know yet.
type givenNumbers struct {
	mu   sync.Mutex
	last map[string]uint64
}

func (n *givenNumbers) next(bucket []byte, sequence uint64) ID {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == nil {
		n.last = map[string]uint64{}
	}
	last := max(n.last[string(bucket)], sequence) + 1
	n.last[string(bucket)] = last
	return ID(last)
}

// number gives a number of a bucket, for a change that is made soon and claims it.
func (s *Store) number(bucket []byte) (id ID, err error) {
	err = s.view(func(tx *txn) error {
		id = s.numbers.next(bucket, tx.Bucket(bucket).Sequence())
		return nil
	})
	return id, err
}

// next gives a number of a bucket in a transaction that writes.
func (t *txn) next(bucket []byte) (ID, error) {
	id := t.numbers.next(bucket, t.Bucket(bucket).Sequence())
	return id, t.claim(bucket, id)
}

// claim makes sure that a number is not given again.
func (t *txn) claim(bucket []byte, id ID) error {
	if b := t.Bucket(bucket); b.Sequence() < uint64(id) {
		return b.SetSequence(uint64(id))
	}
	return nil
}
