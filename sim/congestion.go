package sim

// congestion is the sender's congestion window, in bytes. Nothing is lost on
// these links yet; a queue over its limit marks what it forwards, as ECN does
// (RFC 3168), and the sender reacts to a mark as it would to a loss.
type congestion struct {
	cwnd      int64
	threshold int64 // of slow start
	recover   int64 // marks count again once this byte is acknowledged
}

// backoff is what CUBIC multiplies the window by (RFC 9438, section 4.6).
const backoffNum, backoffDen = 7, 10

func newCongestion() congestion {
	return congestion{cwnd: initialWindow, threshold: never}
}

func (c *congestion) window() int64 { return c.cwnd }

// acknowledged updates the window for newly acknowledged bytes, of which
// inFlight were outstanding before. acked and sent are stream offsets.
func (c *congestion) acknowledged(bytes, inFlight, acked, sent int64, marked bool) {
	if marked && acked > c.recover {
		c.recover = sent
		c.cwnd = max(c.cwnd*backoffNum/backoffDen/MSS*MSS, 2*MSS)
		c.threshold = c.cwnd
		return
	}
	// A window that was not used up says nothing about the path: RFC 7661,
	// with the test that Linux makes.
	switch {
	case c.cwnd < c.threshold && 2*inFlight > c.cwnd:
		c.cwnd += bytes // RFC 5681, section 3.1, with byte counting (RFC 3465)
	case c.cwnd >= c.threshold && inFlight+2*MSS > c.cwnd:
		c.cwnd += max(bytes*MSS/c.cwnd, 1)
	}
	c.cwnd = min(c.cwnd, receiveBuffer)
}
