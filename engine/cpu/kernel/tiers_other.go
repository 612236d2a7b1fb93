//go:build !amd64 && !arm64

package kernel

// assembly lists the tiers beyond the portable one: none yet.
func assembly() []tier { return nil }
