package p2p

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// choker is tit-for-tat (Cohen, Incentives build robustness in BitTorrent,
// 2003): a downloader uploads to the neighbours from which it got most in the
// last period, and to one more that takes its turn whatever it gave, so that
// newcomers get something to trade. It does no I/O and is not safe for
// concurrent use.
type choker struct {
	regular    int // neighbours chosen by what they gave
	rng        *rand.Rand
	last       time.Time // of the latest choice
	round      int
	optimistic peer.ID
}

// leastRegular is how many neighbours are chosen by what they gave at least.
const leastRegular = 3

// optimisticRounds is how many choices the optimistic one outlasts.
const optimisticRounds = 3

func newChoker(regular int, rng *rand.Rand) *choker {
	return &choker{regular: regular, rng: rng}
}

// trader is a neighbour as the choker sees it.
type trader struct {
	peer  peer.ID
	wants bool  // it lacks something held here
	gave  int64 // bytes of late
}

// due says whether it is time to choose again.
func (c *choker) due(now time.Time) bool { return now.Sub(c.last) >= rechokePeriod }

// choose returns the neighbours to upload to until the next choice.
func (c *choker) choose(now time.Time, all []trader) []peer.ID {
	c.last = now
	interested := slices.DeleteFunc(slices.Clone(all), func(t trader) bool { return !t.wants })
	c.rng.Shuffle(len(interested), func(i, j int) { interested[i], interested[j] = interested[j], interested[i] })
	slices.SortStableFunc(interested, func(a, b trader) int {
		switch {
		case a.gave > b.gave:
			return -1
		case a.gave < b.gave:
			return 1
		}
		return 0
	})
	n := min(c.regular, len(interested))
	chosen := make([]peer.ID, 0, n+1)
	for _, t := range interested[:n] {
		chosen = append(chosen, t.peer)
	}
	rest := interested[n:]
	keep := c.round%optimisticRounds != 0
	c.round++
	if keep && slices.ContainsFunc(rest, func(t trader) bool { return t.peer == c.optimistic }) {
		return append(chosen, c.optimistic)
	}
	c.optimistic = ""
	if len(rest) > 0 {
		c.optimistic = rest[c.rng.IntN(len(rest))].peer
		chosen = append(chosen, c.optimistic)
	}
	return chosen
}

// gaveTime is how long ago a byte came that counts half.
const gaveTime = 7 * time.Second

// gave returns what the neighbour has given of late, in bytes: older ones count
// less. Pieces are large and turns are short, so that a shorter memory would be
// of chance alone; mu is held.
func (s *session) gave(now time.Time) int64 {
	s.given *= math.Exp2(-now.Sub(s.counting).Seconds() / gaveTime.Seconds())
	s.given += float64(s.received - s.counted)
	s.counted, s.counting = s.received, now
	return int64(s.given)
}

// rechoke applies a new choice; mu is held. Who holds the whole file has
// nothing to gain and serves all.
func (sh *share) rechoke(now time.Time) {
	if sh.complete() {
		for _, s := range sh.sessions {
			s.lane.choked = false
		}
	} else {
		var all []trader
		for _, s := range sh.sessions {
			if s.greeted {
				all = append(all, trader{peer: s.peer, wants: s.lane.willing || s.lane.pending() > 0, gave: s.gave(now)})
			}
		}
		chosen := sh.choker.choose(now, all)
		for _, s := range sh.sessions {
			s.lane.choked = !slices.Contains(chosen, s.peer)
		}
	}
	sh.node.pump(now)
}

// chokes says whether a neighbour that wants something is choked. If the
// uplink is idle then, those that were chosen want nothing any more.
func (sh *share) chokes() bool {
	return slices.ContainsFunc(sh.sessions, func(s *session) bool { return s.lane.choked && s.lane.willing })
}
