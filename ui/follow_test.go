package ui

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
)

// queue is a main goroutine that runs when the test says so.
type queue chan func()

func (q queue) post(f func()) { q <- f }

// run runs what is posted until done.
func (q queue) run(t *testing.T, done *bool) (posts int) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for !*done {
		select {
		case f := <-q:
			f()
			posts++
		case <-deadline:
			t.Fatal("it never ended")
		}
	}
	return posts
}

func numbers(n int, pace time.Duration, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			time.Sleep(pace)
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(0, err)
		}
	}
}

func TestFollowDeliversEverythingInOrder(t *testing.T) {
	q, done := make(queue, 100), false
	var got []int
	var ended error
	failure := errors.New("over")
	follow(q.post, numbers(10_000, 0, failure), func(batch []int) {
		if done {
			t.Error("a delivery after the end")
		}
		got = append(got, batch...)
	}, func(err error) { done, ended = true, err })
	q.run(t, &done)
	if len(got) != 10_000 || !slices.IsSorted(got) {
		t.Errorf("%d pieces came, in order: %v", len(got), slices.IsSorted(got))
	}
	if ended != failure {
		t.Errorf("it ended with %v", ended)
	}
}

func TestFollowPostsAtMostThirtyTimesASecond(t *testing.T) {
	q, done := make(queue, 1000), false
	begun := time.Now()
	follow(q.post, numbers(400, time.Millisecond, nil), func([]int) {}, func(error) { done = true })
	posts := q.run(t, &done)
	if most := int(time.Since(begun)/frameTime) + 3; posts > most || posts < 3 {
		t.Errorf("%d posts, at most %d should be", posts, most)
	}
}

// A main goroutine that is busy is asked once, however much comes meanwhile.
func TestFollowKeepsOnePostUnderWay(t *testing.T) {
	q, done := make(queue, 1000), false
	follow(q.post, numbers(200, time.Millisecond, nil), func([]int) {}, func(error) { done = true })
	time.Sleep(150 * time.Millisecond)
	if waiting := len(q); waiting > 1 {
		t.Errorf("%d posts are waiting", waiting)
	}
	q.run(t, &done)
}

func TestPauseDoesTheLatestOnce(t *testing.T) {
	q := make(queue, 100)
	p := &pause{post: q.post, wait: 10 * time.Millisecond}
	var did []int
	for i := range 5 {
		p.do(func() { did = append(did, i) })
	}
	time.Sleep(60 * time.Millisecond)
	for len(q) > 0 {
		(<-q)()
	}
	p.flush() // nothing is left
	p.do(func() { did = append(did, 100) })
	p.flush()
	p.do(func() { did = append(did, 200) })
	p.drop()
	p.flush()
	if !slices.Equal(did, []int{4, 100}) {
		t.Errorf("did %v", did)
	}
}

// What is posted when the window is gone is dropped, even if it was posted before.
func TestGate(t *testing.T) {
	test.NewTempApp(t)
	g, ran := newGate(Events{}), 0
	g.post(func() { ran++ })
	g.shut()
	g.post(func() { ran++ })
	if ran != 1 {
		t.Errorf("%d of two were run", ran)
	}
}
