//go:build cgo && linux

package gl

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Khronos, "EGL 1.5", EGL_EXT_platform_device, EGL_MESA_platform_surfaceless:
// their few numbers, so that building needs no header of them.
enum {
	NONE = 0x3038, RENDERABLE_TYPE = 0x3040, OPENGL_BIT = 8, OPENGL_API = 0x30A2, SURFACE_TYPE = 0x3033,
	MAJOR = 0x3098, MINOR = 0x30FB, PROFILE = 0x30FD, CORE = 1, DEBUG = 0x31B0, RESET = 0x31BD, LOSE = 0x31BF,
	PLATFORM_DEVICE = 0x313F, PLATFORM_SURFACELESS = 0x31DD, RENDERER = 0x1F01,
};
typedef void *P;
typedef struct {
	P lib;
	P (*proc)(const char *);
	P (*platform)(unsigned, P, const int32_t *);
	unsigned (*devices)(int32_t, P *, int32_t *);
	unsigned (*initialize)(P, int32_t *, int32_t *), (*terminate)(P), (*bind)(unsigned);
	unsigned (*choose)(P, const int32_t *, P *, int32_t, int32_t *);
	P (*create)(P, P, P, const int32_t *);
	unsigned (*destroy)(P, P), (*current)(P, P, P, P);
	P display, context;
	char renderer[256];
} egl;

// eglLibrary loads libEGL; NULL if it is not there or too old.
static egl *eglLibrary(void) {
	egl *e = calloc(1, sizeof *e);
	if (!e) return NULL;
	e->lib = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
	if (e->lib) e->proc = dlsym(e->lib, "eglGetProcAddress");
	if (e->proc) {
		e->platform = e->proc("eglGetPlatformDisplayEXT");
		e->devices = e->proc("eglQueryDevicesEXT");
		e->initialize = dlsym(e->lib, "eglInitialize");
		e->terminate = dlsym(e->lib, "eglTerminate");
		e->bind = dlsym(e->lib, "eglBindAPI");
		e->choose = dlsym(e->lib, "eglChooseConfig");
		e->create = dlsym(e->lib, "eglCreateContext");
		e->destroy = dlsym(e->lib, "eglDestroyContext");
		e->current = dlsym(e->lib, "eglMakeCurrent");
	}
	if (e->platform && e->initialize && e->terminate && e->bind && e->choose && e->create && e->destroy && e->current) return e;
	if (e->lib) dlclose(e->lib);
	free(e);
	return NULL;
}

static P eglContext(egl *e, int debug, int robust) {
	static const int32_t any[] = {SURFACE_TYPE, 0, RENDERABLE_TYPE, OPENGL_BIT, NONE};
	int32_t n = 0, want[] = {MAJOR, 4, MINOR, 3, PROFILE, CORE, NONE, NONE, NONE, NONE, NONE};
	P config = NULL;
	if (!e->choose(e->display, any, &config, 1, &n) || n < 1) return NULL;
	int at = 6;
	if (robust) { want[at++] = RESET; want[at++] = LOSE; }
	if (debug) { want[at++] = DEBUG; want[at++] = 1; }
	return e->create(e->display, config, NULL, want);
}

static void eglShut(egl *e) {
	if (e->context) e->destroy(e->display, e->context);
	if (e->display) e->terminate(e->display);
	e->context = e->display = NULL;
}

static int eglCurrent(egl *e) { return e->bind(OPENGL_API) && e->current(e->display, NULL, NULL, e->context); }
static void eglDetach(egl *e) { e->current(e->display, NULL, NULL, NULL); }
static P eglProc(egl *e, const char *name) { return e->proc(name); }

// eglOpen makes a context on candidate i: the devices, then Mesa without any.
// 0: it cannot; -1: there is no such candidate.
static int eglOpen(egl *e, int i, int debug) {
	P found[16];
	int32_t n = 0;
	if (!e->devices || !e->devices(16, found, &n)) n = 0;
	if (i > n) return -1;
	e->display = i < n ? e->platform(PLATFORM_DEVICE, found[i], NULL) : e->platform(PLATFORM_SURFACELESS, NULL, NULL);
	int32_t major, minor;
	if (!e->display || !e->initialize(e->display, &major, &minor)) { e->display = NULL; return 0; }
	if (e->bind(OPENGL_API)) {
		e->context = eglContext(e, debug, 1);
		if (!e->context) e->context = eglContext(e, debug, 0);
	}
	if (!e->context || !eglCurrent(e)) { eglShut(e); return 0; }
	const char *(*text)(unsigned) = e->proc("glGetString");
	const char *name = text ? text(RENDERER) : NULL;
	strncpy(e->renderer, name ? name : "", sizeof e->renderer - 1);
	eglDetach(e);
	return 1;
}
*/
import "C"

import (
	"errors"
	"runtime"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// offscreen is a context without any window, by EGL: for machines that have a
// graphics card and no display.
type offscreen struct{ e *C.egl }

// openOffscreen takes the first device that is hardware, or that is at all if
// software will do. A driver that does not answer is left behind.
func openOffscreen(o Options) (surface, error) {
	if o.NoEGL {
		return nil, ErrNoDisplay
	}
	type result struct {
		s   surface
		err error
	}
	done := make(chan result, 1)
	go func() {
		runtime.LockOSThread() // ends with the goroutine, and what drivers keep in it
		s, err := firstDevice(o)
		done <- result{s, err}
	}()
	select {
	case r := <-done:
		return r.s, r.err
	case <-time.After(patience):
		return nil, &LostError{"the driver did not answer"}
	}
}

func firstDevice(o Options) (surface, error) {
	e := C.eglLibrary()
	if e == nil {
		return nil, ErrNoDisplay
	}
	debug := C.int(0)
	if o.Debug {
		debug = 1
	}
	why := ErrNoDisplay
	for i := C.int(0); ; i++ {
		switch C.eglOpen(e, i, debug) {
		case -1:
			C.free(unsafe.Pointer(e)) // the library stays: drivers do not like to be unloaded
			return nil, why
		case 1:
			name := softwareName(C.GoString(&e.renderer[0]))
			if name == "" || o.Software {
				return &offscreen{e}, nil
			}
			why = &SoftwareError{name}
			C.eglShut(e)
		}
	}
}

func (s *offscreen) enter() error {
	if C.eglCurrent(s.e) == 0 {
		return errors.New("no OpenGL 4.3: EGL refuses its own context")
	}
	return gl.InitWithProcAddrFunc(func(name string) unsafe.Pointer {
		text := C.CString(name)
		defer C.free(unsafe.Pointer(text))
		return unsafe.Pointer(C.eglProc(s.e, text))
	})
}

func (s *offscreen) leave() { C.eglDetach(s.e) }

func (s *offscreen) close() error {
	C.eglShut(s.e)
	C.free(unsafe.Pointer(s.e))
	return nil
}
