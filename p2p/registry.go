package p2p

import (
	"math/rand/v2"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
)

// registry is the origin's list of who shares a file. It hands out neighbours
// so that everybody ends up with about the same number: at random among those
// that have the fewest. It is not safe for concurrent use.
type registry struct {
	rng    *rand.Rand
	byID   map[peer.ID]*member
	sorted []*member // by arrival: map order must not feed a choice
}

// member is one registered peer.
type member struct {
	id        peer.ID
	addresses [][]byte
	degree    int // neighbours named to it, and times that it was named to others
}

func newRegistry(rng *rand.Rand) *registry {
	return &registry{rng: rng, byID: map[peer.ID]*member{}}
}

// register adds a peer (lease is nil) or updates it (lease is what the first
// call returned), which has the known neighbours, and names up to want others.
func (r *registry) register(lease *member, id peer.ID, addresses [][]byte, known []peer.ID, want int) (self *member, named []*member) {
	if self = lease; self == nil || r.byID[id] != self {
		if old := r.byID[id]; old != nil {
			r.withdraw(old)
		}
		self = &member{id: id}
		r.byID[id] = self
		r.sorted = append(r.sorted, self)
	}
	self.addresses = addresses
	self.degree = len(known)
	skip := map[peer.ID]bool{id: true}
	for _, k := range known {
		skip[k] = true
	}
	candidates := slices.DeleteFunc(slices.Clone(r.sorted), func(m *member) bool { return skip[m.id] })
	r.rng.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	for _, m := range candidates[:min(want, len(candidates))] {
		m.degree++
		self.degree++
		named = append(named, m)
	}
	return self, named
}

// withdraw forgets a registration, unless the peer has made a newer one.
func (r *registry) withdraw(m *member) {
	if r.byID[m.id] != m {
		return
	}
	delete(r.byID, m.id)
	r.sorted = slices.DeleteFunc(r.sorted, func(x *member) bool { return x == m })
}
