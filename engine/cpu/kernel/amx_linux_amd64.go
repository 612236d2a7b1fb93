package kernel

import "syscall"

// permitted asks the system for AMX's registers, which Linux gives to a process that
// asks for them: the frames of its signals grow by 8 kB, for which Go's stacks for
// signals are large enough.
func permitted() bool {
	const requestPermission, tileData = 0x1023, 18 // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
	_, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return errno == 0
}
