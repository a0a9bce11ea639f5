package fidelity

import (
	"math/bits"
	"time"
)

// lateness says how late packets were delivered in real time, in buckets that
// double: bucket i counts those less than 2^i microseconds late.
type lateness struct {
	buckets [32]int64
	packets int64
	worst   time.Duration
}

func (l *lateness) add(d time.Duration) {
	d = max(d, 0)
	l.packets++
	l.worst = max(l.worst, d)
	l.buckets[min(bits.Len64(uint64(d.Microseconds())), len(l.buckets)-1)]++
}

// below returns a time that the share q of the packets, 0 to 1, was at most
// late by: the upper end of the bucket in which the quantile falls.
func (l *lateness) below(q float64) time.Duration {
	left := int64(q * float64(l.packets))
	for i, n := range l.buckets {
		if left -= n; left < 0 || n > 0 && left == 0 {
			return min(time.Duration(int64(1)<<i)*time.Microsecond, l.worst)
		}
	}
	return l.worst
}
