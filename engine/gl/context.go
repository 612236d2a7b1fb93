//go:build cgo && !darwin

package gl

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// thread is an operating system thread that has a GL context of its own. All
// calls of OpenGL run there, in the order in which they are given.
type thread struct {
	where surface
	calls chan func()
	quit  chan struct{} // closed to end the thread
	gone  chan struct{} // closed when it has ended

	renderer string
	vendor   string
	version  string
	has      map[string]bool // extensions
	limits   limits
	messages []string // grave ones of the driver, with Options.Debug
	checks   bool     // the context tells when it was reset
}

// limits are what the driver allows.
type limits struct {
	block  int64 // bytes of a buffer that a shader sees
	shared int32 // bytes of shared memory
	free   int64 // bytes of graphics memory free at the start; 0: unknown

	subgroups bool // compute shaders may add up within a subgroup

	binaries int32 // formats in which programs can be kept

	evicted int64 // bytes that the driver had moved out before we came
}

// startThread opens a context and makes it current on a new thread. A display
// whose renderer is software may stand before a card of which it knows nothing.
func startThread(o Options) (*thread, error) {
	s, err := openSurface(o)
	if err != nil {
		return nil, err
	}
	t, err := enter(s, o)
	var software *SoftwareError
	if errors.As(err, &software) {
		if s, no := openOffscreen(o); no == nil {
			return enter(s, o)
		}
	}
	return t, err
}

// enter starts the thread of a context.
func enter(s surface, o Options) (*thread, error) {
	t := &thread{where: s, calls: make(chan func(), 2), quit: make(chan struct{}), gone: make(chan struct{})}
	ready := make(chan error, 1)
	go t.run(o, ready)
	var err error
	select {
	case err = <-ready:
	case <-time.After(patience):
		return nil, &LostError{"the driver did not answer"}
	}
	if err != nil {
		t.stop()
		return nil, err
	}
	return t, nil
}

// run is the thread. It ends locked, so that the operating system's thread, and
// whatever the driver keeps in it, ends with it.
func (t *thread) run(o Options, ready chan<- error) {
	defer close(t.gone)
	runtime.LockOSThread()
	err := guarded(func() error { return t.setUp(o) })
	ready <- err
	for {
		select {
		case call := <-t.calls:
			call()
		case <-t.quit:
			t.where.leave()
			return
		}
	}
}

func (t *thread) setUp(o Options) error {
	if err := t.where.enter(); err != nil {
		return err
	}
	t.renderer, t.version, t.vendor = gl.GoStr(gl.GetString(gl.RENDERER)), gl.GoStr(gl.GetString(gl.VERSION)), gl.GoStr(gl.GetString(gl.VENDOR))
	if name := softwareName(t.renderer); name != "" && !o.Software {
		return &SoftwareError{name}
	}
	if o.Debug {
		t.listen()
	}
	t.has = extensions()
	t.checks = t.has["GL_ARB_robustness"]
	return t.readLimits()
}

// extensions are those of the driver, by name.
func extensions() map[string]bool {
	var n int32
	gl.GetIntegerv(gl.NUM_EXTENSIONS, &n)
	has := make(map[string]bool, n)
	for i := range uint32(n) {
		has[gl.GoStr(gl.GetStringi(gl.EXTENSIONS, i))] = true
	}
	return has
}

// readLimits refuses drivers below what the shaders need.
func (t *thread) readLimits() error {
	const mostBlocks = 10 // of a kernel: several.comp with three formats
	var blocks, points, threads int32
	gl.GetInteger64v(gl.MAX_SHADER_STORAGE_BLOCK_SIZE, &t.limits.block)
	// At 2 GiB some drivers crash and others read nothing.
	t.limits.block = min(t.limits.block, 1<<31-1<<16)
	gl.GetIntegerv(gl.MAX_COMPUTE_SHADER_STORAGE_BLOCKS, &blocks)
	gl.GetIntegerv(gl.MAX_SHADER_STORAGE_BUFFER_BINDINGS, &points)
	gl.GetIntegerv(gl.MAX_COMPUTE_WORK_GROUP_INVOCATIONS, &threads)
	gl.GetIntegerv(gl.MAX_COMPUTE_SHARED_MEMORY_SIZE, &t.limits.shared)
	if blocks < mostBlocks || int(points) < len(bindings{}) || threads < 256 || t.limits.shared < 32<<10 || t.limits.block < 64<<20 {
		return fmt.Errorf("the driver of %s allows too little: %d buffers at %d bindings, %d invocations, %d bytes of shared memory, buffers of %d bytes",
			t.renderer, blocks, points, threads, t.limits.shared, t.limits.block)
	}
	gl.GetIntegerv(gl.NUM_PROGRAM_BINARY_FORMATS, &t.limits.binaries)
	t.limits.subgroups = t.hasSubgroups()
	t.limits.free, t.limits.evicted = t.freeMemory(), t.evictedMemory()
	gl.GetError() // an extension's query may have left one
	return nil
}

// hasSubgroups asks whether compute shaders may add up within a subgroup.
func (t *thread) hasSubgroups() bool {
	const stages, features, compute, basicAndArithmetic = 0x9533, 0x9534, 0x20, 0x1 | 0x4 // GL_KHR_shader_subgroup
	if !t.has["GL_KHR_shader_subgroup"] {
		return false
	}
	var s, f int32
	gl.GetIntegerv(stages, &s)
	gl.GetIntegerv(features, &f)
	return s&compute != 0 && f&basicAndArithmetic == basicAndArithmetic
}

// freeMemory asks for the free graphics memory by the extensions of NVIDIA
// (Mesa has it too) and AMD; 0 if there is neither.
func (t *thread) freeMemory() int64 {
	const availableNVX, freeATI = 0x9049, 0x87FB // both in KiB
	var kb [4]int32
	switch {
	case t.has["GL_NVX_gpu_memory_info"]:
		gl.GetIntegerv(availableNVX, &kb[0])
	case t.has["GL_ATI_meminfo"]:
		gl.GetIntegerv(freeATI, &kb[0])
	}
	return int64(kb[0]) << 10
}

// evictedMemory is how many bytes NVIDIA's driver (and Mesa) has moved to main
// memory for want of room.
func (t *thread) evictedMemory() int64 {
	const evictedNVX = 0x904B // KiB
	var kb int32
	if t.has["GL_NVX_gpu_memory_info"] {
		gl.GetIntegerv(evictedNVX, &kb)
	}
	return int64(kb) << 10
}

// listen collects the driver's grave messages.
func (t *thread) listen() {
	gl.Enable(gl.DEBUG_OUTPUT)
	gl.Enable(gl.DEBUG_OUTPUT_SYNCHRONOUS)
	gl.DebugMessageCallback(func(_, kind, _, severity uint32, _ int32, message string, _ unsafe.Pointer) {
		if severity == gl.DEBUG_SEVERITY_HIGH || kind == gl.DEBUG_TYPE_ERROR {
			t.messages = append(t.messages, strings.TrimSpace(message))
		}
	}, nil)
}

// stop ends the thread and the context, and all that the context holds. A driver
// that does not answer is left behind.
func (t *thread) stop() error {
	close(t.quit)
	select {
	case <-t.gone:
		return t.where.close()
	case <-time.After(patience):
		return &LostError{"the driver did not answer"}
	}
}

// failure is what OpenGL has to say since it was asked last; nil if nothing.
func (t *thread) failure() error {
	if t.checks {
		if s := gl.GetGraphicsResetStatusARB(); s != gl.NO_ERROR {
			return &LostError{"the driver reset it"}
		}
	}
	if len(t.messages) > 0 {
		m := t.messages[0]
		t.messages = nil
		return fmt.Errorf("the driver of %s says: %s", t.renderer, m)
	}
	switch e := gl.GetError(); e {
	case gl.NO_ERROR:
		return nil
	case gl.OUT_OF_MEMORY:
		return ErrMemory
	case gl.CONTEXT_LOST:
		return &LostError{"the driver reset it"}
	default:
		return fmt.Errorf("the driver of %s failed with OpenGL error %#x", t.renderer, e)
	}
}
