package run

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// preferHugePages asks the system to hold the next bytes of the heap in huge pages,
// as far as it has any. The heap takes its lowest free addresses first, so it is
// enough to allocate the bytes once, not touch them, and give them back.
func preferHugePages(bytes int64) {
	// Who may not have so much address space is told here, and not by a heap that
	// cannot grow, which would end the process.
	probe, err := unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil || unix.Munmap(probe) != nil {
		return
	}
	heap := make([]byte, bytes)
	_ = unix.Madvise(heap, unix.MADV_HUGEPAGE) // advice: a kernel without huge pages does as well
	runtime.KeepAlive(heap)
	runtime.GC()
}
