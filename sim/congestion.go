package sim

import "math"

// CongestionControl names how a sender's window grows and backs off.
type CongestionControl string

// The congestion controls there are; both share slow start, fast recovery and
// time-outs.
const (
	Cubic CongestionControl = "cubic" // RFC 9438, the default
	Reno  CongestionControl = "reno"  // RFC 5681
)

// congestion is the congestion window of a sender, in bytes.
type congestion struct {
	control   CongestionControl
	cwnd      float64
	threshold float64 // of slow start
	cubic     cubic
	hystart   hystart
}

func newCongestion(control CongestionControl) congestion {
	return congestion{control: control, cwnd: initialWindow, threshold: math.Inf(1)}
}

// window returns the congestion window in bytes.
func (c *congestion) window() int64 { return int64(c.cwnd) }

// slowStart says whether the window doubles in a round trip.
func (c *congestion) slowStart() bool { return c.cwnd < c.threshold }

// backoff is what a loss multiplies the window by: RFC 9438, section 4.6, and
// RFC 5681, section 3.1.
func (c *congestion) backoff() float64 {
	if c.control == Reno {
		return 0.5
	}
	return 0.7
}

// acknowledged grows the window for newly acknowledged bytes, of which flight
// were outstanding before. now and rtt are in nanoseconds.
func (c *congestion) acknowledged(bytes, flight, now, rtt int64, round bool) {
	// A window that was not used up says nothing about the path: RFC 7661,
	// with the test that Linux makes.
	slow := c.slowStart()
	if slow && 2*float64(flight) <= c.cwnd || !slow && float64(flight)+2*minBurst < c.cwnd {
		return
	}
	n := float64(bytes)
	if slow {
		if c.control == Cubic && c.hystart.full(round, rtt, c.cwnd) {
			c.threshold = c.cwnd
			return
		}
		grown := min(n, c.threshold-c.cwnd)
		c.cwnd += grown // RFC 5681, section 3.1, with byte counting (RFC 3465)
		if n -= grown; n <= 0 {
			c.cwnd = min(c.cwnd, receiveBuffer)
			return
		}
	}
	if c.control == Reno {
		c.cwnd += n * MSS / c.cwnd
	} else {
		c.cwnd = c.cubic.grow(c.cwnd, n, now, rtt)
	}
	c.cwnd = min(c.cwnd, receiveBuffer)
}

// lost backs off, once for each window that had a loss.
func (c *congestion) lost() {
	if c.control == Cubic {
		c.cubic.lost(c.cwnd)
	}
	c.cwnd = max(c.cwnd*c.backoff(), 2*MSS)
	c.threshold = c.cwnd
}

// timedOut starts again from one packet: RFC 5681, equation 4.
func (c *congestion) timedOut(flight int64) {
	if c.control == Cubic {
		c.cubic.lost(c.cwnd)
		c.threshold = max(c.cwnd*c.backoff(), 2*MSS)
	} else {
		c.threshold = max(float64(flight)/2, 2*MSS)
	}
	c.cwnd = MSS
}

// cubic is the state of RFC 9438, with its windows in bytes.
type cubic struct {
	max      float64 // W_max
	epoch    int64   // instant when this growth began; 0 for not yet
	k        float64 // seconds until the window is back at max
	origin   float64 // the window that the curve levels out at
	friendly float64 // W_est
}

const (
	cubicC     = 0.4                       // segments per second cubed
	cubicAlpha = 3 * (1 - 0.7) / (1 + 0.7) // section 4.3
	nanosecond = 1.0 / 1e9                 // seconds
)

func (q *cubic) lost(cwnd float64) {
	if cwnd < q.max { // fast convergence, section 4.7
		q.max = cwnd * (1 + 0.7) / 2
	} else {
		q.max = cwnd
	}
	q.epoch = 0
}

// grow returns the window after n acknowledged bytes (sections 4.2 to 4.5).
func (q *cubic) grow(cwnd, n float64, now, rtt int64) float64 {
	if q.epoch == 0 {
		q.epoch = max(now, 1)
		q.friendly = cwnd
		if cwnd < q.max {
			q.k = math.Cbrt((q.max - cwnd) / MSS / cubicC)
			q.origin = q.max
		} else {
			q.k, q.origin = 0, cwnd
		}
	}
	t := float64(now-q.epoch)*nanosecond + float64(rtt)*nanosecond
	d := t - q.k
	target := q.origin + cubicC*d*d*d*MSS
	target = min(max(target, cwnd), 1.5*cwnd)
	alpha := cubicAlpha
	if q.friendly >= q.max {
		alpha = 1
	}
	q.friendly += alpha * n * MSS / cwnd
	grown := cwnd + (target-cwnd)*n/cwnd
	return max(grown, q.friendly)
}

// hystart ends slow start when the round trip begins to grow, before the queue
// overflows: the delay test of RFC 9406, without its conservative phase, as
// Linux's CUBIC has it.
type hystart struct {
	lastMin, currentMin int64
	samples             int
}

const (
	hystartMinSamples = 8
	hystartMinWindow  = 16 * MSS
	hystartMinDelay   = 4e6  // nanoseconds
	hystartMaxDelay   = 16e6 // nanoseconds
)

// full takes a round-trip sample; round says that it is the first of its round.
func (h *hystart) full(round bool, rtt int64, cwnd float64) bool {
	if round {
		h.lastMin, h.currentMin, h.samples = h.currentMin, math.MaxInt64, 0
	}
	if h.currentMin == 0 {
		h.currentMin = math.MaxInt64
	}
	h.currentMin = min(h.currentMin, rtt)
	h.samples++
	if h.samples < hystartMinSamples || h.lastMin == 0 || h.lastMin == math.MaxInt64 || cwnd < hystartMinWindow {
		return false
	}
	return h.currentMin >= h.lastMin+min(max(h.lastMin/8, hystartMinDelay), hystartMaxDelay)
}
