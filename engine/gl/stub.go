//go:build !cgo || darwin

package gl

import (
	"context"
	"errors"
	"runtime"

	"beyonder/engine/compute"
)

// Device is what Open would return, were there an OpenGL.
type Device struct{ compute.Device }

// Serve runs work: no thread is needed for GLFW here.
func Serve(work func() int) int { return work() }

// Open fails: macOS stops at OpenGL 4.1, and other systems need cgo.
func Open(Options) (*Device, error) {
	if runtime.GOOS == "darwin" {
		return nil, errors.New("no OpenGL 4.3: macOS has only 4.1")
	}
	return nil, errors.New("no OpenGL 4.3: this build was made without it (CGO_ENABLED=0)")
}

// Progress counts finished pieces of work.
func (d *Device) Progress() int64 { return 0 }

// Uploaded is how many bytes of weights have been moved to the device.
func (d *Device) Uploaded() int64 { return 0 }

// FreeMemory is how many bytes the graphics card can give; false if it does not say.
func (d *Device) FreeMemory() (int64, bool) { return 0, false }

// Driver is the vendor and the version of the OpenGL in use.
func (d *Device) Driver() string { return "" }

// Plain gives up what only some drivers have.
func (d *Device) Plain() bool { return false }

// Tune finds the fastest shapes of workgroups.
func (d *Device) Tune(context.Context) error { return nil }

// Renderer is the card's name.
func (d *Device) Renderer() string { return "" }

// Evicted is how many bytes the driver has moved out of graphics memory.
func (d *Device) Evicted() int64 { return 0 }

// Notes tells what was done to the weights, for users.
func (d *Device) Notes() []string { return nil }

// Timings is what each kernel took.
func (d *Device) Timings() []Timing { return nil }
