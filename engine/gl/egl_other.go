//go:build cgo && !linux && !darwin

package gl

// openOffscreen fails: only Linux has graphics cards without a display.
func openOffscreen(Options) (surface, error) { return nil, ErrNoDisplay }
