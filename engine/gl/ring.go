//go:build cgo && !darwin

package gl

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// ring is memory that both sides see: weights are packed into it straight from the
// file, and the card fetches them from there while the next ones are packed.
type ring struct {
	slots [4]slot
	next  int
}

// slot is a piece of it.
type slot struct {
	buf  *buffer
	mem  []byte
	sync uintptr // the card has not fetched it yet
}

// openRing makes the ring; nil where the driver cannot map buffers for good.
func (d *Device) openRing(size int) *ring {
	if !d.thread.has["GL_ARB_buffer_storage"] {
		return nil
	}
	r := &ring{}
	var err error
	d.do(func() {
		for i := range r.slots {
			s := &r.slots[i]
			const flags = gl.MAP_WRITE_BIT | gl.MAP_PERSISTENT_BIT | gl.MAP_COHERENT_BIT
			s.buf = &buffer{bytes: int64(size)}
			gl.GenBuffers(1, &s.buf.id)
			gl.BindBuffer(gl.COPY_READ_BUFFER, s.buf.id)
			gl.BufferStorage(gl.COPY_READ_BUFFER, size, nil, flags)
			p := gl.MapBufferRange(gl.COPY_READ_BUFFER, 0, size, flags)
			if err = d.thread.failure(); err == nil && p == nil {
				err = errors.New("the driver maps no memory")
			}
			if err != nil {
				r.free()
				return
			}
			s.mem = unsafe.Slice((*byte)(p), size)
		}
	})
	if err != nil || d.gone() != nil {
		return nil // the long way round does as well
	}
	return r
}

// free gives the ring back; on the thread.
func (r *ring) free() {
	for i := range r.slots {
		s := &r.slots[i]
		if s.sync != 0 {
			gl.DeleteSync(s.sync)
		}
		if s.buf != nil && s.buf.id != 0 {
			gl.DeleteBuffers(1, &s.buf.id) // and with it the mapping
		}
	}
	*r = ring{}
}

// room is the next slot's memory, once the card has fetched what was there.
func (d *Device) room(r *ring) (*slot, error) {
	s := &r.slots[r.next]
	r.next = (r.next + 1) % len(r.slots)
	var err error
	d.do(func() {
		if s.sync == 0 {
			return
		}
		if w := gl.ClientWaitSync(s.sync, gl.SYNC_FLUSH_COMMANDS_BIT, uint64(d.hang/2)); w == gl.WAIT_FAILED || w == gl.TIMEOUT_EXPIRED {
			err = &LostError{fmt.Sprintf("it has not fetched weights within %v", (d.hang / 2).Round(time.Second))}
			d.fail(err)
			return
		}
		gl.DeleteSync(s.sync)
		s.sync = 0
	})
	if err == nil {
		err = d.gone()
	}
	return s, err
}

// fetchSlot has the card copy n bytes of the slot to a buffer.
func (d *Device) fetchSlot(s *slot, b *buffer, at, n int) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	var err error
	d.do(func() {
		gl.BindBuffer(gl.COPY_READ_BUFFER, s.buf.id)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.id)
		gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, 0, at, n)
		s.sync = gl.FenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
		gl.Flush()
		err = d.thread.failure()
		d.progress.Add(1)
	})
	if err == nil {
		err = d.gone()
	}
	return err
}
