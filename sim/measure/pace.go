package measure

import (
	"math"
	"time"
)

// Constants of the time to recover; docs/result.md tells them.
const (
	paceBin       = 100 * time.Millisecond // resolution
	paceBefore    = 5 * time.Second        // whose throughput is what was before a fault
	paceWindow    = time.Second            // whose throughput is compared with it
	recoveredFrom = 0.9                    // of the throughput before
)

// pace is the throughput of a trial in short bins of time. The zero value is
// ready.
type pace struct {
	bytes  []float64 // verified file bytes, by bin
	asking []float64 // open requests of nodes that are up, integrated over the bin: request-seconds
	at     time.Duration
	last   time.Duration // when bytes were verified last
}

// ask says that active requests were waited for from the last call until now.
func (p *pace) ask(now time.Duration, active int) {
	for p.at < now {
		i := p.bin(p.at)
		until := min(now, time.Duration(i+1)*paceBin)
		p.asking[i] += float64(active) * (until - p.at).Seconds()
		p.at = until
	}
}

// deliver counts bytes verified now.
func (p *pace) deliver(now time.Duration, bytes int) {
	i := p.bin(max(now, 0))
	p.bytes[i] += float64(bytes)
	p.last = max(p.last, now)
}

// bin returns the index of the bin of an instant, and makes it.
func (p *pace) bin(at time.Duration) int {
	i := int(at / paceBin)
	for len(p.bytes) <= i {
		p.bytes, p.asking = append(p.bytes, 0), append(p.asking, 0)
	}
	return i
}

// recovery finds when throughput was back after a fault. Throughput is verified
// bytes per second and open request of nodes that are up, so that those a fault
// took away for good are not waited for.
type recovery struct {
	bytes, asking []float64 // summed over the bins before the index
	end           time.Duration
	served        bool          // every request that was made is complete or down
	last          time.Duration // when bytes were verified last
}

// collapsed says that the trial ended with requests that got nothing any more.
func (r recovery) collapsed() bool { return !r.served && r.end-r.last >= paceBefore }

// recovery is for a trial whose last open request ended at end.
func (p *pace) recovery(end time.Duration, served bool) recovery {
	sum := func(xs []float64) []float64 {
		total := make([]float64, len(xs)+1)
		for i, x := range xs {
			total[i+1] = total[i] + x
		}
		return total
	}
	return recovery{bytes: sum(p.bytes), asking: sum(p.asking), end: end, served: served, last: p.last}
}

// rate is the throughput over the bins from i up to j; ok is false if nobody
// asked then.
func (r recovery) rate(i, j int) (bps float64, ok bool) {
	last := len(r.bytes) - 1
	i, j = min(max(i, 0), last), min(max(j, 0), last)
	asked := r.asking[j] - r.asking[i]
	if asked < 1e-9 {
		return 0, false
	}
	return (r.bytes[j] - r.bytes[i]) / asked, true
}

// after returns how long after a fault at t throughput was back, or nobody was
// left waiting. defined is false if nothing flowed before the fault; seconds is
// nil if it never came back.
func (r recovery) after(t time.Duration) (seconds *float64, defined bool) {
	upTo := int(t / paceBin) // whole bins before the fault
	before, ok := r.rate(upTo-int(paceBefore/paceBin), upTo)
	if !ok || before <= 0 {
		return nil, false
	}
	first := int(math.Ceil(float64(t) / float64(paceBin)))
	for i := first; time.Duration(i)*paceBin < r.end; i++ {
		if rate, ok := r.rate(i, i+int(paceWindow/paceBin)); ok && rate >= recoveredFrom*before {
			return Finite((time.Duration(i)*paceBin - t).Seconds()), true
		}
	}
	if r.served {
		return Finite(max(r.end-t, 0).Seconds()), true
	}
	return nil, true
}
