package p2p

import (
	"math"
	"time"
)

// slots decides how many uploads a node runs at once. It wants the fewest that
// still fill the uplink: a piece that is sent alone is forwardable earliest,
// but a slow receiver, or a connection whose window is still small, must not
// hold the uplink up. It compares the rate of a window of time with the best
// that it has seen: below that it adds a slot, at it it tries with one less,
// and now and then it looks whether more slots reach a higher rate. It has no
// clock of its own and is not safe for concurrent use.
type slots struct {
	n     int       // uploads that may run at once
	rates []float64 // bytes per second in the latest windows, the newest last

	start time.Time // of the window; zero while nothing is sent
	bytes int64     // sent in it
	ran   int64     // the same, each byte times the uploads that ran

	explained time.Duration // what a first upload over a connection takes if only its window limits it; 0 if unknown
	alone     bool          // the very first is judged by that
	first     time.Time     // when it began
	changed   time.Time     // when the number changed last
	slowed    float64       // how many times what their windows explain first uploads have taken since, smoothed
	firsts    int           // so many of them
	started   bool          // the start is over
	most      float64       // highest rate so far
	windows   int           // so far
	shrunk    bool          // the last change was to less
	settled   time.Time     // no attempt with less before
	probe     time.Time     // an attempt with more after
	short     int           // slots when the rate fell short of the best; 0 if it does not
	fell      float64       // to this rate
	futile    time.Time     // more slots do not help before
	back      int           // slots to go back to if the attempt that runs gains nothing; 0 if none runs

	lately int64   // bytes sent since the latest tick
	used   float64 // smoothed bytes per second

	trip time.Duration // smoothed round trip to those who are served, 0 if unknown
}

const (
	mostSlots     = 64
	windowTime    = 300 * time.Millisecond  // at least, of a window
	windowBytes   = 768 << 10               // at least, sent in a window that is not of
	windowLongest = 2500 * time.Millisecond // this time
	startTime     = 100 * time.Millisecond  // the same, until the first attempt with more gained nothing
	startBytes    = 96 << 10
	startLongest  = time.Second
	startWindows  = 12
	startGained   = 1.25 // times the highest rate: more slots were worth it; they are half as many more
	limited       = 1.5  // times what a new connection explains: then the link is the limit
	leastFirsts   = 2    // first uploads that say so
	windowsKept   = 12
	inUse         = 0.75            // of the slots, on average
	filled        = 0.8             // of the best rate: the uplink counts as full
	busy          = 0.8             // of the best rate: hardly anything is to spare
	gained        = 1.12            // times the best rate: more slots were worth it
	helped        = 1.25            // times the rate before: twice the slots fill the uplink better
	leastTried    = 3               // slots more before that is judged
	usualUplink   = 20e6 / 8        // bytes per second: an uplink to expect before anything is known
	firstWindow   = 10 * 1448       // bytes that a new connection sends in its first round trip (RFC 6928)
	longestUpload = 3 * time.Second // of a piece among others
	settleTime    = 8 * time.Second // after less was too little
	probePeriod   = 5 * time.Second
)

// newSlots starts with n.
func newSlots(n int) *slots { return &slots{n: min(n, mostSlots)} }

// known says whether the uplink was tried yet.
func (s *slots) known() bool { return s.started || s.windows > 0 || !s.first.IsZero() }

// begin chooses the number to start with, as long as nothing is known, from a typical
// round trip to the neighbours: one if a new connection whose window doubles with every
// round trip carries a piece of so many bytes as fast as a usual uplink does, for a
// piece that is sent alone can be passed on soonest; else most.
func (s *slots) begin(most, pieceLen int, trip time.Duration) {
	s.n, s.explained = min(most, mostSlots), openTime(pieceLen, trip)
	if s.alone = openTrips(pieceLen)*trip.Seconds()*usualUplink <= float64(pieceLen); s.alone {
		s.n = 1
	}
}

// arrived takes the news that an upload has reached its receiver; f is nil if it was not
// the first of its session.
func (s *slots) arrived(f *firstUpload, now time.Time) {
	if s.alone && !s.first.IsZero() {
		s.judge(now)
		s.alone = false
	}
	if f == nil || float64(f.beside) < inUse*float64(s.n) {
		return // had as many as now run beside it, it might have taken longer
	}
	times := float64(now.Sub(f.began)) / float64(f.explained)
	if s.firsts == 0 {
		s.slowed = times
	}
	s.slowed += (times - s.slowed) / 4
	s.firsts++
}

// unlimited says whether the uplink is known not to be what limits the uploads that run:
// they take no longer than new connections explain.
func (s *slots) unlimited() bool { return s.firsts >= leastFirsts && s.slowed < limited }

// undecided says whether that may soon be known.
func (s *slots) undecided(now time.Time) bool {
	return s.firsts < leastFirsts && now.Sub(s.changed) < time.Duration(limited*float64(s.explained))
}

// judge ends the start if the first upload takes much longer than its connection
// explains: then the link is the limit, and a second upload would only share it. That
// is told by time, as the first bytes that are handed on fill buffers. Where a piece
// takes no longer than a window, an attempt with more costs little and tells more: the
// receiver's link may be the limit.
func (s *slots) judge(now time.Time) {
	if now.Sub(s.first) >= max(time.Duration(limited*float64(s.explained)), startTime) {
		s.alone = false
		s.begun()
		s.probe = now.Add(probePeriod)
	}
}

// limit returns how many uploads of pieces of so many bytes may run at once: at least
// as many as new connections need to fill the uplink, each of which carries a piece in
// the round trips that its window takes to open, for an uplink that was never full does
// not know what it lacks; but never so many that each would take longer than
// longestUpload.
func (s *slots) limit(pieceLen int) int {
	if best := s.best(); best > 0 {
		most := max(2, int(best*longestUpload.Seconds()/float64(pieceLen)))
		return min(max(s.n, int(math.Ceil(s.opening(pieceLen, best)))), most, mostSlots)
	}
	return s.n
}

// opening returns how many uploads of pieces of so many bytes new connections need to
// fill an uplink of a rate in bytes per second.
func (s *slots) opening(pieceLen int, rate float64) float64 {
	return openTrips(pieceLen) * rate * s.trip.Seconds() / float64(pieceLen)
}

// openTrips returns how many round trips a new connection takes to carry a piece, if its
// window doubles with each and nothing else limits it.
func openTrips(pieceLen int) float64 {
	return math.Log2(float64(pieceLen)/firstWindow + 1)
}

// openTime returns how long a piece takes over a new connection if only its window limits
// it, with the way back of the Have.
func openTime(pieceLen int, trip time.Duration) time.Duration {
	return time.Duration((openTrips(pieceLen) + 1) * float64(trip))
}

// met takes the round trip to one that is served.
func (s *slots) met(trip time.Duration) {
	if s.trip == 0 {
		s.trip = trip
	}
	s.trip += (trip - s.trip) / 16
}

// best returns the rate that the uplink has shown of late in bytes per second,
// 0 if none is known: the highest but one, for a single window may hold what was
// left over from the one before.
func (s *slots) best() float64 {
	var first, second float64
	for _, r := range s.rates {
		if r > first {
			first, second = r, first
		} else if r > second {
			second = r
		}
	}
	if second == 0 {
		return first
	}
	return second
}

// tick smooths the rate over about a second; it is called every interval.
func (s *slots) tick(interval time.Duration) {
	s.used += (float64(s.lately)/interval.Seconds() - s.used) / 4
	s.lately = 0
}

// spare returns the bytes per second that the uplink could carry beyond what it
// does, 0 if that is little or unknown.
func (s *slots) spare() float64 {
	if best := s.best(); s.used < busy*best {
		return best - s.used
	}
	return 0
}

// idle takes the news that no upload runs.
func (s *slots) idle() { s.start = time.Time{} }

// sent takes the news that bytes of a piece of so many were handed to the network while so
// many uploads ran.
func (s *slots) sent(now time.Time, bytes, pieceLen, running int) {
	s.lately += int64(bytes)
	if s.alone {
		if s.first.IsZero() {
			s.first = now
		}
		s.judge(now)
		return
	}
	if s.start.IsZero() {
		s.open(now)
		return
	}
	s.bytes += int64(bytes)
	s.ran += int64(bytes) * int64(running)
	took := now.Sub(s.start)
	if !s.over(took) {
		return
	}
	rate := float64(s.bytes) / took.Seconds()
	best := s.best()
	s.rates = append(s.rates, rate)
	if len(s.rates) > windowsKept {
		s.rates = s.rates[1:]
	}
	// Slots that nobody used say nothing about how many it takes.
	if float64(s.ran) >= inUse*float64(s.bytes)*float64(s.n) {
		was := s.n
		if s.adapt(now, rate, best, pieceLen); s.n != was {
			s.changed, s.firsts = now, 0
		}
		s.most = max(s.most, rate)
	}
	if s.windows++; !s.started && s.windows == startWindows {
		s.begun()
	}
	s.open(now)
}

// over says whether the window that took so long is to be judged. The first
// ones are short, for an uplink that idles at the start delays everybody.
func (s *slots) over(took time.Duration) bool {
	if !s.started {
		return took >= startTime && (s.bytes >= startBytes || took >= startLongest)
	}
	return took >= windowTime && (s.bytes >= windowBytes || took >= windowLongest)
}

// begun ends the start. What it measured is forgotten: in short windows, what
// fills the buffers of a connection that has just begun looks like rate.
func (s *slots) begun() {
	s.started = true
	s.rates = s.rates[:0]
}

func (s *slots) open(now time.Time) {
	s.start, s.bytes, s.ran = now, 0, 0
}

// adapt chooses the number for the next window from the rate of the last one
// and the best before it. It goes from the number that new connections need, if that is
// larger: one more than less would try nothing. That is rounded down, for where it is
// between one and two, uploads are not to be three.
func (s *slots) adapt(now time.Time, rate, best float64, pieceLen int) {
	s.n = max(s.n, int(min(s.opening(pieceLen, best), mostSlots)))
	back, shrunk := s.back, false
	s.back = 0
	if rate >= filled*best {
		s.short = 0
	}
	switch {
	case !s.started && (rate > startGained*s.most || s.unlimited()):
		s.back = s.n
		s.n += max(1, s.n/2)
		s.probe = now.Add(probePeriod)
	case !s.started: // the attempt with more gained nothing
		if back > 0 {
			s.n = back
		}
		if !s.undecided(now) {
			s.begun()
		}
	case best == 0: // nothing to compare with
	case rate > gained*best: // more than ever: it may not be the end
		s.n += max(1, s.n/2)
		s.probe = now.Add(probePeriod)
	case back > 0: // the attempt with more gained nothing
		s.n = back
	case rate < filled*best:
		if s.shrunk { // the last attempt with less was one too many
			s.settled = now.Add(settleTime)
		}
		s.fill(now, rate)
	case now.After(s.probe):
		s.back = s.n
		s.n += max(1, s.n/4)
		s.probe = now.Add(probePeriod)
	case s.n > 1 && now.After(s.settled):
		s.n -= max(1, s.n/4)
		shrunk = true
	}
	s.shrunk = shrunk
	s.n = min(s.n, mostSlots)
}

// fill adds slots because the rate has fallen short of the best. When twice as many
// have gained hardly anything, the receivers are the limit and not their number: it
// goes back to where it was, and adds none for a while.
func (s *slots) fill(now time.Time, rate float64) {
	switch {
	case now.Before(s.futile):
		return
	case s.short == 0:
		s.short, s.fell = s.n, rate
	case s.n >= max(2*s.short, s.short+leastTried) && rate < helped*s.fell:
		s.n, s.short, s.futile = s.short, 0, now.Add(probePeriod)
		return
	}
	s.n += max(1, s.n/4)
}
