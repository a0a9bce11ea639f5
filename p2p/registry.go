package p2p

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// registry is the origin's list of who shares a file. It hands out neighbours
// at random, or those that lack most to a peer that has upload capacity to
// spare. It is not safe for concurrent use.
type registry struct {
	rng    *rand.Rand
	pieces int // of the file
	byID   map[peer.ID]*member
	sorted []*member // by arrival: map order must not feed a choice
}

// member is one registered peer.
type member struct {
	id        peer.ID
	addresses [][]byte // where it accepts connections; without any it is never named
	held      int      // pieces that it holds, as far as is known
	spare     float64  // bytes per second that its uplink could carry beyond what it does
	full      bool     // its downlink is: more neighbours would not help it

	helpers int       // peers with capacity to spare that it was named to since
	since   time.Time // the beginning of the present helpersTime
}

// So many peers with capacity to spare hear of a member in such a time. When most
// have finished, all of them look for somebody to help, and the few that have not
// would be dialed by hundreds.
const (
	mostHelpers = 8
	helpersTime = time.Second
)

// helped counts one more of them, unless there are enough.
func (m *member) helped(now time.Time) bool {
	if now.Sub(m.since) >= helpersTime {
		m.since, m.helpers = now, 0
	}
	if m.helpers == mostHelpers {
		return false
	}
	m.helpers++
	return true
}

func newRegistry(pieces int, rng *rand.Rand) *registry {
	return &registry{rng: rng, pieces: pieces, byID: map[peer.ID]*member{}}
}

// register adds a peer (lease is nil) or updates it (lease is what the first
// call returned), which has the known neighbours, and names up to want others.
func (r *registry) register(lease *member, id peer.ID, addresses [][]byte, known []peer.ID, want int, spare bool, now time.Time) (self *member, named []*member) {
	if self = lease; self == nil || r.byID[id] != self {
		if old := r.byID[id]; old != nil {
			r.withdraw(old)
		}
		self = &member{id: id}
		r.byID[id] = self
		r.sorted = append(r.sorted, self)
	}
	self.addresses = addresses
	skip := map[peer.ID]bool{id: true}
	for _, k := range known {
		skip[k] = true
	}
	candidates := slices.DeleteFunc(slices.Clone(r.sorted), func(m *member) bool { return skip[m.id] || len(m.addresses) == 0 })
	r.rng.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	if spare { // those that hold everything need nobody, nor do those whose downlink is full
		candidates = slices.DeleteFunc(candidates, func(m *member) bool { return m.full || m.held == r.pieces })
		slices.SortStableFunc(candidates, func(a, b *member) int { return a.held - b.held })
		for _, m := range candidates {
			if len(named) < want && m.helped(now) {
				named = append(named, m)
			}
		}
		return self, named
	}
	// Every other one is the one that has most to give.
	for i := 0; i < min(want, len(candidates)); i += 2 {
		best := i
		for k := i; k < len(candidates); k++ {
			if candidates[k].spare > candidates[best].spare {
				best = k
			}
		}
		candidates[i], candidates[best] = candidates[best], candidates[i]
	}
	return self, candidates[:min(want, len(candidates))]
}

// holds takes the news of how many pieces a peer holds.
func (r *registry) holds(id peer.ID, pieces int) {
	if m := r.byID[id]; m != nil {
		m.held = pieces
	}
}

// links takes the news of how many bytes per second a peer's uplink has to spare,
// and whether its downlink is full.
func (r *registry) links(id peer.ID, spare float64, full bool) {
	if m := r.byID[id]; m != nil {
		m.spare, m.full = spare, full
	}
}

// withdraw forgets a registration, unless the peer has made a newer one.
func (r *registry) withdraw(m *member) {
	if r.byID[m.id] != m {
		return
	}
	delete(r.byID, m.id)
	r.sorted = slices.DeleteFunc(r.sorted, func(x *member) bool { return x == m })
}
