//go:build !linux

package run

// preferHugePages does nothing: other systems choose the size of pages themselves.
func preferHugePages(int64) {}
