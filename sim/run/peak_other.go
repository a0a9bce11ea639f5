//go:build !linux

package run

// peakRSS is unknown; the run asks the system once the worker has ended.
func peakRSS() int64 { return 0 }

// availableMemory is unknown.
func availableMemory() int64 { return 0 }
