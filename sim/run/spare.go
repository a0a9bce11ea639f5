package run

import (
	"runtime"
	"time"

	"versus/sim/trial"
	"versus/sim/workload"
)

// A worker hashes on a second processor while that is worth it. In virtual time a
// second processor costs every hand-over between goroutines something, so there
// has to be enough to hash: the crowds of client-server hash hundreds of MiB in a
// second of real time, those of p2p, whose trials have more to do for each byte,
// below a hundred.
const (
	spareEvery = 50 * time.Millisecond // real time between looks
	spareFrom  = 300 << 20             // bytes hashed in a second: above, a helper starts
	spareBelow = 150 << 20             // the same: below, it stops
)

// spareProcs returns how many processors each of so many workers may use beside
// its own.
func spareProcs(network string, workers, cpus int) int {
	if network != trial.Virtual || cpus < 2*workers {
		return 0
	}
	return 1
}

// worthHelp says whether there should be a helper where that many bytes are hashed
// in a second of real time, and there is one already or not.
func worthHelp(helping bool, rate float64) bool {
	if helping {
		return rate >= spareBelow
	}
	return rate >= spareFrom
}

// hashBeside starts a helper of h whenever there is much to hash, with a
// processor for it, and stops it when there is not. It returns when finished is
// closed and no helper is left.
func hashBeside(h *workload.Hashing, finished <-chan struct{}) {
	helping := false
	set := func(on bool) {
		if on == helping {
			return
		}
		helping = on
		if on {
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
			h.Start()
		} else {
			h.Stop()
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) - 1)
		}
	}
	defer set(false)
	tick := time.NewTicker(spareEvery)
	defer tick.Stop()
	before, since := h.Hashed(), time.Now()
	for {
		select {
		case <-finished:
			return
		case now := <-tick.C:
			hashed := h.Hashed()
			rate := float64(hashed-before) / now.Sub(since).Seconds()
			before, since = hashed, now
			set(worthHelp(helping, rate))
		}
	}
}
