//go:build cgo && !darwin

package gl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/engine/compute"
)

// Device computes on a graphics card.
type Device struct {
	thread *thread
	name   string
	tiles  tiles
	hang   time.Duration // how long the driver may be silent

	cabinet  cabinet
	shapes   map[string]shape // of products of one row, by weight format, where they are known
	tunes    bool             // in software as well: for tests
	poison   bool             // what is not cleared holds no numbers, as memory that was used before may: for tests
	matrices []*matrix        // all that were uploaded
	ring     *ring            // while weights are uploaded; nil: none, or not possible
	noRing   bool
	packed   []byte // weights on their way where there is no ring

	subgroups bool  // sums are made by GL_KHR_shader_subgroup
	q         queue // of the thread

	steps  []step // recorded, not yet made passes
	passes []pass // not yet handed to the thread
	ctx    context.Context

	mu     sync.Mutex // guards failed, which both sides set
	failed error      // the first failure since Begin
	lost   error      // what Begin cannot forget

	memory    int64 // bytes that may be taken; 0: as many as the driver gives
	allocated int64 // bytes of buffers

	progress atomic.Int64 // finished pieces of work
	uploaded atomic.Int64 // bytes
	rate     atomic.Int64 // multiply-adds that fit into one dispatch, as measured
	notes    []string
	noted    map[string]bool
	scratch  scratch
	choices  *arena
	turned   turn // what scratch.turns holds
	grouped  sorted
}

var _ compute.Device = (*Device)(nil)

// scratch is memory of the device's own, grown on demand.
type scratch struct {
	ids     *buffer // of Embed
	turns   *buffer // cosines and sines of Rotate
	bias    *buffer // of Prefer
	parts   *buffer // of Attend
	results *buffer // of the experts before they are summed
	halved  *buffer // activations rounded to float16
	groups  *buffer // slots sorted by expert
	back    *buffer // on its way to the processor
}

// tiles are the shapes of workgroups.
type tiles struct {
	wide                int // invocations where each has its own value
	norm                int // where one workgroup has a whole row
	vecThreads, vecRows int // of matvec
	narrow, broad       tile
	queries             int // of attend
}

// tile is the shape of matmul, for short and for long prompts.
type tile struct{ rows, columns, each int }

// shared is the bytes of shared memory that a tile takes.
func (t tile) shared() int32 { return int32(4 * (33*t.columns + 32*t.rows)) }

// hardware suits cards of the last ten years; emulated, where every barrier is
// a switch of coroutines, suits llvmpipe.
var (
	hardware = tiles{wide: 64, norm: 256, vecThreads: 32, vecRows: 4, narrow: tile{64, 32, 4}, broad: tile{128, 64, 8}, queries: 8}
	emulated = tiles{wide: 32, norm: 32, vecThreads: 16, vecRows: 4, narrow: tile{32, 16, 4}, broad: tile{32, 32, 4}, queries: 8}
)

// Open makes a device. Its errors are sentences that say why there is none:
// ErrNoDisplay, *SoftwareError, *VersionError and others. The environment
// variable BEYONDER_GL_SOFTWARE=1 stands for Options.Software; BEYONDER_GL_MEMORY
// says how many MB may be taken where the driver does not say.
func Open(o Options) (*Device, error) {
	o.Software = o.Software || os.Getenv("BEYONDER_GL_SOFTWARE") == "1"
	t, err := startThread(o)
	if err != nil {
		return nil, err
	}
	d := &Device{
		thread: t, name: "OpenGL (" + t.renderer + ")", tiles: hardware, hang: longest,
		memory: ownMemory(), ctx: context.Background(), noted: map[string]bool{},
	}
	if softwareName(t.renderer) != "" {
		d.tiles = emulated
	}
	d.subgroups = t.limits.subgroups
	d.cabinet = openCabinet(o.Cache, t.vendor, t.renderer, t.version)
	d.shapes = d.cabinet.shapes()
	d.q.start(o.Profile, softwareName(t.renderer) != "")
	return d, nil
}

// Name is "OpenGL" with the card's name.
func (d *Device) Name() string { return d.name }

// Progress counts finished pieces of work; it stands still only when nothing is computed.
func (d *Device) Progress() int64 { return d.progress.Load() }

// Uploaded is how many bytes of weights have been moved to the device.
func (d *Device) Uploaded() int64 { return d.uploaded.Load() }

// Plain gives up what only some drivers have, and tells whether there was anything:
// what went wrong may go well without.
func (d *Device) Plain() bool {
	had := d.subgroups
	d.subgroups = false
	return had
}

// Renderer is the card's name, as its driver has it.
func (d *Device) Renderer() string { return d.thread.renderer }

// Driver is the vendor and the version of the OpenGL in use.
func (d *Device) Driver() string { return d.thread.vendor + ", OpenGL " + d.thread.version }

// FreeMemory is how many bytes of graphics memory were free when the device was
// opened; false if the driver does not say.
func (d *Device) FreeMemory() (int64, bool) {
	free := d.thread.limits.free
	if d.memory > 0 && (free == 0 || d.memory < free) {
		free = d.memory
	}
	return free, free > 0
}

// ownMemory is what BEYONDER_GL_MEMORY allows, in bytes; 0: no bound.
func ownMemory() int64 {
	mb, err := strconv.ParseInt(os.Getenv("BEYONDER_GL_MEMORY"), 10, 64)
	if err != nil || mb < 0 || mb > 1<<30 {
		return 0
	}
	return mb << 20
}

// Evicted is how many bytes the driver has moved out of graphics memory since the
// device was opened: it had not enough, and said nothing. 0 if it does not tell.
func (d *Device) Evicted() (bytes int64) {
	d.do(func() { bytes = d.thread.evictedMemory() - d.thread.limits.evicted })
	return max(bytes, 0)
}

// Notes tells what was done to the weights, for users.
func (d *Device) Notes() []string { return d.notes }

// Begin arms the following verbs with ctx and forgets the last failure, unless
// the device is lost.
func (d *Device) Begin(ctx context.Context) {
	d.flush()
	d.do(func() {}) // failures of before come now or never
	d.mu.Lock()
	d.failed = d.lost
	d.mu.Unlock()
	d.ctx = ctx
	d.closeRing()
	d.turned, d.grouped = turn{}, sorted{} // what was to make them may have been dropped
}

// fail keeps the first failure.
func (d *Device) fail(err error) {
	if err == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil {
		d.failed = err
	}
	var lost *LostError
	if d.lost == nil && errors.As(err, &lost) {
		d.lost = err
	}
}

func (d *Device) failf(format string, args ...any) { d.fail(fmt.Errorf(format, args...)) }

// failure is the first failure since Begin, the end of its context included.
func (d *Device) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil {
		d.failed = d.ctx.Err()
	}
	return d.failed
}

// gone is why the device is of no use any more, nil if it is.
func (d *Device) gone() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// Close gives everything back: what the context holds ends with it. A driver
// that does not answer keeps its thread until the process ends.
func (d *Device) Close() error { return d.thread.stop() }

// buffer is a buffer object.
type buffer struct {
	id    uint32
	bytes int64

	// The thread's: the barrier after which it was last read, and written.
	read, wrote int
}

// Where drivers should keep a buffer: with the card, or, if it is only read by the
// processor, with that.
const (
	near = gl.DYNAMIC_COPY
	far  = gl.STREAM_READ
)

func (b *buffer) Bytes() int64 { return b.bytes }

// newBuffer makes a buffer of zeros, or of nothing yet.
func (d *Device) newBuffer(bytes int64, zero bool) (*buffer, error) {
	return d.newBufferAt(near, bytes, zero)
}

func (d *Device) newBufferAt(place uint32, bytes int64, zero bool) (*buffer, error) {
	b := &buffer{bytes: max((bytes+15)&^15, 16)}
	if b.bytes > d.thread.limits.block {
		return nil, fmt.Errorf("a buffer of %d MB is more than the %d MB that the graphics driver allows; choose a smaller context window", b.bytes>>20, d.thread.limits.block>>20)
	}
	if d.memory > 0 && d.allocated+b.bytes > d.memory {
		return nil, ErrMemory
	}
	var err error
	d.do(func() {
		gl.GenBuffers(1, &b.id)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.id)
		gl.BufferData(gl.COPY_WRITE_BUFFER, int(b.bytes), nil, place)
		err = d.thread.failure()
		switch {
		case err != nil:
			d.q.drop(b)
			return
		case zero:
			gl.ClearBufferData(gl.COPY_WRITE_BUFFER, gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT, nil)
		case d.poison:
			nan := ^uint32(0)
			gl.ClearBufferData(gl.COPY_WRITE_BUFFER, gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT, unsafe.Pointer(&nan))
		}
		err = d.thread.failure()
	})
	if err == nil {
		err = d.gone()
	}
	if err == nil {
		d.allocated += b.bytes
	}
	return b, err
}

// need makes *b at least so large; what it held is lost.
func (d *Device) need(b **buffer, bytes int64) *buffer {
	if *b != nil && (*b).bytes >= bytes {
		return *b
	}
	if old := *b; old != nil {
		d.hand() // passes that use it go first
		d.do(func() { d.q.drop(old) })
		d.allocated -= old.bytes
	}
	place := uint32(near)
	if b == &d.scratch.back {
		place = far
	}
	grown, err := d.newBufferAt(place, bytes+bytes/4, false)
	if err != nil {
		grown, err = d.newBufferAt(place, bytes, false)
	}
	d.fail(err)
	*b = grown
	if err != nil {
		*b = nil
	}
	return grown
}

// NewRows makes room for n rows of width float32 each, zeros. In memory a row is
// padded to whole pieces; the padding stays zero.
func (d *Device) NewRows(n, width int) (compute.Rows, error) {
	b, err := d.newBuffer(4*int64(n)*int64(padded(width)), true)
	if err != nil {
		return compute.Rows{}, fmt.Errorf("making room for %d rows of %d values: %w", n, width, err)
	}
	return compute.Rows{Buf: b, N: n, Width: width}, nil
}

// at is where r's first row stands in its buffer, in float32.
func at(r compute.Rows) uint32 { return uint32(r.From * padded(r.Width)) }

// pitch is from row to row, in float32.
func pitch(r compute.Rows) uint32 { return uint32(padded(r.Width)) }

func buf(r compute.Rows) *buffer { return r.Buf.(*buffer) }
