package engine

import (
	"os"
	"strings"

	"beyonder/engine/cpu"
)

// Machine is what there is to compute with, a graphics card aside: of that, Info
// tells once a model is loaded.
type Machine struct {
	Processor   string // as the system calls it; "": it does not say
	Kernels     string // "CPU (AVX-512)": the instructions that are used of it
	Threads     int
	TotalMemory int64 // bytes that the machine has, or the container may use; 0: unknown
	FreeMemory  int64 // bytes that can be had now, the page cache included; 0: unknown
}

// ThisMachine looks at the machine that the program runs on.
func ThisMachine() Machine {
	d := cpu.New(cpu.Options{Threads: 1})
	defer d.Close()
	m := Machine{Processor: processorName(), Kernels: d.Name(), Threads: Threads(), TotalMemory: totalMemory()}
	m.FreeMemory, _ = freeMemory()
	return m
}

// processorName is the first processor's, where Linux tells it.
func processorName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return os.Getenv("PROCESSOR_IDENTIFIER") // Windows
	}
	for line := range strings.Lines(string(info)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
