package fidelity

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// busy tells how busy the machine is.
type busy struct {
	idle, all float64 // when it was last asked, in hundredths of a second
	last      float64
}

func newBusy() *busy {
	b := &busy{}
	b.idle, b.all = processorTimes()
	return b
}

// share returns which part of all processors was busy since it was last asked,
// but for at least a tenth of a second, 0 to 1; 0 where that is not known.
func (b *busy) share() float64 {
	idle, all := processorTimes()
	if all-b.all >= 10*float64(runtime.NumCPU()) {
		b.last = 1 - (idle-b.idle)/(all-b.all)
		b.idle, b.all = idle, all
	}
	return b.last
}

// processorTimes returns the time that all processors have been idle and have
// existed, in hundredths of a second: the first line of proc_stat(5).
func processorTimes() (idle, all float64) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(line) {
		var t float64
		if _, err := fmt.Sscan(field, &t); err != nil {
			continue // the name of the line
		}
		if i > 8 {
			break // a guest's time is in the user's
		}
		all += t
		if i == 4 || i == 5 {
			idle += t
		}
	}
	return idle, all
}
