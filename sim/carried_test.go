package sim_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim"
)

// TestCarriedCountsWhatCrosses lets two members of a campus load from outside,
// then one from the other: only the former crosses the shared link, and takes
// the time that its rate makes it take.
func TestCarriedCountsWhatCrosses(t *testing.T) {
	const size = 2_000_000
	for _, queue := range []sim.Discipline{sim.Fair, sim.DropTail} {
		t.Run(string(queue), func(t *testing.T) {
			sim.Virtual(func() {
				b := sim.New(sim.Config{Seed: 1})
				defer b.Close()
				require.NoError(t, b.AddShared("campus", sim.SharedLink{
					Uplink: 5 * mbit, Downlink: 10 * mbit, Delay: 2 * time.Millisecond, Queue: queue, Limit: 1_000_000}))
				require.NoError(t, b.AddNode("server", sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: time.Millisecond}))
				for _, name := range []string{"a", "b"} {
					require.NoError(t, b.AddNode(name, sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: time.Millisecond, Shared: "campus"}))
				}
				stop := serveBytes(t, b, "server", size)
				took := map[string]time.Duration{}
				var mu sync.Mutex
				var wg sync.WaitGroup
				for _, name := range []string{"a", "b"} {
					wg.Go(func() {
						d := download(t, b, name, "server", size)
						mu.Lock()
						defer mu.Unlock()
						took[name] = d
					})
				}
				wg.Wait()
				stop()
				const header = float64(sim.MTU) / sim.MSS
				assert.InEpsilon(t, 2*size*8/10e6*header, max(took["a"], took["b"]).Seconds(), 0.03)
				time.Sleep(time.Second) // the last acknowledgements
				up, down := b.Carried("campus")
				again := b.Counters("server").RetransmittedBytes
				assert.InDelta(t, 2*size, down.Bytes, float64(2+again), "each copy, and the ends of two streams")
				assert.GreaterOrEqual(t, down.Bytes, int64(2*size))
				assert.InEpsilon(t, 2*size*header, down.WireBytes, 0.01+2*float64(again)/size)
				assert.LessOrEqual(t, up.Bytes, int64(2), "nothing is sent up but the ends of the streams")
				assert.Greater(t, up.WireBytes, 2*size/sim.MSS/2*int64(sim.HeaderBytes)*9/10, "an acknowledgement for every second packet")
				assert.Zero(t, up.DroppedPackets)
				assert.Equal(t, down.WireBytes, b.SentWireBytes("server"), "its uplink carries the same packets")

				stop = serveBytes(t, b, "a", size)
				download(t, b, "b", "a", size)
				stop()
				time.Sleep(time.Second)
				upAfter, downAfter := b.Carried("campus")
				assert.Equal(t, up, upAfter)
				assert.Equal(t, down, downAfter)
				assert.Panics(t, func() { b.Carried("home") })
			})
		})
	}
}

// TestCarriedCountsDrops fills the short queue of a shared link.
func TestCarriedCountsDrops(t *testing.T) {
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1})
		defer b.Close()
		require.NoError(t, b.AddShared("campus", sim.SharedLink{Uplink: 5 * mbit, Downlink: 5 * mbit, Queue: sim.DropTail, Limit: 15_000}))
		require.NoError(t, b.AddNode("server", sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Delay: 20 * time.Millisecond}))
		require.NoError(t, b.AddNode("a", sim.Link{Uplink: 100 * mbit, Downlink: 100 * mbit, Shared: "campus"}))
		stop := serveBytes(t, b, "server", 1_000_000)
		download(t, b, "a", "server", 1_000_000)
		stop()
		_, down := b.Carried("campus")
		assert.Positive(t, down.DroppedPackets)
		assert.GreaterOrEqual(t, b.Counters("server").RetransmittedBytes, (down.DroppedPackets-1)*sim.MSS,
			"what was dropped was sent again")
	})
}
