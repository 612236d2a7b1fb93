// Package gl is compute.Device as OpenGL 4.3 compute shaders.
//
// Its one rule: OpenGL is called on one thread, the device's own; verbs only
// record what that thread will do. It does not know what a layer is, and nothing
// outside it touches OpenGL or GLFW.
//
// A driver's crash is not a panic and takes the whole process with it: the
// window therefore computes in a child process, never in its own.
package gl

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Options says how a device is opened.
type Options struct {
	Software bool // take a renderer that is software, as tests do
	Debug    bool // ask the driver for its messages; a grave one is a failure
	Profile  bool // time each kernel
	NoEGL    bool // only a display will do

	// Cache is a folder for compiled programs and what tuning has found; "": none.
	Cache string
}

// patience is how long a driver may take to open a window or make a context.
const patience = 15 * time.Second

// ErrNoDisplay says that GLFW has nowhere to open its window.
var ErrNoDisplay = errors.New("no OpenGL 4.3: there is no display")

// ErrMemory says that a buffer does not fit.
var ErrMemory = errors.New("the graphics card has not enough free memory")

// SoftwareError says that the only renderer computes on the processor, where
// the CPU device is many times faster.
type SoftwareError struct{ Renderer string }

func (e *SoftwareError) Error() string {
	return fmt.Sprintf("only a software renderer (%s)", e.Renderer)
}

// VersionError says that the driver is too old.
type VersionError struct{ Version string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("no OpenGL 4.3: the driver offers %s", e.Version)
}

// LostError says that the graphics device is of no use any more: it was reset, or
// does not answer. What it held is gone; a new device has to be opened.
type LostError struct{ Cause string }

func (e *LostError) Error() string { return "the graphics device was lost: " + e.Cause }

// Timing is what one kind of kernel took, with Options.Profile.
type Timing struct {
	Kernel string // with its weight format: "matvec q4_k"
	Calls  int
	Time   time.Duration
}

// software are renderers that compute on the processor, and how users know them.
var software = [...]struct{ in, name string }{
	{"llvmpipe", "llvmpipe"}, {"softpipe", "softpipe"}, {"swrast", "swrast"}, {"software rasterizer", "swrast"},
	{"swiftshader", "SwiftShader"}, {"gdi generic", "GDI Generic"}, {"microsoft basic", "Microsoft Basic Render"}, {"svga3d", "SVGA3D"},
}

// softwareName is the short name of a renderer that is software, "" for one that is not.
func softwareName(renderer string) string {
	r := strings.ToLower(renderer)
	for _, s := range software {
		if strings.Contains(r, s.in) {
			return s.name
		}
	}
	return ""
}
