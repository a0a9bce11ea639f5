package p2p

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
	"versus/sim/scenario"
)

// TestTripIsSeenFromBothEnds: the handshake shows how far away a neighbour is, to
// who dialed and to who was dialed.
func TestTripIsSeenFromBothEnds(t *testing.T) {
	c := pair(1)
	files := memory{}
	files.add("file", c.size, c.piece)
	sim.Virtual(func() {
		b := c.network()
		d := deploy(t, b, newLab(files, c.nodes()), nil, 1)
		ctx, cancel := context.WithCancel(context.Background())
		stop := boot(ctx, d, c.nodes())
		fetched := make(chan error)
		go func() { fetched <- d.Fetch(ctx, "home-1", "file") }()
		time.Sleep(time.Second) // virtual: the transfer takes three
		for _, name := range []string{scenario.Origin, "home-1"} {
			dep := d.(*deployment)
			dep.mu.Lock()
			n := dep.running[name]
			dep.mu.Unlock()
			n.mu.Lock()
			sessions := n.shares["file"].sessions
			if assert.Len(t, sessions, 1, name) {
				const trip = 60 * time.Millisecond // 10 and 20 ms each way
				assert.InDelta(t, trip.Seconds(), sessions[0].lane.trip.Seconds(), 0.001, name)
			}
			n.mu.Unlock()
		}
		require.NoError(t, <-fetched)
		cancel()
		stop()
		d.Close()
		b.Close()
	})
}
