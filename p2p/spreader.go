package p2p

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// spreader makes an origin send every piece once before it sends any twice. It
// picks the pieces itself, and gives the next one to the neighbour that
// will have passed it on first, by how long earlier ones took there and how many
// of its pieces no one else has shown yet: a neighbour that passes on what it got
// slowly gets fewer (the idea of BEP 16). It does no I/O, has no clock of its own
// and is not safe for concurrent use.
type spreader[N comparable] struct {
	pieceSize int       // bytes
	order     []int     // pieces not given out, in random order
	holder    map[int]N // of a piece that was given out and not yet seen elsewhere
	carriers  map[N]*carrier

	typical   time.Duration // see prior
	typicalAt time.Time     // when that was
}

// How many times the average a neighbour is taken to need that has shown nothing. If
// all are alike, each is tried soon, and at once where most have told what their uplinks
// carry and that is about the same: who has nothing to pass on yet begins with the new
// piece. If a few do nearly all the work, the others are not tried one by one.
const (
	unknownShare = 2
	alikeShare   = 0.5
	alikeUplinks = 2    // times the slowest, at most
	tellingShare = 0.75 // of the neighbours, at least
)

// typicalFor is how long an average of what neighbours take is used.
const typicalFor = 50 * time.Millisecond

// carrier is what a spreader knows of a neighbour.
type carrier struct {
	fresh  []fresh       // pieces given to it and not yet seen elsewhere, the oldest first
	given  int           // pieces given to it, ever
	took   time.Duration // smoothed time from having a piece until another had it too; 0 if unknown
	uplink float64       // bytes per second that its uplink carries, as it says; 0 if unknown
}

type fresh struct {
	piece int
	held  time.Time // when the neighbour said that it has it; zero before
}

func newSpreader[N comparable](pieces, pieceSize int, rng *rand.Rand) *spreader[N] {
	return &spreader[N]{pieceSize: pieceSize, order: rng.Perm(pieces), holder: map[int]N{}, carriers: map[N]*carrier{}}
}

// done says that every piece was given out.
func (s *spreader[N]) done() bool { return len(s.order) == 0 }

func (s *spreader[N]) of(n N) *carrier {
	c := s.carriers[n]
	if c == nil {
		c = &carrier{}
		s.carriers[n] = c
	}
	return c
}

// better says whether a should get the next piece rather than b.
func (s *spreader[N]) better(a, b N, now time.Time) bool {
	if x, y := s.passesOn(a, now), s.passesOn(b, now); x != y {
		return x < y
	}
	return s.of(a).given < s.of(b).given
}

// kept returns how long the neighbour has had the oldest of its pieces that no one else
// has shown yet.
func (c *carrier) kept(now time.Time) time.Duration {
	if len(c.fresh) > 0 && !c.fresh[0].held.IsZero() {
		return now.Sub(c.fresh[0].held)
	}
	return 0
}

// passesOn estimates how long the neighbour would take to pass on one more piece: each
// as long as those before did, and at least as long as it has kept one. Of a neighbour
// that has passed on nothing it is known at most how long its uplink takes.
func (s *spreader[N]) passesOn(n N, now time.Time) time.Duration {
	c := s.of(n)
	took := c.took
	if took == 0 {
		took = s.prior(now)
		if c.uplink > 0 {
			took = max(took, time.Duration(float64(s.pieceSize)/c.uplink*float64(time.Second)))
		}
	}
	return time.Duration(len(c.fresh)+1) * max(took, c.kept(now))
}

// prior returns how long a neighbour is expected to take that has shown nothing: longer
// than average. The average is the time that all have kept pieces over the number of
// those that have passed one on: what is still kept counts as time, and not as done.
func (s *spreader[N]) prior(now time.Time) time.Duration {
	if s.typical > 0 && now.Sub(s.typicalAt) < typicalFor {
		return s.typical
	}
	var sum, n time.Duration
	for _, c := range s.carriers {
		sum += max(c.took, c.kept(now))
		if c.took > 0 {
			n++
		}
	}
	s.typical, s.typicalAt = time.Second, now
	if n > 0 {
		share := float64(unknownShare)
		if s.alike() {
			share = alikeShare
		}
		s.typical = time.Duration(share * float64(sum) / float64(n))
	}
	return s.typical
}

// alike says whether three quarters of the neighbours have told what their uplinks carry,
// and that is about the same. Fast ones know it first: a few say nothing about the others.
func (s *spreader[N]) alike() bool {
	told, least, most := 0, math.Inf(1), 0.0
	for _, c := range s.carriers {
		if c.uplink > 0 {
			told++
			least, most = min(least, c.uplink), max(most, c.uplink)
		}
	}
	return float64(told) >= tellingShare*float64(len(s.carriers)) && most <= alikeUplinks*least
}

// carries takes the news of what a neighbour's uplink carries, in bytes per
// second, 0 if it does not know.
func (s *spreader[N]) carries(n N, rate float64) { s.of(n).uplink = rate }

// give returns a piece for the neighbour, none of those that it has.
func (s *spreader[N]) give(to N, has func(int) bool) (piece int, ok bool) {
	for k := len(s.order) - 1; k >= 0; k-- {
		if i := s.order[k]; !has(i) {
			s.order = append(s.order[:k], s.order[k+1:]...)
			s.holder[i] = to
			c := s.of(to)
			c.fresh = append(c.fresh, fresh{piece: i})
			c.given++
			return i, true
		}
	}
	return 0, false
}

// seen takes the news that a neighbour holds the piece.
func (s *spreader[N]) seen(piece int, at N, now time.Time) {
	if to, ok := s.holder[piece]; ok {
		c := s.of(to)
		k := slices.IndexFunc(c.fresh, func(f fresh) bool { return f.piece == piece })
		switch held := c.fresh[k].held; {
		case to == at:
			c.fresh[k].held = now
			return
		case !held.IsZero():
			took := max(now.Sub(held), time.Millisecond)
			if c.took == 0 {
				c.took = took
			}
			c.took += (took - c.took) / 2
		}
		s.settle(piece, to)
		return
	}
	for k, i := range s.order { // it came from somewhere else: no need to send it
		if i == piece {
			s.order = append(s.order[:k], s.order[k+1:]...)
			return
		}
	}
}

// dismissed takes the news that a neighbour refused the piece because it gets
// it from somewhere else.
func (s *spreader[N]) dismissed(piece int, by N) {
	if s.holder[piece] == by {
		s.settle(piece, by)
	}
}

// returned takes back a piece that did not reach its neighbour.
func (s *spreader[N]) returned(piece int) {
	if to, ok := s.holder[piece]; ok {
		s.settle(piece, to)
		s.order = append(s.order, piece)
	}
}

// left forgets a neighbour; what it alone had has to be given out again.
func (s *spreader[N]) left(n N) {
	var lost []int
	for i, to := range s.holder {
		if to == n {
			lost = append(lost, i)
		}
	}
	slices.Sort(lost) // map order must not feed a choice
	for _, i := range lost {
		s.returned(i)
	}
	delete(s.carriers, n)
}

func (s *spreader[N]) settle(piece int, to N) {
	delete(s.holder, piece)
	c := s.of(to)
	c.fresh = slices.DeleteFunc(c.fresh, func(f fresh) bool { return f.piece == piece })
}
