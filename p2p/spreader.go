package p2p

import (
	"math/rand/v2"
	"slices"
)

// spreader makes an origin send every piece once before it sends any twice. It
// picks the pieces itself, and gives the next one to the neighbour with the
// fewest that no one else has shown yet: a neighbour whose uplink is slow, and
// passes on what it got slowly, gets fewer (the idea of BEP 16). It does no I/O
// and is not safe for concurrent use.
type spreader[N comparable] struct {
	order  []int     // pieces not given out, in random order
	holder map[int]N // of a piece that was given out and not yet seen elsewhere
	fresh  map[N]int // pieces given to a neighbour and not yet seen elsewhere
	given  map[N]int // pieces given to a neighbour, ever
}

func newSpreader[N comparable](pieces int, rng *rand.Rand) *spreader[N] {
	return &spreader[N]{order: rng.Perm(pieces), holder: map[int]N{}, fresh: map[N]int{}, given: map[N]int{}}
}

// done says that every piece was given out.
func (s *spreader[N]) done() bool { return len(s.order) == 0 }

// better says whether a should get the next piece rather than b.
func (s *spreader[N]) better(a, b N) bool {
	if s.fresh[a] != s.fresh[b] {
		return s.fresh[a] < s.fresh[b]
	}
	return s.given[a] < s.given[b]
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
}

func (s *spreader[N]) settle(piece int, to N) {
	delete(s.holder, piece)
	s.fresh[to]--
}
