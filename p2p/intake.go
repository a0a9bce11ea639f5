package p2p

import "time"

// intake watches at what rate the pieces of a file come. It has no clock of
// its own and is not safe for concurrent use.
type intake struct {
	lately int64            // bytes since the latest tick
	ticks  [rateTicks]int64 // bytes of the ticks before
	next   int              // of ticks, to be replaced
	most   float64          // highest rate so far
	level  float64          // that the rate has hardly exceeded
	since  int              // for so many ticks
}

const (
	rateTicks  = 8    // ticks that a rate is the mean of: two seconds
	fullShare  = 0.9  // of the highest rate: the downlink is full,
	risen      = 1.05 // unless the rate has risen by that
	risenTicks = 4    // in that time
)

// got takes the news of bytes that came.
func (d *intake) got(bytes int) { d.lately += int64(bytes) }

// tick is called every tickInterval.
func (d *intake) tick() {
	d.ticks[d.next] = d.lately
	d.next = (d.next + 1) % rateTicks
	d.lately = 0
	r := d.rate()
	d.most = max(d.most, r)
	if d.since++; r > risen*d.level {
		d.level, d.since = r, 0
	}
}

// rate returns the bytes per second of the last two seconds.
func (d *intake) rate() float64 {
	var sum int64
	for _, b := range d.ticks {
		sum += b
	}
	return float64(sum) / (rateTicks * tickInterval.Seconds())
}

// full says whether bytes come as fast as they ever did. A link that is the
// limit carries nearly the same in every second; if the senders' are, the rate
// is seldom near its maximum.
func (d *intake) full() bool {
	return d.most > 0 && d.since >= risenTicks && d.rate() >= fullShare*d.most
}

// takes returns how long so many bytes take at the present rate, 0 if unknown.
func (d *intake) takes(bytes int64) time.Duration {
	r := d.rate()
	if r == 0 {
		return 0
	}
	return time.Duration(float64(bytes) / r * float64(time.Second))
}
