package run

import (
	"bytes"
	"os"
	"strconv"
)

// peakRSS returns this process's peak resident memory in bytes, or 0. It is
// not taken from getrusage, which counts the parent's memory at the time of
// the fork as well.
func peakRSS() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return kilobytes(data, "VmHWM:")
}

// availableMemory returns the bytes that can still be used, or 0 if unknown.
func availableMemory() int64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	free := kilobytes(data, "MemAvailable:")
	// A container may be allowed less than the machine has.
	limit, used := number("/sys/fs/cgroup/memory.max"), number("/sys/fs/cgroup/memory.current")
	if limit > 0 {
		free = min(free, max(limit-used, 1))
	}
	return free
}

// kilobytes finds a line such as "VmHWM:  1234 kB" and returns its bytes.
func kilobytes(data []byte, name string) int64 {
	for line := range bytes.Lines(data) {
		fields := bytes.Fields(line)
		if len(fields) >= 2 && string(fields[0]) == name {
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				return 0
			}
			return n * 1024
		}
	}
	return 0
}

// number reads a file that holds one number; 0 if it does not.
func number(path string) int64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
