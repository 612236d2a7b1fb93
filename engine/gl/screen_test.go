//go:build cgo && !darwin

package gl

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"beyonder/engine/compute"
)

// The tests of the device need a display and a driver. BEYONDER_GL_TESTS says
// which: "" starts a display of its own (Xvfb) and computes in software, as on
// machines without a graphics card; "hardware" takes the display and the driver
// as they are. Where there is none, tests are skipped, loudly; under `make test`
// (BEYONDER_WINDOW_TESTS=required) that is a failure.

func init() { runtime.LockOSThread() } // main is to keep its thread, for GLFW

func TestMain(m *testing.M) {
	if os.Getenv("BEYONDER_GL_SILENT") != "" {
		os.Exit(Serve(silent))
	}
	programs, err := os.MkdirTemp("", "beyonder-gl-")
	if err != nil {
		panic(err)
	}
	compiled = programs
	stop, err := screen()
	if err != nil {
		fmt.Println("SKIPPED: OpenGL is not tested:", err)
	}
	status := Serve(m.Run)
	stop()
	os.RemoveAll(programs)
	os.Exit(status)
}

// compiled is a folder for programs: hundreds of devices are opened, and drivers of
// cards take a tenth of a second for each.
var compiled string

func hardwareWanted() bool { return os.Getenv("BEYONDER_GL_TESTS") == "hardware" }

// screen starts a display, if one is wanted, for this process.
func screen() (stop func(), err error) {
	stop = func() {}
	if hardwareWanted() {
		return stop, nil
	}
	os.Setenv("LIBGL_ALWAYS_SOFTWARE", "1")
	os.Setenv("force_gl_names_reuse", "true") // of deleted objects, as most drivers do; older Mesas do not by themselves
	os.Unsetenv("DISPLAY")
	r, w, err := os.Pipe()
	if err != nil {
		return stop, err
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		return stop, err
	}
	w.Close()
	stop = func() { x.Process.Kill(); x.Wait() }
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return stop, fmt.Errorf("Xvfb did not start: %w", err)
	}
	os.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
	return stop, nil
}

// open makes a device to test with.
func open(t testing.TB, o Options) *Device {
	t.Helper()
	o.Software, o.Debug = !hardwareWanted(), true
	if o.Cache == "" {
		o.Cache = compiled
	}
	d, err := Open(o)
	if err != nil {
		if os.Getenv("BEYONDER_WINDOW_TESTS") == "required" || hardwareWanted() {
			t.Fatalf("OpenGL is not tested: %v", err)
		}
		t.Skipf("SKIPPED: OpenGL is not tested: %v", err)
	}
	d.poison = true
	return d
}

func device(t *testing.T) compute.Device { return open(t, Options{}) }
