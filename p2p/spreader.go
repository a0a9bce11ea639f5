package p2p

import (
	"math/rand/v2"
	"slices"
)

// spreader makes an origin send every piece once before it sends any twice. It
// picks the pieces itself, and gives the next one to the neighbour that
// will have passed it on first, by the rate of its uplink and the pieces that
// no one else has shown yet: a neighbour that passes on what it got slowly gets
// fewer (the idea of BEP 16). It does no I/O
// and is not safe for concurrent use.
type spreader[N comparable] struct {
	most   float64       // highest of uplink
	order  []int         // pieces not given out, in random order
	holder map[int]N     // of a piece that was given out and not yet seen elsewhere
	fresh  map[N]int     // pieces given to a neighbour and not yet seen elsewhere
	given  map[N]int     // pieces given to a neighbour, ever
	uplink map[N]float64 // bytes per second that a neighbour's carries; unknown at first
}

func newSpreader[N comparable](pieces int, rng *rand.Rand) *spreader[N] {
	return &spreader[N]{order: rng.Perm(pieces), holder: map[int]N{}, fresh: map[N]int{}, given: map[N]int{}, uplink: map[N]float64{}}
}

// done says that every piece was given out.
func (s *spreader[N]) done() bool { return len(s.order) == 0 }

// unknownShare is how much slower than the fastest a neighbour is taken to be of
// which nothing is known.
const unknownShare = 2

// better says whether a should get the next piece rather than b.
func (s *spreader[N]) better(a, b N) bool {
	if x, y := s.passesOn(a), s.passesOn(b); x != y {
		return x < y
	}
	return s.given[a] < s.given[b]
}

// passesOn estimates when the neighbour would have passed on one more piece, in
// seconds for each byte of a piece. Who has shown nothing yet is not taken for the
// fastest: it gets pieces from others too, and then shows it.
func (s *spreader[N]) passesOn(n N) float64 {
	rate := s.uplink[n]
	if rate == 0 {
		rate = s.most / unknownShare
	}
	return float64(s.fresh[n]+1) / max(rate, 1)
}

// carries takes the news of what a neighbour's uplink carries, in bytes per
// second, 0 if it does not know.
func (s *spreader[N]) carries(n N, rate float64) {
	s.uplink[n] = rate
	s.most = max(s.most, rate)
}

// give returns a piece for the neighbour, none of those that it has.
func (s *spreader[N]) give(to N, has func(int) bool) (piece int, ok bool) {
	for k := len(s.order) - 1; k >= 0; k-- {
		if i := s.order[k]; !has(i) {
			s.order = append(s.order[:k], s.order[k+1:]...)
			s.holder[i] = to
			s.fresh[to]++
			s.given[to]++
			return i, true
		}
	}
	return 0, false
}

// seen takes the news that a neighbour holds the piece.
func (s *spreader[N]) seen(piece int, at N) {
	if to, ok := s.holder[piece]; ok {
		if to != at {
			s.settle(piece, to)
		}
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
	delete(s.fresh, n)
	delete(s.given, n)
	delete(s.uplink, n)
}

func (s *spreader[N]) settle(piece int, to N) {
	delete(s.holder, piece)
	s.fresh[to]--
}
