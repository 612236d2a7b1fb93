//go:build cgo && !darwin

package gl

import (
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/engine/compute"
)

// part is a run of bytes in a buffer.
type part struct {
	buf      *buffer
	at, size int64 // bytes
}

// Read copies x to dst, or returns the first failure since Begin.
func (d *Device) Read(dst []float32, x compute.Rows) error {
	wide := make([]float32, x.N*padded(x.Width))
	if err := d.fetch(bytesOf(wide), part{buf(x), 4 * int64(at(x)), 4 * int64(len(wide))}); err != nil {
		return err
	}
	for t := range x.N {
		copy(dst[t*x.Width:(t+1)*x.Width], wide[t*padded(x.Width):])
	}
	return nil
}

// bytesOf is the memory of numbers; graphics cards and the processors they are
// built into are little-endian.
func bytesOf[T float32 | int32 | uint32](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), 4*len(s))
}

// fetch waits for all passes and copies parts of buffers, one after another, to
// dst. They go through a buffer of their own: some drivers move a buffer that is
// read to the processor's memory for good.
func (d *Device) fetch(dst []byte, parts ...part) error {
	back := d.scratch.back
	if len(dst) > 0 {
		back = d.need(&d.scratch.back, int64(len(dst)))
	}
	if err := d.failure(); err != nil {
		return err
	}
	d.flush()
	d.do(func() {
		d.fail(d.drain(dst, back, parts))
	})
	return d.failure()
}

// drain is fetch on the thread.
func (d *Device) drain(dst []byte, back *buffer, parts []part) error {
	q := &d.q
	if len(dst) > 0 {
		q.barrier(gl.BUFFER_UPDATE_BARRIER_BIT | gl.SHADER_STORAGE_BARRIER_BIT)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, back.id)
		to := int64(0)
		for _, p := range parts {
			gl.BindBuffer(gl.COPY_READ_BUFFER, p.buf.id)
			gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, int(p.at), int(to), int(p.size))
			to += p.size
		}
	}
	q.fences = append(q.fences, fence{sync: gl.FenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)})
	for len(q.fences) > 0 {
		if err := d.await(); err != nil {
			return err
		}
	}
	if len(dst) > 0 {
		gl.GetBufferSubData(gl.COPY_WRITE_BUFFER, 0, len(dst), gl.Ptr(dst))
	}
	return d.thread.failure()
}
