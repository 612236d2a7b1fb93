package engine

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"beyonder/engine/cpu"
	"beyonder/engine/model"
)

// programBytes is what the program takes before it works: its code, the
// runtime, a vocabulary.
const programBytes = 32 << 20

// workingBytes is the memory that answering takes, the mapped weights aside.
func workingBytes(c model.Config, o model.Options) int64 {
	rows := o.Batch * max(1, c.Used)
	return c.WorkingBytes(o) + cpu.WorkingBytes(rows, max(c.FeedForward, c.Width, c.Heads*c.HeadDim), c.Width) + programBytes
}

// checkMemory refuses what does not fit. Force lets weights be read from disk
// again and again; what the model writes to has to fit all the same, or the
// system would end the process in the middle of a reply.
func checkMemory(i Info, working int64, o LoadOptions) error {
	free, known := freeMemory()
	need := i.FileBytes + working
	switch {
	case !known || need <= free:
		return nil
	case !o.Force:
		return &MemoryError{Path: filepath.Base(i.Path), NeedBytes: need, FreeBytes: free}
	case working > free:
		return fmt.Errorf("a window of %d tokens needs %.1f GB besides the weights, but %.1f GB are free; choose a smaller window", i.Context, float64(working)/1e9, float64(free)/1e9)
	}
	return nil
}

// freeMemory is how much memory the system can give now, in bytes, the page
// cache included since weights are mapped into it. Where the system does not
// say, it returns false and no model is refused.
func freeMemory() (int64, bool) {
	free, ok := systemMemory()
	if limit, limited := cgroupMemory(); limited && (!ok || limit < free) {
		return limit, true
	}
	return free, ok
}

// totalMemory is how much memory the machine has, or the container may use, in
// bytes; 0: unknown.
func totalMemory() int64 {
	total := machineMemory()
	if limit, ok := readInt("/sys/fs/cgroup/memory.max"); ok && limit > 0 && (total == 0 || limit < total) {
		return limit
	}
	return total
}

// meminfo reads a figure, such as MemAvailable, out of the text of /proc/meminfo.
func meminfo(text, name string) (int64, bool) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) >= 2 && f[0] == name+":" {
			kb, err := strconv.ParseInt(f[1], 10, 64)
			return kb * 1024, err == nil
		}
	}
	return 0, false
}

// cgroupMemory is what a container's limit leaves, if there is one. File pages
// count as used there but can be dropped, so they are added back.
func cgroupMemory() (int64, bool) {
	limit, ok := readInt("/sys/fs/cgroup/memory.max")
	if !ok || limit > math.MaxInt64/2 {
		return 0, false
	}
	used, ok := readInt("/sys/fs/cgroup/memory.current")
	if !ok {
		return 0, false
	}
	return limit - used + cgroupFile(), true
}

func cgroupFile() int64 {
	stat, err := os.ReadFile("/sys/fs/cgroup/memory.stat")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(stat)) {
		if rest, ok := strings.CutPrefix(line, "file "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return n
		}
	}
	return 0
}

func readInt(path string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}
