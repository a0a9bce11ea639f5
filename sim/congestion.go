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
	largest   int64   // the largest window so far
	cubic     cubic
	hystart   hystart
}

func newCongestion(control CongestionControl) congestion {
	return congestion{control: control, cwnd: initialWindow, largest: initialWindow, threshold: math.Inf(1)}
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

// news is what an acknowledgement brings; times are in nanoseconds.
type news struct {
	bytes  int64 // newly acknowledged
	flight int64 // most that was in flight since the round before began
	held   int64 // what the sender holds back of its window to send it together
	now    int64
	rtt    int64
	spread int64 // between the first and the last packet that it answers
	round  bool  // it is the first of its round trip
}

// acknowledged grows the window.
func (c *congestion) acknowledged(n news) {
	slow := c.slowStart()
	if slow && c.control == Cubic && c.hystart.full(n, c.cwnd) {
		c.threshold = c.cwnd
		return
	}
	// A window that was not used up says nothing about the path: RFC 7661,
	// with the test that Linux makes.
	if slow && 2*float64(n.flight) <= c.cwnd || !slow && float64(n.flight+n.held) < c.cwnd {
		return
	}
	bytes := float64(n.bytes)
	if slow {
		grown := min(bytes, c.threshold-c.cwnd)
		c.grow(c.cwnd + grown) // RFC 5681, section 3.1, with byte counting (RFC 3465)
		if bytes -= grown; bytes <= 0 {
			return
		}
	}
	if c.control == Reno {
		c.grow(c.cwnd + bytes*MSS/c.cwnd)
	} else {
		c.grow(c.cubic.grow(c.cwnd, bytes, n.now, n.rtt))
	}
}

func (c *congestion) grow(cwnd float64) {
	c.cwnd = min(cwnd, receiveBuffer)
	c.largest = max(c.largest, int64(c.cwnd))
}

// lost backs off, once for each window that had a loss.
func (c *congestion) lost() {
	if c.control == Cubic {
		c.cubic.lost(c.cwnd)
	}
	c.cwnd = max(c.cwnd*c.backoff(), 2*MSS)
	c.threshold = c.cwnd
}

// recovered ends a fast recovery, which has set the window as it went.
func (c *congestion) recovered() { c.cwnd = c.threshold }

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
	// Section 4.3 would have alpha at 1 once the window is back where it was;
	// Linux leaves it, and measures slower under loss.
	q.friendly += cubicAlpha * n * MSS / cwnd
	grown := cwnd + (target-cwnd)*n/cwnd
	return max(grown, q.friendly)
}

// hystart ends slow start before the queue overflows, by both tests of Linux's
// CUBIC: the round trip begins to grow (the delay test of RFC 9406, but against
// the smallest round trip of all, and without its conservative phase), or the
// acknowledgements of a round come close together for half a round trip, which
// means that the window is about to fill the path (Ha and Rhee, Taming the
// elephants: new TCP slow start, 2011).
type hystart struct {
	least   int64 // smallest round trip of all
	current int64 // smallest of the beginning of this round
	samples int64 // bytes that current stands for
	start   int64 // instant when the round began
	last    int64 // instant of the latest acknowledgement of the train
}

const (
	hystartMinSamples = 16 * MSS // bytes: eight acknowledgements
	hystartMinWindow  = 16 * MSS
	hystartMinDelay   = int64(4e6)  // nanoseconds
	hystartMaxDelay   = int64(16e6) // nanoseconds
	hystartAckGap     = int64(2e6)  // nanoseconds between two acknowledgements of a train
	hystartSlack      = int64(1e6)  // nanoseconds that segmentation offload may hold packets together
)

// full takes an acknowledgement and says whether slow start is over.
func (h *hystart) full(n news, cwnd float64) bool {
	if h.least == 0 || n.rtt < h.least {
		h.least = n.rtt
	}
	if n.round || h.start == 0 {
		h.start, h.last = n.now-n.spread, n.now
		h.current, h.samples = n.rtt, 0
	}
	if cwnd < hystartMinWindow {
		return false
	}
	// An acknowledgement here stands for one for every two packets.
	if gap := n.now - n.spread - h.last; gap <= hystartAckGap && n.spread <= hystartAckGap*n.bytes/(2*MSS) {
		h.last = n.now
		if n.now-h.start > (h.least+hystartSlack)/2 {
			return true
		}
	}
	if h.samples < hystartMinSamples {
		h.current = min(h.current, n.rtt)
		h.samples += n.bytes
	}
	return h.samples >= hystartMinSamples &&
		h.current > h.least+min(max(h.least/8, hystartMinDelay), hystartMaxDelay)
}
