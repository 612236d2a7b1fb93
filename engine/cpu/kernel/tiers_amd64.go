package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -part integer512 -out ../integer512_amd64.s -stubs ../integer512_amd64.go -pkg kernel
//go:generate go run -C gen . -part integer256 -out ../integer256_amd64.s -stubs ../integer256_amd64.go -pkg kernel
//go:generate go run -C gen . -part vector512 -out ../vector512_amd64.s -stubs ../vector512_amd64.go -pkg kernel
//go:generate go run -C gen . -part vector256 -out ../vector256_amd64.s -stubs ../vector256_amd64.go -pkg kernel
//go:generate go run -C gen . -part quantize -out ../quantize_amd64.s -stubs ../quantize_amd64.go -pkg kernel
//go:generate go run -C gen . -part amx -out ../products16_amd64.s -stubs ../products16_amd64.go -pkg kernel

// assembly lists the tiers beyond the portable one that this processor can run.
func assembly() []tier {
	var list []tier
	x := cpu.X86
	if x.HasAVX2 && x.HasFMA && x.HasF16C {
		list = append(list, tier{"avx2", avx2})
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI {
			list = append(list, tier{"avx512", avx512})
			if hasAMX() {
				list = append(list, tier{"amx", amx})
			}
		}
	}
	return list
}
