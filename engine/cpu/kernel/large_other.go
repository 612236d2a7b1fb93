//go:build !linux

package kernel

// Large asks for large pages, which other systems do not give so.
func Large[T any]([]T) {}
