package p2p

import "time"

// slots decides how many uploads a node runs at once. It wants the fewest that
// still fill the uplink: a piece that is sent alone is forwardable earliest,
// but a receiver that is slower than the uplink must not hold it up alone. It
// measures the rate at which pieces are acknowledged for each number of uploads
// and settles on the smallest that comes close to the best. It has no clock of
// its own and is not safe for concurrent use.
type slots struct {
	level int               // index into slotLevels
	rates [nLevels]slotRate // by level
	most  int               // highest level allowed

	delivered int64     // bytes acknowledged
	settled   time.Time // samples of uploads that started before it belong to an older level
}

// slotRate is what a level achieved.
type slotRate struct {
	bytesPerSecond float64 // smoothed; 0 for unknown
	samples        int
	at             time.Time // of the latest sample
}

const nLevels = 12

// slotLevels are the numbers of parallel uploads that are tried.
var slotLevels = [nLevels]int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64}

const (
	goodEnough   = 0.93             // of the best known rate
	levelMemory  = 15 * time.Second // after which a level's rate is forgotten
	levelSamples = 2                // uploads per slot that make a level's rate known
)

// newSlots starts at the given number of uploads.
func newSlots(start int) *slots {
	s := &slots{most: nLevels - 1}
	for i, n := range slotLevels {
		if n <= start {
			s.level = i
		}
	}
	return s
}

// limit returns how many uploads may run at once.
func (s *slots) limit() int { return slotLevels[s.level] }

// upload is what slots remembers of an upload that runs.
type upload struct {
	started   time.Time
	delivered int64 // by the node when it started
	idle      bool  // there was a free slot at some time since: its rate is no measure
}

func (s *slots) begin(now time.Time) upload {
	return upload{started: now, delivered: s.delivered}
}

// acknowledged takes the news that an upload of so many bytes has arrived. The
// sample is the rate at which the whole node delivered during its life.
func (s *slots) acknowledged(now time.Time, u upload, bytes int) {
	s.delivered += int64(bytes)
	took := now.Sub(u.started)
	if took <= 0 || u.started.Before(s.settled) {
		return
	}
	rate := float64(s.delivered-u.delivered) / took.Seconds()
	r := &s.rates[s.level]
	if u.idle {
		// Too few uploads to fill the level: the rate is a lower bound only.
		if rate > r.bytesPerSecond && r.samples > 0 {
			r.bytesPerSecond = rate
		}
		return
	}
	if r.samples == 0 {
		r.bytesPerSecond = rate
	} else {
		r.bytesPerSecond += (rate - r.bytesPerSecond) / 4
	}
	r.samples++
	r.at = now
	if r.samples >= levelSamples*s.limit() {
		s.choose(now)
	}
}

// choose moves to the level to use next.
func (s *slots) choose(now time.Time) {
	best := 0.0
	for i := range s.rates {
		r := &s.rates[i]
		if i != s.level && now.Sub(r.at) > levelMemory {
			*r = slotRate{}
		}
		best = max(best, r.bytesPerSecond)
	}
	next := s.level
	for i := 0; i <= s.most; i++ {
		if s.rates[i].bytesPerSecond >= goodEnough*best {
			next = i
			break
		}
	}
	switch {
	case next == s.level && s.level > 0 && s.rates[s.level-1].samples == 0:
		next = s.level - 1 // would fewer do?
	case next == s.level && s.level < s.most && s.rates[s.level+1].samples == 0:
		next = s.level + 1 // would more do better?
	}
	if next != s.level {
		s.level = next
		s.settled = now
		if s.rates[next].samples > 0 {
			s.rates[next].samples = 1 // its average starts from what is known
		}
	}
}

// best returns the highest known rate in bytes per second, 0 if none is known.
func (s *slots) best() (rate float64) {
	for i := range s.rates {
		rate = max(rate, s.rates[i].bytesPerSecond)
	}
	return rate
}
