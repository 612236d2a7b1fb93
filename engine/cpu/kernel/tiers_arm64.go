package kernel

import "golang.org/x/sys/cpu"

// assembly lists the tiers beyond the portable one that this processor can run.
func assembly() []tier {
	if cpu.ARM64.HasASIMD && cpu.ARM64.HasASIMDDP {
		return []tier{{"neon", neon}}
	}
	return nil
}
