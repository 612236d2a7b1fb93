package engine

import (
	"math"
	"os"
	"strconv"
	"strings"
)

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

// meminfo reads MemAvailable out of the text of /proc/meminfo.
func meminfo(text string) (int64, bool) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) >= 2 && f[0] == "MemAvailable:" {
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
