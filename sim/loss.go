package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// GilbertElliott is loss that comes in bursts: the link is in a good or a bad
// state, changes state before each packet with the given probabilities, and
// loses a packet with the probability of its state. Its long-run loss is
//
//	(GoodToBad x LossBad + BadToGood x LossGood) / (GoodToBad + BadToGood)
//
// and a bad spell lasts 1/BadToGood packets on average (Gilbert 1960, Elliott
// 1963). All four are probabilities, 0 to 1; the zero value loses nothing.
type GilbertElliott struct {
	GoodToBad, BadToGood float64
	LossGood, LossBad    float64
}

// Mean returns the long-run probability that a packet is lost.
func (g GilbertElliott) Mean() float64 {
	if g.GoodToBad+g.BadToGood == 0 {
		return g.LossGood
	}
	return (g.GoodToBad*g.LossBad + g.BadToGood*g.LossGood) / (g.GoodToBad + g.BadToGood)
}

// lossy decides, packet by packet, what a link loses.
type lossy struct {
	random float64 // probability of independent loss
	bursty GilbertElliott
	rng    *rand.Rand

	until int64 // packets that pass before the next independent loss; meaningless without one
	bad   bool
}

func (l *lossy) set(random float64, bursty GilbertElliott) {
	l.random, l.bursty = random, bursty
	l.until = l.gap()
}

// any says whether the link loses anything at all.
func (l *lossy) any() bool { return l.random > 0 || l.bursty != GilbertElliott{} }

// gap draws how many packets pass before one is lost: geometric, so that a
// burst costs one comparison and not a draw for each packet.
func (l *lossy) gap() int64 {
	if l.random <= 0 {
		return math.MaxInt64
	}
	g := math.Log(1-l.rng.Float64()) / math.Log1p(-l.random)
	return int64(min(g, math.MaxInt64/2))
}

// drop returns which of n packets in a row are lost, in order; nil for none.
func (l *lossy) drop(n int64) (lost []int64) {
	if l.random > 0 {
		for at := l.until; ; {
			if at >= n {
				l.until = at - n
				break
			}
			lost = append(lost, at)
			at += 1 + l.gap()
		}
	}
	if (l.bursty == GilbertElliott{}) {
		return lost
	}
	for i := range n {
		flip, p := l.bursty.GoodToBad, l.bursty.LossGood
		if l.bad {
			flip = l.bursty.BadToGood
		}
		if l.rng.Float64() < flip {
			l.bad = !l.bad
		}
		if l.bad {
			p = l.bursty.LossBad
		}
		if l.rng.Float64() < p {
			lost = insertSorted(lost, i)
		}
	}
	return lost
}

// insertSorted puts v in its place in s unless it is there.
func insertSorted(s []int64, v int64) []int64 {
	i := len(s)
	for i > 0 && s[i-1] > v {
		i--
	}
	if i > 0 && s[i-1] == v {
		return s
	}
	s = append(s, 0)
	copy(s[i+1:], s[i:])
	s[i] = v
	return s
}

func checkProbability(what string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("%s: %v is outside 0 to 1", what, p)
	}
	return nil
}
