package p2p

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/assert"
)

var now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// reachable is what a peer registers that can be dialed.
var reachable = [][]byte{{1}}

func names(members []*member) (ids []peer.ID) {
	for _, m := range members {
		ids = append(ids, m.id)
	}
	return ids
}

func TestRegistry(t *testing.T) {
	r := newRegistry(10, rand.New(rand.NewPCG(1, 2)))
	_, named := r.register(nil, "a", reachable, nil, 3, false, now)
	assert.Empty(t, named, "there is nobody else")
	b, named := r.register(nil, "b", reachable, nil, 3, false, now)
	assert.Equal(t, []peer.ID{"a"}, names(named))
	_, named = r.register(b, "b", reachable, []peer.ID{"a"}, 3, false, now)
	assert.Empty(t, named, "a is known")
	_, named = r.register(nil, "c", reachable, nil, 0, false, now)
	assert.Empty(t, named, "none wanted")

	_, named = r.register(nil, "hidden", nil, nil, 9, false, now)
	assert.Len(t, named, 3, "who cannot be dialed may dial")
	r.withdraw(r.byID["hidden"])

	r.holds("a", 10)
	r.holds("b", 7)
	r.holds("c", 2)
	_, named = r.register(nil, "d", reachable, nil, 5, true, now)
	assert.Equal(t, []peer.ID{"c", "b"}, names(named), "those that lack most first, and nobody who lacks nothing")

	r.links("c", 0, true)
	_, named = r.register(nil, "d", reachable, nil, 5, true, now)
	assert.Equal(t, []peer.ID{"b"}, names(named), "nor anybody whose downlink is full")

	newer, _ := r.register(nil, "b", reachable, nil, 0, false, now)
	r.withdraw(b)
	assert.Same(t, newer, r.byID["b"], "an old registration does not withdraw the new one")
	r.withdraw(newer)
	assert.NotContains(t, r.byID, peer.ID("b"))
	assert.Len(t, r.sorted, 3)
}

func TestRegistryNamesNobodyToAllWhoCouldHelp(t *testing.T) {
	r := newRegistry(10, rand.New(rand.NewPCG(1, 2)))
	r.register(nil, "last", reachable, nil, 0, false, now)
	r.register(nil, "second to last", reachable, nil, 0, false, now)
	r.holds("last", 8)
	r.holds("second to last", 9)
	count := func(now time.Time) map[peer.ID]int {
		counts := map[peer.ID]int{}
		for range 100 {
			lease, named := r.register(nil, "idle", reachable, nil, 1, true, now)
			for _, m := range named {
				counts[m.id]++
			}
			r.withdraw(lease)
		}
		return counts
	}
	want := map[peer.ID]int{"last": mostHelpers, "second to last": mostHelpers}
	assert.Equal(t, want, count(now))
	assert.Empty(t, count(now.Add(helpersTime/2)))
	assert.Equal(t, want, count(now.Add(helpersTime)))

	_, named := r.register(nil, "new", reachable, nil, 2, false, now.Add(helpersTime))
	assert.Len(t, named, 2, "who looks for neighbours hears of everybody")
}

func TestRegistryChoosesAtRandom(t *testing.T) {
	r := newRegistry(1, rand.New(rand.NewPCG(1, 2)))
	for i := range 20 {
		r.register(nil, peer.ID(fmt.Sprint(i)), reachable, nil, 0, false, now)
	}
	counts := map[peer.ID]int{}
	lease, _ := r.register(nil, "x", reachable, nil, 0, false, now)
	for range 1000 {
		_, named := r.register(lease, "x", reachable, nil, 4, false, now)
		assert.Len(t, named, 4)
		for _, m := range named {
			counts[m.id]++
		}
	}
	for id, n := range counts {
		assert.InDelta(t, 200, n, 60, "peer %s", id)
	}
	assert.Len(t, counts, 20)
}

func TestRegistryNamesWhoHasMostToSpare(t *testing.T) {
	r := newRegistry(1, rand.New(rand.NewPCG(1, 2)))
	for i := range 20 {
		id := peer.ID(fmt.Sprint(i))
		r.register(nil, id, reachable, nil, 0, false, now)
		r.links(id, float64(i), false)
	}
	for range 10 {
		_, named := r.register(nil, "x", reachable, nil, 4, false, now)
		assert.Equal(t, peer.ID("19"), named[0].id)
		assert.Equal(t, peer.ID("18"), named[2].id, "every other one is any")
	}
}
