package p2p

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/assert"
)

func TestChokerChoose(t *testing.T) {
	tests := []struct {
		name     string
		regular  int
		traders  []trader
		want     []peer.ID // by what they gave
		optimist []peer.ID // one of these beside; none if empty
	}{
		{name: "nobody", regular: 3},
		{name: "fewer than places", regular: 3, traders: []trader{{"a", true, 0}, {"b", true, 5}}, want: []peer.ID{"b", "a"}},
		{name: "those that gave most", regular: 2,
			traders: []trader{{"a", true, 1}, {"b", true, 9}, {"c", true, 4}, {"d", true, 0}},
			want:    []peer.ID{"b", "c"}, optimist: []peer.ID{"a", "d"}},
		{name: "who wants nothing takes no place", regular: 1,
			traders: []trader{{"a", false, 100}, {"b", true, 1}, {"c", true, 0}},
			want:    []peer.ID{"b"}, optimist: []peer.ID{"c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newChoker(tt.regular, rand.New(rand.NewPCG(1, 2)))
			got := c.choose(time.Unix(100, 0), tt.traders)
			if len(tt.optimist) > 0 {
				assert.Contains(t, tt.optimist, got[len(got)-1])
				got = got[:len(got)-1]
			}
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, got)
			}
		})
	}
}

func TestChokerRotatesTheOptimisticOne(t *testing.T) {
	c := newChoker(1, rand.New(rand.NewPCG(1, 2)))
	traders := []trader{{"best", true, 10}, {"b", true, 0}, {"c", true, 0}, {"d", true, 0}, {"e", true, 0}}
	now := time.Unix(0, 0)
	var turns []peer.ID
	for round := range 60 {
		now = now.Add(rechokePeriod)
		assert.True(t, c.due(now))
		got := c.choose(now, traders)
		assert.False(t, c.due(now))
		assert.Equal(t, peer.ID("best"), got[0])
		if round%optimisticRounds == 0 {
			turns = append(turns, got[1])
		}
		assert.Equal(t, turns[len(turns)-1], got[1], "it stays for %d rounds", optimisticRounds)
	}
	for _, p := range []peer.ID{"b", "c", "d", "e"} {
		assert.Contains(t, turns, p, "everybody has a turn")
	}
}
