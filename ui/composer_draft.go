package ui

import (
	"sync"
	"time"

	"beyonder/app"
)

// draftPause is how long after the last keystroke a draft is kept.
const draftPause = 400 * time.Millisecond

// drafts keeps what stands in the composer, one text per conversation. Writing
// to disk takes milliseconds that a typist would feel, so it happens on a
// goroutine; of several texts for one conversation only the newest is written.
type drafts struct {
	post   poster
	save   func(app.ID, string) error
	failed func(error) // on the main goroutine

	mu      sync.Mutex
	idle    *sync.Cond
	waiting map[app.ID]string
	running bool
}

func newDrafts(post poster, save func(app.ID, string) error, failed func(error)) *drafts {
	d := &drafts{post: post, save: save, failed: failed, waiting: map[app.ID]string{}}
	d.idle = sync.NewCond(&d.mu)
	return d
}

// keep asks for text to be written.
func (d *drafts) keep(id app.ID, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[id] = text
	if !d.running {
		d.running = true
		go d.write()
	}
}

// drop forgets a text that has not been written yet, because it was sent, and
// waits for one that is being written.
func (d *drafts) drop(id app.ID) {
	d.mu.Lock()
	delete(d.waiting, id)
	d.mu.Unlock()
	d.wait()
}

// wait returns when everything asked for is on disk.
func (d *drafts) wait() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.running {
		d.idle.Wait()
	}
}

func (d *drafts) write() {
	for {
		id, text, ok := d.next()
		if !ok {
			return
		}
		if err := d.save(id, text); err != nil {
			d.post(func() { d.failed(err) })
		}
	}
}

func (d *drafts) next() (id app.ID, text string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, text = range d.waiting {
		delete(d.waiting, id)
		return id, text, true
	}
	d.running = false
	d.idle.Broadcast()
	return 0, "", false
}
