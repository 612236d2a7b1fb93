package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -part integer512 -out ../integer512_amd64.s -stubs ../integer512_amd64.go -pkg kernel

// assembly lists the tiers beyond the portable one that this processor can run.
func assembly() []tier {
	var list []tier
	if x := cpu.X86; x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI && x.HasFMA && x.HasBMI2 {
		list = append(list, tier{"avx512", avx512})
	}
	return list
}
