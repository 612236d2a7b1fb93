package kernel

// assembly lists the tiers beyond the portable one that this processor can run.
func assembly() []tier { return nil }
